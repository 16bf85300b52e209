"""A home at GitHub: what a workflow that runs by itself needs."""

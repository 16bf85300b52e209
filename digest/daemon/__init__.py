"""The daemon: when there is what to do, and signs that it lives."""

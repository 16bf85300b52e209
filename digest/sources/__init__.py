"""Sources of papers, one package each, and what they share to make requests."""

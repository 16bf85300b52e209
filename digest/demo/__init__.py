"""A small arXiv of invented papers, and three days of life with it."""

"""A tiny source of papers, as somebody adds one: it needs no change in digest/ but a line in bootstrap.py."""

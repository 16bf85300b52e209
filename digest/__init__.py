"""Daily Papers: a self-hosted email digest of new arXiv papers."""

__version__ = "0.1.0"

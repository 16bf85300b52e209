"""A small arXiv of invented papers, and three days of runs against it.

`scenario` runs the days; `server` speaks arXiv's wire format; `query` finds what a request asks for among
the `papers`.
"""

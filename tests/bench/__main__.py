"""Benchmarks: `python -m tests.bench` prints a line for each."""

from tests.bench import longevity, matching, rendering, requests

for benchmark in (matching, rendering, requests, longevity):
    print(benchmark.measure())  # noqa: T201 - its purpose

"""Benchmarks: `python -m tests.bench` prints a line for each."""

from tests.bench import longevity, matching, ranking, rendering, requests, searching

for benchmark in (matching, ranking, rendering, searching, requests, longevity):
    print(benchmark.measure())  # noqa: T201 - its purpose

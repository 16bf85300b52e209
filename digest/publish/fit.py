"""Find out how many papers fit on a page of Markdown that GitHub shows whole."""

from collections.abc import Callable

LIMIT_BYTES = 480_000
"""GitHub cuts off a README over 500 KiB, which is 512,000 bytes:
https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-readmes"""

_ESTIMATES = 8  # then by halves: a page may not grow evenly


def papers_that_fit(most: int, length: Callable[[int], int], guess: int = 256) -> int:
    """The highest number of papers, up to `most`, with which a page has room; -1: not even without papers.

    `length` is that of the page in bytes. Each try makes a page of up to half a megabyte, so the next one is
    estimated from the last two.
    """
    fits, too_many, tries = -1, most + 1, 0
    before, count = (0, 0), min(guess, most)
    while too_many - fits > 1:
        size, tries = length(count), tries + 1
        fits, too_many = (count, too_many) if size <= LIMIT_BYTES else (fits, count)
        estimate = count + (LIMIT_BYTES - size) // _bytes_each(before, (count, size))
        most_by_now, before = 2 * count + 1, (count, size)  # thousands of papers may make a page of 20 MB
        count = (fits + too_many) // 2 if tries > _ESTIMATES else estimate
        count = min(max(count, fits + 1), too_many - 1, most_by_now)
    return fits


def _bytes_each(before: tuple[int, int], now: tuple[int, int]) -> int:
    """How many bytes a paper takes, by two pages with their numbers of papers and their lengths."""
    papers, length = now[0] - before[0], now[1] - before[1]
    return max(1, length // papers) if papers else 1

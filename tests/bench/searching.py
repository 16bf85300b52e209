"""Publish the page of ten thousand papers, and search it in Chromium, each search with its layout."""

import shutil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.support.archive_page import READY, SEARCH_MS, publish, thousands
from tests.support.browser import Page, chromium

_WORDS = ("lumiton", "quoriral tesse", "a", "case77", '"granton veri"', "nothing at all", "hidden9", "")


def measure() -> str:
    program = shutil.which("chromium")
    if not program:
        return "searching: this machine has no chromium"
    papers = tuple(thousands())
    with TemporaryDirectory() as folder, chromium(program) as browser:
        start = perf_counter()
        index = publish(Path(folder), papers)
        seconds = perf_counter() - start
        with browser.opened(index, width=1100) as page:
            page.wait_for(READY)
            titles = _times(page)
            page.evaluate(SEARCH_MS, ["words", "hidden9"])
            page.click("#abstracts")
            page.wait_for('#count:has-text("1,111 papers found.")')
            abstracts = _times(page)
    return (
        f"searching: a page of {len(papers):,} papers published in {seconds:.1f} s; "
        f"titles searched in {titles}, abstracts in {abstracts}"
    )


def _times(page: Page) -> str:
    times = [page.evaluate(SEARCH_MS, ["words", words]) for words in _WORDS]
    return f"{median(times):.0f} ms (at most {max(times):.0f})"

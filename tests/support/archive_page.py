"""The page of the archive with invented papers, for tests and measurements in Chromium."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from digest.domain.digests import ArchivedPaper
from digest.domain.papers import Paper
from digest.publish.search_page import page_files
from digest.system.places import templates_folder
from digest.system.templates import Templates
from tests.support.builders import NOON, keyword, paper

REWARD, REASONING = keyword("Reward Model"), keyword("Reasoning")
STEMS = {REWARD: "reward-model", REASONING: "reasoning"}

THOUSANDS = 10_000
READY = "#search:not([hidden])"
"""Of the search, once the page can be used."""
SEARCH_MS = """([name, value]) => {
    const field = document.getElementById(name), start = performance.now();
    field.value = value;
    field.dispatchEvent(new Event("input", {bubbles: true}));
    document.body.offsetHeight;
    return performance.now() - start;
}"""
"""A function: fills in a field and gives the milliseconds until the page shows what is found."""


def publish(folder: Path, papers: Sequence[Paper]) -> Path:
    """Write the page of these papers, which are newest first; every third is the second keyword's too."""
    found = (
        ArchivedPaper(each, (REWARD, REASONING) if number % 3 == 0 else (REWARD,))
        for number, each in enumerate(papers)
    )
    for file in page_files(found, STEMS, "Daily Papers", Templates(templates_folder()), updated=NOON.date()):
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
    return folder / "archive" / "index.html"


def thousands() -> Iterator[Paper]:
    """Ten thousand invented papers of three years, newest first."""
    chance = Random(16)
    words = [
        f"{start}{end}"
        for start in ("lumi", "veri", "gran", "tesse", "quori")
        for end in ("ton", "gen", "ral", "xis")
    ]
    for number in range(THOUSANDS, 0, -1):
        submitted = datetime(2026, 6, 20, 8, tzinfo=UTC) - timedelta(hours=2.5 * (THOUSANDS - number))
        yield paper(
            f"{submitted:%y%m}.{number:05}",
            title=f"On {' '.join(chance.choices(words, k=8))} and case{number}",
            abstract=f"We show {' '.join(chance.choices(words, k=150))}; hidden{number}.",
            authors=tuple(
                f"{name} Example{number % 500}" for name in chance.choices(("Ada", "Bo", "Cyd"), k=4)
            ),
            submitted=submitted,
            updated=submitted,
        )

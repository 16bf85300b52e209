"""How an announcement reads, and how long it is at most."""

from datetime import UTC, date, datetime

import pytest

from digest.domain.digests import Entry, Section
from digest.publish.github.body import MOST_CHARACTERS, Announcement, title
from digest.publish.github.marker import marked
from tests.support.builders import keyword, paper
from tests.unit.publish.test_markdown import Parsed, rendered

DAY = date(2025, 5, 21)
URL = "https://github.com/you/daily-papers"
MAY = datetime(2025, 5, 20, 8, tzinfo=UTC)


def entry(id: str, *also: str, late: bool = False, **changes: object) -> Entry:
    return Entry(paper(id, updated=MAY, **changes), also, welcome=False, late=late)


def many(papers: int) -> tuple[Section, ...]:
    ids = [f"2505.{number:05}" for number in range(papers)]
    half = papers // 2
    return tuple(
        Section(keyword(name), tuple(entry(id, comment="14 pages, a long comment " * 4) for id in some))
        for name, some in (("Reward Model", ids[:half]), ("Reasoning", ids[half:]))
    )


def shown(body: str) -> list[str]:
    """The targets of all links to papers, as GitHub's parser finds them."""
    return [target for target in Parsed(rendered(body)).targets if "/abs/" in target]


def test_a_title_says_how_many_papers_and_of_which_day() -> None:
    assert title(DAY, 12) == "12 new papers – May 21, 2025"
    assert title(date(2026, 12, 1), 1) == "1 new paper – December 1, 2026"


def test_an_announcement_lists_papers_by_keyword() -> None:
    sections = (
        Section(
            keyword("Reward Model"),
            (
                entry(
                    "2505.00002",
                    "Reasoning",
                    title="On $x^2$ by @ada",
                    comment="fixes #1, https://a.example/x",
                ),
                entry("2505.00001", title="Another [one]"),
            ),
        ),
        Section(keyword("A|B"), (entry("2504.00009", late=True, title="Late", version=2),)),
    )
    assert Announcement(DAY, sections, URL).body() == (
        "## Reward Model\n\n"
        "- [On x² by @\u200bada](https://arxiv.org/abs/2505.00002v1)  \n"
        "  2025-05-20 · fixes #\u200b1, <https://a.example/x> · also: Reasoning\n"
        "- [Another &#91;one&#93;](https://arxiv.org/abs/2505.00001v1)  \n"
        "  2025-05-20\n\n"
        "## A&#124;B\n\n"
        "- [Late](https://arxiv.org/abs/2504.00009v2)  \n"
        "  2025-05-20 · announced earlier, found late\n\n"
        "Thank you to arXiv for use of its open access interoperability. "
        "All papers: <https://github.com/you/daily-papers>.\n\n"
        "<!-- daily-papers 2025-05-21: 2505.00002 2505.00001 2504.00009 -->\n"
    )


@pytest.mark.parametrize("papers", [1, 2, 200, 2_000])
@pytest.mark.parametrize("most", [MOST_CHARACTERS, 8_000])
def test_a_long_one_is_cut_between_papers_and_says_how_many_are_left(papers: int, most: int) -> None:
    announcement = Announcement(DAY, many(papers), URL)
    body = announcement.body(most)
    left = papers - len(shown(body))
    assert len(body) <= most
    assert (f"**{left} more papers** did not fit here: see [the archive]({URL})." in body) is (left > 0)
    assert body.count("\n- [") + body.startswith("- [") == len(shown(body))


def test_a_marker_names_also_papers_that_did_not_fit() -> None:
    body = Announcement(DAY, many(1_000)).body()
    found = marked(body)
    assert found is not None
    assert len(shown(body)) < 400
    assert len(found.papers) == 1_000
    assert "see the archive." in body


def test_one_odd_record_does_not_take_all_the_room() -> None:
    odd = Section(keyword(), (entry("2505.00003", title="#" * 20_000, comment="@x " * 9_000),))
    assert len(Announcement(DAY, (odd, *many(10))).body()) < 8_000

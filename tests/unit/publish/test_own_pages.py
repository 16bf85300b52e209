"""The pages of keywords and of months."""

from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest

from digest.domain.digests import ArchiveSection
from digest.publish.fit import LIMIT_BYTES
from digest.publish.own_pages import keyword_pages, month_links, monthly_pages
from digest.publish.page import ArchivePages, Link
from digest.system.places import templates_folder
from digest.system.templates import Templates
from tests.support.builders import NOON, keyword, paper
from tests.unit.publish.test_markdown import Parsed, rendered

MAY, JUNE = datetime(2026, 5, 31, 23, 59, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
MARK = "<!-- Daily Papers writes this file; what others write into it is lost. -->\n"
ROW = (
    "| **[{title}](https://arxiv.org/abs/{id}v1)** | 2026-06-20 | "
    "<details><summary>Show</summary><p>We invent a paper. It has two sentences.</p></details> |  |\n"
)
HEAD = "| **Title** | **Date** | **Abstract** | **Comment** |\n| --- | --- | --- | --- |\n"


@pytest.fixture
def pages() -> ArchivePages:
    return ArchivePages(Templates(templates_folder()))


def row(id: str) -> str:
    return ROW.format(title=f"An invented paper numbered {id}", id=id)


def test_a_keyword_has_a_page_with_all_its_papers(pages: ArchivePages) -> None:
    section = ArchiveSection(keyword("C++"), (paper("2606.00002"), paper("2606.00001")), NOON)

    (file,) = keyword_pages([section], {section.keyword: "c=2b=2b"}, pages, "papers")

    assert file.path == PurePosixPath("papers/c=2b=2b.md")
    rows = row("2606.00002") + row("2606.00001")
    assert file.content.decode() == f"{MARK}# C++\n\nLast update: 2026-06-22\n\n{HEAD}{rows}"


def test_a_month_has_the_papers_that_were_submitted_then_whatever_changes_later(pages: ArchivePages) -> None:
    old, new = paper("2605.00001", submitted=MAY), paper("2606.00001", submitted=JUNE)
    sections = [
        ArchiveSection(keyword("A B"), (new, old), NOON, stale_since=NOON),
        ArchiveSection(keyword("C D"), (old,), NOON),
    ]

    files = {str(file.path): file.content.decode() for file in monthly_pages(sections, pages, "archive")}

    assert files == {
        "archive/2026-05.md": (
            f"{MARK}# 2026-05\n\n## A B\n{HEAD}{row('2605.00001')}\n## C D\n{HEAD}{row('2605.00001')}"
        ),
        "archive/2026-06.md": f"{MARK}# 2026-06\n\n## A B\n{HEAD}{row('2606.00001')}",
    }


def test_a_month_that_is_too_long_is_in_parts_and_the_last_one_comes_first(pages: ArchivePages) -> None:
    papers = [paper(f"2606.{number:05}", abstract="a" * 9_900) for number in range(100)]
    sections = [ArchiveSection(keyword(name), tuple(papers), NOON) for name in ("A B", "C D")]

    files = list(monthly_pages(sections, pages, "archive"))

    names = [f"2026-06.{number}.md" for number in (5, 4, 3, 2)]
    assert [file.path.name for file in files] == [*names, "2026-06.md"]
    assert all(len(file.content) <= LIMIT_BYTES for file in files)
    shown = [Parsed(rendered(file.content.decode())).targets for file in reversed(files)]
    assert [targets[0] for targets in shown[:-1]] == list(reversed(names))
    listed = [target for targets in shown for target in targets if target.startswith("https:")]
    assert listed == [paper.url for paper in papers] * 2
    third = files[2].content.decode().splitlines()
    assert [line for line in third if line.startswith(("#", "Part"))] == [
        "# 2026-06",
        "Part 3 of 5: [next part](2026-06.4.md)",
        "## A B",
        "## C D",
    ]


def test_a_paper_that_is_escaped_to_many_times_its_length_has_room(pages: ArchivePages) -> None:
    wild = paper(title="$" * 99_999, abstract="$ " * 99_999, comment="@" * 99_999)
    section = ArchiveSection(keyword(), (wild, wild), NOON)
    files = list(keyword_pages([section], {section.keyword: "x"}, pages, "archive"))
    assert [len(file.content) <= LIMIT_BYTES for file in files] == [True, True]


def test_a_keyword_without_papers_has_a_page(pages: ArchivePages) -> None:
    section = ArchiveSection(keyword("A"), (), None)
    (file,) = keyword_pages([section], {section.keyword: "a"}, pages, "archive")
    assert file.content.decode() == f"{MARK}# A\n\n\nNo papers yet.\n"


def test_the_months_are_linked_by_their_first_part_the_latest_first() -> None:
    names = ("2026-05.md", "2026-06.2.md", "2026-06.md", "2026-06=.md", "a b.md", "2026-06.atom")
    assert month_links(PurePosixPath("x y", name) for name in names) == (
        Link("2026-06", "x%20y/2026-06.md"),
        Link("2026-05", "x%20y/2026-05.md"),
    )

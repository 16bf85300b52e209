"""The files of the page; what it does in a browser is tested in tests/e2e/test_search_page.py."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import html

from digest.domain.digests import ArchivedPaper
from digest.errors import ArchiveError
from digest.publish import search_page
from digest.publish.files import PublishedFile
from digest.publish.mark import is_ours
from digest.publish.search_page import page_files
from digest.system.places import templates_folder
from digest.system.templates import Templates
from tests.support.builders import NOON, keyword, paper
from tests.support.screenshots import HOSTILE

REWARD, ROBOT = keyword(), keyword("机器人")
STEMS = {REWARD: "reward-model", ROBOT: "机器人"}
PAPER = paper(title="On $\\alpha$", comment="5 pages", updated=datetime(2026, 6, 21, tzinfo=UTC))


def files_of(*papers: ArchivedPaper, feeds: bool = True) -> list[PublishedFile]:
    templates = Templates(templates_folder())
    return list(page_files(papers, STEMS, "Daily Papers", templates, updated=NOON.date(), feeds=feeds))


def page_of(*papers: ArchivedPaper, feeds: bool = True) -> html.HtmlElement:
    return html.document_fromstring(files_of(*papers, feeds=feeds)[-1].content)


def test_the_page_comes_after_all_that_it_names() -> None:
    files = files_of(ArchivedPaper(PAPER, (REWARD,)))
    assert [str(file.path) for file in files] == [
        *("archive/archive.css", "archive/archive.js"),
        *("archive/data/2026-06.js", "archive/data/2026.js"),
        "archive/index.html",
    ]
    assert all(is_ours(file.content) for file in files)


def test_every_address_but_those_of_papers_lies_beside_the_page() -> None:
    files = files_of(ArchivedPaper(PAPER, (REWARD,)))
    published = {str(file.path) for file in files}
    page = html.document_fromstring(files[-1].content)
    named = [str(link).partition("?")[0] for link in page.xpath("//link/@href | //script/@src")]
    assert named == ["data:,", "archive.css", "all.atom", "all.json", "archive.js", "data/2026.js"]
    assert {f"archive/{name}" for name in named} - published == {
        "archive/data:,",
        *("archive/all.atom", "archive/all.json"),
    }
    months = page.xpath("//form/@data-months")[0]
    assert re.fullmatch(r"2026-06=[0-9a-f]{8}", months)


def test_the_newest_papers_can_be_read_without_a_script() -> None:
    page = page_of(ArchivedPaper(PAPER, (REWARD, ROBOT)))
    [card] = page.find_class("paper")[:1]
    lines = [" ".join(part.text_content().split()) for part in card.xpath(".//h2 | .//p")]
    assert lines == [
        "On α",
        "Ada Example, Bo Sample",
        "2026-06-20, revised 2026-06-21 · cs.LG · Reward Model, 机器人",
        "5 pages",
        "We invent a paper. It has two sentences.",
    ]
    assert card.xpath(".//a/@href") == [PAPER.url]


def test_the_page_itself_has_the_newest_hundred_papers_and_counts_all() -> None:
    papers = [ArchivedPaper(paper(f"2606.{number:05}"), (REWARD,)) for number in range(120, 0, -1)]
    page = page_of(*papers)
    shown = [link.get("href") for link in page.xpath("//main//a")]
    assert shown == [each.paper.url for each in papers[:100]]
    text = " ".join(page.find("body").text_content().split())
    assert "120 papers, last update 2026-06-22." in text
    assert "Below are the newest 100 papers. Searching needs JavaScript." in text
    assert [option.text for option in page.xpath("//select[@id='keyword']/option")] == [
        *("All keywords", "Reward Model (120)", "机器人 (0)"),
    ]


def test_feeds_are_named_where_there_are_some() -> None:
    links = [str(link) for link in page_of().xpath("//footer//a/@href")]
    assert links == ["all.atom", "reward-model.atom", "%E6%9C%BA%E5%99%A8%E4%BA%BA.atom"]
    assert page_of(feeds=False).xpath("//footer//a | //link[@rel='alternate']") == []


def test_an_archive_without_papers_has_a_page() -> None:
    assert "No papers yet." in page_of().text_content()


def test_abstracts_are_searched_unasked_where_they_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [page_of(ArchivedPaper(PAPER, (REWARD,)))]
    monkeypatch.setattr(search_page, "_FEW_BYTES", 50)
    pages.append(page_of(ArchivedPaper(PAPER, (REWARD,))))
    boxes = [page.get_element_by_id("abstracts") for page in pages]
    assert [box.get("checked") is not None for box in boxes] == [True, False]
    assert boxes[1].tail.strip() == "Search abstracts too (1 MB)"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_changes_nothing_but_words(text: str) -> None:
    def skeleton(text: str) -> list[tuple[str, list[str]]]:
        hostile = paper(title=text, abstract=text, authors=(text,), comment=text, categories=(text,))
        return [(str(part.tag), part.keys()) for part in page_of(ArchivedPaper(hostile, (REWARD,))).iter()]

    assert skeleton(text) == skeleton("Benign")


def test_an_address_that_runs_is_no_link() -> None:
    page = page_of(ArchivedPaper(paper(url="javascript:alert(1)"), (REWARD,)))
    assert page.xpath("//main//a/@href") == []


def test_a_broken_template_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "archive.html").write_text("\n{{ titel }}\n")
    templates = Templates(tmp_path, templates_folder())
    with pytest.raises(ArchiveError, match=r"archive\.html:2: 'titel' is undefined"):
        list(page_files([], STEMS, "Daily Papers", templates, folder="x"))

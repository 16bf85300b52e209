"""The feeds of the archive, as a feed reader and a schema see them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from digest.domain.digests import ArchiveSection
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.publish.feeds import feed_files
from digest.publish.mark import MARK, is_ours
from tests.support.builders import NOON, keyword, paper

SCHEMA = etree.RelaxNG(file=str(Path(__file__).parents[2] / "support" / "data" / "atom.rng"))
ATOM = {"atom": "http://www.w3.org/2005/Atom"}

REWARD, REASONING = keyword("Reward Model"), keyword("Reasoning")
RENAMED = replace(REWARD, name="Prizes")
STEMS = {REWARD: "reward-model", REASONING: "机器人", RENAMED: "prizes"}
FIRST, SECOND = paper("2606.00001"), paper("2606.00002", comment="5 pages", version=2)
SECTIONS = (
    ArchiveSection(REWARD, (SECOND, FIRST), NOON - timedelta(days=1)),
    ArchiveSection(REASONING, (SECOND,), NOON),
)
HOSTILE = (
    "</title><script>alert(1)</script>",
    "]]> & &amp; <!-- <![CDATA[",
    "\u202eturned\u2028 \x00\x0b\ud800 \ufffe",
    "עברית \"and' quotes",
)


def files_of(
    *sections: ArchiveSection, base_url: str | None = "https://example.org/papers/"
) -> dict[str, bytes]:
    files = feed_files(sections or SECTIONS, STEMS, "Daily Papers", base_url)
    return {str(file.path): file.content for file in files}


def read(content: bytes) -> Any:
    """The feed as feedparser reads it, once it is valid."""
    document = etree.fromstring(content)
    assert SCHEMA.validate(document), SCHEMA.error_log
    assert document.xpath("//atom:entry[not(atom:content)]", namespaces=ATOM) == []
    assert document.xpath("/atom:feed/atom:author", namespaces=ATOM)
    found = feedparser.parse(BytesIO(content))
    assert not found.bozo
    return found


def test_each_keyword_has_a_feed_in_both_formats_and_all_together_have_one_last() -> None:
    assert list(files_of()) == [
        *("archive/reward-model.atom", "archive/reward-model.json"),
        *("archive/机器人.atom", "archive/机器人.json"),
        *("archive/all.atom", "archive/all.json"),
    ]


def test_an_atom_feed_says_what_it_is_and_where() -> None:
    feed = read(files_of()["archive/机器人.atom"]).feed
    assert (feed.title, feed.updated) == ("Reasoning – Daily Papers", "2026-06-22T12:00:00Z")
    assert [(link.rel, link.type, link.href) for link in feed.links] == [
        (
            "self",
            "application/atom+xml",
            "https://example.org/papers/archive/%E6%9C%BA%E5%99%A8%E4%BA%BA.atom",
        ),
        ("alternate", "text/html", "https://example.org/papers/"),
    ]


def test_an_atom_entry_has_all_of_the_paper() -> None:
    [entry, other] = read(files_of()["archive/all.atom"]).entries
    assert (entry.id, other.id) == ("https://arxiv.org/abs/2606.00002", "https://arxiv.org/abs/2606.00001")
    assert entry.title == "An invented paper numbered 2606.00002"
    assert (entry.published, entry.updated) == ("2026-06-20T08:00:00Z", "2026-06-20T08:00:00Z")
    assert [author.name for author in entry.authors] == ["Ada Example", "Bo Sample"]
    assert entry.link == "https://arxiv.org/abs/2606.00002v2"
    assert [tag.term for tag in entry.tags] == ["Reward Model", "Reasoning", "cs.LG", "stat.ML"]
    assert entry.content[0].value == "We invent a paper. It has two sentences.\n\nComment: 5 pages"


def test_a_json_feed_has_the_same() -> None:
    assert json.loads(files_of()["archive/reward-model.json"]) == {
        "version": "https://jsonfeed.org/version/1.1",
        "_daily_papers": {"note": MARK},
        "title": "Reward Model – Daily Papers",
        "description": "New papers on arXiv. Thank you to arXiv for use of its open access interoperability.",
        "home_page_url": "https://example.org/papers/",
        "feed_url": "https://example.org/papers/archive/reward-model.json",
        "items": [
            {
                "id": f"https://arxiv.org/abs/{each.id}",
                "url": each.url,
                "title": each.title,
                "content_text": text,
                "date_published": "2026-06-20T08:00:00Z",
                "date_modified": "2026-06-20T08:00:00Z",
                "authors": [{"name": "Ada Example"}, {"name": "Bo Sample"}],
                "tags": [*keywords, "cs.LG", "stat.ML"],
            }
            for each, text, keywords in (
                (
                    SECOND,
                    "We invent a paper. It has two sentences.\n\nComment: 5 pages",
                    ["Reward Model", "Reasoning"],
                ),
                (FIRST, "We invent a paper. It has two sentences.", ["Reward Model"]),
            )
        ],
    }


def test_identities_depend_on_no_host_no_name_and_no_version() -> None:
    def ids(files: dict[str, bytes]) -> list[tuple[str, list[str]]]:
        feeds = [read(content) for path, content in files.items() if path.endswith(".atom")]
        return [(found.feed.id, [entry.id for entry in found.entries]) for found in feeds]

    later = paper("2606.00002", version=3, title="Another title")
    moved = files_of(
        ArchiveSection(RENAMED, (later, FIRST), NOON), SECTIONS[1], base_url="https://example.com"
    )
    assert ids(moved) == ids(files_of())
    assert len({id for id, _ in ids(moved)}) == 3


def test_a_feed_without_an_address_or_a_paper_is_valid() -> None:
    files = files_of(ArchiveSection(REWARD, (), None), base_url=None)
    found = read(files["archive/all.atom"])
    assert (found.feed.updated, found.feed.get("links", []), found.entries) == (
        "1970-01-01T00:00:00Z",
        [],
        [],
    )
    assert json.loads(files["archive/all.json"])["items"] == []
    assert "feed_url" not in json.loads(files["archive/all.json"])


def test_a_paper_without_authors_and_address_is_valid() -> None:
    bare = paper(authors=(), categories=(), url="javascript:alert(1)", pdf_url="")
    files = files_of(ArchiveSection(REWARD, (bare,), NOON))
    [entry] = read(files["archive/all.atom"]).entries
    assert (entry.title, entry.id) == (bare.title, "urn:uuid:1b2847c6-a4f8-5048-b5ce-da818293db71")
    assert "javascript" not in str(entry)
    assert "url" not in json.loads(files["archive/all.json"])["items"][0]


def test_a_feed_has_the_newest_papers_only() -> None:
    many = tuple(paper(f"2606.{number:05}") for number in range(150, 0, -1))
    older = tuple(paper(f"2605.{number:05}") for number in range(150, 0, -1))
    files = files_of(ArchiveSection(REWARD, older, NOON), ArchiveSection(REASONING, many, NOON))
    of_all = [item["id"][-10:] for item in json.loads(files["archive/all.json"])["items"]]
    assert of_all == [each.id for each in (*many, *older[:50])]


def test_the_same_papers_make_the_same_files_and_each_has_the_mark() -> None:
    files = files_of()
    assert files == files_of()
    assert all(map(is_ours, files.values()))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text: str) -> None:
    _require_text(text, paper(title=text, abstract=text, authors=(text,), comment=text, categories=(text,)))


@given(st.text())
def test_any_text_is_text(text: str) -> None:
    _require_text(text, paper(title=text, abstract=text, authors=(text,), comment=text, categories=(text,)))


def _require_text(name: str, hostile: Paper) -> None:
    keyword = Keyword(name or "x", any=("x",))
    stems = {keyword: "x"}
    section = ArchiveSection(keyword, (hostile,), datetime(2026, 6, 22, tzinfo=UTC))
    files = {file.path.name: file.content for file in feed_files([section], stems, name, folder="")}
    document = etree.fromstring(files["x.atom"])
    assert SCHEMA.validate(document), SCHEMA.error_log
    [entry] = document.findall("atom:entry", ATOM)
    [item] = json.loads(files["x.json"])["items"]
    assert entry.findtext("atom:title", namespaces=ATOM) == item["title"] != ""
    assert (entry.findtext("atom:content", namespaces=ATOM) or "") == item["content_text"]

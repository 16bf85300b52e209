from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from digest.demo.papers import DemoPaper
from digest.demo.server import ArxivServer, Behaviour, Reply
from digest.domain.keywords import Keyword
from digest.errors import AnswerRejected
from digest.sources.arxiv import feed
from digest.sources.arxiv.feed import AnnouncementFeed, archives_of
from digest.sources.arxiv.identifiers import announcement_order
from digest.sources.arxiv.responses import Announcement
from tests.support.arxiv_support import MONDAY, asked, batch, client_in, demo_paper, without_entries
from tests.support.builders import keyword
from tests.support.sources_support import announced, announcement_of, feed_of

MANY = ("astro-ph", "cond-mat", "cs")


@pytest.mark.parametrize(
    ("keywords", "archives"),
    [
        pytest.param([keyword(categories=("cs.LG", "cs.CL"))], ("cs",), id="one"),
        pytest.param([keyword(categories=("stat.ML", "cs.*"))], ("cs", "stat"), id="a class and an archive"),
        pytest.param([keyword(categories=("math.MP", "cs.SY"))], ("eess", "math-ph"), id="aliases"),
        pytest.param(
            [keyword(categories=("quant-ph",)), keyword("Reasoning", categories=("cs.CL",))],
            ("cs", "quant-ph"),
            id="two keywords",
        ),
    ],
)
def test_the_feed_is_that_of_the_keywords_archives(
    keywords: list[Keyword], archives: tuple[str, ...]
) -> None:
    assert archives_of(keywords) == archives


def test_a_keyword_without_categories_needs_every_archive() -> None:
    assert archives_of([keyword(categories=("cs.LG",)), keyword("Reasoning")]) == (
        *("astro-ph", "cond-mat", "cs", "econ", "eess", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th"),
        *("math", "math-ph", "nlin", "nucl-ex", "nucl-th", "physics", "q-bio", "q-fin", "quant-ph", "stat"),
    )


def latest(
    server: ArxivServer,
    folder: Path,
    archives: Sequence[str] = MANY,
    *,
    highest_seen: int = 0,
    high_water_mark: int = 1,
) -> Announcement:
    with client_in(folder) as client:
        feed = AnnouncementFeed(client, server.feed_url)
        return feed.latest(archives, highest_seen=highest_seen, high_water_mark=high_water_mark)


def names(announcement: Announcement) -> list[str]:
    return [f"{entry.kind} {entry.id}" for entry in announcement.entries]


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    papers: tuple[DemoPaper, ...] = (
        *batch(MONDAY, (1, 2)),
        demo_paper("2606.00003", MONDAY, categories=("stat.ML",)),
        demo_paper("2606.00004", MONDAY, categories=("astro-ph.GA",)),
    )
    with ArxivServer(papers, MONDAY) as it:
        yield it


def test_the_last_announcement_is_one_request(server: ArxivServer, tmp_path: Path) -> None:
    announcement = latest(server, tmp_path)
    assert names(announcement) == ["new 2606.00001", "new 2606.00002", "new 2606.00004"]
    assert announcement.is_whole
    assert asked(server) == ["/atom/astro-ph+cond-mat+cs"]


def showing(*entries: str) -> Behaviour:
    """A feed of these entries: kinds and numbers, such as `new 7`."""
    shown = (entry.split() for entry in entries)
    body = feed_of(
        *(announcement_of(announced(f"2606.{int(number):05}", kind=kind)) for kind, number in shown)
    )
    return lambda _: Reply(200, body)


def test_a_feed_at_its_limit_is_fetched_in_halves(
    server: ArxivServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LARGEST_FEED", 2)
    server.misbehave(
        showing("new 1", "new 2"),
        showing("new 1"),
        showing("new 2", "cross 1"),
        showing("new 3"),
        showing("cross 4"),
    )
    announcement = latest(server, tmp_path, ("gr-qc", "hep-ex", "hep-th"))
    assert names(announcement) == [
        "new 2606.00001",
        "new 2606.00002",
        "new 2606.00003",
        "cross 2606.00004",
    ]
    assert announcement.is_whole
    assert asked(server) == [
        "/atom/gr-qc+hep-ex+hep-th",
        "/atom/gr-qc",
        "/atom/hep-ex+hep-th",
        "/atom/hep-ex",
        "/atom/hep-th",
    ]


@pytest.mark.parametrize(
    "halves",
    [
        pytest.param((["new 1"], ["cross 1"]), id="new first"),
        pytest.param((["cross 1"], ["new 1"]), id="new last"),
    ],
)
def test_what_is_new_in_one_half_and_cross_listed_in_the_other_is_new(
    server: ArxivServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    halves: tuple[list[str], list[str]],
) -> None:
    monkeypatch.setattr(feed, "LARGEST_FEED", 2)
    server.misbehave(showing("new 1", "cross 2"), *(showing(*half) for half in halves))
    assert names(latest(server, tmp_path, ("cs", "stat"))) == ["new 2606.00001", "cross 2606.00002"]


def test_a_feed_at_its_limit_lacks_new_papers_although_it_shows_replacements(
    server: ArxivServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LARGEST_FEED", 2)
    server.misbehave(showing("replace 1", "new 3"), showing("replace 1"), showing("new 3"))
    assert names(latest(server, tmp_path, ("cs", "stat"))) == ["replace 2606.00001", "new 2606.00003"]
    assert asked(server) == ["/atom/cs+stat", "/atom/cs", "/atom/stat"]


def test_a_single_archive_is_fetched_in_halves_of_its_categories(
    server: ArxivServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LARGEST_FEED", 2)
    server.misbehave(showing("new 2", "new 3"), showing("new 1"), showing())
    assert names(latest(server, tmp_path, ("stat",))) == [
        "new 2606.00002",
        "new 2606.00003",
        "new 2606.00001",
    ]
    assert asked(server) == ["/atom/stat", "/atom/stat.AP+stat.CO", "/atom/stat.ME+stat.ML+stat.OT"]


def test_before_anything_is_known_one_feed_is_enough(
    server: ArxivServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LARGEST_FEED", 2)
    server.misbehave(showing("new 1", "new 2"))
    announcement = latest(server, tmp_path, ("cs", "stat"), high_water_mark=0)
    assert (len(announcement.entries), announcement.is_whole) == (2, False)
    assert asked(server) == ["/atom/cs+stat"]


def test_a_single_category_has_no_halves(
    server: ArxivServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LARGEST_FEED", 2)
    server.misbehave(showing("new 1", "new 2"))
    announcement = latest(server, tmp_path, ("hep-th",))
    assert (names(announcement), announcement.is_whole) == (["new 2606.00001", "new 2606.00002"], False)
    assert asked(server) == ["/atom/hep-th"]


def test_an_announcement_with_a_part_that_is_cut_is_not_whole(
    server: ArxivServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LARGEST_FEED", 2)
    server.misbehave(showing("new 1", "new 2"), showing("new 1"), showing("new 2", "new 3"))
    assert not latest(server, tmp_path, ("hep-ex", "hep-th")).is_whole


HIGHEST = announcement_order("2606.00004")


def test_a_feed_that_is_behind_is_fetched_again(server: ArxivServer, tmp_path: Path) -> None:
    server.misbehave(without_entries, showing("new 3"))
    assert latest(server, tmp_path, highest_seen=HIGHEST).top == HIGHEST
    assert asked(server) == ["/atom/astro-ph+cond-mat+cs"] * 3


@pytest.mark.parametrize(
    ("behaviour", "high_water_mark", "reason"),
    [
        (showing("new 3"), 0, "the feed is behind the search"),
        (showing("new 3"), HIGHEST - 1, "the same batch as last time"),
        (without_entries, HIGHEST - 1, "empty feed"),
    ],
)
def test_a_feed_that_stays_behind_is_rejected_by_name(
    server: ArxivServer, tmp_path: Path, behaviour: Behaviour, high_water_mark: int, reason: str
) -> None:
    server.misbehave(*[behaviour] * 4)
    with pytest.raises(AnswerRejected) as rejected:
        latest(server, tmp_path, highest_seen=HIGHEST, high_water_mark=high_water_mark)
    assert (rejected.value.reason, len(server.requests)) == (reason, 4)

"""An arXiv on loopback for scenarios of several days: invented papers, states of keywords, wrong answers.

The days are those of one week of June 2026; arXiv announces in the night before each.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.demo.papers import DemoPaper, Version, shown_at
from digest.demo.server import ArxivServer, Behaviour, Reply, announcement_feed, query_reply
from digest.domain.fetching import FetchRequest, KeywordState, Unavailable, UnavailablePaper
from digest.domain.keywords import Keyword
from digest.domain.matching import Matcher
from digest.sources.arxiv.api import ArxivApi
from digest.sources.arxiv.discovery import Discovery
from digest.sources.arxiv.feed import AnnouncementFeed
from digest.sources.arxiv.findings import Discovered
from digest.sources.arxiv.identifiers import announcement_order
from digest.sources.http import ArxivClient
from tests.support.builders import keyword
from tests.support.sources_support import PretendedClock, settings

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, _, SATURDAY = (
    datetime(2026, 6, day, 12, tzinfo=UTC) for day in range(22, 28)
)
"""Noon of each day, the time of the fetch."""

REWARD_MODEL = keyword("Reward Model")
WEEK = timedelta(weeks=1)


def demo_paper(id: str, day: datetime, title: str = "Something else", **changes: object) -> DemoPaper:
    """A paper announced in the night before the `day` and submitted a day earlier."""
    announced = day - timedelta(hours=8)
    fields: dict[str, object] = {
        "id": id,
        "title": title,
        "abstract": "An invented abstract.",
        "authors": ("Ada Example",),
        "categories": ("cs.LG",),
        "comment": "",
        "versions": (Version(1, announced - timedelta(days=1), announced),),
    }
    return DemoPaper(**{**fields, **changes})  # type: ignore[arg-type]


def about_rewards(id: str, day: datetime, **changes: object) -> DemoPaper:
    return demo_paper(id, day, f"Reward models, as in {id}", **changes)


def waited(paper: DemoPaper, time: timedelta) -> DemoPaper:
    """The paper, submitted so much earlier: it has waited in moderation."""
    first, *later = paper.versions
    return replace(paper, versions=(replace(first, submitted=first.submitted - time), *later))


def batch(day: datetime, numbers: Iterable[int], month: str = "2606") -> tuple[DemoPaper, ...]:
    """Papers that no keyword matches."""
    return tuple(demo_paper(f"{month}.{number:05}", day) for number in numbers)


def known_on(day: datetime, papers: Iterable[DemoPaper], wanted: Keyword = REWARD_MODEL) -> KeywordState:
    """The state of a keyword that has missed nothing up to the day."""
    shown = [one.paper for one in shown_at(papers, day)]
    matcher = Matcher([wanted])
    claimed = [paper for paper in shown if matcher.claims(paper)]
    newest = max(paper.submitted for paper in claimed)
    high_water_mark = max(announcement_order(paper.id) for paper in shown)
    return KeywordState(
        baseline=high_water_mark,
        high_water_mark=high_water_mark,
        papers=frozenset(paper.id for paper in claimed),
        recent=frozenset(paper.id for paper in claimed if paper.submitted >= newest - WEEK),
        newest_submission=newest,
    )


def after(known: KeywordState, result: Discovered) -> KeywordState:
    """The state of the keyword once the result is recorded."""
    return replace(
        known,
        high_water_mark=max(known.high_water_mark or 0, result.high_water_mark or 0),
        papers=known.papers | {paper.id for paper in result.papers},
    )


@contextmanager
def client_in(folder: Path) -> Iterator[ArxivClient]:
    """It neither waits between requests nor before a retry."""
    impatient = settings(interval_seconds=0.0, retry_scale=0.0)
    yield ArxivClient(impatient, folder / "arxiv.lock", PretendedClock())


def discover(
    server: ArxivServer, folder: Path, *requests: FetchRequest, unavailable: Sequence[UnavailablePaper] = ()
) -> dict[str, Discovered]:
    """What one run finds, by the keyword's name."""
    with client_in(folder) as client:
        source = Discovery(ArxivApi(client, server.api_url), AnnouncementFeed(client, server.feed_url))
        known = Unavailable(server.now, tuple(unavailable))
        return {result.keyword.name: result for result in source.discover(requests, known)}


def ids(result: Discovered) -> set[str]:
    return {paper.id for paper in result.papers}


def asked(server: ArxivServer) -> list[str]:
    """What each request was for: `search`, `list`, `match` (a search in a list) or the feed's path."""
    return [_purpose(request.path, request.parameters) for request in server.requests]


def _purpose(path: str, parameters: dict[str, str]) -> str:
    if path != "/api/query":
        return path
    if "id_list" not in parameters:
        return "search"
    return "match" if "search_query" in parameters else "list"


def listed(server: ArxivServer) -> set[str]:
    """All ids in requests for lists."""
    lists = (request.parameters.get("id_list") for request in server.requests)
    return {paper_id for text in lists if text for paper_id in text.split(",")}


def gone(_: Reply) -> Reply:
    return Reply(404, b"no such page", "text/plain")


def without_entries(reply: Reply) -> Reply:
    """As on a day without an announcement, or as if nothing was found; the rest is in order."""
    head, *_ = reply.body.partition(b"<entry>")
    total = re.sub(rb"(totalResults>)\d+", rb"\g<1>0", head)
    return replace(reply, body=total.removesuffix(b"</feed>") + b"</feed>")


def first_entry_alone(reply: Reply) -> Reply:
    """The beginning of what there is, in good order."""
    return replace(reply, body=reply.body.partition(b"</entry>")[0] + b"</entry></feed>")


def feed_of_day(papers: Sequence[DemoPaper], day: datetime) -> Behaviour:
    """The announcement of another day."""
    return lambda reply: replace(reply, body=announcement_feed(papers, "cs", day))


def answer_to(query: str, server: ArxivServer, papers: Sequence[DemoPaper]) -> Behaviour:
    """The request is answered as if it had been for this query."""

    def behaviour(_: Reply) -> Reply:
        return query_reply(papers, {**server.requests[-1].parameters, "search_query": query}, server.now)

    return behaviour


def answer_as_of(day: datetime, server: ArxivServer, papers: Sequence[DemoPaper]) -> Behaviour:
    """The request is answered as if it had been asked on that day."""
    return lambda _: query_reply(papers, server.requests[-1].parameters, day)

"""Each test is a scenario of some days: what arXiv announced, what is known of a keyword, what is found."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.demo.papers import DemoPaper, Version
from digest.demo.server import ArxivServer, Behaviour, Reply
from digest.domain.fetching import FetchRequest, KeywordState, Unavailable
from digest.domain.volume import Volume
from digest.errors import SourceUnavailable
from digest.sources import http, retry_policy
from digest.sources.arxiv.api import ArxivApi
from digest.sources.arxiv.discovery import Discovery
from digest.sources.arxiv.feed import AnnouncementFeed
from digest.sources.arxiv.findings import Discovered
from digest.sources.arxiv.identifiers import announcement_order
from digest.sources.arxiv.query import query_of, query_of_any
from tests.support.arxiv_support import (
    MONDAY,
    REWARD_MODEL,
    SATURDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    about_rewards,
    after,
    answer_as_of,
    answer_to,
    asked,
    batch,
    client_in,
    demo_paper,
    discover,
    feed_of_day,
    first_entry_alone,
    gone,
    ids,
    known_on,
    listed,
    waited,
    without_entries,
)
from tests.support.builders import keyword, paper
from tests.support.sources_support import RESET, ScriptedServer

NOTHING_KNOWN = KeywordState()
FIVE_WEEKS = timedelta(weeks=5)
ALL = (
    "/atom/astro-ph+cond-mat+cs+econ+eess+gr-qc+hep-ex+hep-lat+hep-ph+hep-th+math+math-ph+nlin+nucl-ex+nucl-th"
    "+physics+q-bio+q-fin+quant-ph+stat"
)

ON_MONDAY = (*batch(MONDAY, range(1, 10)), about_rewards("2606.00010", MONDAY))
ON_TUESDAY = (
    *batch(TUESDAY, range(11, 18)),
    about_rewards("2606.00018", TUESDAY),
    waited(about_rewards("2606.00019", TUESDAY, comment="12 pages"), FIVE_WEEKS),
    *batch(TUESDAY, (20,)),
)
ON_WEDNESDAY = (*batch(WEDNESDAY, range(21, 29)), about_rewards("2606.00029", WEDNESDAY))
PAPERS = (*ON_MONDAY, *ON_TUESDAY, *ON_WEDNESDAY)


def order(paper_id: str) -> int:
    return announcement_order(paper_id)


def reward_models(day: datetime, papers: Sequence[DemoPaper] = PAPERS) -> FetchRequest:
    return FetchRequest(REWARD_MODEL, known_on(day, papers))


def found(server: ArxivServer, folder: Path, *requests: FetchRequest) -> Discovered:
    """What was found for the first request."""
    return discover(server, folder, *requests)[requests[0].keyword.name]


def outcome(result: Discovered) -> tuple[int | None, bool, str]:
    """High-water mark, whether it is up to date, and the problem."""
    return result.high_water_mark, result.up_to_date, str(result.problem or "")


def numbers(papers: Sequence[DemoPaper]) -> frozenset[str]:
    return frozenset(paper.id for paper in papers)


# Ordinary days


def test_an_ordinary_day_costs_three_requests(tmp_path: Path) -> None:
    with ArxivServer(PAPERS, TUESDAY) as server:
        result = found(server, tmp_path, reward_models(MONDAY))
    assert asked(server) == ["search", ALL, "list"]
    assert ids(result) == {"2606.00010", "2606.00018", "2606.00019"}
    assert (result.announced, result.announcement_size) == (numbers(ON_TUESDAY), 10)
    assert outcome(result) == (order("2606.00020"), True, "")


def test_the_size_of_an_announcement_is_known_once_and_only_if_all_archives_were_fetched(
    tmp_path: Path,
) -> None:
    in_cs = keyword("Reward Model", categories=("cs.LG",))
    with ArxivServer(PAPERS, TUESDAY) as server:
        requests = (
            FetchRequest(REWARD_MODEL, NOTHING_KNOWN),
            reward_models(TUESDAY),
            FetchRequest(in_cs, known_on(MONDAY, PAPERS, in_cs)),
        )
        sizes = [found(server, tmp_path, request).announcement_size for request in requests]
    assert sizes == [10, None, None]


def test_a_paper_that_the_search_misses_is_complete(tmp_path: Path) -> None:
    """What the feed shows has neither comment nor dates; the list has them."""
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(answer_to('ti:"reward" AND ti:"2606.00010"', server, PAPERS))
        result = found(server, tmp_path, reward_models(MONDAY))
    assert asked(server) == ["search", ALL, "list"]
    submitted = TUESDAY - timedelta(days=1, hours=8) - FIVE_WEEKS
    assert next(one for one in result.papers if one.id == "2606.00019") == paper(
        "2606.00019",
        title="Reward models, as in 2606.00019",
        abstract="An invented abstract.",
        authors=("Ada Example",),
        categories=("cs.LG",),
        comment="12 pages",
        submitted=submitted,
        updated=submitted,
    )


def test_a_paper_with_an_early_identifier_is_found_and_called_new(tmp_path: Path) -> None:
    straggler = waited(about_rewards("2604.00002", TUESDAY), FIVE_WEEKS)
    with ArxivServer((*PAPERS, straggler), TUESDAY) as server:
        server.misbehave(gone)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert "2604.00002" in ids(result) & result.announced


def test_a_known_paper_that_is_replaced_comes_in_its_new_version(tmp_path: Path) -> None:
    first = Version(1, MONDAY - FIVE_WEEKS, MONDAY - FIVE_WEEKS)
    second = Version(2, MONDAY, TUESDAY - timedelta(hours=8))
    old = about_rewards("2605.00003", MONDAY, versions=(first, second))
    strange = demo_paper("2605.00004", MONDAY, "Reward models elsewhere", versions=(first, second))
    known = known_on(MONDAY, (*PAPERS, old))
    with ArxivServer((*PAPERS, old, strange), TUESDAY) as server:
        server.misbehave(gone)
        result = found(server, tmp_path, FetchRequest(REWARD_MODEL, known))
    assert {one.id: one.version for one in result.papers} == {
        "2605.00003": 2,
        "2606.00010": 1,
        "2606.00018": 1,
        "2606.00019": 1,
    }
    assert "2605.00003" not in result.announced


def test_keywords_share_their_requests(tmp_path: Path) -> None:
    reasoning = keyword("Reasoning")
    papers = (*PAPERS, demo_paper("2606.00021", TUESDAY, "Reasoning", abstract="On reasoning."))
    known = replace(known_on(MONDAY, papers), papers=frozenset(), recent=frozenset())
    with ArxivServer(papers, TUESDAY) as server:
        results = discover(server, tmp_path, reward_models(MONDAY), FetchRequest(reasoning, known))
    assert asked(server) == ["search", ALL, "list"]
    assert {name: ids(result) for name, result in results.items()} == {
        "Reward Model": {"2606.00010", "2606.00018", "2606.00019"},
        "Reasoning": {"2606.00021"},
    }


def test_a_hundred_keywords_are_one_query_and_one_more_is_a_second(tmp_path: Path) -> None:
    nothing_yet = KeywordState(baseline=order("2606.00010"), high_water_mark=order("2606.00010"))
    others = [FetchRequest(keyword(f"Invented Subject {number}"), nothing_yet) for number in range(100)]
    with ArxivServer(PAPERS, TUESDAY) as server:
        discover(server, tmp_path, *others[1:], reward_models(MONDAY))
        assert asked(server) == ["search", ALL, "list"]
        discover(server, tmp_path, *others, reward_models(MONDAY))
    assert asked(server)[3:] == ["search", "search", ALL, "list"]


def test_without_requests_arxiv_is_not_asked(tmp_path: Path) -> None:
    with ArxivServer(PAPERS, TUESDAY) as server:
        assert discover(server, tmp_path) == {}
    assert server.requests == []


# Days without an announcement


@pytest.mark.parametrize("feed", [None, feed_of_day(PAPERS, WEDNESDAY)], ids=["empty", "the last one"])
def test_a_holiday_is_no_problem_and_stays_open(tmp_path: Path, feed: Behaviour | None) -> None:
    """A late announcement may follow, so that day's next run looks again."""
    with ArxivServer(PAPERS, THURSDAY) as server:
        server.misbehave(None, feed)
        result = found(server, tmp_path, reward_models(WEDNESDAY))
    assert asked(server)[:3] == ["search", ALL, "search"]
    assert server.requests[2].parameters["search_query"].startswith("(cat:astro-ph.* OR cat:cond-mat.* OR ")
    assert outcome(result) == (order("2606.00029"), False, "")
    assert result.announced == frozenset()


def test_a_holiday_in_some_archives_is_not_one_in_others(tmp_path: Path) -> None:
    """What another archive announced says nothing about the feed of this one."""
    elsewhere = demo_paper("2606.00030", THURSDAY, categories=("math.AG",))
    wanted = keyword("Reward Model", categories=("cs.LG",))
    known = known_on(WEDNESDAY, PAPERS, wanted)
    with ArxivServer((*PAPERS, elsewhere), THURSDAY) as server:
        result = found(server, tmp_path, FetchRequest(wanted, known))
    assert asked(server) == ["search", "/atom/cs", "search"]
    assert outcome(result) == (order("2606.00029"), False, "")


# Archives


def test_a_keyword_with_categories_asks_its_archives_alone(tmp_path: Path) -> None:
    """The few identifiers that are not in their feed went to others."""
    wanted = keyword("Reward Model", categories=("cs.LG",))
    others = [demo_paper(f"2606.{number:05}", TUESDAY, categories=("math.AG",)) for number in range(21, 41)]
    last = about_rewards("2606.00041", TUESDAY)
    papers = (*ON_MONDAY, *ON_TUESDAY, *others, last)
    with ArxivServer(papers, TUESDAY) as server:
        result = found(server, tmp_path, FetchRequest(wanted, known_on(MONDAY, papers, wanted)))
    assert asked(server) == ["search", "/atom/cs", "list"]
    requested = server.requests[-1].parameters["id_list"].split(",")
    assert set(requested).isdisjoint(other.id for other in others)
    assert outcome(result) == (order("2606.00041"), True, "")


def test_many_identifiers_that_are_not_in_the_feed_of_some_archives_are_listed(tmp_path: Path) -> None:
    wanted = keyword("Reward Model", categories=("cs.LG",))
    last = about_rewards("2606.00042", TUESDAY)
    papers = (*ON_MONDAY, *ON_TUESDAY, last)
    with ArxivServer(papers, TUESDAY) as server:
        found(server, tmp_path, FetchRequest(wanted, known_on(MONDAY, papers, wanted)))
    assert asked(server) == ["search", "/atom/cs", "list"]
    assert listed(server) >= {f"2606.{number:05}" for number in range(21, 42)}


def test_a_cross_listed_paper_at_the_top_does_not_make_the_feed_look_behind(tmp_path: Path) -> None:
    def crossed(reply: Reply) -> Reply:
        new, _, rest = reply.body.rpartition(b"announce_type>new<")
        return replace(reply, body=new + b"announce_type>cross<" + rest)

    wanted = keyword("Reward Model", categories=("cs.LG",))
    papers = (*ON_MONDAY, *batch(TUESDAY, range(11, 20)), about_rewards("2606.00020", TUESDAY))
    with ArxivServer(papers, TUESDAY) as server:
        server.misbehave(None, crossed)
        result = found(server, tmp_path, FetchRequest(wanted, known_on(MONDAY, papers, wanted)))
    assert outcome(result) == (order("2606.00020"), True, "")
    assert result.announced == {f"2606.{number:05}" for number in range(11, 20)}


# What was missed


def late(id: str, day: datetime) -> DemoPaper:
    """No search of the last days shows it."""
    return waited(about_rewards(id, day), FIVE_WEEKS)


ON_THURSDAY = (*batch(THURSDAY, range(30, 39)), late("2606.00039", THURSDAY))


def test_announcements_that_were_missed_are_made_good_by_identifier(tmp_path: Path) -> None:
    papers = (*ON_MONDAY, *ON_TUESDAY, *batch(WEDNESDAY, range(21, 29)), late("2606.00029", WEDNESDAY))
    papers = (*papers, *ON_THURSDAY)
    with ArxivServer(papers, THURSDAY) as server:
        server.misbehave(gone)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert asked(server) == ["search", ALL, "list"]
    assert ids(result) == {"2606.00010", "2606.00018", "2606.00019", "2606.00029", "2606.00039"}
    assert outcome(result) == (order("2606.00039"), True, "")


def test_a_late_identifier_within_a_missed_announcement_hides_nothing_of_it(tmp_path: Path) -> None:
    """It belongs to the last announcement, and those around it do not."""
    papers = (*ON_MONDAY, *batch(TUESDAY, range(11, 18)), late("2606.00019", TUESDAY))
    papers = (*papers, *batch(WEDNESDAY, (18, *range(20, 30))))
    with ArxivServer(papers, WEDNESDAY) as server:
        server.misbehave(gone)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert "2606.00019" in ids(result)


def test_a_new_month_hides_nothing(tmp_path: Path) -> None:
    papers = (
        *ON_MONDAY,
        *batch(TUESDAY, range(11, 19)),
        late("2606.00019", TUESDAY),
        late("2607.00001", TUESDAY),
        *batch(WEDNESDAY, range(2, 9), month="2607"),
    )
    with ArxivServer(papers, WEDNESDAY) as server:
        server.misbehave(gone)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert asked(server) == ["search", ALL, "list", "list", "list"]
    assert ids(result) == {"2606.00010", "2606.00019", "2607.00001"}
    assert outcome(result) == (order("2607.00008"), True, "")


def test_a_month_is_listed_until_it_has_no_more_papers(tmp_path: Path) -> None:
    far = late("2606.01990", TUESDAY)
    with ArxivServer((*ON_MONDAY, far, late("2607.00001", WEDNESDAY)), WEDNESDAY) as server:
        server.misbehave(gone)
        result = found(server, tmp_path, reward_models(MONDAY))
    lists = [request.parameters["id_list"].split(",") for request in server.requests[2:]]
    assert [(ids[0], len(ids)) for ids in lists] == [
        ("2607.00001", 2),
        ("2606.00011", 1_982),
        ("2606.01991", 1_982),
    ]
    assert ids(result) == {"2606.00010", "2606.01990", "2607.00001"}


def test_a_keyword_behind_the_others_gets_the_announcement_too(tmp_path: Path) -> None:
    straggler = late("2604.00002", TUESDAY)
    papers = (*PAPERS, straggler)
    other = FetchRequest(keyword("Invented Subject"), known_on(TUESDAY, papers))
    with ArxivServer(papers, TUESDAY) as server:
        server.misbehave(gone)
        result = found(server, tmp_path, reward_models(MONDAY), other)
    assert ids(result) == {"2604.00002", "2606.00018", "2606.00019"}
    assert result.announced == numbers(ON_TUESDAY) | {"2604.00002"}


def test_a_keyword_that_fell_behind_does_not_make_a_holiday_look_like_a_fault(tmp_path: Path) -> None:
    other = FetchRequest(
        keyword("Invented Subject"), replace(known_on(WEDNESDAY, PAPERS), recent=frozenset())
    )
    with ArxivServer(PAPERS, THURSDAY) as server:
        server.misbehave(gone)
        result = found(server, tmp_path, reward_models(TUESDAY), other)
    assert asked(server) == ["search", ALL, "search", "list"]
    assert ids(result) >= {"2606.00029"}
    assert outcome(result) == (order("2606.00029"), False, "")


def test_a_keyword_that_began_when_nothing_was_known_begins_where_arxiv_is_now(tmp_path: Path) -> None:
    nothing = KeywordState(baseline=0, high_water_mark=0)
    with ArxivServer(PAPERS, TUESDAY) as server:
        result = found(server, tmp_path, FetchRequest(REWARD_MODEL, nothing))
    assert outcome(result) == (order("2606.00020"), True, "")


# A source that fails


@pytest.mark.parametrize(
    ("feed", "problem"),
    [
        pytest.param(
            feed_of_day(PAPERS, MONDAY),
            "the same batch as last time: it goes up to 2606.00010, and 2606.00018 is announced",
            id="yesterday's",
        ),
        pytest.param(without_entries, "empty feed: no new paper, and 2606.00018 is announced", id="empty"),
        pytest.param(
            first_entry_alone,
            "the feed is behind the search: it goes up to 2604.00002, and 2606.00018 is announced",
            id="cut",
        ),
        pytest.param(
            feed_of_day(PAPERS, MONDAY - timedelta(days=1)),
            "empty feed: no new paper, and 2606.00018 is announced",
            id="of a day without announcement",
        ),
        pytest.param(gone, "127.0.0.1 gave no answer: 404 Not Found", id="not there"),
    ],
)
def test_without_the_feed_the_search_shows_which_ids_to_list(
    tmp_path: Path, feed: Behaviour, problem: str
) -> None:
    """No paper is missing but those with an early identifier, which come once the feed is back."""
    papers = (*PAPERS, late("2604.00002", TUESDAY))
    request = reward_models(MONDAY)
    with ArxivServer(papers, TUESDAY) as server:
        in_june = answer_to('ti:"reward" AND submittedDate:[202606010000 TO 202607010000]', server, papers)
        server.misbehave(in_june, *[feed] * (1 if feed is gone else 4))
        result = found(server, tmp_path, request)
        assert ids(result) == {"2606.00010", "2606.00018", "2606.00019"}
        assert outcome(result) == (order("2606.00019"), False, f"the announcement feed: {problem}")
        server.misbehave(gone)
        again = found(server, tmp_path, FetchRequest(REWARD_MODEL, after(request.known, result)))
    assert "2604.00002" in ids(again) & again.announced
    assert outcome(again) == (order("2606.00020"), True, "")


def test_a_feed_that_is_behind_is_found_out_although_no_keyword_has_a_new_paper(tmp_path: Path) -> None:
    papers = (*ON_MONDAY, *batch(TUESDAY, range(11, 21)))
    with ArxivServer(papers, TUESDAY) as server:
        server.misbehave(None, without_entries, None, *[without_entries] * 4)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert outcome(result) == (
        order("2606.00019"),
        False,
        "the announcement feed: empty feed: no new paper, and 2606.00020 is announced",
    )


def test_without_feed_and_search_the_high_water_mark_stays(tmp_path: Path) -> None:
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(*[gone] * 3)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert (ids(result), result.announced) == (set(), frozenset())
    assert outcome(result)[1:] == (False, "the announcement feed: 127.0.0.1 gave no answer: 404 Not Found")
    assert (result.high_water_mark or 0) <= order("2606.00010")


def test_the_next_day_completes_what_failed(tmp_path: Path) -> None:
    request = reward_models(MONDAY)
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(*[gone] * 3)
        missed = found(server, tmp_path, request)
        server.now = WEDNESDAY
        result = found(server, tmp_path, FetchRequest(REWARD_MODEL, after(request.known, missed)))
    assert ids(result) == {"2606.00010", "2606.00018", "2606.00019", "2606.00029"}
    assert outcome(result) == (order("2606.00029"), True, "")


def test_the_search_failing_alone_is_no_problem(tmp_path: Path) -> None:
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(gone)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert ids(result) == {"2606.00010", "2606.00018", "2606.00019"}
    assert outcome(result) == (order("2606.00020"), True, "")


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        pytest.param(without_entries, "missing rows: 1 of 1 papers, such as 2606.00010", id="empty"),
        pytest.param(first_entry_alone, "missing rows: 1 of 1 papers, such as 2606.00010", id="cut"),
    ],
)
def test_a_list_without_papers_that_certainly_exist_is_rejected(
    tmp_path: Path, answer: Behaviour, detail: str
) -> None:
    """Among them the newest that is known, when nothing of what was missed is certain."""
    request = reward_models(MONDAY)
    papers = (*ON_MONDAY, late("2606.00011", TUESDAY), *batch(WEDNESDAY, (12,)))
    with ArxivServer(papers, WEDNESDAY) as server:
        server.misbehave(None, None, *[answer] * 4)
        result = found(server, tmp_path, request)
        assert outcome(result) == (None, False, f"the list of announced papers: {detail}")
        again = found(server, tmp_path, FetchRequest(REWARD_MODEL, after(request.known, result)))
    assert ids(again) == {"2606.00010", "2606.00011"}
    assert outcome(again) == (order("2606.00012"), True, "")


# What cannot be true


def test_an_identifier_of_the_far_future_is_refused(tmp_path: Path) -> None:
    with ArxivServer((*PAPERS, demo_paper("3012.00001", TUESDAY)), TUESDAY) as server:
        result = found(server, tmp_path, reward_models(MONDAY))
    assert outcome(result) == (
        None,
        False,
        "the list of announced papers: an id of the future: 3012.00001 is years after all that is known",
    )


def ending_in_autumn(reply: Reply) -> Reply:
    """The feed's last paper gets a wrong identifier."""
    return replace(reply, body=reply.body.replace(b"arXiv.org:2606.00020v1", b"arXiv.org:2609.00020v1"))


@pytest.mark.parametrize("known", [known_on(MONDAY, PAPERS), NOTHING_KNOWN], ids=["known", "unknown"])
def test_an_identifier_that_the_feed_alone_has_moves_nothing(tmp_path: Path, known: KeywordState) -> None:
    """What is truly announced from now on would look old."""
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(*([gone] if known.baseline else []), ending_in_autumn)
        result = found(server, tmp_path, FetchRequest(REWARD_MODEL, known))
    assert order("2606.00018") < (result.high_water_mark or 0) <= order("2606.00020")
    assert [(paper.id, paper.reason) for paper in result.unavailable] == [("2609.00020", "missing rows")]


# First fetches


def test_a_first_fetch_is_one_request_beside_the_shared_ones_and_another_one_if_it_is_empty(
    tmp_path: Path,
) -> None:
    unknown = keyword("Else")
    with ArxivServer(PAPERS, TUESDAY) as server:
        results = discover(server, tmp_path, reward_models(MONDAY), FetchRequest(unknown, NOTHING_KNOWN))
    assert asked(server) == ["search", ALL, "list", "search", "search"]
    assert server.requests[-1].parameters["search_query"] == query_of(unknown)
    assert results["Else"] == Discovered(
        unknown,
        announced=numbers(ON_TUESDAY),
        announcement_size=10,
        high_water_mark=order("2606.00020"),
        up_to_date=True,
        asked_at=TUESDAY,
        volume=Volume(0, 0, 0),
    )


def test_a_first_fetch_brings_the_newest_hundred_and_those_announced_last(tmp_path: Path) -> None:
    many = [about_rewards(f"2606.{number:05}", MONDAY) for number in range(101, 203)]
    papers = (*many, late("2606.00203", TUESDAY), *batch(TUESDAY, (204,)))
    with ArxivServer(papers, TUESDAY) as server:
        result = found(server, tmp_path, FetchRequest(REWARD_MODEL, NOTHING_KNOWN))
    assert asked(server) == [ALL, "list", "search"]
    assert ids(result) == {*sorted(paper.id for paper in many)[2:], "2606.00203"}
    assert (outcome(result), result.asked_at) == ((order("2606.00204"), True, ""), TUESDAY)
    assert result.volume
    assert result.volume.total == 103


def test_a_first_fetch_on_a_day_without_announcement_fetches_no_feed_twice(tmp_path: Path) -> None:
    with ArxivServer(PAPERS, SATURDAY) as server:
        result = found(server, tmp_path, FetchRequest(REWARD_MODEL, NOTHING_KNOWN))
    assert asked(server) == [ALL, "search", "search"]
    assert ids(result) == {"2606.00010", "2606.00018", "2606.00019", "2606.00029"}
    assert outcome(result) == (order("2606.00029"), False, "")


def test_an_empty_answer_hides_no_past(tmp_path: Path) -> None:
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(None, None, without_entries)
        result = found(server, tmp_path, FetchRequest(REWARD_MODEL, NOTHING_KNOWN))
    assert {"2606.00010", "2606.00018", "2606.00019"} <= ids(result)


def test_a_first_fetch_needs_no_feed(tmp_path: Path) -> None:
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(gone)
        result = found(server, tmp_path, FetchRequest(REWARD_MODEL, NOTHING_KNOWN))
    assert asked(server) == [ALL, "search", "search"]
    assert ids(result) == {"2606.00010", "2606.00018", "2606.00019"}
    assert outcome(result) == (order("2606.00019"), False, "")


def test_a_first_fetch_that_fails_concerns_its_keyword_alone(tmp_path: Path) -> None:
    unknown = FetchRequest(keyword("Else"), NOTHING_KNOWN)
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(None, None, None, gone)
        results = discover(server, tmp_path, unknown, reward_models(MONDAY))
    assert outcome(results["Else"]) == (None, False, "127.0.0.1 gave no answer: 404 Not Found")
    assert outcome(results["Reward Model"]) == (order("2606.00020"), True, "")


# Papers that arXiv finds and the local rule does not


ODD = demo_paper("2606.00020", TUESDAY, "An oddity")
ODD_PAPERS = (*ON_MONDAY, *ON_TUESDAY[:-1], ODD)
KEYWORDS = (REWARD_MODEL, *(keyword(f"Invented Subject {letter}") for letter in "XYZ"))


def four_keywords() -> tuple[FetchRequest, ...]:
    known = known_on(MONDAY, ODD_PAPERS)
    nothing = KeywordState(baseline=known.baseline, high_water_mark=known.high_water_mark)
    return FetchRequest(REWARD_MODEL, known), *(FetchRequest(wanted, nothing) for wanted in KEYWORDS[1:])


def test_papers_that_no_keyword_claims_are_matched_in_halves(tmp_path: Path) -> None:
    """As arXiv has it, the odd paper is an answer to the third keyword."""
    with ArxivServer(ODD_PAPERS, TUESDAY) as server:
        odd = answer_to('ti:"oddity"', server, ODD_PAPERS)
        server.misbehave(answer_to('ti:"reward" OR ti:"oddity"', server, ODD_PAPERS), None, None, odd, odd)
        results = discover(server, tmp_path, *four_keywords())
    assert asked(server) == ["search", ALL, "match", "match", "match", "match"]
    assert [request.parameters["search_query"] for request in server.requests[2:]] == [
        query_of_any(KEYWORDS[:2]),
        query_of_any(KEYWORDS[2:]),
        query_of(KEYWORDS[2]),
        query_of(KEYWORDS[3]),
    ]
    assert {request.parameters["id_list"] for request in server.requests[2:]} == {"2606.00020"}
    assert [sorted(ids(results[wanted.name])) for wanted in KEYWORDS] == [
        ["2606.00010", "2606.00018", "2606.00019"],
        [],
        ["2606.00020"],
        [],
    ]


def test_a_keyword_that_differs_by_a_sign_alone_is_asked_for_first(tmp_path: Path) -> None:
    odd = demo_paper("2606.00020", TUESDAY, "Oddities:Invented Subject:Y again")
    papers = (*ON_TUESDAY[:-1], *ON_MONDAY, odd)
    with ArxivServer(papers, TUESDAY) as server:
        found_by_arxiv = answer_to('ti:"again"', server, papers)
        server.misbehave(answer_to('ti:"reward" OR ti:"again"', server, papers), None, found_by_arxiv)
        results = discover(server, tmp_path, *four_keywords())
    assert asked(server) == ["search", ALL, "match"]
    assert server.requests[-1].parameters["search_query"] == query_of(KEYWORDS[2])
    assert odd.id in ids(results[KEYWORDS[2].name])


def test_the_keyword_of_a_paper_may_stay_unknown_until_the_next_search(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with ArxivServer(ODD_PAPERS, TUESDAY) as server:
        server.misbehave(answer_to('ti:"reward" OR ti:"oddity"', server, ODD_PAPERS), None, gone)
        results = discover(server, tmp_path, *four_keywords())
    assert asked(server) == ["search", ALL, "match"]
    assert all("2606.00020" not in ids(result) for result in results.values())
    assert caplog.messages == [
        "the keywords of 1 paper stay unknown until the next search: 127.0.0.1 gave no answer: 404 Not Found"
    ]


def test_a_known_paper_stays_with_its_keyword_after_a_new_title(tmp_path: Path) -> None:
    request = reward_models(MONDAY, ODD_PAPERS)
    seen = replace(request, known=replace(request.known, papers=request.known.papers | {ODD.id}))
    with ArxivServer(ODD_PAPERS, TUESDAY) as server:
        server.misbehave(answer_to('ti:"reward" OR ti:"oddity"', server, ODD_PAPERS))
        result = found(server, tmp_path, seen)
    assert asked(server) == ["search", ALL]
    assert ODD.id in ids(result)


def test_known_papers_are_no_sign_of_phrases_misread(tmp_path: Path) -> None:
    """A search may show many that only arXiv takes for answers; each was asked for once."""
    odd = [demo_paper(f"2606.{number:05}", MONDAY, "An oddity") for number in range(101, 112)]
    papers = (*PAPERS, *odd)
    request = reward_models(MONDAY, papers)
    known = replace(request.known, papers=request.known.papers | numbers(odd))
    with ArxivServer(papers, TUESDAY) as server:
        server.misbehave(answer_to('ti:"reward" OR ti:"oddity"', server, papers))
        result = found(server, tmp_path, replace(request, known=known))
    assert ids(result) >= numbers(odd)


@pytest.mark.parametrize(
    ("query", "compared", "differing", "found_ids"),
    [
        ('ti:"something"', 17, 17, set()),
        ('ti:"something" OR ti:"reward"', 20, 17, {"2606.00010", "2606.00018", "2606.00019"}),
        ('ti:"00001" OR ti:"reward"', 4, 1, {"2606.00001", "2606.00010", "2606.00018", "2606.00019"}),
    ],
    ids=["nothing right", "most wrong", "few differ"],
)
def test_a_first_fetch_believes_arxiv_unless_most_rows_are_strangers(
    tmp_path: Path, query: str, compared: int, differing: int, found_ids: set[str]
) -> None:
    named = tuple(replace(one, title=f"{one.title} {one.id[-5:]}") for one in PAPERS)
    with ArxivServer(named, TUESDAY) as server:
        server.misbehave(None, None, answer_to(query, server, named))
        result = found(server, tmp_path, FetchRequest(REWARD_MODEL, NOTHING_KNOWN))
    assert (result.compared, result.differing) == (compared, differing)
    assert ids(result) - {"2606.00018", "2606.00019"} == found_ids - {"2606.00018", "2606.00019"}
    assert outcome(result) == (order("2606.00020"), True, "")


def test_many_rows_that_no_keyword_claims_are_left_to_arxivs_mistake(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As when phrases are read as loose words: what is claimed comes, and nothing else."""
    odd = [demo_paper(f"2606.{number:05}", TUESDAY, "An oddity") for number in range(101, 112)]
    papers = (*PAPERS, *odd)
    with ArxivServer(papers, TUESDAY) as server:
        loose = answer_to('ti:"reward" OR ti:"oddity"', server, papers)
        server.misbehave(loose, None, None, answer_to('ti:"oddity"', server, papers))
        result = found(server, tmp_path, reward_models(MONDAY, papers))
    assert ids(result) == {"2606.00010", "2606.00018", "2606.00019"}
    assert (result.compared, result.differing) == (13, 11)


# Papers that arXiv cannot show

MATCHING, OTHER = "2606.00018", "2606.00015"

ERROR_FEED = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>https://arxiv.org/api/errors#x</id>'
    b"<title>Error</title><summary>malformed query</summary></entry></feed>"
)


def cannot_show(*hidden: str) -> Behaviour:
    """Pages and lists, but not the feed, fail where they would show one of these."""

    def behaviour(reply: Reply) -> Reply:
        shown = any(f"/abs/{one}v".encode() in reply.body for one in hidden)
        return Reply(500, b"", "text/plain") if shown and b"opensearch" in reply.body else reply

    return behaviour


def kept(result: Discovered) -> list[tuple[str, str, str]]:
    return [(paper.id, paper.title, paper.reason) for paper in result.unavailable]


def test_a_paper_that_arxiv_cannot_show_blocks_no_other(tmp_path: Path) -> None:
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(*[cannot_show(MATCHING)] * 60)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert ids(result) == {"2606.00010", "2606.00019"}
    assert outcome(result) == (order("2606.00020"), True, "")
    assert kept(result) == [(MATCHING, "Reward models, as in 2606.00018", "500 Internal Server Error")]


def test_the_next_day_goes_round_it_and_asks_for_it_again(tmp_path: Path) -> None:
    request = reward_models(MONDAY)
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(*[cannot_show(MATCHING)] * 60)
        first = found(server, tmp_path, request)
    later = FetchRequest(REWARD_MODEL, after(request.known, first))
    with ArxivServer(PAPERS, WEDNESDAY) as server:
        server.misbehave(*[cannot_show(MATCHING)] * 60)
        second = discover(server, tmp_path, later, unavailable=first.unavailable)["Reward Model"]
        assert len(server.requests) <= 6
    assert "2606.00029" in ids(second)
    assert [(one.id, one.since, one.asked_at) for one in second.unavailable] == [
        (MATCHING, TUESDAY, WEDNESDAY)
    ]
    with ArxivServer(PAPERS, THURSDAY) as server:
        third = discover(
            server,
            tmp_path,
            FetchRequest(REWARD_MODEL, after(later.known, second)),
            unavailable=second.unavailable,
        )["Reward Model"]
    assert MATCHING in ids(third)
    assert third.unavailable == ()


def test_a_paper_of_other_subjects_that_arxiv_cannot_show_blocks_nothing(tmp_path: Path) -> None:
    """It stands in the list of what was missed."""
    with ArxivServer(PAPERS, WEDNESDAY) as server:
        server.misbehave(*[cannot_show(OTHER)] * 60)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert ids(result) == {"2606.00010", "2606.00018", "2606.00019", "2606.00029"}
    assert outcome(result) == (order("2606.00029"), True, "")
    assert kept(result) == [(OTHER, "", "500 Internal Server Error")]


def test_a_keyword_begins_although_arxiv_cannot_show_one_of_its_papers(tmp_path: Path) -> None:
    with ArxivServer(PAPERS, WEDNESDAY) as server:
        server.misbehave(*[cannot_show(MATCHING)] * 60)
        result = found(server, tmp_path, FetchRequest(REWARD_MODEL, NOTHING_KNOWN))
    assert ids(result) == {"2606.00010", "2606.00019", "2606.00029"}
    assert [(one.id, one.latest) for one in result.unavailable] == [("", PAPERS[-1].submitted)]


def refusing(server: ArxivServer, query: str) -> Behaviour:
    """Each search with this query in it fails."""

    def behaviour(reply: Reply) -> Reply:
        asked_for = server.requests[-1].parameters.get("search_query", "")
        return Reply(400, ERROR_FEED, "text/xml") if query in asked_for else reply

    return behaviour


def test_a_query_that_arxiv_refuses_costs_its_own_keyword_the_search(tmp_path: Path) -> None:
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(*[refusing(server, query_of(KEYWORDS[2]))] * 20)
        results = discover(server, tmp_path, *four_keywords())
    assert ids(results["Reward Model"]) == {"2606.00010", "2606.00018", "2606.00019"}
    assert {outcome(result) for result in results.values()} == {(order("2606.00020"), True, "")}
    problems = [results[wanted.name].search_problem for wanted in KEYWORDS]
    assert problems == ["", "", "error feed", ""]


def test_the_next_day_asks_once_whether_arxiv_takes_the_query_again(tmp_path: Path) -> None:
    asking = list(four_keywords())
    asking[2] = replace(asking[2], known=replace(asking[2].known, search_problem="error feed"))
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(*[refusing(server, query_of(KEYWORDS[2]))] * 20)
        results = discover(server, tmp_path, *asking)
        assert asked(server) == ["search", "search", ALL, "list"]
    assert results[KEYWORDS[2].name].search_problem == "error feed"
    with ArxivServer(PAPERS, TUESDAY) as server:
        results = discover(server, tmp_path, *asking)
        assert query_of(KEYWORDS[2]) in server.requests[1].parameters["search_query"]
    assert results[KEYWORDS[2].name].search_problem == ""


def test_what_was_not_believed_is_not_asked_for_again(tmp_path: Path) -> None:
    odd = [demo_paper(f"2606.{number:05}", TUESDAY, "An oddity") for number in range(101, 112)]
    papers = (*PAPERS, *odd)
    request = reward_models(MONDAY, papers)
    with ArxivServer(papers, TUESDAY) as server:
        loose = answer_to('ti:"reward" OR ti:"oddity"', server, papers)
        server.misbehave(loose, None, None, answer_to('ti:"oddity"', server, papers))
        first = found(server, tmp_path, request)
    assert set(first.disputed) == numbers(odd)
    known = replace(after(request.known, first), disputed=frozenset(first.disputed))
    with ArxivServer(papers, TUESDAY) as server:
        server.misbehave(answer_to('ti:"reward" OR ti:"oddity"', server, papers))
        again = found(server, tmp_path, FetchRequest(REWARD_MODEL, known))
        assert "match" not in asked(server)
    assert (again.compared, again.differing, again.disputed) == (0, 0, ())


def test_a_keyword_that_differed_often_is_believed_no_more(tmp_path: Path) -> None:
    request = reward_models(MONDAY, ODD_PAPERS)
    known = replace(request.known, compared=20, differing=15)
    with ArxivServer(ODD_PAPERS, TUESDAY) as server:
        odd = answer_to('ti:"oddity"', server, ODD_PAPERS)
        server.misbehave(answer_to('ti:"reward" OR ti:"oddity"', server, ODD_PAPERS), None, odd)
        result = found(server, tmp_path, replace(request, known=known))
    assert (ODD.id in ids(result), result.disputed) == (False, (ODD.id,))


@pytest.mark.parametrize(
    "old",
    [b"<title>Reward models, as in 2606.00018</title>", b"<id>oai:arXiv.org:2606.00018v1</id>"],
    ids=["no title", "no id"],
)
def test_a_malformed_entry_of_the_feed_loses_no_paper(tmp_path: Path, old: bytes) -> None:
    """Also where ids of other archives are missing in the feed."""
    asked_for = keyword("Reward Model", categories=("cs.LG",))
    papers = [waited(one, FIVE_WEEKS) if one.id == "2606.00018" else one for one in PAPERS]

    def malformed(reply: Reply) -> Reply:
        assert old in reply.body
        return replace(reply, body=reply.body.replace(old, b""))

    with ArxivServer(papers, TUESDAY) as server:
        server.misbehave(None, malformed)
        result = found(server, tmp_path, FetchRequest(asked_for, known_on(MONDAY, papers, asked_for)))
    assert "2606.00018" in ids(result)


# An arXiv that fails with every answer


def status(number: int, *headers: tuple[str, str]) -> Behaviour:
    return lambda _: Reply(number, b"", headers=headers)


def saying(body: bytes) -> Behaviour:
    return lambda _: Reply(200, body, "text/html")


def short_total(reply: Reply) -> Reply:
    """As if the first row were all there is."""
    first = first_entry_alone(reply)
    return replace(first, body=re.sub(rb"(totalResults>)\d+", rb"\g<1>1", first.body))


def upside_down(reply: Reply) -> Reply:
    head, *entries = reply.body.removesuffix(b"</feed>").split(b"<entry>")
    return replace(reply, body=b"<entry>".join([head, *reversed(entries)]) + b"</feed>")


def cut_off(reply: Reply) -> Reply:
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def broken_off(reply: Reply) -> Reply:
    return replace(reply, send_only=len(reply.body) // 2)


def huge(reply: Reply) -> Reply:
    return replace(reply, body=reply.body + b" " * SMALL_ANSWER)


SMALL_ANSWER = 50_000
BOMB = b'<!DOCTYPE feed [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><feed>&b;</feed>'
ALONE = "arXiv is left alone for this run: "


@pytest.mark.parametrize(
    ("fault", "requests", "problem"),
    [
        pytest.param(status(429), 6, f"{ALONE}429 Too Many Requests", id="429"),
        pytest.param(
            status(503, ("Retry-After", "1")),
            6,
            f"{ALONE}503 Service Unavailable",
            id="503 with Retry-After",
        ),
        pytest.param(
            status(503, ("Retry-After", "1000")),
            3,
            "127.0.0.1 gave no answer: 503 Service Unavailable",
            id="503 for long",
        ),
        pytest.param(status(500), 6, f"{ALONE}500 Internal Server Error", id="500"),
        pytest.param(status(406), 6, f"{ALONE}406 Not Acceptable", id="406"),
        pytest.param(status(403), 1, "arXiv is left alone for this run: it refuses us (403)", id="403"),
        pytest.param(saying(b"Rate exceeded."), 6, f"{ALONE}rate exceeded", id="rate text"),
        pytest.param(broken_off, 6, f"{ALONE}the connection broke off", id="connection broken off"),
        pytest.param(saying(b"<html><p>Sorry</p></html>"), 12, "not XML: an HTML page", id="HTML"),
        pytest.param(saying(b""), 16, "cut off: no element found in line 1", id="nothing at all"),
        pytest.param(cut_off, 16, "cut off: unclosed token in line 6", id="cut off"),
        pytest.param(
            saying(BOMB),
            12,
            "DTD: the answer declares a document type, which may declare entities",
            id="entity bomb",
        ),
        pytest.param(saying(ERROR_FEED), 16, "error feed: malformed query", id="error feed"),
        pytest.param(huge, 12, "too large: more than 50000 bytes", id="huge white space"),
        pytest.param(
            without_entries, 7, "empty although known: arXiv shows no paper at all", id="without entries"
        ),
    ],
)
def test_a_run_of_nothing_but_faults_learns_nothing_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Behaviour, requests: int, problem: str
) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", SMALL_ANSWER)
    monkeypatch.setattr(retry_policy, "MAX_ANSWER_BYTES", SMALL_ANSWER)
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(*[fault] * 40)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert (result.papers, result.announced, len(server.requests)) == ((), frozenset(), requests)
    assert outcome(result) == (order("2606.00009"), False, f"the announcement feed: {problem}")


def test_connections_that_are_reset_all_the_time_are_an_unavailable_arxiv(tmp_path: Path) -> None:
    with ScriptedServer(*[RESET] * 6) as server, client_in(tmp_path) as client:
        source = Discovery(ArxivApi(client, server.url), AnnouncementFeed(client, server.url))
        (result,) = source.discover([reward_models(MONDAY)], Unavailable(MONDAY))
    assert isinstance(result.problem, SourceUnavailable)
    problem = f"the announcement feed: {ALONE}connection reset by peer"
    assert outcome(result) == (order("2606.00009"), False, problem)


@pytest.mark.parametrize("fault", [first_entry_alone, short_total], ids=["partial", "short total"])
def test_a_run_of_partial_answers_leaves_all_to_the_next(tmp_path: Path, fault: Behaviour) -> None:
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(*[fault] * 9)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert outcome(result) == (
        None,
        False,
        "the list of announced papers: missing rows: 1 of 1 papers, such as 2606.00010",
    )


def with_pdf_links(reply: Reply) -> Reply:
    return replace(
        reply, body=reply.body.replace(b'href="https://arxiv.org/abs/', b'href="https://arxiv.org/pdf/')
    )


@pytest.mark.parametrize("fault", [upside_down, with_pdf_links], ids=["unsorted", "links to PDF"])
def test_a_run_of_nothing_but_oddities_misses_nothing(tmp_path: Path, fault: Behaviour) -> None:
    with ArxivServer(PAPERS, TUESDAY) as server:
        server.misbehave(*[fault] * 12)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert ids(result) == {"2606.00010", "2606.00018", "2606.00019"}
    assert outcome(result) == (order("2606.00020"), True, "")


def test_yesterdays_answers_are_not_up_to_date(tmp_path: Path) -> None:
    """They look like those of a holiday."""
    with ArxivServer(PAPERS, TUESDAY) as server:
        yesterday = answer_as_of(MONDAY, server, PAPERS)
        server.misbehave(yesterday, feed_of_day(PAPERS, MONDAY), yesterday, yesterday)
        result = found(server, tmp_path, reward_models(MONDAY))
    assert outcome(result) == (order("2606.00010"), False, "")
    assert result.announced == frozenset()

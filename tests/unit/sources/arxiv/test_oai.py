"""The list of changes, asked for page by page from the small arXiv."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from digest.demo.server import ArxivServer, Behaviour, Reply
from digest.domain.auditing import Changes, ChangesRequest
from digest.domain.keywords import Keyword
from digest.errors import AnswerRejected, SourceUnavailable
from digest.sources.arxiv.oai import ChangedPapers, set_of
from tests.support.arxiv_support import MONDAY, TUESDAY, batch, client_in
from tests.support.builders import keyword

PAPERS = (*batch(MONDAY, range(1, 4)), *batch(TUESDAY, range(4, 8)))
IDS = [paper.id for paper in PAPERS]
SINCE = date(2026, 6, 22)


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with ArxivServer(PAPERS, TUESDAY) as server:
        yield server


def request(
    day: date = SINCE, *keywords: Keyword, certain: dict[str, int] | None = None, highest_order: int = 0
) -> ChangesRequest:
    return ChangesRequest(day, keywords or (keyword(),), certain or {}, highest_order)


def changes(server: ArxivServer, folder: Path, wanted: ChangesRequest | None = None) -> Changes:
    with client_in(folder) as client:
        return ChangedPapers(client, server.oai_url).since(wanted or request())


def ids(found: Changes) -> list[str]:
    return [changed.paper.id for changed in found.papers]


def status(code: int, *headers: tuple[str, str]) -> Behaviour:
    return lambda _: Reply(code, b"busy", "text/plain", headers)


def half(reply: Reply) -> Reply:
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def broken_off(reply: Reply) -> Reply:
    return replace(reply, send_only=len(reply.body) // 2)


def error(code: str) -> Behaviour:
    text = (
        f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="{code}">words</error></OAI-PMH>'
    )
    return lambda _: Reply(200, text.encode(), "text/xml")


def first_record_alone(reply: Reply) -> Reply:
    """In good order, as if the list ended there."""
    head, *_ = reply.body.partition(b"</record>")
    return replace(reply, body=head + b"</record></ListRecords></OAI-PMH>")


def test_the_list_has_what_changed_since_the_day(server: ArxivServer, tmp_path: Path) -> None:
    found = changes(server, tmp_path)
    assert (ids(found), found.requests) == (IDS, 1)
    assert server.requests[0].parameters == {
        "verb": "ListRecords",
        "metadataPrefix": "arXivRaw",
        "from": "2026-06-22",
    }
    assert ids(changes(server, tmp_path, request(date(2026, 6, 23)))) == IDS[3:]


def test_a_long_list_is_read_to_its_end(server: ArxivServer, tmp_path: Path) -> None:
    server.records = 3
    found = changes(server, tmp_path)
    assert (ids(found), found.requests) == (IDS, 3)


@pytest.mark.parametrize(
    ("categories", "name"),
    [
        ((), None),
        (("cs.LG", "cs.*"), "cs"),
        (("stat.ML",), "stat"),
        (("hep-th",), "physics:hep-th"),
        (("astro-ph.GA",), "physics:astro-ph"),
        (("cs.LG", "stat.ML"), None),
    ],
    ids=["no category", "computing", "statistics", "an archive of physics", "a class of it", "two archives"],
)
def test_one_archive_is_a_set(categories: tuple[str, ...], name: str | None) -> None:
    assert set_of(request(SINCE, keyword(categories=categories))) == name


def test_a_set_is_asked_for_by_its_name(server: ArxivServer, tmp_path: Path) -> None:
    assert len(ids(changes(server, tmp_path, request(SINCE, keyword(categories=("cs.LG",)))))) == len(IDS)
    assert server.requests[0].parameters["set"] == "cs"


@pytest.mark.parametrize(
    "behaviour",
    [
        status(503, ("Retry-After", "1")),
        status(429),
        half,
        broken_off,
        error("badArgument"),
        error("noRecordsMatch"),
        lambda _: Reply(200, b"Rate exceeded.", "text/plain"),
    ],
    ids=["503", "429", "half an answer", "broken off", "badArgument", "noRecordsMatch", "rate text"],
)
def test_what_fails_once_is_asked_for_again(
    server: ArxivServer, tmp_path: Path, behaviour: Behaviour
) -> None:
    server.records = 4
    server.misbehave(None, behaviour)
    found = changes(server, tmp_path)
    assert (ids(found), found.requests) == (IDS, 3)


def test_a_token_that_has_expired_begins_the_list_again(server: ArxivServer, tmp_path: Path) -> None:
    server.records = 4
    server.misbehave(None, error("badResumptionToken"))
    found = changes(server, tmp_path)
    assert (ids(found), found.requests) == (IDS, 4)


def test_a_server_that_takes_no_token_is_given_up(server: ArxivServer, tmp_path: Path) -> None:
    server.records = 4
    server.misbehave(*[None, error("badResumptionToken")] * 3)
    with pytest.raises(AnswerRejected, match="resumption token not accepted"):
        changes(server, tmp_path)
    assert len(server.requests) == 6


def test_a_token_that_leads_in_a_circle_is_noticed(server: ArxivServer, tmp_path: Path) -> None:
    server.records = 4
    circle = replace_token(b"<resumptionToken>again</resumptionToken>")
    server.misbehave(circle, lambda _: circle(_records(server)))
    with pytest.raises(AnswerRejected, match="a list without end"):
        changes(server, tmp_path)


def _records(server: ArxivServer) -> Reply:
    return server._correct_reply(server.requests[0])


def replace_token(token: bytes) -> Behaviour:
    def replaced(reply: Reply) -> Reply:
        head, _, _ = reply.body.partition(b"<resumptionToken>")
        return replace(reply, body=head + token + b"</ListRecords></OAI-PMH>")

    return replaced


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (
            request(certain={IDS[0]: 1, IDS[-1]: 7}),
            "it leaves out 1 of 2 announced papers, such as 2606.00007",
        ),
        (request(highest_order=202606_000007), "it ends at 2606.00001, and 2606.00007 is announced"),
    ],
    ids=["a paper that is known", "the highest id"],
)
def test_a_list_that_ends_too_early_is_rejected(
    server: ArxivServer, tmp_path: Path, wanted: ChangesRequest, why: str
) -> None:
    assert ids(changes(server, tmp_path, wanted)) == IDS
    server.misbehave(first_record_alone)
    with pytest.raises(AnswerRejected, match=why):
        changes(server, tmp_path, wanted)


@pytest.mark.parametrize(
    ("behaviour", "problem"),
    [
        (status(503, ("Retry-After", "1")), SourceUnavailable),
        (half, AnswerRejected),
        (error("noRecordsMatch"), AnswerRejected),
        (error("cannotDisseminateFormat"), AnswerRejected),
    ],
    ids=["503", "half an answer", "nothing changed", "an error"],
)
def test_what_fails_each_time_is_an_error(
    server: ArxivServer, tmp_path: Path, behaviour: Behaviour, problem: type[Exception]
) -> None:
    server.misbehave(*[behaviour] * 4)
    with pytest.raises(problem):
        changes(server, tmp_path)
    assert len(server.requests) == 4

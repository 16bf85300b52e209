import gzip
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from digest import __version__
from digest.clock import SystemClock
from digest.demo.arxiv import ArxivServer
from digest.demo.arxiv import Reply as ArxivReply
from digest.errors import AnswerRejected, SourceUnavailable
from digest.sources.http import (
    LARGEST_ANSWER,
    LONGEST_WAIT,
    ArxivClient,
    Reply,
    Setback,
    pause_after,
    seconds_to_wait,
    setback_of_failure,
    setback_of_reply,
)
from tests.builders import NOON
from tests.sources_support import RESET, PretendedClock, ScriptedServer, http, settings

GOOD = http("200 OK", b"papers")
BUSY = http("503 Service Unavailable")
EPOCH = NOON.timestamp()


@pytest.fixture
def clock() -> PretendedClock:
    return PretendedClock()


@pytest.fixture
def client(tmp_path: Path, clock: PretendedClock) -> Iterator[ArxivClient]:
    with closing(ArxivClient(settings(), tmp_path / "pace", clock, jitter=lambda: 0.0)) as it:
        yield it


def ask(client: ArxivClient, server: ScriptedServer) -> bytes:
    return client.ask(server.url, {"search_query": 'ti:"naïve & bold"', "start": "0"}, bytes)


def refuse(body: bytes) -> bytes:
    raise AnswerRejected("cut off", body.decode())


# What goes over the wire


def test_a_question_is_a_form_with_our_name_on_it(client: ArxivClient) -> None:
    with ScriptedServer(GOOD) as server:
        assert ask(client, server) == b"papers"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/query HTTP/1.1\r\n")
    assert f"User-Agent: daily-papers/{__version__} (self-hosted arXiv digest)\r\n".encode() in head
    assert body == b"search_query=ti%3A%22na%C3%AFve+%26+bold%22&start=0"


def test_a_contact_is_told(tmp_path: Path, clock: PretendedClock) -> None:
    contact = "papers@example.org"
    with (
        ScriptedServer(GOOD) as server,
        closing(ArxivClient(settings(), tmp_path / "pace", clock, contact=contact)) as client,
    ):
        ask(client, server)
    agent = f"User-Agent: daily-papers/{__version__} (self-hosted arXiv digest; papers@example.org)\r\n"
    assert agent.encode() in server.requests[0]


def test_no_cookie_is_kept(client: ArxivClient) -> None:
    with ScriptedServer(http("200 OK", b"", "Set-Cookie: a=b"), GOOD) as server:
        ask(client, server)
        ask(client, server)
    assert b"Cookie" not in server.requests[1]


def test_no_password_is_looked_for(
    client: ArxivClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login reader password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer(GOOD) as server:
        ask(client, server)
    assert b"Authorization" not in server.requests[0]


def test_arxivs_error_feed_is_an_answer(client: ArxivClient) -> None:
    with ScriptedServer(http("400 Bad Request", b"<feed/>")) as server:
        assert ask(client, server) == b"<feed/>"


def test_a_compressed_answer_is_unpacked(client: ArxivClient) -> None:
    with ScriptedServer(http("200 OK", gzip.compress(b"papers"), "Content-Encoding: gzip")) as server:
        assert ask(client, server) == b"papers"


# Setbacks


@pytest.mark.parametrize(
    ("reply", "pause"),
    [
        pytest.param(BUSY, 30.0, id="503"),
        pytest.param(http("200 OK", b"Rate exceeded.\n"), 30.0, id="rate text"),
        pytest.param(http("429 Slow", b"", "Retry-After: 77"), 77.0, id="Retry-After"),
        pytest.param(http("429 Slow", b"", "Retry-After: 7"), 30.0, id="short Retry-After"),
        pytest.param(RESET, 5.0, id="reset"),
        pytest.param(http("200 OK", b"pap", length=6), 5.0, id="cut off"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npap", 5.0, id="cut off in a chunk"
        ),
        pytest.param(http("200 OK", b"no gzip", "Content-Encoding: gzip"), 5.0, id="not decompressible"),
        pytest.param(http("200 OK", b"", "Content-Length: 5"), 5.0, id="two lengths"),
        pytest.param(b"what?\r\n\r\n", 5.0, id="no HTTP"),
    ],
)
def test_a_setback_is_followed_by_a_pause_and_another_try(
    client: ArxivClient, clock: PretendedClock, reply: bytes, pause: float
) -> None:
    with ScriptedServer(reply, GOOD) as server:
        assert ask(client, server) == b"papers"
    assert clock.sleeps == [pause]


def test_pauses_double_until_patience_ends(client: ArxivClient, clock: PretendedClock) -> None:
    with (
        ScriptedServer(*[BUSY] * 4, GOOD) as server,
        pytest.raises(SourceUnavailable) as failed,
    ):
        ask(client, server)
    assert clock.sleeps == [30.0, 60.0, 120.0]
    assert str(failed.value) == "127.0.0.1 gave no answer in 4 tries; the last: 503 Service Unavailable"


def test_a_refused_connection_is_tried_four_times(client: ArxivClient, clock: PretendedClock) -> None:
    with ScriptedServer() as server:
        pass
    with pytest.raises(SourceUnavailable) as failed:
        ask(client, server)
    assert clock.sleeps == [5.0, 10.0, 20.0]
    assert str(failed.value) == "127.0.0.1 gave no answer in 4 tries; the last: connection refused"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(http("403 Forbidden", b"Rate exceeded."), "arXiv refuses us (403)", id="403"),
        pytest.param(http("404 <b>Gone</b>"), "404 Not Found", id="404"),
        pytest.param(http("418 Teapot"), "418 I'm a Teapot", id="418"),
        pytest.param(http("599 Odd"), "599", id="unknown status"),
        pytest.param(http("204 No Content"), "204 No Content", id="204"),
        pytest.param(
            http("301 Moved", b"", "Location: https://u:p@Arxiv.example/x"),
            "301 redirects to arxiv.example",
            id="redirect",
        ),
        pytest.param(http("302 Found", b"", "Location: /x"), "302 redirects to elsewhere", id="path"),
        pytest.param(http("302 Found", b"", "Location: //[x"), "302 redirects to elsewhere", id="nonsense"),
        pytest.param(
            http("429 Slow", b"", f"Retry-After: {LONGEST_WAIT + 1:.0f}"),
            "429 Too Many Requests",
            id="long wait",
        ),
    ],
)
def test_some_answers_end_it_at_once(
    client: ArxivClient, clock: PretendedClock, reply: bytes, reason: str
) -> None:
    with ScriptedServer(reply, GOOD) as server, pytest.raises(SourceUnavailable) as failed:
        ask(client, server)
    assert (clock.sleeps, str(failed.value)) == ([], f"127.0.0.1 gave no answer: {reason}")


@pytest.mark.parametrize("url", ["export.arxiv.org/api", "gopher://arxiv.org/", "http:///api"])
def test_an_unusable_address_is_told_at_once(client: ArxivClient, url: str) -> None:
    with pytest.raises(SourceUnavailable, match="gave no answer: the address cannot be used"):
        client.ask(url, {}, bytes)


def test_an_answer_that_is_not_believed_is_asked_for_again(
    client: ArxivClient, clock: PretendedClock
) -> None:
    def doubt(body: bytes) -> str:
        return body.decode() if body == b"papers" else str(refuse(body))

    with ScriptedServer(http("200 OK", b"pap"), GOOD) as server:
        assert client.ask(server.url, {}, doubt) == "papers"
    assert clock.sleeps == [30.0]


def test_disbelief_ends_after_three_answers(client: ArxivClient, clock: PretendedClock) -> None:
    with (
        ScriptedServer(GOOD, GOOD, GOOD, GOOD) as server,
        pytest.raises(AnswerRejected, match="cut off: papers"),
    ):
        client.ask(server.url, {}, refuse)
    assert (len(server.requests), clock.sleeps) == (3, [30.0, 60.0])


def test_what_is_wrong_with_the_question_is_not_asked_again(
    client: ArxivClient, clock: PretendedClock
) -> None:
    with (
        ScriptedServer(http("400 Bad Request", b"bad"), GOOD) as server,
        pytest.raises(AnswerRejected, match="cut off: bad"),
    ):
        client.ask(server.url, {}, refuse)
    assert clock.sleeps == []


def test_a_bomb_is_put_down_before_its_end(client: ArxivClient) -> None:
    beginning = gzip.compress(bytes(LARGEST_ANSWER * 5 // 4), 1)
    bomb = http("200 OK", beginning, "Content-Encoding: gzip", length=10**12)
    with ScriptedServer(bomb, bomb, bomb) as server, pytest.raises(AnswerRejected) as rejected:
        ask(client, server)
    assert str(rejected.value) == "too large: more than 41943040 bytes"


def test_setbacks_are_logged_without_the_question(
    client: ArxivClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "digest"), ScriptedServer(BUSY, GOOD) as server:
        ask(client, server)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("DEBUG", "127.0.0.1 answered 503 with 0 bytes"),
        ("WARNING", "127.0.0.1: 503 Service Unavailable; next try in 30 s"),
        ("DEBUG", "127.0.0.1 answered 200 with 6 bytes"),
    ]


# The spacing


def test_two_questions_are_an_interval_apart(client: ArxivClient, clock: PretendedClock) -> None:
    with ScriptedServer(GOOD, GOOD) as server:
        ask(client, server)
        clock.seconds += 1.25
        ask(client, server)
    assert clock.sleeps == [1.75]


def test_the_interval_counts_from_the_end_of_a_failure_too(
    client: ArxivClient, clock: PretendedClock
) -> None:
    with ScriptedServer(http("403 Forbidden"), RESET, GOOD) as server:
        with pytest.raises(SourceUnavailable):
            ask(client, server)
        ask(client, server)
    assert clock.sleeps == [3.0, 5.0]


def test_tries_that_follow_at_once_are_still_an_interval_apart(tmp_path: Path, clock: PretendedClock) -> None:
    hasty = settings(retry_scale=0.01)
    with (
        ScriptedServer(BUSY, GOOD) as server,
        closing(ArxivClient(hasty, tmp_path / "pace", clock, jitter=lambda: 0.0)) as client,
    ):
        ask(client, server)
    assert clock.sleeps == [pytest.approx(0.3), pytest.approx(2.7)]


def test_the_pace_file_tells_when_the_last_request_ended(
    client: ArxivClient, clock: PretendedClock, tmp_path: Path
) -> None:
    def later(body: bytes) -> bytes:
        clock.seconds += 100  # reading is no part of the request
        return body

    (tmp_path / "pace").write_text(f"{EPOCH - 1} and whatever stood behind it before")
    with ScriptedServer(GOOD) as server:
        client.ask(server.url, {}, later)
    assert (tmp_path / "pace").read_text() == str(EPOCH)


def test_a_request_that_is_under_way_counts_already(client: ArxivClient, tmp_path: Path) -> None:
    """Killed there, the next process still keeps its distance."""
    seen: list[str] = []

    def look(reply: ArxivReply) -> ArxivReply:
        seen.append((tmp_path / "pace").read_text())
        return replace(reply, status=200)

    with ArxivServer((), NOON) as server:
        server.misbehave(look)
        client.ask(server.api_url, {}, bytes)
    assert seen == [str(EPOCH)]


@pytest.mark.parametrize("text", ["", "yesterday", "nan", "inf", "-inf", "1e999"])
def test_a_pace_file_that_tells_nothing_costs_nothing(
    client: ArxivClient, clock: PretendedClock, tmp_path: Path, text: str
) -> None:
    (tmp_path / "pace").write_text(text)
    with ScriptedServer(GOOD) as server:
        ask(client, server)
    assert clock.sleeps == []


def test_a_pace_file_that_cannot_be_used_is_named(tmp_path: Path, clock: PretendedClock) -> None:
    with (
        closing(ArxivClient(settings(), tmp_path, clock)) as client,
        pytest.raises(SourceUnavailable) as failed,
    ):
        client.ask("http://127.0.0.1:9/", {}, bytes)
    assert str(failed.value) == f"{tmp_path}: Is a directory"


def test_clients_that_share_a_pace_file_take_turns(tmp_path: Path) -> None:
    """An answer takes 0.02 s and the interval is 0.03 s."""

    def one_question() -> None:
        brisk = settings(interval_seconds=0.03)
        with closing(ArxivClient(brisk, tmp_path / "pace", SystemClock())) as client:
            client.ask(server.api_url, {}, bytes)

    with ArxivServer((), NOON) as server:
        server.misbehave(*[lambda reply: replace(reply, status=200, delay_seconds=0.02)] * 4)
        together(*[one_question] * 4)
    arrivals = [request.at for request in server.requests]
    assert [later - earlier > 0.049 for earlier, later in pairwise(arrivals)] == [True, True, True]


def together(*tasks: Callable[[], None]) -> None:
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# The decisions


@pytest.mark.parametrize(
    ("last", "now", "wait"),
    [
        pytest.param(100.0, 100.0, 3.0, id="at once"),
        pytest.param(100.0, 102.5, 0.5, id="soon"),
        pytest.param(100.0, 103.0, 0.0, id="in time"),
        pytest.param(100.0, 9999.0, 0.0, id="long after"),
        pytest.param(9999.0, 100.0, 3.0, id="clock set back"),
    ],
)
def test_seconds_to_wait(last: float, now: float, wait: float) -> None:
    assert seconds_to_wait(last, now, 3.0) == wait


def date_in(seconds: float) -> str:
    return format_datetime(NOON + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        pytest.param("", 0.0, id="absent"),
        pytest.param("120", 120.0, id="seconds"),
        pytest.param("9" * 400, float("inf"), id="very many seconds"),
        pytest.param(date_in(90), 90.0, id="date"),
        pytest.param(date_in(90).replace("GMT", "-0000"), 90.0, id="date without zone"),
        pytest.param(date_in(-90), 0.0, id="past date"),
        pytest.param("-5", 0.0, id="negative"),
        pytest.param("soon", 0.0, id="nonsense"),
    ],
)
def test_retry_after_is_a_number_or_a_date(retry_after: str, seconds: float) -> None:
    assert setback_of_reply(Reply(429, b"", retry_after), EPOCH) == Setback(
        "429 Too Many Requests", 30.0, at_least=seconds
    )


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ [\d:]+ [A-Z+-]\w*"))
def test_any_retry_after_is_some_number_of_seconds(retry_after: str) -> None:
    setback = setback_of_reply(Reply(503, b"", retry_after), EPOCH)
    assert setback is not None
    assert setback.at_least >= 0


@pytest.mark.parametrize("status", [406, 429, 500, 502, 503, 504])
def test_a_busy_arxiv_is_asked_again(status: int) -> None:
    setback = setback_of_reply(Reply(status, b"Rate exceeded."), EPOCH)
    assert setback is not None
    assert (setback.pause, setback.reason[:4]) == (30.0, f"{status} ")


@pytest.mark.parametrize("status", [200, 400])
def test_what_can_be_read_is_no_setback(status: int) -> None:
    assert setback_of_reply(Reply(status, b"Rate exceeded. Or not."), EPOCH) is None


@pytest.mark.parametrize(
    ("setback", "tries", "jitter", "pause"),
    [
        pytest.param(Setback("", 30.0), 1, 0.0, 30.0, id="first"),
        pytest.param(Setback("", 30.0), 3, 0.0, 120.0, id="third"),
        pytest.param(Setback("", 30.0), 4, 0.0, None, id="patience ended"),
        pytest.param(Setback("", 30.0, tries=2), 2, 0.0, None, id="less patience"),
        pytest.param(Setback("", 30.0), 2, 0.5, 75.0, id="jitter"),
        pytest.param(Setback("", None), 1, 0.0, None, id="no use"),
        pytest.param(Setback("", 30.0, at_least=90.0), 1, 0.9, 90.0, id="Retry-After"),
        pytest.param(Setback("", 30.0, at_least=90.0), 3, 0.0, 120.0, id="Retry-After that is shorter"),
        pytest.param(Setback("", 30.0, at_least=LONGEST_WAIT), 1, 0.0, LONGEST_WAIT, id="longest wait"),
        pytest.param(Setback("", 30.0, at_least=LONGEST_WAIT + 1), 1, 0.0, None, id="too long a wait"),
    ],
)
def test_pause_after(setback: Setback, tries: int, jitter: float, pause: float | None) -> None:
    assert pause_after(setback, tries, jitter) == pause


def failure_of(url: str) -> requests.RequestException:
    with pytest.raises(requests.RequestException) as failed:
        requests.get(url, timeout=0.02)
    return failed.value


def test_silence_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        failure = failure_of(f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert setback_of_failure(failure) == Setback("no answer in time", 5.0, cause=failure)


def test_a_lost_connection_is_told_as_such() -> None:
    with ScriptedServer(RESET) as server:
        failure = failure_of(server.url)
    assert setback_of_failure(failure) == Setback("connection reset by peer", 5.0, cause=failure)


def test_half_an_answer_is_told_as_such() -> None:
    with ScriptedServer(http("200 OK", b"pap", length=6)) as server:
        failure = failure_of(server.url)
    assert setback_of_failure(failure) == Setback("the connection broke off", 5.0, cause=failure)

import gzip
import logging
import socket
from pathlib import Path

import pytest

from digest import __version__
from digest.errors import AnswerFailed, AnswerRejected, SourceUnavailable
from digest.sources.http import ArxivClient
from digest.sources.retry_policy import MAX_ANSWER_BYTES, MAX_PAUSE
from tests.support.sources_support import RESET, Drip, PretendedClock, ScriptedServer, http, settings

GOOD = http("200 OK", b"papers")
BUSY = http("503 Service Unavailable")
ERROR = http("500 Internal Server Error")


@pytest.fixture
def clock() -> PretendedClock:
    return PretendedClock()


@pytest.fixture
def client(tmp_path: Path, clock: PretendedClock) -> ArxivClient:
    return ArxivClient(settings(), tmp_path / "arxiv.lock", clock, jitter=lambda: 0.0)


def ask(client: ArxivClient, server: ScriptedServer) -> bytes:
    return client.post(server.url, {"search_query": 'ti:"naïve & bold"', "start": "0"}, bytes)


def refuse(body: bytes) -> bytes:
    raise AnswerRejected("cut off", body.decode())


# What goes over the wire


def test_a_request_is_a_form_with_our_user_agent(client: ArxivClient) -> None:
    with ScriptedServer(GOOD) as server:
        assert ask(client, server) == b"papers"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/query HTTP/1.1\r\n")
    assert f"User-Agent: daily-papers/{__version__} (self-hosted arXiv digest)\r\n".encode() in head
    assert body == b"search_query=ti%3A%22na%C3%AFve+%26+bold%22&start=0"


def test_a_feed_is_fetched_from_its_address(client: ArxivClient) -> None:
    with ScriptedServer(GOOD) as server:
        assert client.get(f"{server.url}/cs+stat", bytes) == b"papers"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"GET /api/query/cs+stat HTTP/1.1\r\n")
    assert body == b""


def test_a_feed_is_retried_in_the_same_way(client: ArxivClient, clock: PretendedClock) -> None:
    with ScriptedServer(BUSY, RESET, GOOD) as server:
        assert client.get(server.url, bytes) == b"papers"
    assert clock.sleeps == [30.0, 10.0]


def test_the_user_agent_has_the_contact(tmp_path: Path, clock: PretendedClock) -> None:
    client = ArxivClient(settings(), tmp_path / "arxiv.lock", clock, contact="papers@example.org")
    with ScriptedServer(GOOD) as server:
        ask(client, server)
    agent = f"User-Agent: daily-papers/{__version__} (self-hosted arXiv digest; papers@example.org)\r\n"
    assert agent.encode() in server.requests[0]


def test_arxivs_error_feed_is_an_answer(client: ArxivClient) -> None:
    with ScriptedServer(http("400 Bad Request", b"<feed/>")) as server:
        assert ask(client, server) == b"<feed/>"


def test_a_compressed_answer_is_unpacked(client: ArxivClient) -> None:
    with ScriptedServer(http("200 OK", gzip.compress(b"papers"), "Content-Encoding: gzip")) as server:
        assert ask(client, server) == b"papers"


# Failures and retries


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
def test_a_failure_is_followed_by_a_pause_and_another_try(
    client: ArxivClient, clock: PretendedClock, reply: bytes, pause: float
) -> None:
    with ScriptedServer(reply, GOOD) as server:
        assert ask(client, server) == b"papers"
    assert clock.sleeps == [pause]


def test_pauses_double_until_the_last_try(client: ArxivClient, clock: PretendedClock) -> None:
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
            http("429 Slow", b"", f"Retry-After: {MAX_PAUSE + 1:.0f}"),
            "429 Too Many Requests",
            id="long wait",
        ),
    ],
)
def test_some_answers_are_not_retried(
    client: ArxivClient, clock: PretendedClock, reply: bytes, reason: str
) -> None:
    with ScriptedServer(reply, GOOD) as server, pytest.raises(SourceUnavailable) as failed:
        ask(client, server)
    assert (clock.sleeps, str(failed.value)) == ([], f"127.0.0.1 gave no answer: {reason}")


@pytest.mark.parametrize("url", ["export.arxiv.org/api", "gopher://arxiv.org/", "http:///api"])
def test_an_unusable_address_is_not_retried(client: ArxivClient, url: str) -> None:
    with pytest.raises(SourceUnavailable, match="gave no answer: the address cannot be used"):
        client.post(url, {}, bytes)


def test_a_rejected_answer_is_requested_again(client: ArxivClient, clock: PretendedClock) -> None:
    def doubt(body: bytes) -> str:
        return body.decode() if body == b"papers" else str(refuse(body))

    with ScriptedServer(http("200 OK", b"pap"), GOOD) as server:
        assert client.post(server.url, {}, doubt) == "papers"
    assert clock.sleeps == [30.0]


def test_the_fourth_rejected_answer_is_the_last(client: ArxivClient, clock: PretendedClock) -> None:
    with (
        ScriptedServer(*[GOOD] * 5) as server,
        pytest.raises(AnswerRejected, match="cut off: papers"),
    ):
        client.post(server.url, {}, refuse)
    assert (len(server.requests), clock.sleeps) == (4, [30.0, 60.0, 120.0])


@pytest.mark.parametrize(
    ("replies", "tries"),
    [
        pytest.param([ERROR], 1, id="one"),
        pytest.param([ERROR, ERROR], 2, id="two"),
        pytest.param([BUSY, ERROR, RESET, ERROR], 2, id="others between do not count"),
    ],
)
def test_what_one_item_may_have_spoiled_is_tried_less_often(
    client: ArxivClient, replies: list[bytes], tries: int
) -> None:
    with ScriptedServer(*replies, GOOD) as server:
        with pytest.raises(AnswerFailed) as failed:
            client.post(server.url, {}, bytes, tries)
        assert len(server.requests) == len(replies)
    assert failed.value.reason == "500 Internal Server Error"


def test_an_answer_that_breaks_off_may_be_spoiled_by_one_item(client: ArxivClient) -> None:
    half = http("200 OK", b"pap", length=100)
    with ScriptedServer(half, half, GOOD) as server:
        with pytest.raises(AnswerFailed) as failed:
            client.post(server.url, {}, bytes, 2)
        assert len(server.requests) == 2
    assert failed.value.reason == "the connection broke off"


def test_a_server_that_asks_to_wait_has_not_failed_at_the_request(client: ArxivClient) -> None:
    wait = http("503 Service Unavailable", b"", "Retry-After: 1")
    with ScriptedServer(*[wait] * 4) as server, pytest.raises(SourceUnavailable) as failed:
        client.post(server.url, {}, bytes, 1)
    assert (type(failed.value), len(server.requests)) == (SourceUnavailable, 4)


def test_a_name_that_nobody_knows_is_no_network(client: ArxivClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for _ in range(2):
        with pytest.raises(SourceUnavailable) as failed:
            client.post("http://arxiv.invalid/api", {}, bytes)
        assert str(failed.value) == (
            "arXiv cannot be reached: name or service not known; is this machine online?"
        )


def test_a_wrong_request_is_not_retried(client: ArxivClient, clock: PretendedClock) -> None:
    with (
        ScriptedServer(http("400 Bad Request", b"bad"), GOOD) as server,
        pytest.raises(AnswerRejected, match="cut off: bad"),
    ):
        client.post(server.url, {}, refuse)
    assert clock.sleeps == []


def test_a_compression_bomb_is_not_read_to_its_end(client: ArxivClient) -> None:
    beginning = gzip.compress(bytes(MAX_ANSWER_BYTES * 5 // 4), 1)
    bomb = http("200 OK", beginning, "Content-Encoding: gzip", length=10**12)
    with ScriptedServer(*[bomb] * 4) as server, pytest.raises(AnswerRejected) as rejected:
        ask(client, server)
    assert str(rejected.value) == "too large: more than 41943040 bytes"


def hasty(folder: Path, clock: PretendedClock) -> ArxivClient:
    """Gives a request a tenth of a second."""
    return ArxivClient(settings(), folder / "arxiv.lock", clock, jitter=lambda: 0.0, max_seconds=0.1)


def test_an_answer_that_takes_minutes_is_a_failure(tmp_path: Path, clock: PretendedClock) -> None:
    answer = Drip(http("200 OK", bytes(500)))
    with ScriptedServer(*[answer] * 4) as server, pytest.raises(AnswerFailed) as failed:
        ask(hasty(tmp_path, clock), server)
    assert str(failed.value) == "127.0.0.1 gave no answer in 4 tries; the last: no answer in time"


def test_an_answer_that_does_not_come_in_time_may_be_spoiled_by_one_item(
    tmp_path: Path, clock: PretendedClock
) -> None:
    with ScriptedServer(Drip(GOOD), Drip(GOOD), GOOD) as server:
        with pytest.raises(AnswerFailed) as failed:
            hasty(tmp_path, clock).post(server.url, {}, bytes, 2)
        assert len(server.requests) == 2
    assert (failed.value.reason, clock.sleeps) == ("no answer in time", [5.0])


def test_others_may_make_requests_once_an_answer_was_given_up(tmp_path: Path, clock: PretendedClock) -> None:
    with ScriptedServer(Drip(GOOD), GOOD) as server:
        with pytest.raises(AnswerFailed):
            hasty(tmp_path, clock).post(server.url, {}, bytes, 1)
        assert ask(hasty(tmp_path, clock), server) == b"papers"


def test_after_six_refusals_in_a_row_the_circuit_breaker_is_open(
    client: ArxivClient, clock: PretendedClock
) -> None:
    with ScriptedServer(BUSY, BUSY, RESET, BUSY, RESET, BUSY, GOOD) as server:
        for expected in (
            "127.0.0.1 gave no answer in 4 tries; the last: 503 Service Unavailable",
            "arXiv is left alone for this run: 503 Service Unavailable",
            "arXiv is left alone for this run: 503 Service Unavailable",
        ):
            with pytest.raises(SourceUnavailable) as failed:
                ask(client, server)
            assert str(failed.value) == expected
    assert (len(server.requests), clock.sleeps) == (6, [30.0, 60.0, 20.0, 3.0, 5.0])


def test_an_answer_between_refusals_resets_the_count(client: ArxivClient) -> None:
    with ScriptedServer(*[BUSY, BUSY, BUSY, GOOD] * 3) as server:
        assert [ask(client, server) for _ in range(3)] == [b"papers"] * 3


def test_after_a_403_no_request_is_made(client: ArxivClient, clock: PretendedClock) -> None:
    with ScriptedServer(http("403 Forbidden"), GOOD) as server:
        with pytest.raises(SourceUnavailable, match=r"gave no answer: arXiv refuses us \(403\)"):
            ask(client, server)
        with pytest.raises(SourceUnavailable) as failed:
            client.get(server.url, bytes)
    assert str(failed.value) == "arXiv is left alone for this run: it refuses us (403)"
    assert (len(server.requests), clock.sleeps) == (1, [])


def test_rejected_answers_do_not_open_the_circuit_breaker(client: ArxivClient) -> None:
    with ScriptedServer(*[GOOD] * 9) as server:
        for _ in range(2):
            with pytest.raises(AnswerRejected, match="cut off: papers"):
                client.post(server.url, {}, refuse)
        assert ask(client, server) == b"papers"


def test_failures_are_logged_without_the_query(client: ArxivClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "digest"), ScriptedServer(BUSY, GOOD) as server:
        ask(client, server)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("DEBUG", "127.0.0.1 answered 503 with 0 bytes"),
        ("WARNING", "127.0.0.1: 503 Service Unavailable; next try in 30 s"),
        ("DEBUG", "127.0.0.1 answered 200 with 6 bytes"),
    ]

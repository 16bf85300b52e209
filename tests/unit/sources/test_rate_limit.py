import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from digest.demo.server import ArxivServer
from digest.demo.server import Reply as ArxivReply
from digest.errors import SourceUnavailable
from digest.sources.http import ArxivClient
from digest.sources.rate_limit import RateLimiter, seconds_to_wait
from digest.system.clock import SystemClock
from tests.support.builders import NOON
from tests.support.sources_support import RESET, PretendedClock, ScriptedServer, http, settings

GOOD = http("200 OK", b"papers")
BUSY = http("503 Service Unavailable")
EPOCH = NOON.timestamp()


@pytest.fixture
def clock() -> PretendedClock:
    return PretendedClock()


@pytest.fixture
def client(tmp_path: Path, clock: PretendedClock) -> ArxivClient:
    return ArxivClient(settings(), tmp_path / "arxiv.lock", clock, jitter=lambda: 0.0)


def ask(client: ArxivClient, server: ScriptedServer) -> bytes:
    return client.post(server.url, {}, bytes)


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


def test_requests_of_any_kind_are_an_interval_apart(client: ArxivClient, clock: PretendedClock) -> None:
    with ScriptedServer(GOOD, GOOD, GOOD) as server:
        ask(client, server)
        clock.seconds += 1.25
        ask(client, server)
        client.get(server.url, bytes)
    assert clock.sleeps == [1.75, 3.0]


def test_the_interval_counts_from_the_end_of_a_failure_too(
    client: ArxivClient, clock: PretendedClock
) -> None:
    with ScriptedServer(http("404 Not Found"), RESET, GOOD) as server:
        with pytest.raises(SourceUnavailable):
            ask(client, server)
        ask(client, server)
    assert clock.sleeps == [3.0, 5.0]


def test_tries_that_follow_at_once_are_still_an_interval_apart(tmp_path: Path, clock: PretendedClock) -> None:
    hasty = settings(retry_scale=0.01)
    client = ArxivClient(hasty, tmp_path / "arxiv.lock", clock, jitter=lambda: 0.0)
    with ScriptedServer(BUSY, GOOD) as server:
        ask(client, server)
    assert clock.sleeps == [pytest.approx(0.3), pytest.approx(2.7)]


def test_the_file_has_the_end_of_the_last_request(
    client: ArxivClient, clock: PretendedClock, tmp_path: Path
) -> None:
    def later(body: bytes) -> bytes:
        clock.seconds += 100  # reading is no part of the request
        return body

    (tmp_path / "arxiv.lock").write_text(f"{EPOCH - 1} and more text")
    with ScriptedServer(GOOD) as server:
        client.post(server.url, {}, later)
    assert (tmp_path / "arxiv.lock").read_text() == str(EPOCH)


def test_a_running_request_counts_already(client: ArxivClient, tmp_path: Path) -> None:
    """Killed there, the next process still keeps its distance."""
    seen: list[str] = []

    def look(reply: ArxivReply) -> ArxivReply:
        seen.append((tmp_path / "arxiv.lock").read_text())
        return replace(reply, status=200)

    with ArxivServer((), NOON) as server:
        server.misbehave(look)
        client.post(server.api_url, {}, bytes)
    assert seen == [str(EPOCH)]


@pytest.mark.parametrize("text", ["", "yesterday", "nan", "inf", "-inf", "1e999"])
def test_a_file_without_a_moment_causes_no_wait(
    client: ArxivClient, clock: PretendedClock, tmp_path: Path, text: str
) -> None:
    (tmp_path / "arxiv.lock").write_text(text)
    with ScriptedServer(GOOD) as server:
        ask(client, server)
    assert clock.sleeps == []


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, clock: PretendedClock) -> None:
    with pytest.raises(SourceUnavailable) as failed:
        ArxivClient(settings(), tmp_path, clock).post("http://127.0.0.1:9/", {}, bytes)
    assert str(failed.value) == f"{tmp_path}: Is a directory"


def test_clients_that_share_a_file_share_the_rate_limit(tmp_path: Path) -> None:
    """An answer takes 0.02 s and the interval is 0.03 s."""

    def one_question() -> None:
        brisk = settings(interval_seconds=0.03)
        ArxivClient(brisk, tmp_path / "arxiv.lock", SystemClock()).post(server.api_url, {}, bytes)

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


def test_a_request_is_a_sign_of_life_also_where_it_need_not_wait(tmp_path: Path) -> None:
    clock, signs = SystemClock(), list[float]()
    clock.on_wait = signs.append
    with RateLimiter(tmp_path / "arxiv.lock", 0.0, clock).slot():
        assert signs == [0.0]

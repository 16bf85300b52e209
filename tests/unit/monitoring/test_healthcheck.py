import time
from collections.abc import Iterator

import pytest

from digest.monitoring import healthcheck
from digest.monitoring.healthcheck import HealthCheck
from digest.system.exchange import Request
from tests.support.health_check import HealthCheckServer
from tests.support.sources_support import ScriptedServer


@pytest.fixture
def server() -> Iterator[HealthCheckServer]:
    server = HealthCheckServer()
    yield server
    server.close()


def test_start_success_and_failure_are_sent_in_order(server: HealthCheckServer) -> None:
    health_check = HealthCheck(server.url)
    health_check.start()
    health_check.success()
    health_check.fail("the mail to subscribers[0] was not delivered: é")
    health_check.close()
    assert server.pings == [
        ("/secret-uuid/start", ""),
        ("/secret-uuid", ""),
        ("/secret-uuid/fail", "the mail to subscribers[0] was not delivered: é"),
    ]


def test_a_silent_server_delays_nothing(server: HealthCheckServer) -> None:
    server.answer.clear()
    health_check = HealthCheck(server.url)
    began = time.monotonic()
    for _ in range(100):
        health_check.success()
    assert time.monotonic() - began < 1
    server.answer.set()
    health_check.close()
    assert 1 <= len(server.pings) <= 22


@pytest.mark.parametrize(
    ("status", "words"),
    [(301, "301 Moved Permanently"), (404, "404 Not Found"), (500, "500 Internal Server Error")],
)
def test_a_server_that_refuses_is_logged_without_its_address(
    server: HealthCheckServer, status: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.status = status
    health_check = HealthCheck(server.url)
    with caplog.at_level("DEBUG", "digest"):
        health_check.start()
        health_check.success()
        health_check.close()
    assert len(server.pings) == 2
    assert caplog.messages == [f"health check ping failed: {words}"] * 2


def test_a_server_that_is_not_there_is_logged_without_its_address(
    server: HealthCheckServer, caplog: pytest.LogCaptureFixture
) -> None:
    health_check = HealthCheck("http://127.0.0.1:9/secret-uuid")
    with caplog.at_level("DEBUG", "digest"):
        health_check.fail("why")
        health_check.close()
    assert caplog.messages == ["health check ping failed: connection refused"]


def test_a_server_that_answers_rubbish_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedServer(b"\0rubbish\r\n\r\n") as server, caplog.at_level("DEBUG", "digest"):
        health_check = HealthCheck(server.url)
        health_check.success()
        health_check.close()
    assert caplog.messages == ["health check ping failed: the connection broke off"]


def test_a_bug_in_the_thread_shows_no_url(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(request: Request, _: object) -> None:
        raise ZeroDivisionError(request.url)

    monkeypatch.setattr(healthcheck, "exchange", broken)
    health_check = HealthCheck("https://hc.example/secret-uuid")
    with caplog.at_level("DEBUG", "digest"):
        health_check.success()
        health_check.close()
    assert caplog.messages == ["health check ping failed: ZeroDivisionError"]


def test_pings_go_on_after_a_pause(server: HealthCheckServer) -> None:
    health_check = HealthCheck(server.url)
    health_check.start()
    health_check.close()
    health_check.success()
    health_check.close()
    assert [path for path, _ in server.pings] == ["/secret-uuid/start", "/secret-uuid"]

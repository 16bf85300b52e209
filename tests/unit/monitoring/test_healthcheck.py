import time
from collections.abc import Iterator

import pytest

from digest.monitoring.healthcheck import HealthCheck
from tests.support.health_check import HealthCheckServer


@pytest.fixture
def check() -> Iterator[HealthCheckServer]:
    check = HealthCheckServer()
    yield check
    check.close()


def test_start_success_and_failure_are_told_in_their_order(check: HealthCheckServer) -> None:
    pings = HealthCheck(check.url)
    pings.start()
    pings.success()
    pings.fail("the mail to subscribers[0] was not delivered: é")
    pings.close()
    assert check.told == [
        ("/secret-uuid/start", ""),
        ("/secret-uuid", ""),
        ("/secret-uuid/fail", "the mail to subscribers[0] was not delivered: é"),
    ]


def test_a_server_that_is_silent_holds_nobody_up(check: HealthCheckServer) -> None:
    check.answer.clear()
    pings = HealthCheck(check.url)
    began = time.monotonic()
    for _ in range(100):
        pings.success()
    assert time.monotonic() - began < 1
    check.answer.set()
    pings.close()
    assert 1 <= len(check.told) <= 22


@pytest.mark.parametrize("status", [404, 500])
def test_a_server_that_refuses_harms_nothing_and_its_address_is_not_told(
    check: HealthCheckServer, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    check.status = status
    pings = HealthCheck(check.url)
    with caplog.at_level("DEBUG"):
        pings.start()
        pings.success()
        pings.close()
    assert len(check.told) == 2
    assert caplog.messages == ["a ping was not taken: HTTPError"] * 2


def test_a_server_that_is_not_there_harms_nothing(
    check: HealthCheckServer, caplog: pytest.LogCaptureFixture
) -> None:
    pings = HealthCheck("http://127.0.0.1:9/secret-uuid")
    with caplog.at_level("DEBUG"):
        pings.fail("why")
        pings.close()
    assert caplog.messages == ["a ping was not taken: URLError"]


def test_a_pause_between_pings_does_not_end_them(check: HealthCheckServer) -> None:
    pings = HealthCheck(check.url)
    pings.start()
    pings.close()
    pings.success()
    pings.close()
    assert [path for path, _ in check.told] == ["/secret-uuid/start", "/secret-uuid"]

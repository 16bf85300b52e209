"""Which pings `digest run` sends to a health check."""

from collections.abc import Iterator

import pytest

from digest.system.locks import exclusive_lock
from tests.support.health_check import HealthCheckServer
from tests.support.home import TWO, Home

pytestmark = pytest.mark.exhaustive

START, WELL, FAILED = "/secret-uuid/start", "/secret-uuid", "/secret-uuid/fail"


@pytest.fixture
def check(home: Home) -> Iterator[HealthCheckServer]:
    check = HealthCheckServer()
    home.environment["DIGEST_PING_URL"] = check.url
    yield check
    check.close()


def test_a_run_that_goes_well_pings_success_and_logs_no_url(home: Home, check: HealthCheckServer) -> None:
    done = home.digest("--verbose", "run")
    assert done.returncode == 0
    assert check.pings == [(START, ""), (WELL, "")]
    assert "secret-uuid" not in done.stdout + done.stderr


def test_a_run_that_fails_pings_the_reason_without_an_address(home: Home, check: HealthCheckServer) -> None:
    home.environment["DIGEST_ARXIV_API"] = "http://127.0.0.1:9/api/query"
    assert home.digest("run").returncode == 75
    (start, _), (failed, reason) = check.pings
    assert (start, failed) == (START, FAILED)
    assert reason.startswith("2 keywords failed (Reward Model, Reasoning): ")
    assert "@" not in reason


def test_a_run_that_cannot_begin_pings_failure(home: Home, check: HealthCheckServer) -> None:
    (home.folder / "state").write_text("in the way")
    assert home.digest("run").returncode == 1
    ((failed, reason),) = check.pings
    assert failed == FAILED
    assert "digest.sqlite3" in reason or "run.lock" in reason


def test_a_run_beside_another_and_one_for_a_single_subscriber_do_not_ping(
    home: Home, check: HealthCheckServer
) -> None:
    home.write(TWO)
    assert home.digest("run", "--only", "ada@example.org").returncode == 0
    with exclusive_lock(home.folder / "state" / "run.lock", wait=False):
        assert home.digest("run").returncode == 75
    assert check.pings == []

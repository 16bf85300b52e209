from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import AnswerRejected, SourceUnavailable
from digest.sources.retry_policy import (
    MAX_ANSWER_BYTES,
    MAX_PAUSE,
    CircuitBreaker,
    FailedAttempt,
    backoff,
    failed_attempt_from,
    failed_attempt_of,
    host_of,
    rejected_answer,
)
from digest.system.exchange import Failure, NoReply, Reply
from tests.support.builders import NOON

EPOCH = NOON.timestamp()


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
        pytest.param(f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT", 0.0, id="impossible year"),
    ],
)
def test_retry_after_is_a_number_or_a_date(retry_after: str, seconds: float) -> None:
    assert failed_attempt_of(Reply(429, b"", {"retry-after": retry_after}), EPOCH) == FailedAttempt(
        "429 Too Many Requests", 30.0, at_least=seconds, status=429
    )


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ [\d:]+ [A-Z+-]\w*"))
def test_any_retry_after_is_some_number_of_seconds(retry_after: str) -> None:
    attempt = failed_attempt_of(Reply(503, b"", {"retry-after": retry_after}), EPOCH)
    assert attempt is not None
    assert attempt.at_least >= 0


@pytest.mark.parametrize("status", [406, 429, 500, 502, 503, 504])
def test_a_busy_server_is_tried_again(status: int) -> None:
    attempt = failed_attempt_of(Reply(status, b"Rate exceeded."), EPOCH)
    assert attempt is not None
    assert (attempt.pause, attempt.reason[:4]) == (30.0, f"{status} ")


@pytest.mark.parametrize("status", [200, 400])
def test_what_can_be_read_is_no_failure(status: int) -> None:
    assert failed_attempt_of(Reply(status, b"Rate exceeded. Or not."), EPOCH) is None


@pytest.mark.parametrize(
    ("attempt", "tries", "jitter", "pause"),
    [
        pytest.param(FailedAttempt("", 30.0), 1, 0.0, 30.0, id="first"),
        pytest.param(FailedAttempt("", 30.0), 3, 0.0, 120.0, id="third"),
        pytest.param(FailedAttempt("", 30.0), 4, 0.0, None, id="tries used up"),
        pytest.param(FailedAttempt("", 600.0), 2, 0.9, MAX_PAUSE, id="as long as it gets"),
        pytest.param(FailedAttempt("", 30.0), 2, 0.5, 75.0, id="jitter"),
        pytest.param(FailedAttempt("", None), 1, 0.0, None, id="no use"),
        pytest.param(FailedAttempt("", 30.0, at_least=90.0), 1, 0.9, 90.0, id="Retry-After"),
        pytest.param(FailedAttempt("", 30.0, at_least=90.0), 3, 0.0, 120.0, id="Retry-After that is shorter"),
        pytest.param(FailedAttempt("", 30.0, at_least=MAX_PAUSE), 1, 0.0, MAX_PAUSE, id="longest wait"),
        pytest.param(FailedAttempt("", 30.0, at_least=MAX_PAUSE + 1), 1, 0.0, None, id="too long a wait"),
    ],
)
def test_backoff(attempt: FailedAttempt, tries: int, jitter: float, pause: float | None) -> None:
    assert backoff(attempt, tries, jitter) == pause


def test_a_page_of_the_largest_size_can_be_read() -> None:
    assert failed_attempt_of(Reply(200, bytes(MAX_ANSWER_BYTES)), EPOCH) is None


def test_a_larger_page_is_rejected() -> None:
    attempt = failed_attempt_of(Reply(200, bytes(MAX_ANSWER_BYTES + 1)), EPOCH)
    assert attempt is not None
    assert (attempt.reason, attempt.pause, attempt.is_rejected_answer) == (
        "too large: more than 41943040 bytes",
        30.0,
        True,
    )


@pytest.mark.parametrize(("status", "pause"), [(200, 30.0), (400, None)])
def test_a_rejected_answer_is_retried_unless_the_request_is_wrong(status: int, pause: float | None) -> None:
    rejected = AnswerRejected("cut off", "somewhere")
    assert rejected_answer(rejected, Reply(status, b"")) == FailedAttempt(
        "cut off: somewhere", pause, cause=rejected
    )


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://subscriber:secret@Export.arxiv.org:443/api?x=y", "export.arxiv.org"),
        ("/api/query", "elsewhere"),
        ("//[x", "elsewhere"),
        ("https://a%0d%0ab/", "elsewhere"),
    ],
)
def test_of_an_address_only_the_host_is_shown(url: str, host: str) -> None:
    assert host_of(url) == host


REFUSED = FailedAttempt("503 Service Unavailable", 30.0)
SHUT_OUT = FailedAttempt("arXiv refuses us (403)", None, forbidden=True)
REJECTED = FailedAttempt("cut off: somewhere", 30.0, cause=AnswerRejected("cut off", "somewhere"))


def hung(seconds: float) -> FailedAttempt:
    return failed_attempt_from(NoReply("no answer in time", Failure.UNFINISHED, seconds))


def breaker_after(*endings: FailedAttempt | None) -> CircuitBreaker:
    breaker = CircuitBreaker()
    for ending in endings:
        breaker.note(ending)
    return breaker


@pytest.mark.parametrize(
    "endings",
    [
        pytest.param([], id="at first"),
        pytest.param([REFUSED] * 5, id="five refusals"),
        pytest.param([*[REFUSED] * 5, None, *[REFUSED] * 5], id="an answer between"),
        pytest.param([*[REFUSED] * 5, REJECTED, *[REFUSED] * 5], id="a rejected answer between"),
        pytest.param([REJECTED] * 20, id="rejected answers"),
        pytest.param([hung(300.0), None] * 14, id="a search for one paper at which arXiv hangs"),
    ],
)
def test_the_circuit_breaker_stays_closed(endings: list[FailedAttempt | None]) -> None:
    breaker_after(*endings).require_closed()


@pytest.mark.parametrize(
    ("endings", "why"),
    [
        pytest.param([REFUSED] * 6, "503 Service Unavailable", id="six refusals"),
        pytest.param([None, REJECTED, *[REFUSED] * 6], "503 Service Unavailable", id="six in the end"),
        pytest.param([hung(300.0), None] * 15, "no answer in time", id="an hour and a quarter of waiting"),
        pytest.param([SHUT_OUT], "it refuses us (403)", id="403"),
        pytest.param([SHUT_OUT, None], "it refuses us (403)", id="403 stays"),
    ],
)
def test_the_circuit_breaker_opens(endings: list[FailedAttempt | None], why: str) -> None:
    with pytest.raises(SourceUnavailable) as failed:
        breaker_after(*endings).require_closed()
    assert str(failed.value) == f"arXiv is left alone for this run: {why}"

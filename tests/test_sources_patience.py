from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import AnswerRejected, SourceUnavailable
from digest.sources.patience import (
    LARGEST_ANSWER,
    LONGEST_WAIT,
    Breaker,
    Reply,
    Setback,
    disbelief,
    host_of,
    pause_after,
    setback_of_reply,
)
from tests.builders import NOON

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
        pytest.param(Setback("", 600.0), 2, 0.9, LONGEST_WAIT, id="as long as it gets"),
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


def test_a_page_of_the_largest_size_can_be_read() -> None:
    assert setback_of_reply(Reply(200, bytes(LARGEST_ANSWER)), EPOCH) is None


def test_a_larger_page_is_not_believed() -> None:
    setback = setback_of_reply(Reply(200, bytes(LARGEST_ANSWER + 1)), EPOCH)
    assert setback is not None
    assert (setback.reason, setback.pause, setback.disbelieved) == (
        "too large: more than 41943040 bytes",
        30.0,
        True,
    )


@pytest.mark.parametrize(("status", "pause"), [(200, 30.0), (400, None)])
def test_what_is_not_believed_is_asked_for_again_unless_the_question_is_at_fault(
    status: int, pause: float | None
) -> None:
    rejected = AnswerRejected("cut off", "somewhere")
    assert disbelief(rejected, Reply(status, b"")) == Setback("cut off: somewhere", pause, cause=rejected)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://reader:secret@Export.arxiv.org:443/api?x=y", "export.arxiv.org"),
        ("/api/query", "elsewhere"),
        ("//[x", "elsewhere"),
        ("https://a%0d%0ab/", "elsewhere"),
    ],
)
def test_an_address_is_told_by_its_host_alone(url: str, host: str) -> None:
    assert host_of(url) == host


REFUSED = Setback("503 Service Unavailable", 30.0)
SHUT_OUT = Setback("arXiv refuses us (403)", None, shut_out=True)
DISBELIEVED = Setback("cut off: somewhere", 30.0, cause=AnswerRejected("cut off", "somewhere"))


def breaker_after(*endings: Setback | None) -> Breaker:
    breaker = Breaker()
    for ending in endings:
        breaker.note(ending)
    return breaker


@pytest.mark.parametrize(
    "endings",
    [
        pytest.param([], id="at first"),
        pytest.param([REFUSED] * 5, id="five refusals"),
        pytest.param([*[REFUSED] * 5, None, *[REFUSED] * 5], id="an answer between"),
        pytest.param([*[REFUSED] * 5, DISBELIEVED, *[REFUSED] * 5], id="a disbelieved one between"),
        pytest.param([DISBELIEVED] * 20, id="answers that are not believed"),
    ],
)
def test_arxiv_is_asked_on(endings: list[Setback | None]) -> None:
    breaker_after(*endings).require_closed()


@pytest.mark.parametrize(
    ("endings", "why"),
    [
        pytest.param([REFUSED] * 6, "after 6 refusals in a row", id="six refusals"),
        pytest.param([None, DISBELIEVED, *[REFUSED] * 6], "after 6 refusals in a row", id="six in the end"),
        pytest.param([SHUT_OUT], "after it refused us (403)", id="403"),
        pytest.param([SHUT_OUT, None], "after it refused us (403)", id="403 stays"),
    ],
)
def test_arxiv_is_left_alone(endings: list[Setback | None], why: str) -> None:
    with pytest.raises(SourceUnavailable) as failed:
        breaker_after(*endings).require_closed()
    assert str(failed.value) == f"arXiv is left alone for this run, {why}"

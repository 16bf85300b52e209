"""What GitHub's replies mean: the forms of its documentation, and broken ones."""

import json

import pytest

from digest.publish.github.failures import Area, FailedTry, TooLong, content_of, failed_exchange, failed_reply
from digest.system.exchange import Failure, NoReply, Reply

AREA = Area("discussions", "discussions", "Discussions")
NOW = 1_000_000.0


def answered(content: object, status: int = 200, **headers: str) -> FailedTry | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return failed_reply(Reply(status, json.dumps(content).encode(), named), AREA, NOW)


@pytest.mark.parametrize("content", [[], {}, {"number": 1}, {"errors": []}, {"errors": "none"}])
def test_what_was_asked_for_is_no_failure(content: object) -> None:
    assert answered(content) is None
    assert content_of(Reply(200, json.dumps(content).encode())) == content


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b'{"number": 1', b"[" * 100_000], ids=range(5))
def test_an_answer_that_is_broken_may_have_had_an_effect(body: bytes) -> None:
    assert failed_reply(Reply(201, body), AREA, NOW) == FailedTry(
        "the answer is not JSON", 5.0, is_certain=False
    )


@pytest.mark.parametrize(
    ("failure", "is_certain"),
    [
        (Failure.OFFLINE, True),
        (Failure.BAD_ADDRESS, True),
        (Failure.NO_ANSWER, False),
        (Failure.UNFINISHED, False),
    ],
)
def test_without_a_reply_only_what_was_never_sent_is_certain(failure: Failure, *, is_certain: bool) -> None:
    assert failed_exchange(NoReply("why", failure)) == FailedTry("why", 5.0, is_certain=is_certain)


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "0"}, 1.0),
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": "1000090"}, 91.0),
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": "999000"}, 1.0),
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": "soon"}, 60.0),
        ({"x_ratelimit_remaining": "5", "x_ratelimit_reset": "1000090"}, 60.0),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60.0),
    ],
)
@pytest.mark.parametrize("status", [403, 429])
def test_a_rate_limit_lasts_as_long_as_github_says(
    status: int, headers: dict[str, str], pause: float
) -> None:
    failed = answered({"message": "You have exceeded a secondary rate limit."}, status, **headers)
    assert failed is not None
    assert (failed.at_least, failed.is_certain, failed.error) == (pause, True, None)


def test_a_query_over_the_rate_limit_is_asked_again() -> None:
    content = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    failed = answered(content, x_ratelimit_remaining="0", x_ratelimit_reset="1000090")
    assert failed == FailedTry("rate limit", 60.0, at_least=91.0)


def test_a_query_at_which_github_fails_may_have_had_an_effect() -> None:
    content = {"data": None, "errors": [{"message": "Something went wrong while executing your query."}]}
    failed = answered(content)
    assert failed == FailedTry("GitHub fails at the query", 5.0, is_certain=False)


@pytest.mark.parametrize("kind", ["NOT_FOUND", "FORBIDDEN", "INSUFFICIENT_SCOPES"])
def test_a_query_that_is_refused_says_what_to_do(kind: str) -> None:
    failed = answered({"errors": [{"type": kind, "message": "no\nway"}]})
    assert failed is not None
    assert failed.error is not None
    assert str(failed.error) == f"GitHub refuses the query ({kind})"
    assert failed.error.detail == "no way"
    assert failed.error.hint == (
        "switch them on: Settings → General → Features → Discussions; "
        "write in the workflow, below `permissions:`, discussions: write"
    )


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (
            422,
            {"message": "Validation Failed", "errors": [{"message": "body is too long (maximum is 65536)"}]},
        ),
        (200, {"errors": [{"type": "UNPROCESSABLE", "message": "Body is too long"}]}),
    ],
    ids=["REST", "GraphQL"],
)
def test_a_text_that_is_too_long_has_an_error_of_its_own(status: int, content: object) -> None:
    failed = answered(content, status)
    assert failed is not None
    assert isinstance(failed.error, TooLong)


@pytest.mark.parametrize("content", [None, [], "text", {"message": 3}, {"errors": ["text", None]}])
def test_an_odd_error_is_an_error(content: object) -> None:
    failed = answered(content, 418)
    assert failed is not None
    assert str(failed.error) == "GitHub does not take it (418 I'm a Teapot)"

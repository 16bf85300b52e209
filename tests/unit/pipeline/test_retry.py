"""Which trouble leads where, as a table, and when a mail is tried again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.mails import DeliveryResult, Mail, MailState, QueuedMail, Verdict
from digest.errors import (
    ContentRefused,
    DeliveryUnknown,
    MessageRefused,
    RecipientDeferred,
    RecipientRefused,
    RefusalUndecided,
    TransportError,
    TransportUnavailable,
)
from digest.pipeline.retry import EXPIRES_AFTER, JITTER, LONGEST_PAUSE, RetryPolicy
from tests.support.builders import NOON

MAIL = Mail("<1@example.org>", "ada@example.org", "digest@example.org", b"the bytes", ("2606.00001",))
NEW = QueuedMail(MAIL, NOON)
ONCE_UNCONFIRMED = replace(NEW, state=MailState.UNKNOWN, unconfirmed=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("outgoing", "trouble", "after"),
    [
        (
            NEW,
            RecipientRefused("550 5.1.1"),
            DeliveryResult(MailState.FAILED, problem="550 5.1.1", address_refused=True),
        ),
        (NEW, MessageRefused("554 5.6.0"), DeliveryResult(MailState.FAILED, problem="554 5.6.0")),
        (NEW, TransportUnavailable("down"), DeliveryResult(MailState.PENDING, problem="down")),
        (NEW, RefusalUndecided("550 5.7.1"), DeliveryResult(MailState.PENDING, problem="550 5.7.1")),
        (
            NEW,
            ContentRefused("554 5.7.1"),
            DeliveryResult(MailState.FAILED, problem="554 5.7.1", verdict=Verdict.HALVE),
        ),
        (
            replace(NEW, refused_alone=2),
            ContentRefused("554 5.7.1"),
            DeliveryResult(MailState.FAILED, problem="554 5.7.1", verdict=Verdict.GIVE_UP),
        ),
        (
            NEW,
            DeliveryUnknown("lost"),
            DeliveryResult(MailState.UNKNOWN, unconfirmed=1, retry_at=NOON + HOUR, problem="lost"),
        ),
        (
            ONCE_UNCONFIRMED,
            DeliveryUnknown("lost"),
            DeliveryResult(MailState.UNKNOWN, unconfirmed=2, problem="lost"),
        ),
        (
            ONCE_UNCONFIRMED,
            RecipientRefused("550 5.1.1"),
            DeliveryResult(MailState.FAILED, unconfirmed=1, problem="550 5.1.1", address_refused=True),
        ),
        (
            ONCE_UNCONFIRMED,
            TransportUnavailable("down"),
            DeliveryResult(MailState.PENDING, unconfirmed=1, problem="down"),
        ),
    ],
    ids=[
        "a refused recipient is final",
        "a refused message is final",
        "a server that is down is no attempt",
        "nor is a refusal that nobody can judge yet",
        "a refused content is final, and goes on by halves",
        "a paper that was refused alone three times is given up",
        "no answer to the final dot: once more in an hour",
        "no answer a second time is final",
        "refused after it may have arrived",
        "down after it may have arrived",
    ],
)
def test_each_trouble_leads_to_its_state(
    outgoing: QueuedMail, trouble: TransportError, after: DeliveryResult
) -> None:
    assert RetryPolicy().after(outgoing, trouble, NOON) == after


def test_what_may_have_arrived_is_repeated_only_where_that_is_wanted() -> None:
    never = RetryPolicy(unconfirmed=False)
    settlement = never.after(NEW, DeliveryUnknown("lost"), NOON)
    assert settlement == DeliveryResult(MailState.UNKNOWN, unconfirmed=1, problem="lost")
    assert settlement.is_final


def test_pauses_double_from_five_minutes_to_four_hours() -> None:
    minutes = []
    for refusals in range(9):
        outgoing = replace(NEW, refusals=refusals)
        after = RetryPolicy().after(outgoing, RecipientDeferred("450 4.2.1"), NOON)
        assert (after.state, after.refusals, after.problem) == (
            MailState.DEFERRED,
            refusals + 1,
            "450 4.2.1",
        )
        assert after.retry_at
        minutes.append((after.retry_at - NOON) / timedelta(minutes=1))
    for pause, base in zip(minutes, [5, 10, 20, 40, 80, 160, 240, 240, 240], strict=True):
        assert base * (1 - JITTER) <= pause <= base * (1 + JITTER)


def test_mails_refused_together_do_not_come_back_together() -> None:
    mails = [replace(NEW, mail=replace(MAIL, message_id=f"<{number}@example.org>")) for number in range(50)]
    pauses = {RetryPolicy().after(outgoing, RecipientDeferred("450"), NOON).retry_at for outgoing in mails}
    assert len(pauses) > 30


@given(st.integers(0, 10_000), st.text(), st.floats(0, 1))
def test_a_pause_is_never_longer_than_the_longest(refusals: int, message_id: str, scale: float) -> None:
    outgoing = replace(NEW, refusals=refusals, mail=replace(MAIL, message_id=message_id))
    after = RetryPolicy(scale).after(outgoing, RecipientDeferred("450"), NOON)
    assert after.retry_at
    assert NOON <= after.retry_at <= NOON + LONGEST_PAUSE * (1 + JITTER)


def test_the_scale_shortens_every_pause() -> None:
    assert RetryPolicy(scale=0).after(NEW, RecipientDeferred("450"), NOON).retry_at == NOON
    assert RetryPolicy(scale=0).after(NEW, DeliveryUnknown("lost"), NOON).retry_at == NOON


@pytest.mark.parametrize(
    ("outgoing", "end"),
    [
        (replace(NEW, created_at=NOON - EXPIRES_AFTER + timedelta(seconds=1)), None),
        (
            replace(NEW, created_at=NOON - EXPIRES_AFTER, problem="450 4.2.1", refusals=14),
            DeliveryResult(MailState.FAILED, refusals=14, problem="given up after 48 hours: 450 4.2.1"),
        ),
        (
            replace(NEW, created_at=NOON - EXPIRES_AFTER),
            DeliveryResult(MailState.FAILED, problem="given up after 48 hours: it was never tried"),
        ),
        (replace(ONCE_UNCONFIRMED, retry_at=NOON, created_at=NOON - 2 * EXPIRES_AFTER), None),
        (
            replace(ONCE_UNCONFIRMED, problem="lost"),
            DeliveryResult(MailState.UNKNOWN, unconfirmed=1, problem="lost"),
        ),
    ],
    ids=["in time", "too late", "never tried", "to be repeated", "not to be repeated"],
)
def test_a_mail_is_given_up_after_two_days_or_when_silence_was_the_last_word(
    outgoing: QueuedMail, end: DeliveryResult | None
) -> None:
    assert RetryPolicy().expire(outgoing, NOON) == end

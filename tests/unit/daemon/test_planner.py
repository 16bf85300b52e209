from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.daemon.planner import AUDIT_TAKES, DELIVERY_PAUSE, FETCH_LEAD, Plan, Planner, WaitPolicy
from digest.domain.auditing import AuditTimes
from digest.domain.fetching import FetchStatus
from digest.domain.preferences import Action, Preference
from digest.domain.schedule import ScheduleState, slots_around
from digest.domain.subscribers import Subscriber
from digest.sources.arxiv.calendar import ArxivCalendar
from tests.support.builders import keyword, schedule, subscriber

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
ADA = subscriber("ada@example.org", MODEL, schedule=schedule("07:00"))
BO = subscriber("bo@example.org", REASONING, schedule=schedule("09:00"))
SEVEN = datetime(2026, 6, 23, 7, tzinfo=UTC)  # a Tuesday; the feed has been current since 04:30
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TWELVE = SEVEN + 5 * HOUR
POLICY = WaitPolicy(frozenset({MODEL.id, REASONING.id}), max_wait=2 * HOUR)
FRESH = FetchStatus(up_to_date_at=SEVEN - FETCH_LEAD)
STALE = FetchStatus(last_good_at=SEVEN - 24 * HOUR)
FAILING = replace(STALE, failing=True)


@dataclass(frozen=True)
class Morning:
    """A moment, and what the state holds then; every subscriber was served yesterday."""

    now: datetime = SEVEN
    model: FetchStatus = FRESH
    reasoning: FetchStatus = FRESH
    state: ScheduleState = field(default_factory=ScheduleState)
    served: Mapping[str, datetime] = field(default_factory=dict)
    attempts: Mapping[str, datetime] = field(default_factory=dict)
    policy: WaitPolicy = POLICY

    def plan(self) -> Plan:
        served = {subscriber.email: SEVEN - 20 * HOUR for subscriber in (ADA, BO)} | dict(self.served)
        fetch_statuses = {MODEL.id: self.model, REASONING.id: self.reasoning}
        planner = Planner(
            policy=self.policy,
            state=replace(self.state, last_served_at=served, fetch_statuses=fetch_statuses),
            now=self.now,
            announced_at=ArxivCalendar().latest_announcement(self.now),
            slots_of=lambda schedule: slots_around(schedule, self.now),
            attempts=self.attempts,
        )
        return planner.plan((ADA, BO))


def fetched(*minutes_ago: int, now: datetime = SEVEN) -> ScheduleState:
    return ScheduleState(fetched_at=tuple(now - minutes * MINUTE for minutes in minutes_ago))


def of(*subscribers: Subscriber) -> frozenset[str]:
    return frozenset(subscriber.email for subscriber in subscribers)


@pytest.mark.parametrize(
    ("morning", "fetch"),
    [
        (Morning(SEVEN - HOUR, STALE, STALE), False),
        (Morning(SEVEN - FETCH_LEAD - MINUTE, STALE, STALE), False),
        (Morning(SEVEN - FETCH_LEAD, STALE, STALE), True),
        (Morning(SEVEN - FETCH_LEAD), False),
        (Morning(SEVEN, STALE, STALE), True),
        (Morning(SEVEN, FRESH, STALE), True),
        (Morning(SEVEN + 2 * HOUR), False),
        (Morning(SEVEN, STALE, STALE, fetched(4)), False),
        (Morning(SEVEN, STALE, STALE, fetched(5)), True),
        (Morning(SEVEN, STALE, STALE, fetched(9, 14)), False),
        (Morning(SEVEN, STALE, STALE, fetched(10, 15)), True),
        (Morning(SEVEN, STALE, STALE, fetched(14, 30, 60, 90)), False),
        (Morning(SEVEN, STALE, STALE, fetched(15, 30, 60, 90)), True),
        (Morning(TWELVE, STALE, STALE, fetched(59, *range(60, 120, 10), now=TWELVE)), False),
        (Morning(TWELVE, STALE, STALE, fetched(60, *range(70, 140, 10), now=TWELVE)), True),
        (Morning(SEVEN, STALE, STALE, fetched(4 * 60)), True),
        (Morning(SEVEN - 2 * HOUR, STALE, STALE, fetched(20, now=SEVEN - 2 * HOUR)), True),
        (Morning(SEVEN, STALE, STALE, fetched(-60)), True),
        (Morning(SEVEN, FetchStatus(up_to_date_at=SEVEN + HOUR)), True),
    ],
    ids=[
        "long before the first slot", "a minute too early", "ten minutes before the first slot",
        "not if everything is up to date", "at the slot", "one stale keyword is enough",
        "not again for the next subscriber", "not at once after a fetch in vain", "after the first pause",
        "not before the second pause ends", "after the second pause",
        "not more often while mails wait", "every 15 minutes while mails wait",
        "not before an hour is over", "after an hour", "a fetch before the announcement does not count",
        "a fetch in vain is repeated though nobody is due",
        "the clock was set back since the fetch", "the clock was set back since the answer",
    ],
)  # fmt: skip
def test_one_fetch_serves_all_and_is_repeated_only_after_pauses(morning: Morning, fetch: bool) -> None:
    assert morning.plan().fetch is fetch


@pytest.mark.parametrize(
    ("now", "model", "fetched_at", "fetch"),
    [
        (SEVEN - FETCH_LEAD - MINUTE, STALE, (), False),
        (SEVEN - FETCH_LEAD, STALE, (), True),
        (SEVEN - FETCH_LEAD, FRESH, (), False),
        (SEVEN - MINUTE, FAILING, (SEVEN - FETCH_LEAD,), True),
        (SEVEN - FETCH_LEAD + MINUTE, FAILING, (SEVEN - FETCH_LEAD,), False),
        (TWELVE, STALE, (), True),
        (TWELVE, FRESH, (), False),
    ],
    ids=[
        "not before its hour", "ten minutes before", "but not again", "again after a pause",
        "but not at once", "later, if the machine slept", "and not again",
    ],
)  # fmt: skip
def test_an_archive_without_subscribers_has_an_hour_of_its_own(
    now: datetime, model: FetchStatus, fetched_at: tuple[datetime, ...], fetch: bool
) -> None:
    planner = Planner(
        policy=WaitPolicy(frozenset({MODEL.id}), max_wait=2 * HOUR, archive=schedule("07:00")),
        state=ScheduleState(fetch_statuses={MODEL.id: model}, fetched_at=fetched_at),
        now=now,
        announced_at=ArxivCalendar().latest_announcement(now),
        slots_of=lambda schedule: slots_around(schedule, now),
        attempts={},
    )
    assert planner.plan(()) == Plan(fetch=fetch)


@pytest.mark.parametrize(
    ("morning", "dispatched"),
    [
        (Morning(SEVEN - MINUTE), ()),
        (Morning(SEVEN), (ADA,)),
        (Morning(SEVEN + 2 * HOUR), (ADA, BO)),
        (Morning(SEVEN + 2 * HOUR, served={ADA.email: SEVEN}), (BO,)),
        (Morning(SEVEN, STALE), ()),
        (Morning(SEVEN, FRESH, STALE), (ADA,)),
        (Morning(SEVEN + 2 * HOUR - MINUTE, STALE, state=ScheduleState(pending=of(ADA))), ()),
        (Morning(SEVEN + 2 * HOUR, STALE, STALE, ScheduleState(pending=of(ADA))), (ADA,)),
        (Morning(SEVEN + 2 * HOUR, STALE, STALE), ()),
        (Morning(SEVEN + 2 * HOUR, STALE, STALE, policy=replace(POLICY, send_empty=True)), (ADA,)),
        (Morning(SEVEN + 2 * HOUR, FAILING, STALE, policy=replace(POLICY, send_empty=True)), ()),
        (Morning(SEVEN, attempts={ADA.email: SEVEN - DELIVERY_PAUSE + MINUTE}), ()),
        (Morning(SEVEN, attempts={ADA.email: SEVEN - DELIVERY_PAUSE}), (ADA,)),
        (Morning(SEVEN, attempts={ADA.email: SEVEN + HOUR}), (ADA,)),
        (Morning(SEVEN, state=ScheduleState(retries={ADA.email: SEVEN + MINUTE})), ()),
        (Morning(SEVEN, state=ScheduleState(retries={ADA.email: SEVEN})), (ADA,)),
        (Morning(SEVEN, state=ScheduleState(retries={ADA.email: SEVEN + 24 * 365 * HOUR})), (ADA,)),
    ],
    ids=[
        "nobody before their slot", "to the minute", "after a sleep, all at once", "not twice in a slot",
        "not while a keyword is stale", "others do not wait", "not before max_wait has passed",
        "then what is known is sent", "but nothing if there is nothing",
        "unless empty digests are wanted", "and not if the source fails",
        "not again right after an attempt", "but after a pause",
        "the clock was set back since the attempt",
        "not before the retry time", "but at the retry time",
        "a retry time that a wrong clock set does not count",
    ],
)  # fmt: skip
def test_a_digest_is_sent_at_its_slot_or_as_soon_after_as_possible(
    morning: Morning, dispatched: tuple[Subscriber, ...]
) -> None:
    assert morning.plan().dispatch == dispatched


@pytest.mark.parametrize(
    ("morning", "retried"),
    [
        (Morning(SEVEN - HOUR, state=ScheduleState(retries={BO.email: SEVEN})), ()),
        (Morning(SEVEN, state=ScheduleState(retries={BO.email: SEVEN})), (BO,)),
        (Morning(SEVEN, state=ScheduleState(retries={BO.email: None})), (BO,)),
        (
            Morning(
                SEVEN,
                state=ScheduleState(retries={BO.email: None}),
                attempts={BO.email: SEVEN - MINUTE},
            ),
            (),
        ),
        (Morning(SEVEN, STALE, state=ScheduleState(retries={ADA.email: None})), (ADA,)),
    ],
    ids=[
        "not before the retry time", "at the retry time", "at once without a retry time",
        "but not without a pause", "yesterday's mail does not wait for today's",
    ],
)  # fmt: skip
def test_a_deferred_mail_is_tried_again(morning: Morning, retried: tuple[Subscriber, ...]) -> None:
    assert morning.plan().retry_deferred == retried


def test_the_plan_says_how_many_wait_for_the_source_and_until_when() -> None:
    assert Morning(SEVEN, STALE).plan().waiting == {SEVEN + 2 * HOUR: 1}
    assert Morning(SEVEN + 2 * HOUR, STALE, STALE).plan().waiting == {SEVEN + 4 * HOUR: 1}
    assert Morning(SEVEN + 4 * HOUR, FAILING, STALE).plan().waiting == {}


def test_unserved_are_those_who_may_still_get_a_digest() -> None:
    assert Morning(SEVEN + 3 * HOUR).plan().unserved == 2
    assert Morning(SEVEN + 3 * HOUR, FAILING, STALE).plan().unserved == 2
    assert Morning(SEVEN + 3 * HOUR, STALE, STALE).plan().unserved == 1


AUDITED = replace(POLICY, audit="weekly")
SERVED = {subscriber.email: SEVEN + 3 * HOUR for subscriber in (ADA, BO)}
DUE = ScheduleState(audits=AuditTimes(began_at=SEVEN - 500 * HOUR))


@pytest.mark.parametrize(
    ("morning", "audit"),
    [
        (Morning(TWELVE, state=DUE, served=SERVED, policy=AUDITED), True),
        (Morning(TWELVE, state=DUE, served=SERVED), False),
        (Morning(TWELVE, served=SERVED, policy=AUDITED), False),
        (Morning(TWELVE, state=DUE, policy=AUDITED), False),
        (Morning(TWELVE, STALE, state=DUE, policy=AUDITED), False),
        (Morning(SEVEN + 24 * HOUR - AUDIT_TAKES, state=DUE, served=SERVED, policy=AUDITED), False),
        (
            Morning(TWELVE, state=replace(DUE, retries={BO.email: None}), served=SERVED, policy=AUDITED),
            False,
        ),
    ],
    ids=[
        "all are served", "switched off", "none is due", "somebody is to be served", "arXiv is to be asked",
        "a digest is due soon", "a mail is to be tried again",
    ],
)  # fmt: skip
def test_an_audit_comes_when_nothing_else_is_to_be_done(morning: Morning, audit: bool) -> None:
    assert morning.plan().audit is audit


def test_most_of_the_time_the_plan_is_empty() -> None:
    assert Morning(SEVEN - HOUR, STALE, STALE).plan() == Plan()
    assert Morning(SEVEN - HOUR).plan().is_empty


def test_a_slot_of_a_pause_is_done_when_the_pause_ends() -> None:
    ended = (Preference(Action.PAUSE, SEVEN - 90 * HOUR, until=SEVEN + MINUTE),)
    state = ScheduleState(preferences={ADA.email: ended})
    assert Morning(SEVEN + MINUTE, state=state).plan().dispatch == ()
    assert Morning(SEVEN + MINUTE).plan().dispatch == (ADA,)

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.daemon.planner import DELIVERY_PAUSE, LEAD, Plan, Planner, WaitPolicy
from digest.domain.fetching import FetchStatus
from digest.domain.schedule import ScheduleState, slots_around
from digest.domain.subscribers import Subscriber
from digest.sources.arxiv.calendar import ArxivCalendar
from tests.support.builders import keyword, schedule, subscriber

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
ADA = subscriber("ada@example.org", MODEL, schedule=schedule("07:00"))
BO = subscriber("bo@example.org", REASONING, schedule=schedule("09:00"))
SEVEN = datetime(2026, 6, 23, 7, tzinfo=UTC)  # a Tuesday; the feed turned at 04:30
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TWELVE = SEVEN + 5 * HOUR
RULES = WaitPolicy(frozenset({MODEL.id, REASONING.id}), max_wait=2 * HOUR)
FRESH = FetchStatus(up_to_date_at=SEVEN - LEAD)
STALE = FetchStatus(last_good_at=SEVEN - 24 * HOUR)
FAILING = replace(STALE, failing=True)


@dataclass(frozen=True)
class Morning:
    """A moment, and what the state then tells; yesterday everybody was served."""

    now: datetime = SEVEN
    model: FetchStatus = FRESH
    reasoning: FetchStatus = FRESH
    schedule_state: ScheduleState = field(default_factory=ScheduleState)
    served: Mapping[str, datetime] = field(default_factory=dict)
    tried: Mapping[str, datetime] = field(default_factory=dict)
    rules: WaitPolicy = RULES

    def plan(self) -> Plan:
        served = {subscriber.email: SEVEN - 20 * HOUR for subscriber in (ADA, BO)} | dict(self.served)
        fetch_statuses = {MODEL.id: self.model, REASONING.id: self.reasoning}
        schedule_state = replace(self.schedule_state, last_served_at=served, fetch_statuses=fetch_statuses)
        planner = Planner(
            self.rules,
            schedule_state,
            self.now,
            ArxivCalendar().latest_announcement(self.now),
            lambda wish: slots_around(wish, self.now),
            self.tried,
        )
        return planner.plan((ADA, BO))


def asked(*minutes_ago: int, now: datetime = SEVEN) -> ScheduleState:
    return ScheduleState(fetched_at=tuple(now - minutes * MINUTE for minutes in minutes_ago))


def of(*subscribers: Subscriber) -> frozenset[str]:
    return frozenset(subscriber.email for subscriber in subscribers)


@pytest.mark.parametrize(
    ("morning", "ask"),
    [
        (Morning(SEVEN - HOUR, STALE, STALE), False),
        (Morning(SEVEN - LEAD - MINUTE, STALE, STALE), False),
        (Morning(SEVEN - LEAD, STALE, STALE), True),
        (Morning(SEVEN - LEAD), False),
        (Morning(SEVEN, STALE, STALE), True),
        (Morning(SEVEN, FRESH, STALE), True),
        (Morning(SEVEN + 2 * HOUR), False),
        (Morning(SEVEN, STALE, STALE, asked(4)), False),
        (Morning(SEVEN, STALE, STALE, asked(5)), True),
        (Morning(SEVEN, STALE, STALE, asked(9, 14)), False),
        (Morning(SEVEN, STALE, STALE, asked(10, 15)), True),
        (Morning(SEVEN, STALE, STALE, asked(14, 30, 60, 90)), False),
        (Morning(SEVEN, STALE, STALE, asked(15, 30, 60, 90)), True),
        (Morning(TWELVE, STALE, STALE, asked(59, *range(60, 120, 10), now=TWELVE)), False),
        (Morning(TWELVE, STALE, STALE, asked(60, *range(70, 140, 10), now=TWELVE)), True),
        (Morning(SEVEN, STALE, STALE, asked(4 * 60)), True),
        (Morning(SEVEN - 2 * HOUR, STALE, STALE, asked(20, now=SEVEN - 2 * HOUR)), True),
        (Morning(SEVEN, STALE, STALE, asked(-60)), True),
        (Morning(SEVEN, FetchStatus(up_to_date_at=SEVEN + HOUR)), True),
    ],
    ids=[
        "long before the first hour", "a minute before its time", "a little before the first hour",
        "not if all is known", "at the hour at last", "one keyword is enough",
        "not again for the next subscriber", "not at once after asking in vain", "after a pause",
        "a longer one the second time",
        "and then again", "not too often", "but often while mails wait",
        "an hour at most", "but after an hour", "asked before the announcement counts not",
        "what was asked in vain is asked again though nobody is due",
        "the clock was set back since it was asked", "the clock was set back since it was answered",
    ],
)  # fmt: skip
def test_arxiv_is_asked_once_for_all_and_again_only_after_pauses(morning: Morning, ask: bool) -> None:
    assert morning.plan().ask is ask


@pytest.mark.parametrize(
    ("morning", "served"),
    [
        (Morning(SEVEN - MINUTE), ()),
        (Morning(SEVEN), (ADA,)),
        (Morning(SEVEN + 2 * HOUR), (ADA, BO)),
        (Morning(SEVEN + 2 * HOUR, served={ADA.email: SEVEN}), (BO,)),
        (Morning(SEVEN, STALE), ()),
        (Morning(SEVEN, FRESH, STALE), (ADA,)),
        (Morning(SEVEN + 2 * HOUR - MINUTE, STALE, schedule_state=ScheduleState(pending=of(ADA))), ()),
        (Morning(SEVEN + 2 * HOUR, STALE, STALE, ScheduleState(pending=of(ADA))), (ADA,)),
        (Morning(SEVEN + 2 * HOUR, STALE, STALE), ()),
        (Morning(SEVEN + 2 * HOUR, STALE, STALE, rules=replace(RULES, tell_of_nothing=True)), (ADA,)),
        (Morning(SEVEN + 2 * HOUR, FAILING, STALE, rules=replace(RULES, tell_of_nothing=True)), ()),
        (Morning(SEVEN, tried={ADA.email: SEVEN - DELIVERY_PAUSE + MINUTE}), ()),
        (Morning(SEVEN, tried={ADA.email: SEVEN - DELIVERY_PAUSE}), (ADA,)),
        (Morning(SEVEN, tried={ADA.email: SEVEN + HOUR}), (ADA,)),
        (Morning(SEVEN, schedule_state=ScheduleState(retries={ADA.email: SEVEN + MINUTE})), ()),
        (Morning(SEVEN, schedule_state=ScheduleState(retries={ADA.email: SEVEN})), (ADA,)),
        (Morning(SEVEN, schedule_state=ScheduleState(retries={ADA.email: SEVEN + 24 * 365 * HOUR})), (ADA,)),
    ],
    ids=[
        "nobody before their hour", "to the minute", "after a sleep, all at once", "who was served is done",
        "who reads what is not known yet waits", "others do not wait", "until their patience ends",
        "then what is known goes out", "but nothing if nothing is known",
        "unless they are to be told so", "and not if arXiv failed",
        "not again right after trying in vain", "but after a pause",
        "the clock was set back since it was tried",
        "not while a mail of theirs is put off", "but when its time has come",
        "a mail that a wrong clock put off is tried",
    ],
)  # fmt: skip
def test_a_digest_goes_out_at_its_hour_or_as_soon_after_as_it_can(
    morning: Morning, served: tuple[Subscriber, ...]
) -> None:
    assert morning.plan().serve == served


@pytest.mark.parametrize(
    ("morning", "resumed"),
    [
        (Morning(SEVEN - HOUR, schedule_state=ScheduleState(retries={BO.email: SEVEN})), ()),
        (Morning(SEVEN, schedule_state=ScheduleState(retries={BO.email: SEVEN})), (BO,)),
        (Morning(SEVEN, schedule_state=ScheduleState(retries={BO.email: None})), (BO,)),
        (
            Morning(
                SEVEN,
                schedule_state=ScheduleState(retries={BO.email: None}),
                tried={BO.email: SEVEN - MINUTE},
            ),
            (),
        ),
        (Morning(SEVEN, STALE, schedule_state=ScheduleState(retries={ADA.email: None})), (ADA,)),
    ],
    ids=["not before its time", "in its time", "what has none, at once", "but not without a pause",
        "what is left of yesterday does not wait for today's"],
)  # fmt: skip
def test_a_mail_that_met_trouble_is_tried_again(morning: Morning, resumed: tuple[Subscriber, ...]) -> None:
    assert morning.plan().resume == resumed


def test_the_plan_tells_who_waits_for_arxiv_and_until_when() -> None:
    assert Morning(SEVEN, STALE).plan().waiting == {SEVEN + 2 * HOUR: 1}
    assert Morning(SEVEN + 2 * HOUR, STALE, STALE).plan().waiting == {SEVEN + 4 * HOUR: 1}
    assert Morning(SEVEN + 4 * HOUR, FAILING, STALE).plan().waiting == {}


def test_who_is_unserved_is_whoever_may_still_get_something() -> None:
    assert Morning(SEVEN + 3 * HOUR).plan().unserved == 2
    assert Morning(SEVEN + 3 * HOUR, FAILING, STALE).plan().unserved == 2
    assert Morning(SEVEN + 3 * HOUR, STALE, STALE).plan().unserved == 1


def test_there_is_nothing_to_do_most_of_the_time() -> None:
    assert Morning(SEVEN - HOUR, STALE, STALE).plan() == Plan()
    assert Morning(SEVEN - HOUR).plan().is_empty

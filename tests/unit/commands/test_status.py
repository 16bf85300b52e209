from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digest.commands.status import Status, alive_line, short, sparkline, status_facts, status_lines
from digest.daemon.liveness import DaemonLiveness
from digest.domain.auditing import Audit, KeywordFigures, MissedPaper
from digest.domain.mails import MailState
from digest.domain.status import (
    KeywordStatus,
    Mishap,
    Overview,
    Services,
    ServiceStatus,
    SubscriberStatus,
    Totals,
)
from digest.domain.subscribers import Suppression, SuppressionEvent, SuppressionReason
from tests.support.builders import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADA, BO, CY = "ada@example.org", "bo@example.org", "cy@example.org"
NO_DAEMON = DaemonLiveness(running=False)


def lines(found: Overview, daemon: DaemonLiveness = NO_DAEMON) -> list[str]:
    return list(status_lines(Status(found, daemon, NOON), 80))


def of(*subscribers: SubscriberStatus) -> Overview:
    return Overview((), subscribers, Services())


def deferred(email: str) -> SubscriberStatus:
    return SubscriberStatus(
        email, on_the_way=MailState.DEFERRED, retry_at=NOON + HOUR, problem="450 later", next_due=NOON
    )


def test_a_quiet_status_is_three_tables() -> None:
    arxiv = ServiceStatus(Mishap(NOON - 400 * DAY, "no answer\nin two lines"), NOON - HOUR)
    found = Overview(
        (KeywordStatus("机器学习", NOON - HOUR, 2, new_today=9, week=(0, 1, 2, 3, 4, 8, 9)),),
        (SubscriberStatus(ADA, NOON - 3 * DAY, waiting=12, failed=1, next_due=NOON + DAY),),
        Services(arxiv, ServiceStatus()),
    )
    assert lines(found, DaemonLiveness(True, NOON - HOUR)) == [
        "Monday, 22 June 2026, 12:00. All times are in UTC.",
        "A daemon is running; one last looked at the clock today 11:00.",
        "",
        "Keyword   last good answer  new today  7 days   failing since",
        "机器学习  today 11:00               9  ·▁▂▃▄██",
        "",
        "Subscriber       last mail   next due   waiting  failed",
        "ada@example.org  Fri 19 Jun  Tue 12:00       12       1",
        "",
        "Service      last good run  last problem  what it was",
        "arXiv        today 11:00    18 May 2025   no answer",
        "mail server  never          never",
    ]


def test_a_note_below_the_tables_names_all_to_whom_it_applies() -> None:
    reason = Suppression(SuppressionReason.UNSUBSCRIBED, NOON)
    failing = [
        KeywordStatus(name, failing_since=NOON - DAY, problem="no answer") for name in ("Alpha", "Beta")
    ]
    found = Overview(
        (*failing, KeywordStatus("Gamma", failing_since=NOON, problem="half an answer")),
        (
            deferred(ADA),
            SubscriberStatus(BO, problem="550 no such user", suppressed=reason),
            deferred(CY),
        ),
        Services(),
    )
    assert lines(found)[-6:] == [
        "",
        "Alpha, Beta: failing since 2026-06-21 12:00 UTC: no answer",
        "Gamma: failing since 2026-06-22 12:00 UTC: half an answer",
        f"{ADA}, {CY}: a mail waits (deferred, again at 2026-06-22 13:00 UTC): 450 later",
        "bo@example.org: the last mail failed: 550 no such user",
        "bo@example.org gets no mail since 2026-06-22 12:00 UTC: they unsubscribed",
    ]


def test_keywords_that_never_had_a_paper_share_a_note() -> None:
    names = ("Reward Modle", "Quiet", "Resoning")
    keywords = [KeywordStatus(name, NOON, never_had_a_paper=name != "Quiet") for name in names]
    assert lines(Overview(tuple(keywords), (), Services()))[-1] == (
        "Reward Modle, Resoning: never had a paper; check the spelling, or ask arXiv with "
        "`digest check --volume`"
    )


@pytest.mark.parametrize(
    ("next_due", "shown"),
    [(NOON + HOUR, "today 13:00"), (NOON, "now"), (NOON - DAY, "now"), (None, "gets no mail")],
    ids=["later today", "at once", "late", "suppressed"],
)
def test_a_digest_that_is_late_is_due_now(next_due: datetime | None, shown: str) -> None:
    shown_lines = lines(of(SubscriberStatus(ADA, next_due=next_due)))
    assert shown_lines[6].startswith(f"ada@example.org  never      {shown}  ")


def test_a_daemon_that_is_gone_was_seen_at_some_time() -> None:
    assert lines(of(), DaemonLiveness(False, NOON - DAY))[1] == (
        "No daemon is running; one last looked at the clock Sun 21 Jun."
    )


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (None, "never"),
        (NOON.replace(hour=0), "today 00:00"),
        (NOON.replace(hour=23), "today 23:00"),
        (NOON.replace(hour=0) - timedelta(seconds=1), "Sun 21 Jun"),
        (NOON + DAY, "Tue 12:00"),
        (NOON + 6 * DAY, "Sun 12:00"),
        (NOON + 7 * DAY, "Mon 29 Jun"),
        (NOON - 181 * DAY, "Tue 23 Dec"),
        (NOON - 182 * DAY, "22 Dec 2025"),
        (datetime(2027, 6, 1, tzinfo=UTC), "1 Jun 2027"),
    ],
)
def test_a_moment_is_short(moment: datetime | None, words: str) -> None:
    assert short(moment, NOON) == words


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ((0, 0, 0), "···"),
        ((1, 2, 8), "▁▂█"),
        ((1, 0, 1), "▁·▁"),
        ((1, 50, 100), "▁▄█"),
        ((3, 16, 9), "▂█▅"),
    ],
    ids=["none", "up to eight", "few", "many", "above eight"],
)
def test_a_sparkline_has_a_bar_for_each_day(counts: Sequence[int], line: str) -> None:
    assert sparkline(counts) == line


def test_the_facts_have_the_totals_too() -> None:
    found = Overview((KeywordStatus("Alpha"),), (SubscriberStatus(ADA),), Services())
    facts = status_facts(Status(found, DaemonLiveness(True, NOON), NOON), Totals((7,), (5,)))
    assert (facts["keywords"][0]["papers"], facts["subscribers"][0]["papers"]) == (7, 5)
    assert facts["daemon"] == {"running": True, "looked_at": NOON}
    assert facts.keys() == {
        "keywords",
        "subscribers",
        "services",
        "audit",
        "unavailable",
        "suppressed_lately",
        "daemon",
    }
    assert facts["audit"] is None


def test_the_last_audit_is_a_line_and_an_object() -> None:
    missed = (MissedPaper("2606.00007", "not shown"),)
    audit = Audit(NOON, date(2026, 6, 15), (KeywordFigures("Alpha", 8, 6, 1, missed),), requests=3)
    found = Overview((), (), Services(), audit)
    assert lines(found)[-1] == (
        "Audit of 2026-06-22: recall 0.875 of 8: 1 paper was missed; "
        "it comes with the next digest, marked as late"
    )
    facts = status_facts(Status(found, NO_DAEMON, NOON), Totals((), ()))
    assert facts["audit"] == {
        "audited_at": NOON,
        "since": date(2026, 6, 15),
        "recall": 0.875,
        "matching": 8,
        "missed": 1,
        "requests": 3,
        "unreadable": (),
        "keywords": (
            {
                "name": "Alpha",
                "matching": 8,
                "mailed": 6,
                "waiting": 1,
                "missed": ({"id": "2606.00007", "reason": "not shown"},),
            },
        ),
    }


@pytest.mark.parametrize(
    ("sign", "line"),
    [
        (DaemonLiveness(False), "no daemon is running"),
        (DaemonLiveness(False, NOON), "no daemon is running"),
        (DaemonLiveness(True, NOON - HOUR / 60), "the daemon is alive: it last looked at the clock 60 s ago"),
        (
            DaemonLiveness(True, NOON - HOUR),
            "the daemon hangs: it last looked at the clock 3600 s ago, and should within 1500 s",
        ),
    ],
    ids=["never", "gone", "alive", "hanging"],
)
def test_a_health_check_gets_one_line(sign: DaemonLiveness, line: str) -> None:
    assert alive_line(sign, NOON) == line


def test_papers_that_were_given_up_are_named() -> None:
    given_up = SubscriberStatus(ADA, given_up=("2606.00001", "2606.00002"))
    assert lines(of(given_up))[-1] == (
        "ada@example.org: given up, because the mail server refuses them: 2606.00001, 2606.00002"
    )


def test_who_was_suppressed_lately_without_having_asked_for_it_is_told() -> None:
    refused = SuppressionReason.REFUSED
    events = [SuppressionEvent(n, NOON, who, refused, made=n < 2) for n, who in enumerate((ADA, BO, CY))]
    assert lines(replace(of(), suppressed_lately=tuple(events)))[-2:] == [
        "Suppressed in 7 days: ada@example.org, bo@example.org; `digest resubscribe EMAIL` undoes it",
        "In 7 days, mail servers refuse 1 address for good, too many at once: all of them still get mail",
    ]

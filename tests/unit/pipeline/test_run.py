"""A run with fakes around a real state."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.domain.digests import Latest, Unanswered
from digest.domain.mails import MailState
from digest.domain.runs import ArchiveOutcome, KeywordOutcome, MailOutcome, Report, RunProblems
from digest.domain.settings import SmtpServer
from digest.domain.subscribers import Suppression, SuppressionReason
from digest.domain.subscriptions import KEPT_WHILE_ABSENT
from digest.errors import (
    AnswerRejected,
    ArchiveError,
    DeliveryUnknown,
    MessageRefused,
    PolicyRefused,
    RecipientDeferred,
    RecipientRefused,
    RenderError,
    SourceUnavailable,
    StoreError,
    TransportUnavailable,
)
from digest.pipeline.report import build_report
from digest.pipeline.retry import UNCONFIRMED_PAUSE
from digest.store.queries.mails import SqlMailStore
from tests.support.builders import NOON, keyword, paper, subscriber
from tests.support.fakes import FakeTransport
from tests.support.life import Life, a_life

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
ADA = subscriber("ada@example.org", MODEL, label="subscribers[0]")
BO = subscriber("bo@example.org", MODEL, REASONING, label="subscribers[1]")


def refused(label: str) -> MailOutcome:
    """The outcome of a subscriber while the mail server is down."""
    hint = TransportUnavailable.hint
    return MailOutcome(label, problem="connection refused", hint=hint, unavailable=True)


def killed(*_arguments: object) -> None:
    """In place of a method: the program dies in it."""
    raise KeyboardInterrupt


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """Ada and Bo have had their welcome."""
    with a_life(tmp_path, ADA, BO) as life:
        life.announce("Reward Model", "2606.00001", "2606.00002", "2606.00003")
        life.announce("Reasoning", "2606.00003")
        life.run()
        life.tomorrow()
        yield life


def test_a_first_run_welcomes_everybody_with_the_latest_papers(life: Life) -> None:
    assert life.transport.papers("ada@example.org") == [("2606.00002", "2606.00003")]
    assert life.transport.papers("bo@example.org") == [("2606.00002", "2606.00003")]


def test_a_run_sends_each_subscriber_what_is_new_for_their_keywords(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.announce("Reasoning", "2606.00602", "2606.00601")
    report = life.run()
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601",)]
    assert life.transport.papers("bo@example.org")[1:] == [("2606.00601", "2606.00602")]
    assert report == Report(
        (
            KeywordOutcome(MODEL, new=1, last_good_at=NOON),
            KeywordOutcome(REASONING, new=2, last_good_at=NOON),
        ),
        (MailOutcome("subscribers[0]", papers=1), MailOutcome("subscribers[1]", papers=2)),
        ArchiveOutcome(changed=True),
        RunProblems(arxiv="", mail="", archive=""),
    )


def test_a_digest_knows_whether_it_is_the_first_and_when_the_last_was_done(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.run()
    made = [digest for digest in life.mail_builder.made if digest.subscriber == ADA]
    assert [digest.is_first for digest in made] == [True, False]
    assert made[1].since == NOON.date()


def test_a_newcomer_without_papers_gets_one_mail_that_says_so(tmp_path: Path) -> None:
    with a_life(tmp_path, ADA, BO) as life:
        life.announce("Reward Model")
        life.announce("Reasoning", "2606.00003")
        life.run()
        life.run()
        life.tomorrow()
        life.run()
        assert life.transport.papers("ada@example.org") == [()]
        [first] = [digest for digest in life.mail_builder.made if digest.subscriber == ADA]
        assert (first.is_first, first.latest) == (True, (Latest(MODEL, None),))


def test_on_a_quiet_day_a_digest_knows_when_each_keyword_last_found_a_paper(life: Life) -> None:
    life.config = replace(life.config, mail=replace(life.config.mail, when_empty="send"))
    life.run()
    [quiet] = [digest for digest in life.mail_builder.made if digest.subscriber == BO][1:]
    submitted = paper().submitted.date()
    assert quiet.latest == (Latest(MODEL, submitted), Latest(REASONING, submitted))


def test_running_again_at_once_sends_nothing(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.run()
    before = len(life.transport.delivered)
    assert life.run().mails == ()
    assert len(life.transport.delivered) == before


def test_a_keyword_that_fails_harms_no_other_and_loses_nothing(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.announce("Reasoning", "2606.00602")
    good = life.source.answers["Reasoning"]
    life.source.answers["Reasoning"] = AnswerRejected("cut off", "the document does not end")
    report = life.run()
    assert report.keywords == (
        KeywordOutcome(MODEL, new=1, last_good_at=NOON),
        KeywordOutcome(REASONING, problem="cut off: the document does not end", last_good_at=NOON),
    )
    assert life.transport.papers("bo@example.org")[1:] == [("2606.00601",)]
    assert life.mail_builder.made[-1].unanswered == (Unanswered(REASONING, NOON),)
    life.source.answers["Reasoning"] = good
    life.tomorrow()
    life.run()
    assert life.transport.papers("bo@example.org")[2:] == [("2606.00602",)]


def test_a_first_fetch_that_fails_delays_the_welcome(tmp_path: Path) -> None:
    with a_life(tmp_path, ADA) as life:
        life.source.answers["Reward Model"] = SourceUnavailable("503, 4 times")
        assert life.run().mails == ()
        life.source.answers.clear()
        life.announce("Reward Model", "2606.00001")
        life.run()
        assert life.transport.papers("ada@example.org") == [("2606.00001",)]


def test_an_arxiv_that_does_not_serve_us_is_no_keywords_fault(life: Life) -> None:
    life.source.answers = {"Reasoning": SourceUnavailable("503, 4 times")}
    assert life.run().keywords[1] == KeywordOutcome(
        REASONING,
        problem="503, 4 times",
        hint=SourceUnavailable.hint,
        last_good_at=NOON,
        unavailable=True,
    )


def test_papers_found_in_spite_of_a_problem_are_sent_and_the_problem_is_reported(life: Life) -> None:
    life.source.answers = {"Reward Model": SourceUnavailable("503, 4 times")}
    life.source.partly = {"Reward Model": [paper("2606.00601")]}
    outcome = life.run().keywords[0]
    assert (outcome.new, outcome.problem, outcome.unavailable) == (1, "503, 4 times", False)
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601",)]
    assert life.mail_builder.made[-1].unanswered == (Unanswered(MODEL, NOON),)


def test_a_keyword_that_is_up_to_date_is_not_asked_for(life: Life) -> None:
    life.source.up_to_date = True
    life.run()
    life.source.asked.clear()
    life.clock.moment += timedelta(hours=1)
    report = life.run()
    assert life.source.asked == []
    assert report.keywords == (
        KeywordOutcome(MODEL, up_to_date=True),
        KeywordOutcome(REASONING, up_to_date=True),
    )
    life.tomorrow()
    life.run()
    assert life.source.asked == ["Reward Model", "Reasoning"]


def test_a_keyword_of_the_archive_alone_is_fetched_in_every_run(life: Life) -> None:
    shown = keyword("Language Model")
    archive = replace(life.config.archive, keywords=(MODEL, shown))
    life.config = replace(life.config, archive=archive)
    life.announce("Language Model", "2606.00004")
    life.run(ADA)
    assert [section.keyword.name for section in life.archive.updates[-1]] == [
        "Reward Model",
        "Language Model",
    ]
    assert [shown.id for shown in life.archive.updates[-1][1].papers] == ["2606.00004"]


def test_a_flood_is_held_back_until_it_is_usual(life: Life) -> None:
    for day in range(601, 606):
        life.announce("Reward Model", f"2606.00{day}")
        life.run()
        life.tomorrow()
    life.announce("Reward Model", *(f"2606.01{number:03}" for number in range(100)))
    report = life.run()
    assert report.keywords[0].problem == "held back: 100 new papers at once, where about 1 are usual"
    assert life.transport.papers("ada@example.org")[-1] == ("2606.00605",)
    life.clock.moment += timedelta(days=60)
    life.run()
    assert len(life.transport.papers("ada@example.org")[-1]) == 100


def test_a_broken_template_for_one_leaves_the_others_their_mail(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.mail_builder.broken["ada@example.org"] = RenderError("templates/digest.html:3: 'papr' is undefined")
    report = life.run()
    assert report.mails == (
        MailOutcome(
            "subscribers[0]",
            problem="templates/digest.html:3: 'papr' is undefined",
            hint=RenderError.hint,
        ),
        MailOutcome("subscribers[1]", papers=1),
    )
    life.mail_builder.broken.clear()
    life.run()
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601",)]


def test_papers_of_a_refused_mail_come_with_the_next_one(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["ada@example.org"] = [RecipientRefused("550 5.2.1 disabled")]
    assert life.run().mails == (
        MailOutcome("subscribers[1]", papers=1),
        MailOutcome("subscribers[0]", problem="550 5.2.1 disabled", hint=RecipientRefused.hint),
    )
    life.tomorrow()
    life.announce("Reward Model", "2606.00602")
    life.run()
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601", "2606.00602")]
    assert life.transport.papers("bo@example.org")[1:] == [("2606.00601",), ("2606.00602",)]


def test_a_mail_server_that_is_down_is_tried_once_a_run(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles[""] = [TransportUnavailable("connection refused")]
    life.transport.tried.clear()
    assert life.run().mails == (refused("subscribers[0]"), refused("subscribers[1]"))
    assert life.transport.tried == ["ada@example.org"]
    life.run()
    for email in ("ada@example.org", "bo@example.org"):
        assert life.transport.papers(email)[1:] == [("2606.00601",)]


def test_while_a_mail_is_deferred_nothing_overtakes_it(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["ada@example.org"] = [RecipientDeferred("450 4.2.2 mailbox full")]
    first = life.run().mails[0]
    assert first.retry_at
    assert first.retry_at > life.clock.moment
    life.announce("Reward Model", "2606.00602")
    report = life.run()
    assert report.mails == (
        MailOutcome("subscribers[1]", papers=1),
        MailOutcome("subscribers[0]", problem="450 4.2.2 mailbox full", retry_at=first.retry_at),
    )
    life.clock.moment = first.retry_at
    life.run()
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601",), ("2606.00602",)]


def test_a_mail_deferred_for_two_days_is_given_up_and_its_papers_come_with_the_next(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["ada@example.org"] = [RecipientDeferred("450 4.2.2 mailbox full")] * 2
    life.run(ADA)
    life.tomorrow()
    life.run(ADA)
    life.tomorrow()
    life.announce("Reward Model", "2606.00602")
    assert life.run(ADA).mails == (MailOutcome("subscribers[0]", papers=2),)
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601", "2606.00602")]


def test_subscribers_whose_mail_failed_come_last_so_that_one_bad_address_stops_nobody(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    policy = PolicyRefused("550 5.7.1 not for you")
    life.transport.troubles["ada@example.org"] = [policy, policy]
    assert [outcome.label for outcome in life.run().mails] == ["subscribers[1]", "subscribers[0]"]
    life.tomorrow()
    life.announce("Reward Model", "2606.00602")
    life.run()
    assert life.transport.tried[-2:] == ["bo@example.org", "ada@example.org"]


def test_a_mail_of_unknown_fate_goes_out_once_more_as_it_was_before_anything_new(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    lost = DeliveryUnknown("the connection was lost after the final dot")
    life.transport.troubles["ada@example.org"] = [lost]
    again_at = life.clock.moment + UNCONFIRMED_PAUSE
    assert life.run(ADA).mails == (
        MailOutcome(
            "subscribers[0]",
            problem=str(lost),
            hint=lost.hint,
            retry_at=again_at,
            may_have_arrived=True,
        ),
    )
    first_try = life.store.mails.next_queued(ADA)
    life.announce("Reward Model", "2606.00602")
    life.clock.moment = again_at
    life.run(ADA)
    assert first_try
    assert life.transport.delivered[-2] == first_try.mail
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601",), ("2606.00602",)]


def test_a_mail_twice_unconfirmed_is_reported_and_not_sent_again(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["ada@example.org"] = [DeliveryUnknown("lost"), DeliveryUnknown("lost again")]
    life.run(ADA)
    life.clock.moment += UNCONFIRMED_PAUSE
    assert life.run(ADA).mails == (
        MailOutcome("subscribers[0]", problem="lost again", hint=DeliveryUnknown.hint, may_have_arrived=True),
    )
    life.announce("Reward Model", "2606.00602")
    life.tomorrow()
    life.run(ADA)
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00602",)]


def test_a_mail_of_unknown_fate_keeps_its_papers_and_bytes_while_the_server_is_down(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["ada@example.org"] = [
        DeliveryUnknown("lost after the final dot"),
        TransportUnavailable("connection refused"),
    ]
    life.run(ADA)
    first_try = life.store.mails.next_queued(ADA)
    life.announce("Reward Model", "2606.00602")
    life.clock.moment += UNCONFIRMED_PAUSE
    assert life.run(ADA).mails == (replace(refused("subscribers[0]"), may_have_arrived=True),)
    life.run(ADA)
    assert first_try
    assert life.transport.delivered[-2] == first_try.mail
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601",), ("2606.00602",)]


def test_what_may_have_arrived_and_is_then_refused_is_reported_and_never_sent_in_another_mail(
    life: Life,
) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["ada@example.org"] = [
        DeliveryUnknown("lost after the final dot"),
        RecipientRefused("550 5.1.1 no such user"),
    ]
    life.run(ADA)
    life.clock.moment += UNCONFIRMED_PAUSE
    assert life.run(ADA).mails == (
        MailOutcome(
            "subscribers[0]",
            problem="550 5.1.1 no such user",
            hint=RecipientRefused.hint,
            may_have_arrived=True,
        ),
    )
    assert life.run(ADA).mails == ()


def test_a_program_killed_after_the_end_of_data_that_may_not_repeat_reports_it(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.config = replace(life.config, mail=replace(life.config.mail, when_unconfirmed="never"))
    life.announce("Reward Model", "2606.00601")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(SqlMailStore, "record_result", killed)
        life.run(ADA)
    life.announce("Reward Model", "2606.00602")
    assert life.run(ADA).mails == (
        MailOutcome(
            "subscribers[0]",
            problem="the program ended before the mail server answered",
            may_have_arrived=True,
        ),
        MailOutcome("subscribers[0]", papers=1),
    )


def test_a_refused_mail_is_not_tried_twice_in_a_run(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["ada@example.org"] = [
        RecipientDeferred("450 4.2.1 later"),
        RecipientRefused("550 5.1.1 no such user"),
    ]
    life.run(ADA)
    life.clock.moment += timedelta(hours=1)
    life.transport.tried.clear()
    assert len(life.run(ADA).mails) == 1
    assert life.transport.tried == ["ada@example.org"]


def test_an_address_refused_on_five_days_gets_no_more_mail_and_what_waits_is_kept(life: Life) -> None:
    gone = RecipientRefused("550 5.1.1 no such user")
    for day in range(5):
        life.announce("Reward Model", f"2606.0060{day}")
        life.transport.troubles["ada@example.org"] = [gone, gone]
        life.run(ADA)
        life.run(ADA)
        life.tomorrow()
    refusal = life.store.suppressions.of(["ada@example.org"])["ada@example.org"]
    assert refusal == Suppression(SuppressionReason.REFUSED, life.clock.moment - timedelta(days=1), str(gone))
    assert life.run().mails == (MailOutcome("subscribers[1]", papers=5),)
    assert len(life.store.mails.pending_papers(ADA).papers) == 5


def test_a_mail_that_arrives_forgives_earlier_refusals(life: Life) -> None:
    gone = RecipientRefused("550 5.1.1 no such user")
    for day, troubles in enumerate([[gone], [gone], [gone], [gone], [], [gone], [gone]]):
        life.announce("Reward Model", f"2606.0060{day}")
        life.transport.troubles["ada@example.org"] = list(troubles)
        life.run(ADA)
        life.tomorrow()
    assert life.store.suppressions.of(["ada@example.org"]) == {}


def test_several_mails_are_on_their_way_at_once_and_each_arrives_once(tmp_path: Path) -> None:
    subscribers = [
        subscriber(f"subscriber{n}@example.org", MODEL, label=f"subscribers[{n}]") for n in range(40)
    ]
    with a_life(tmp_path, *subscribers) as life:
        life.transports = [FakeTransport() for _ in range(4)]
        life.announce("Reward Model", "2606.00001")
        report = life.run()
        assert sorted(outcome.label for outcome in report.mails) == sorted(r.label for r in subscribers)
        arrived = [mail.recipient for transport in life.transports for mail in transport.delivered]
        assert sorted(arrived) == sorted(subscriber.email for subscriber in subscribers)
        assert all(life.store.mails.next_queued(subscriber) is None for subscriber in subscribers)


def test_a_long_digest_goes_out_in_parts_of_which_each_arrives_once(life: Life) -> None:
    life.mail_builder.longest = 2
    life.announce("Reward Model", *(f"2606.0060{number}" for number in range(5)))
    life.transport.troubles["ada@example.org"] = [RecipientDeferred("450 4.2.1 later")]
    life.run(ADA)
    life.clock.moment += timedelta(minutes=6)
    assert [outcome.papers for outcome in life.run(ADA).mails] == [2, 2, 1]
    assert life.run(ADA).mails == ()
    arrived = [mail.content for mail in life.transport.delivered if mail.recipient == ADA.email]
    assert [content.partition(b", ")[2] for content in arrived[1:]] == [b"part 1", b"part 2", b"part 3"]


def test_a_part_that_is_refused_gives_back_its_papers_alone(life: Life) -> None:
    life.mail_builder.longest = 2
    life.announce("Reward Model", *(f"2606.0060{number}" for number in range(4)))
    life.transport.troubles["ada@example.org"] = [MessageRefused("554 5.6.0 odd")]
    life.run(ADA)
    life.run(ADA)
    parts = life.transport.papers("ada@example.org")[1:]
    assert parts == [("2606.00600", "2606.00601"), ("2606.00602", "2606.00603")]


def test_a_part_that_is_always_refused_keeps_no_other_back(life: Life) -> None:
    life.mail_builder.longest = 2
    life.announce("Reward Model", *(f"2606.0060{number}" for number in range(4)))
    for _week in range(2):
        life.transport.troubles["ada@example.org"] = [MessageRefused("554 5.6.0 odd")]
        life.run(ADA)
        life.clock.moment += timedelta(days=7)
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00600", "2606.00601")]


def test_a_late_mail_is_not_followed_by_an_empty_one(life: Life) -> None:
    life.config = replace(life.config, mail=replace(life.config.mail, when_empty="send"))
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["ada@example.org"] = [RecipientDeferred("450 4.2.2 greylisted")]
    life.run(ADA)
    life.clock.moment += timedelta(minutes=30)
    life.run(ADA)
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601",)]


def test_retrying_delivers_queued_mails_and_fetches_nothing(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["ada@example.org"] = [RecipientDeferred("450 4.2.1 later")]
    life.run(ADA)
    life.source.asked.clear()
    life.clock.moment += timedelta(minutes=6)
    assert life.retry_deferred(ADA) == build_report(
        (), (MailOutcome("subscribers[0]", papers=1),), ArchiveOutcome()
    )
    assert life.source.asked == []
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601",)]


def test_serving_one_subscriber_sends_nobody_elses_mail(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["bo@example.org"] = [TransportUnavailable("connection refused")]
    life.run()
    life.run(ADA)
    assert len(life.transport.papers("bo@example.org")) == 1


def test_signals_are_deferred_while_a_mail_is_delivered(life: Life) -> None:
    steps: list[str] = []

    @contextmanager
    def signals_deferred() -> Iterator[None]:
        steps.append("begin")
        yield
        assert life.store.mails.next_queued(ADA) is None
        steps.append("end")

    life.announce("Reward Model", "2606.00601")
    life.signals_deferred = signals_deferred
    life.run(ADA)
    assert steps == ["begin", "end"]


def test_killed_before_delivery_the_same_mail_goes_out_next_time(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["ada@example.org"] = [KeyboardInterrupt()]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        life.run()
    frozen = life.store.mails.next_queued(ADA)
    assert frozen
    assert frozen.state is MailState.SENDING
    life.run()
    assert frozen.mail in life.transport.delivered
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601",)]
    assert life.transport.papers("bo@example.org")[1:] == [("2606.00601",)]


def test_a_run_that_has_no_mail_server_any_more_warns_once(
    life: Life, caplog: pytest.LogCaptureFixture
) -> None:
    warning = (
        "no mail server is configured any more: "
        f"mails now go to the folder {life.config.outbox}, and count as sent"
    )
    without = life.config
    warned = []
    for server in (None, SmtpServer("mail.example.org", 465, "tls"), None, None):
        life.config = replace(without, smtp=server)
        life.run()
        warned.append(caplog.messages.count(warning))
    assert warned == [0, 0, 1, 1]


@pytest.mark.parametrize(("away", "is_same_mail"), [(timedelta(hours=1), True), (KEPT_WHILE_ABSENT, False)])
def test_a_mail_left_over_for_someone_who_is_missing_is_sent_if_they_are_back_in_time(
    life: Life, caplog: pytest.LogCaptureFixture, away: timedelta, is_same_mail: bool
) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles["ada@example.org"] = [RecipientDeferred("450 4.2.1 later")]
    life.run()
    left = life.store.mails.next_queued(ADA)
    everybody = life.config
    life.config = replace(life.config, subscribers=(BO,))
    life.run()
    missing = (
        "1 subscriber is missing from the configuration; if back within 7 days they go on where they were"
    )
    assert missing in caplog.messages
    life.config = everybody
    life.clock.moment += away
    life.run()
    assert life.transport.papers("ada@example.org")[1:] == [("2606.00601",)]
    assert left
    assert (left.mail in life.transport.delivered) is is_same_mail


def test_serving_one_subscriber_leaves_the_others_for_later(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.run(ADA)
    assert len(life.transport.papers("bo@example.org")) == 1
    life.run()
    assert life.transport.papers("bo@example.org")[1:] == [("2606.00601",)]


def test_a_mail_sent_or_nothing_more_to_come_means_served(life: Life) -> None:
    life.source.up_to_date = True
    life.run()
    assert set(life.store.subscriptions.last_served_at().values()) == {life.clock.moment}


def test_nothing_new_while_more_may_come_is_not_served(life: Life) -> None:
    before = life.store.subscriptions.last_served_at()
    life.run()
    assert life.store.subscriptions.last_served_at() == before


def test_nothing_new_but_a_keyword_that_failed_is_not_served(life: Life) -> None:
    life.source.up_to_date = True
    before = life.store.subscriptions.last_served_at()
    life.source.answers["Reasoning"] = AnswerRejected("cut off", "the document does not end")
    life.run()
    assert life.store.subscriptions.last_served_at() == {**before, "ada@example.org": life.clock.moment}


def test_an_empty_mail_is_sent_once_a_slot_where_it_is_configured(life: Life) -> None:
    life.config = replace(life.config, mail=replace(life.config.mail, when_empty="send"))
    life.run()
    life.run()
    assert life.transport.papers("ada@example.org")[1:] == [()]


def test_the_archive_has_a_section_for_each_keyword_even_if_its_fetch_failed(life: Life) -> None:
    life.source.answers["Reasoning"] = SourceUnavailable("503, 4 times")
    life.run()
    assert [(s.keyword.name, [p.id for p in s.papers]) for s in life.archive.updates[-1]] == [
        ("Reward Model", ["2606.00003", "2606.00002", "2606.00001"]),
        ("Reasoning", ["2606.00003"]),
    ]


@pytest.mark.parametrize(("monthly", "papers"), [(False, 2), (True, 3)])
def test_the_archive_gets_all_papers_only_if_it_shows_them(life: Life, monthly: bool, papers: int) -> None:
    archive = replace(life.config.archive, papers=2, monthly=monthly)
    life.config = replace(life.config, archive=archive)
    life.run()
    assert len(life.archive.updates[-1][0].papers) == papers


def test_an_archive_that_cannot_be_written_is_a_problem(life: Life) -> None:
    life.archive.trouble = ArchiveError("README.md:3: the end marker is missing", hint="add it")
    assert life.run().archive == ArchiveOutcome(
        problem="README.md:3: the end marker is missing", hint="add it"
    )


def test_what_cannot_be_recorded_is_not_sent(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    with life.store.database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    life.transport.tried.clear()
    with pytest.raises(StoreError, match="it cannot be written"):
        life.run()
    assert life.transport.tried == []


def test_a_run_forgets_the_bodies_of_mails_that_are_done_with(life: Life) -> None:
    bodies = "SELECT count(content) FROM mails"
    with life.store.database.transaction() as connection:
        assert connection.exec_driver_sql(bodies).scalar() == 2
    life.clock.moment += timedelta(days=8)
    life.run()
    with life.store.database.transaction() as connection:
        assert connection.exec_driver_sql(bodies).scalar() == 0

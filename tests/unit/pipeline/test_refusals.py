"""Runs while the mail server refuses some mails, or all of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.commands.explain import explanation
from digest.domain.digests import Showing
from digest.domain.mails import Mail
from digest.domain.runs import MailOutcome
from digest.errors import (
    ContentRefused,
    MailCutOff,
    MessageTooLarge,
    PolicyRefused,
    RenderError,
    TransportError,
)
from digest.pipeline.judgement import IN_VAIN, MOST_ASIDE
from digest.store.history import history
from tests.support.builders import keyword, subscriber
from tests.support.life import Life, a_life

MODEL, REASONING, VISION = keyword("Reward Model"), keyword("Reasoning"), keyword("Vision")
ADA = subscriber("ada@example.org", MODEL, label="subscribers[0]")
BO = subscriber("bo@example.org", REASONING, label="subscribers[1]")
CY = subscriber("cy@example.org", VISION, label="subscribers[2]")
SPAM = "554 5.7.1 spam"
IDS = tuple(f"2606.{number:05}" for number in range(601, 641))
POISON = IDS[16]


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """Ada, Bo and Cy follow a keyword each, and have had their welcome."""
    with a_life(tmp_path, ADA, BO, CY) as life:
        for number, name in enumerate(("Reward Model", "Reasoning", "Vision")):
            life.announce(name, f"2606.0000{number}")
        life.run()
        life.tomorrow()
        life.transport.delivered.clear()
        life.transport.tried.clear()
        yield life


def refusing(*papers: str) -> Callable[[Mail], TransportError | None]:
    """A content filter that refuses every mail with one of these papers."""
    return lambda mail: ContentRefused(SPAM) if set(papers) & set(mail.papers) else None


def all_papers(life: Life, email: str) -> set[str]:
    return {paper for papers in life.transport.papers(email) for paper in papers}


def test_one_refused_paper_of_forty_keeps_no_other_back_and_takes_few_mails(life: Life) -> None:
    life.announce("Reward Model", *IDS)
    life.transport.filter = refusing(POISON)
    report = life.run(ADA)
    assert all_papers(life, ADA.email) == set(IDS) - {POISON}
    assert [len(papers) for papers in life.transport.papers(ADA.email)] == [20, 10, 5, 3, 1]
    assert len(life.transport.tried) == 11
    assert report.problems.mail == f"the mail to subscribers[0] goes without {POISON}: {SPAM}"


def test_the_first_mail_of_the_run_being_refused_blocks_nobody(life: Life) -> None:
    life.announce("Reward Model", POISON)
    life.announce("Reasoning", "2606.00701")
    life.transport.filter = refusing(POISON)
    for _day in range(3):
        life.run()
        life.tomorrow()
    assert all_papers(life, BO.email) == {"2606.00701"}
    assert life.transport.papers(ADA.email) == []


def test_a_paper_refused_alone_comes_by_title_then_by_number_and_is_then_given_up(life: Life) -> None:
    life.announce("Reward Model", POISON)
    life.transport.filter = refusing(POISON)
    problems = []
    for day in range(5):
        life.announce("Reasoning", f"2606.0070{day}")
        if day == 1:
            life.announce("Reward Model", "2606.00801")
        problems.append(life.run().problems.mail)
        life.tomorrow()
    lone = [digest for digest in life.mail_builder.made if POISON in {e.paper.id for e in digest.entries}]
    assert [digest.showing for digest in lone] == [Showing.ALL, Showing.TITLE, Showing.LINK]
    refused = "the mail to subscribers[0] was not delivered"
    assert problems == [
        f"{refused}: {SPAM}",
        f"the mail to subscribers[0] goes without {POISON}: {SPAM}",
        f"{refused}: {SPAM}; given up, `digest explain` tells more",
        "",
        "",
    ]
    assert ADA.email not in life.store.mails.has_pending()
    told = history(life.database, POISON)
    assert told
    assert (told.given_up, told.refused, told.on_the_way) == ((SPAM,), 0, 0)
    assert list(explanation(POISON, told, [MODEL], 0))[-2:] == [
        "given up for 1 subscriber: the mail server refused every mail with it",
        f"    {SPAM}",
    ]


def test_no_paper_is_given_up_before_another_mail_to_the_same_person_has_arrived(life: Life) -> None:
    life.announce("Reward Model", POISON)
    life.transport.troubles[ADA.email] = [ContentRefused(SPAM)] * 6
    for day in range(7):
        life.announce("Reasoning", f"2606.0070{day}")
        life.run()
        life.tomorrow()
    assert life.transport.papers(ADA.email) == [(POISON,)]


def test_who_lost_a_paper_is_told_so_once_in_the_next_mail(life: Life) -> None:
    life.announce("Reward Model", POISON)
    life.transport.filter = refusing(POISON)
    for day in range(5):
        life.announce("Reasoning", f"2606.0070{day}")
        if day in (1, 3, 4):
            life.announce("Reward Model", f"2606.0080{day}")
        life.run()
        life.tomorrow()
    adas = [digest for digest in life.mail_builder.made if digest.subscriber == ADA]
    assert [digest.given_up for digest in adas[-2:]] == [1, 0]


def test_a_paper_that_was_refused_alone_travels_alone_to_everybody(life: Life) -> None:
    dee = subscriber("dee@example.org", MODEL, label="subscribers[3]")
    life.config = replace(life.config, subscribers=(*life.config.subscribers, dee), welcome=0)
    life.run()
    life.announce("Reward Model", *IDS)
    life.transport.filter = refusing(POISON)
    life.run(ADA)
    life.transport.tried.clear()
    life.run(dee)
    assert life.transport.papers(dee.email) == [tuple(one for one in IDS if one != POISON)]
    assert life.transport.tried == [dee.email, dee.email]


def test_a_server_that_refuses_everybody_is_left_alone_after_three_and_no_mail_is_to_blame(
    life: Life,
) -> None:
    for number, name in enumerate(("Reward Model", "Reasoning", "Vision")):
        life.announce(name, f"2606.0060{number}")
    life.transport.filter = lambda mail: ContentRefused(SPAM)
    report = life.run()
    ours = f"the mail server refuses us, not one mail only: {SPAM}"
    assert {(outcome.problem, outcome.unavailable) for outcome in report.mails} == {(ours, True)}
    assert report.problems.mail == (
        f"the mail to subscribers[2], and those to 2 others, were not delivered: {ours}"
    )
    assert len(life.transport.tried) == 3
    life.transport.filter = lambda mail: None
    life.run()
    assert [life.transport.papers(one.email) for one in (ADA, BO, CY)] == [
        [("2606.00600",)],
        [("2606.00601",)],
        [("2606.00602",)],
    ]


@pytest.mark.exhaustive
def test_a_server_that_refuses_every_mail_of_the_only_reader_charges_no_paper(life: Life) -> None:
    life.announce("Reward Model", *IDS)
    life.transport.filter = lambda mail: ContentRefused(SPAM)
    for _day in range(5):
        report = life.run(ADA)
        assert report.problems.mail == f"the mail to subscribers[0] was not delivered: {SPAM}"
        assert [outcome.unavailable for outcome in report.mails] == [True]
        life.tomorrow()
    life.transport.filter = lambda mail: None
    life.run(ADA)
    assert life.transport.papers(ADA.email) == [IDS]


@pytest.mark.exhaustive
def test_a_keyword_that_all_follow_and_the_server_refuses_holds_no_other_up(life: Life) -> None:
    many = [subscriber(f"{n}@example.org", MODEL, REASONING, label=f"subscribers[{n}]") for n in range(4)]
    life.config = replace(life.config, subscribers=tuple(many), welcome=0)
    life.run()
    life.announce("Reward Model", *IDS[:4])
    life.announce("Reasoning", "2606.00701", "2606.00702")
    life.transport.filter = refusing(*IDS)
    for _day in range(6):
        life.run()
        life.tomorrow()
    assert [all_papers(life, one.email) for one in many] == [{"2606.00701", "2606.00702"}] * 4


def followers(life: Life, many: int) -> list[str]:
    """The addresses of so many new subscribers who all follow one keyword, and nobody else."""
    them = tuple(subscriber(f"{n}@example.org", MODEL, label=f"subscribers[{n}]") for n in range(many))
    life.config = replace(life.config, subscribers=them, welcome=0)
    life.run()
    life.announce("Reward Model", *IDS[:4])
    return [one.email for one in them]


@pytest.mark.exhaustive
def test_a_refused_paper_that_all_of_many_readers_wait_for_keeps_no_other_back(life: Life) -> None:
    emails = followers(life, MOST_ASIDE + 2)
    life.transport.filter = refusing(IDS[0])
    life.run()
    assert [all_papers(life, email) for email in emails] == [set(IDS[1:4])] * len(emails)


@pytest.mark.exhaustive
def test_a_server_that_refuses_all_of_many_readers_of_one_keyword_charges_nobody(life: Life) -> None:
    emails = followers(life, MOST_ASIDE + 5)
    life.transport.filter = lambda mail: ContentRefused(SPAM)
    assert all(outcome.unavailable for outcome in life.run().mails)
    assert len(life.transport.tried) == MOST_ASIDE + IN_VAIN + 1
    life.transport.filter = lambda mail: None
    life.run()
    assert [all_papers(life, email) for email in emails] == [set(IDS[:4])] * len(emails)


def test_a_policy_that_refuses_one_recipient_defers_their_mail_only(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.announce("Reasoning", "2606.00602")
    life.transport.troubles[ADA.email] = [PolicyRefused("550 5.7.1 not for her")]
    bo, ada = life.run(ADA, BO).mails
    assert bo == MailOutcome("subscribers[1]", papers=1)
    assert (ada.problem, ada.retry_at is None, ada.unavailable) == ("550 5.7.1 not for her", False, False)


def test_a_server_that_cuts_off_the_mails_to_one_recipient_serves_the_others(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.announce("Reasoning", "2606.00602")
    life.transport.filter = lambda mail: MailCutOff("closed") if mail.recipient == ADA.email else None
    bo, ada = life.run(ADA, BO).mails
    assert bo == MailOutcome("subscribers[1]", papers=1)
    assert (ada.problem, ada.retry_at is None, ada.unavailable) == ("closed", False, False)


def test_a_server_that_cuts_off_every_mail_is_left_alone_after_three(life: Life) -> None:
    for number, name in enumerate(("Reward Model", "Reasoning", "Vision")):
        life.announce(name, f"2606.0060{number}")
    dee = subscriber("dee@example.org", REASONING, label="subscribers[3]")
    life.config = replace(life.config, subscribers=(ADA, BO, CY, dee))
    life.transport.filter = lambda mail: MailCutOff("closed")
    report = life.run()
    assert {(outcome.problem, outcome.unavailable) for outcome in report.mails} == {("closed", True)}
    assert len(life.transport.tried) == 3


def test_a_policy_that_refuses_the_only_recipient_is_taken_as_ours(life: Life) -> None:
    life.announce("Reward Model", "2606.00601")
    life.transport.troubles[ADA.email] = [PolicyRefused("554 5.7.1 relay access denied")]
    outcome = life.run(ADA).mails[0]
    assert (outcome.unavailable, outcome.hint) == (True, PolicyRefused.hint)
    life.run(ADA)
    assert life.transport.papers(ADA.email) == [("2606.00601",)]


def test_a_mail_that_is_too_large_goes_out_in_smaller_ones_at_once(life: Life) -> None:
    life.announce("Reward Model", *IDS[:8])
    life.transport.filter = lambda mail: MessageTooLarge("552 5.3.4") if len(mail.papers) > 2 else None
    assert life.run(ADA).problems.mail == ""
    assert [len(papers) for papers in life.transport.papers(ADA.email)] == [2, 2, 2, 2]


def test_a_paper_that_breaks_a_template_is_left_out_and_named_and_comes_when_it_is_mended(life: Life) -> None:
    life.announce("Reward Model", *IDS)
    life.mail_builder.odd = {POISON: RenderError("templates/digest.html:3: 'page' is undefined")}
    report = life.run(ADA)
    assert all_papers(life, ADA.email) == set(IDS) - {POISON}
    assert report.problems.mail == (
        f"the mail to subscribers[0] goes without {POISON}: templates/digest.html:3: 'page' is undefined"
    )
    life.mail_builder.odd = {}
    life.tomorrow()
    life.run(ADA)
    assert life.transport.papers(ADA.email)[-1] == (POISON,)


def test_a_bug_that_one_paper_meets_is_told_and_harms_no_other(life: Life) -> None:
    life.announce("Reward Model", *IDS)
    life.mail_builder.odd = {POISON: UnicodeError("surrogates")}
    report = life.run(ADA)
    assert all_papers(life, ADA.email) == set(IDS) - {POISON}
    assert report.problems.mail == f"the mail to subscribers[0] goes without {POISON}: a bug: UnicodeError"


def test_a_template_that_no_paper_fits_is_told_once(life: Life) -> None:
    life.announce("Reward Model", *IDS)
    life.mail_builder.odd = dict.fromkeys(IDS, RenderError("digest.html:3: no"))
    assert life.run(ADA).problems.mail == "the mail to subscribers[0] was not delivered: digest.html:3: no"
    assert len(life.mail_builder.made) < 20


def test_what_is_more_than_a_day_has_room_for_waits_for_the_next_one(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.announce("Reward Model", *IDS)
    monkeypatch.setattr(life.store.mails.pending_papers.__func__, "__defaults__", (25,))  # type: ignore[attr-defined]
    life.run(ADA)
    life.clock.moment += timedelta(hours=1)
    life.run(ADA)
    assert life.transport.papers(ADA.email) == [IDS[15:], IDS[:15]]
    assert [digest.waiting for digest in life.mail_builder.made[-2:]] == [15, 0]

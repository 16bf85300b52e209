"""Runs while the mail server refuses addresses: dead ones are counted, nobody is for our own trouble."""

from dataclasses import replace
from pathlib import Path

import pytest

from digest.domain.mails import Mail
from digest.domain.runs import StruckOff
from digest.errors import PolicyRefused, RecipientRefused, TransportError
from digest.pipeline.judgement import IN_VAIN
from digest.pipeline.report import WITHHELD_HINT, hints, struck_off_lines
from tests.support.builders import config, keyword, subscriber
from tests.support.life import Life

pytestmark = pytest.mark.exhaustive  # days of runs for many readers
MODEL = keyword("Reward Model")
HM = "550 Hm"
DEAD = "550 5.1.1 no such user"


def readers(many: int, *, domains: int = 7) -> list[str]:
    return [f"{number}@{number % domains}.example" for number in range(many)]


def life_of(folder: Path, emails: list[str]) -> Life:
    them = [subscriber(email, MODEL, label=f"subscribers[{n}]") for n, email in enumerate(emails)]
    life = Life(folder, replace(config(folder, *them), welcome=0))
    life.run()
    return life


def refuse(life: Life, *dead: str, reply: str = DEAD, is_certain: bool = True) -> None:
    """Let the server refuse these addresses; all of them if none is named."""

    def refused(mail: Mail) -> TransportError | None:
        if dead and mail.recipient not in dead:
            return None
        error = RecipientRefused(reply)
        error.is_certain = is_certain
        return error

    life.transport.filter = refused


def days(life: Life, many: int) -> list[str | None]:
    """Runs on so many days, each with a paper; returns the problems with mails."""
    problems = []
    for _day in range(many):
        life.announce("Reward Model", f"2606.{life.clock.moment.day:05}")
        problems.append(life.run().problems.mail)
        life.tomorrow()
    return problems


def suppressed(life: Life, emails: list[str]) -> set[str]:
    return set(life.store.suppressions.of(emails))


@pytest.mark.parametrize(("reply", "is_certain"), [(HM, False), (DEAD, True)], ids=["unknown words", "dead"])
def test_a_server_that_refuses_everybody_for_days_strikes_nobody_off_and_all_get_their_papers_after_it(
    tmp_path: Path, reply: str, is_certain: bool
) -> None:
    emails = readers(3)
    life = life_of(tmp_path, emails)
    refuse(life, reply=reply, is_certain=is_certain)
    ours = (
        f"and those to 2 others, were not delivered: the mail server refuses us, not one mail only: {reply}"
    )
    assert [(problem or "").partition(", ")[2] for problem in days(life, 6)] == [ours] * 6
    assert suppressed(life, emails) == set()
    life.transport.filter = lambda mail: None
    life.run()
    got = {email: {paper for papers in life.transport.papers(email) for paper in papers} for email in emails}
    assert {len(papers) for papers in got.values()} == {6}
    life.store.close()


def test_three_dead_addresses_in_a_row_in_a_lab_are_counted_and_end_no_run(tmp_path: Path) -> None:
    emails = readers(40)
    life = life_of(tmp_path, emails)
    refuse(life, *emails[:3])
    reports = days(life, 5)
    assert all(len(life.transport.papers(email)) == 5 for email in emails[3:])
    assert suppressed(life, emails) == set(emails[:3])
    assert [report and report.count("was not delivered: 550 5.1.1") for report in reports] == [3] * 5
    life.store.close()


@pytest.mark.parametrize("emails", [readers(1), readers(2, domains=1)], ids=["one", "two"])
def test_the_few_readers_of_a_small_installation_are_struck_off_if_they_are_dead(
    tmp_path: Path, emails: list[str]
) -> None:
    life = life_of(tmp_path, emails)
    refuse(life)
    days(life, 4)
    assert suppressed(life, emails) == set()
    life.announce("Reward Model", "2606.00999")
    report = life.run()
    assert report.struck_off == StruckOff(tuple((f"subscribers[{n}]", DEAD) for n in range(len(emails))))
    assert next(struck_off_lines(report)) == (
        "subscribers[0] gets no more mail: the address was refused on five days (550 5.1.1 no such user); "
        "`digest resubscribe EMAIL` undoes it"
    )
    assert suppressed(life, emails) == set(emails)
    life.store.close()


def test_the_only_reader_is_not_struck_off_for_words_that_nobody_knows(tmp_path: Path) -> None:
    life = life_of(tmp_path, readers(1))
    refuse(life, reply=HM, is_certain=False)
    ours = (
        f"the mail to subscribers[0] was not delivered: the mail server refuses us, not one mail only: {HM}"
    )
    assert days(life, 6) == [ours] * 6
    assert suppressed(life, readers(1)) == set()
    life.store.close()


def test_a_server_that_serves_its_own_domain_only_charges_nobody_else(tmp_path: Path) -> None:
    emails = ["me@here.example", *readers(4)]
    life = life_of(tmp_path, emails)
    refuse(life, *emails[1:], reply=HM, is_certain=False)
    report = days(life, 6)[-1]
    assert report
    assert report.startswith("the mail to subscribers[1], and those to 3 others, were not delivered")
    assert suppressed(life, emails) == set()
    life.store.close()


def test_a_policy_told_by_many_mails_is_one_line(tmp_path: Path) -> None:
    emails = ["me@here.example", *readers(2)]
    life = life_of(tmp_path, emails)

    def refused(mail: Mail) -> TransportError | None:
        if mail.recipient == emails[0]:
            return None
        error = PolicyRefused(f"550 5.7.1 listed, {mail.recipient[0]}")
        error.remedy = "ask"
        return error

    life.transport.filter = refused
    life.announce("Reward Model", "2606.00001")
    report = life.run()
    assert [mail.for_us for mail in report.mails] == [False, True, True]
    assert report.problems.mail
    assert len(report.problems.mail.splitlines()) == 1
    assert list(hints(report)) == ["ask"]
    life.store.close()


def test_a_broken_relay_is_left_alone_after_some_readers(tmp_path: Path) -> None:
    life = life_of(tmp_path, readers(60))
    refuse(life)
    life.announce("Reward Model", "2606.00001")
    assert all(mail.unavailable for mail in life.run().mails)
    assert len(life.transport.tried) == IN_VAIN
    life.store.close()


def test_readers_who_are_served_at_different_hours_are_not_struck_off_one_by_one(tmp_path: Path) -> None:
    emails = readers(3)
    life = life_of(tmp_path, emails)
    refuse(life)
    for day in range(7):
        life.announce("Reward Model", f"2606.0060{day}")
        for one in life.config.subscribers:
            life.run(one)
        life.tomorrow()
    assert suppressed(life, emails) == set()
    life.store.close()


def test_more_dead_addresses_than_may_go_at_once_are_told_and_stay(tmp_path: Path) -> None:
    emails = readers(20)
    life = life_of(tmp_path, emails)
    refuse(life, *emails[:4])
    report = days(life, 5)[-1]
    assert report
    assert report.splitlines()[-1] == (
        "mail servers refuse 4 addresses for good, too many at once: all of them still get mail"
    )
    assert suppressed(life, emails) == set()
    life.config = replace(life.config, mail=replace(life.config.mail, suppressed_percent=20))
    again = life.run()
    assert again.problems.mail
    assert len(again.problems.mail.splitlines()) == 4
    assert suppressed(life, emails) == set(emails[:4])
    assert WITHHELD_HINT not in hints(again)
    life.store.close()


def test_more_dead_addresses_than_may_go_at_once_go_in_time_as_many_a_day_as_may(tmp_path: Path) -> None:
    emails = readers(20)
    life = life_of(tmp_path, emails)
    refuse(life, *emails[:4])
    days(life, 9)
    assert suppressed(life, emails) == set()
    days(life, 1)
    assert len(suppressed(life, emails)) == 3
    days(life, 1)
    assert suppressed(life, emails) == set(emails[:4])
    life.store.close()


def test_refusals_of_every_kind_together_show_that_nobody_is_served(tmp_path: Path) -> None:
    emails = readers(3)
    life = life_of(tmp_path, emails)
    kinds = dict(
        zip(emails, (RecipientRefused(DEAD), PolicyRefused("550 a"), PolicyRefused("550 b")), strict=True)
    )
    life.transport.filter = lambda mail: kinds[mail.recipient]
    reports = days(life, 6)
    assert [report and len(report.splitlines()) for report in reports] == [1] * 6
    assert suppressed(life, emails) == set()
    life.store.close()

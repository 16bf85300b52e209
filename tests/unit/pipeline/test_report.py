from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.domain.runs import ArchiveOutcome, KeywordOutcome, MailOutcome, Report, RunProblems
from digest.domain.volume import Volume
from digest.pipeline.report import build_report, report_lines
from tests.support.builders import keyword

ONE, TWO = keyword("Reward Model"), keyword("Reasoning")
AGAIN = datetime(2026, 6, 22, 7, 5, tzinfo=UTC)
NOTHING = ArchiveOutcome()


@pytest.mark.parametrize(
    ("report", "problems"),
    [
        (Report((), (), NOTHING), RunProblems()),
        (Report((KeywordOutcome(ONE),), (MailOutcome("a"),), NOTHING), RunProblems("", "", "")),
        (Report((KeywordOutcome(ONE, up_to_date=True),), (), NOTHING), RunProblems(None, None, "")),
        (
            Report((KeywordOutcome(ONE, problem="gone"), KeywordOutcome(TWO, problem="gone")), (), NOTHING),
            RunProblems("2 keywords failed (Reward Model, Reasoning): gone", None, ""),
        ),
        (
            Report((), (MailOutcome("a"), MailOutcome("b", problem="full", retry_at=AGAIN)), NOTHING),
            RunProblems(
                mail="the mail to b was not delivered: full; it is tried again at 2026-06-22 07:05 UTC"
            ),
        ),
        (
            Report((), (MailOutcome("b", problem="lost", may_have_arrived=True),), NOTHING),
            RunProblems(mail="the mail to b may have arrived, or not: lost"),
        ),
        (
            Report((KeywordOutcome(ONE),), (), ArchiveOutcome(problem="no room")),
            RunProblems("", None, "the archive stays as it was: no room"),
        ),
    ],
    ids=["nothing done", "all well", "nothing asked", "arXiv", "put off", "unconfirmed", "the archive"],
)
def test_each_part_of_a_report_has_its_problems(report: Report, problems: RunProblems) -> None:
    built = build_report(report.keywords, report.mails, report.archive)
    assert built == replace(report, problems=problems)


def test_a_first_fetch_says_what_to_expect_of_the_keyword() -> None:
    first = KeywordOutcome(ONE, past=100, volume=Volume(300, 12, 0.5))
    report = build_report((first, KeywordOutcome(TWO, new=3)), (), NOTHING)
    assert list(report_lines(report)) == [
        "Reward Model  100 papers so far; 12 in the last 30 days",
        "Reasoning     3 new papers",
        "no mail to send",
    ]

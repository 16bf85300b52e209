from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.domain.runs import ArchiveOutcome, KeywordOutcome, MailOutcome, Report, RunProblems
from digest.pipeline.report import build_report
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

from datetime import UTC, datetime

import pytest

from digest.models import ArchiveOutcome, KeywordOutcome, MailOutcome, Report
from digest.standing import Trouble
from digest.trouble import trouble_of
from tests.builders import keyword

ONE, TWO = keyword("Reward Model"), keyword("Reasoning")
AGAIN = datetime(2026, 6, 22, 7, 5, tzinfo=UTC)
NOTHING = ArchiveOutcome()


@pytest.mark.parametrize(
    ("report", "trouble"),
    [
        (Report((), (), NOTHING), Trouble()),
        (Report((KeywordOutcome(ONE),), (MailOutcome("a"),), NOTHING), Trouble("", "", "")),
        (Report((KeywordOutcome(ONE, up_to_date=True),), (), NOTHING), Trouble(None, None, "")),
        (
            Report((KeywordOutcome(ONE, problem="gone"), KeywordOutcome(TWO, problem="gone")), (), NOTHING),
            Trouble("2 keywords failed (Reward Model, Reasoning): gone", None, ""),
        ),
        (
            Report((), (MailOutcome("a"), MailOutcome("b", problem="full", retry_at=AGAIN)), NOTHING),
            Trouble(mail="the mail to b was not delivered: full; it is tried again at 2026-06-22 07:05 UTC"),
        ),
        (
            Report((), (MailOutcome("b", problem="lost", may_have_arrived=True),), NOTHING),
            Trouble(mail="the mail to b may have arrived, or not: lost"),
        ),
        (
            Report((KeywordOutcome(ONE),), (), ArchiveOutcome(problem="no room")),
            Trouble("", None, "the archive stays as it was: no room"),
        ),
    ],
    ids=["nothing done", "all well", "nothing asked", "arXiv", "put off", "unconfirmed", "the archive"],
)
def test_trouble_is_told_with_what_it_was(report: Report, trouble: Trouble) -> None:
    assert trouble_of(report) == trouble

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.domain.fetching import UnavailablePaper
from digest.domain.runs import ArchiveOutcome, Failure, KeywordOutcome, MailOutcome, Report, RunProblems
from digest.domain.volume import Volume
from digest.pipeline.report import build_report, failures, report_lines
from tests.support.builders import NOON, keyword

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
            RunProblems("", None, "the archive is not up to date: no room"),
        ),
    ],
    ids=["nothing done", "all well", "nothing asked", "arXiv", "put off", "unconfirmed", "the archive"],
)
def test_each_part_of_a_report_has_its_problems(report: Report, problems: RunProblems) -> None:
    built = build_report(report.keywords, report.mails, report.archive)
    assert built == replace(report, problems=problems)


NOTICED = UnavailablePaper("2606.00009", "On Ghosts", "500 Internal Server Error", NOON, NOON)
LINE = (
    "arXiv cannot show a paper (2606.00009, “On Ghosts”): 500 Internal Server Error, "
    "since 2026-06-22 12:00 UTC, last asked {}; it comes when arXiv shows it"
)


def test_a_paper_that_arxiv_cannot_show_is_a_problem_of_the_run_that_notices_it() -> None:
    asked_again = replace(NOTICED, asked_at=NOON + timedelta(days=1))
    first = build_report((KeywordOutcome(ONE),), (), NOTHING, (NOTICED,), (NOTICED,))
    later = build_report((KeywordOutcome(ONE),), (), NOTHING, (asked_again,))
    assert first.problems == RunProblems(LINE.format("2026-06-22 12:00 UTC"), None, "")
    assert later.problems == RunProblems("", None, "")
    assert LINE.format("2026-06-23 12:00 UTC") in list(report_lines(later))


@pytest.mark.parametrize(
    ("paper", "name"),
    [
        (NOTICED, "2606.00009, “On Ghosts”"),
        (replace(NOTICED, title=""), "2606.00009"),
        (
            replace(NOTICED, id="", title="", earliest=NOON, latest=NOON + timedelta(hours=1)),
            "one submitted between 2026-06-22 12:00 UTC and 2026-06-22 13:00 UTC",
        ),
        (replace(NOTICED, id="", title=""), "one without a known id"),
    ],
)
def test_a_paper_that_arxiv_cannot_show_has_a_name(paper: UnavailablePaper, name: str) -> None:
    assert paper.name == name


def test_a_first_fetch_says_what_to_expect_of_the_keyword() -> None:
    first = KeywordOutcome(ONE, past=100, volume=Volume(300, 12, 0.5))
    report = build_report((first, KeywordOutcome(TWO, new=3)), (), NOTHING)
    assert list(report_lines(report)) == [
        "Reward Model  100 papers so far; 12 in the last 30 days",
        "Reasoning     3 new papers",
        "no mail to send",
    ]
    assert "no mail to send" not in list(report_lines(report, has_subscribers=False))


@pytest.mark.parametrize(
    ("keywords", "mails", "archive", "kinds"),
    [
        ([KeywordOutcome(keyword(), new=2)], [MailOutcome("subscribers[0]", 2)], ArchiveOutcome(True), set()),
        (
            [KeywordOutcome(keyword(), problem="down", last_good_at=NOON - timedelta(days=3))],
            [],
            ArchiveOutcome(),
            {Failure.FETCH},
        ),
        (
            [KeywordOutcome(keyword(), problem="down", last_good_at=NOON - timedelta(days=5))],
            [],
            ArchiveOutcome(),
            {Failure.FETCH, Failure.STALE},
        ),
        ([KeywordOutcome(keyword(), problem="down")], [], ArchiveOutcome(), {Failure.FETCH, Failure.STALE}),
        ([], [MailOutcome("subscribers[0]", problem="no such user")], ArchiveOutcome(), {Failure.ADDRESS}),
        ([], [MailOutcome("x", problem="down", unavailable=True)], ArchiveOutcome(), {Failure.SERVER}),
        ([], [MailOutcome("x", problem="spam", for_us=True)], ArchiveOutcome(), {Failure.SERVER}),
        (
            [KeywordOutcome(keyword(), new=2)],
            [],
            ArchiveOutcome(problem="no room"),
            {Failure.ARCHIVE},
        ),
    ],
    ids=["none", "a fetch", "for days", "never", "an address", "the server", "our fault", "the archive"],
)
def test_each_failure_has_its_kind(
    keywords: list[KeywordOutcome], mails: list[MailOutcome], archive: ArchiveOutcome, kinds: set[Failure]
) -> None:
    assert failures(build_report(tuple(keywords), tuple(mails), archive), NOON) == kinds


def test_each_problem_of_the_archive_has_a_line() -> None:
    report = build_report((KeywordOutcome(ONE),), (), ArchiveOutcome(problem="a.md: no\nb.md: no"))
    assert report.problems.lines == (
        "the archive is not up to date: a.md: no",
        "the archive is not up to date: b.md: no",
    )

"""What went wrong in a run, in lines that tell no address. Pure."""

from collections.abc import Iterator, Sequence

from digest.models import KeywordOutcome, MailOutcome, Report
from digest.plaintext import counted, moment
from digest.standing import Trouble


def trouble_of(report: Report) -> Trouble:
    """With each of arXiv, the mails and the archive, as far as the run had to do with it."""
    asked = [outcome for outcome in report.keywords if not outcome.up_to_date]
    return Trouble(
        arxiv="\n".join(_keyword_lines(asked)) if asked else None,
        mail="\n".join(_mail_lines(report.mails)) if report.mails else None,
        archive=_archive_line(report.archive.problem) if report.keywords else None,
    )


def _keyword_lines(outcomes: Sequence[KeywordOutcome]) -> Iterator[str]:
    by_problem: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.problem:
            by_problem.setdefault(outcome.problem, []).append(outcome.keyword.name)
    for problem, names in by_problem.items():
        yield f"{counted(len(names), 'keyword')} failed ({', '.join(names)}): {problem}"


def _mail_lines(outcomes: Sequence[MailOutcome]) -> Iterator[str]:
    for outcome in outcomes:
        if outcome.problem:
            again = f"; it is tried again at {moment(outcome.retry_at)}" if outcome.retry_at else ""
            what = "may have arrived, or not" if outcome.may_have_arrived else "was not delivered"
            yield f"the mail to {outcome.label} {what}: {outcome.problem}{again}"


def _archive_line(problem: str) -> str:
    return f"the archive stays as it was: {problem}" if problem else ""

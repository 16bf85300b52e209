"""What went wrong in a run, in lines that tell no address. Pure."""

from collections.abc import Iterator, Sequence

from digest.domain.runs import KeywordOutcome, MailOutcome, Report, RunProblems
from digest.domain.text import counted, moment


def run_problems(report: Report) -> RunProblems:
    """With each of arXiv, the mails and the archive, as far as the run had to do with it."""
    asked = [outcome for outcome in report.keywords if not outcome.up_to_date]
    return RunProblems(
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


def report_lines(report: Report) -> Iterator[str]:
    """A line for each keyword, then what was sent and what became of the archive."""
    width = max((len(outcome.keyword.name) for outcome in report.keywords), default=0)
    for outcome in report.keywords:
        yield f"{outcome.keyword.name:{width}}  {_news(outcome)}"
    sent = [outcome for outcome in report.mails if not outcome.problem]
    papers = sum(outcome.papers for outcome in sent)
    if report.mails:
        yield f"{counted(len(sent), 'mail')} sent, with {counted(papers, 'paper')}"
    else:
        yield "no mail to send"
    if report.archive.changed:
        yield "the archive was brought up to date"


def summary_lines(report: Report) -> Iterator[str]:
    """What a run did, for the log: three lines at most, and the troubles."""
    asked = [outcome for outcome in report.keywords if not outcome.up_to_date]
    if asked:
        new = sum(outcome.new for outcome in asked)
        yield f"asked for {counted(len(asked), 'keyword')}: {counted(new, 'new paper')}"
    if report.mails:
        sent = [outcome for outcome in report.mails if not outcome.problem]
        papers = sum(outcome.papers for outcome in sent)
        yield f"sent {counted(len(sent), 'mail')} with {counted(papers, 'paper')}"
    if report.archive.changed:
        yield "the archive was brought up to date"


def _news(outcome: KeywordOutcome) -> str:
    if outcome.up_to_date:
        return "up to date: arXiv has announced nothing since"
    if outcome.problem:
        return f"{counted(outcome.new, 'new paper')}, perhaps not all" if outcome.new else "not known"
    return f"{counted(outcome.past, 'paper')} so far" if outcome.past else counted(outcome.new, "new paper")


def problems(report: Report) -> Sequence[str]:
    """A line for everything that failed, naming it."""
    return run_problems(report).lines


def hints(report: Report) -> Iterator[str]:
    """What to do about what failed, each advice once."""
    advice = [outcome.hint for outcome in report.keywords] + [outcome.hint for outcome in report.mails]
    yield from filter(None, dict.fromkeys([*advice, report.archive.hint]))

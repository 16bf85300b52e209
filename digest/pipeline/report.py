"""What a run did and what failed, as lines of text without any address. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from digest.domain.fetching import UnavailablePaper
from digest.domain.runs import (
    ArchiveOutcome,
    Failure,
    KeywordOutcome,
    MailOutcome,
    Report,
    RunProblems,
    StruckOff,
)
from digest.domain.text import counted, listed, moment
from digest.domain.volume import first_words

_NAMED = 10
"""So many keywords or papers are named in one line."""

STALE_AFTER = timedelta(days=4)
"""A fetch that failed for a weekend and a day more needs a person."""

NOBODY = StruckOff()

WITHHELD_HINT = (
    "see whether the mail server refuses us; else take them out of the configuration, or raise "
    "mail.suppressed_percent for a day"
)

_ARCHIVE_UPDATED = "the archive was brought up to date"


def build_report(
    keywords: tuple[KeywordOutcome, ...],
    mails: tuple[MailOutcome, ...],
    archive: ArchiveOutcome,
    unavailable: tuple[UnavailablePaper, ...] = (),
    noticed: tuple[UnavailablePaper, ...] = (),
    struck_off: StruckOff = NOBODY,
) -> Report:
    """The report of a run with these outcomes, and its problems in words.

    A paper that the source cannot show is a problem of the run in which it is `noticed`.
    """
    asked = [outcome for outcome in keywords if not outcome.up_to_date]
    problems = RunProblems(
        arxiv="\n".join((*_keyword_lines(asked), *unavailable_lines(noticed))) if asked else None,
        mail=_mail_problems(mails, struck_off),
        archive=_archive_line(archive.problem) if keywords else None,
    )
    known = tuple(paper for paper in unavailable if paper not in noticed)
    return Report(keywords, mails, archive, problems, known, struck_off)


def failures(report: Report, now: datetime) -> frozenset[Failure]:
    """The kinds of failures in the report. A failed inbox is not in it."""
    asked = [outcome for outcome in report.keywords if outcome.problem]
    stale = any(outcome.last_good_at is None or now - outcome.last_good_at > STALE_AFTER for outcome in asked)
    failed = [outcome for outcome in report.mails if outcome.problem]
    ours = [outcome.unavailable or outcome.for_us for outcome in failed]
    found = {
        Failure.FETCH: bool(report.problems.arxiv),
        Failure.STALE: stale,
        Failure.ADDRESS: not all(ours),
        Failure.SERVER: any(ours) or bool(report.struck_off.withheld),
        Failure.ARCHIVE: bool(report.problems.archive),
    }
    return frozenset(kind for kind, is_found in found.items() if is_found)


def report_lines(report: Report, *, has_subscribers: bool = True) -> Iterator[str]:
    """For a terminal: a line for each keyword, then what was sent and what became of the archive."""
    width = max((len(outcome.keyword.name) for outcome in report.keywords), default=0)
    for outcome in report.keywords:
        yield f"{outcome.keyword.name:{width}}  {_news(outcome)}"
    yield from unavailable_lines(report.unavailable)
    if report.mails:
        mails, papers = _sent(report)
        yield f"{mails} sent, with {papers}"
    elif has_subscribers:
        yield "no mail to send"
    if report.archive.changed:
        yield _ARCHIVE_UPDATED


def struck_off_lines(report: Report) -> Iterator[str]:
    """A line for each subscriber who gets no more mail since this run."""
    for label, detail in report.struck_off.suppressed:
        yield (
            f"{label} gets no more mail: the address was refused on five days ({detail}); "
            "`digest resubscribe EMAIL` undoes it"
        )


def withheld_line(many: int) -> str:
    """That so many are not suppressed."""
    what = "1 address" if many == 1 else f"{many} addresses"
    return f"mail servers refuse {what} for good, too many at once: all of them still get mail"


def unavailable_lines(papers: Iterable[UnavailablePaper]) -> Iterator[str]:
    """A line for each paper that arXiv cannot show."""
    for paper in papers:
        why = f"{paper.reason}, since {moment(paper.since)}, last asked {moment(paper.asked_at)}"
        yield f"arXiv cannot show a paper ({paper.name}): {why}; it comes when arXiv shows it"


def summary_lines(report: Report) -> Iterator[str]:
    """For the log: what a run did, in at most three lines."""
    asked = [outcome for outcome in report.keywords if not outcome.up_to_date]
    if asked:
        new = sum(outcome.new for outcome in asked)
        yield f"asked for {counted(len(asked), 'keyword')}: {counted(new, 'new paper')}"
    if report.mails:
        mails, papers = _sent(report)
        yield f"sent {mails} with {papers}"
    if report.archive.changed:
        yield _ARCHIVE_UPDATED


def hints(report: Report) -> Iterator[str]:
    """What a person can do about what failed, each advice once."""
    advice = [outcome.hint for outcome in report.keywords] + [outcome.hint for outcome in report.mails]
    withheld = WITHHELD_HINT if report.struck_off.withheld else ""
    yield from filter(None, dict.fromkeys([*advice, withheld, report.archive.hint]))


def details(report: Report) -> Iterator[str]:
    """More about what failed, for the operator's own terminal alone; each once."""
    yield from filter(None, dict.fromkeys(outcome.detail for outcome in report.mails))


def _sent(report: Report) -> tuple[str, str]:
    """How many mails were sent, and papers in them."""
    sent = [outcome for outcome in report.mails if not outcome.problem]
    papers = sum(outcome.papers for outcome in sent)
    return counted(len(sent), "mail"), counted(papers, "paper")


def _keyword_lines(outcomes: Sequence[KeywordOutcome]) -> Iterator[str]:
    """One line for each problem, with all the keywords that have it."""
    by_problem: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.problem:
            by_problem.setdefault(outcome.problem, []).append(outcome.keyword.name)
        elif outcome.is_search_problem_new:
            yield f"{outcome.keyword.name}: {_without_search(outcome)}"
    for problem, names in by_problem.items():
        yield f"{counted(len(names), 'keyword')} failed ({listed(names, _NAMED)}): {problem}"


def _mail_problems(mails: Sequence[MailOutcome], struck_off: StruckOff) -> str | None:
    withheld = [withheld_line(struck_off.withheld)] if struck_off.withheld else []
    return "\n".join([*_mail_lines(mails), *withheld]) if mails or withheld else None


def _mail_lines(outcomes: Sequence[MailOutcome]) -> Iterator[str]:
    """One line for each problem with a mail, and one for each remedy where the mail server refuses us,
    however many wait: its words may differ from mail to mail."""
    shared: dict[str, list[MailOutcome]] = {}
    for outcome in outcomes:
        if outcome.unavailable or outcome.for_us:
            shared.setdefault(outcome.hint, []).append(outcome)
        elif outcome.problem:
            yield _mail_line(outcome)
    for first, *others in shared.values():
        yield _mail_line(first, len({other.label for other in others} - {first.label}))


def _mail_line(outcome: MailOutcome, others: int = 0) -> str:
    again = f"; it is tried again at {moment(outcome.retry_at)}" if outcome.retry_at else ""
    which = f"the mail to {outcome.label}"
    if others:
        which += f", and {'another' if others == 1 else f'those to {others} others'},"
    what = "may have arrived, or not" if outcome.may_have_arrived else "was not delivered"
    if outcome.without:
        what = f"goes without {listed(outcome.without, _NAMED)}"
    elif others:
        what = "were not delivered"
    return f"{which} {what}: {outcome.problem}{again}"


def _archive_line(problem: str) -> str:
    return "\n".join(f"the archive is not up to date: {line}" for line in problem.splitlines())


def _news(outcome: KeywordOutcome) -> str:
    if outcome.up_to_date:
        return "up to date: arXiv has announced nothing since"
    if outcome.problem:
        return f"{counted(outcome.new, 'new paper')}, perhaps not all" if outcome.new else "not known"
    if outcome.volume:
        return first_words(outcome.keyword, outcome.past, outcome.volume)
    papers = f"{counted(outcome.past, 'paper')} so far" if outcome.past else counted(outcome.new, "new paper")
    return f"{papers}; {_without_search(outcome)}" if outcome.search_problem else papers


def _without_search(outcome: KeywordOutcome) -> str:
    return f"arXiv cannot answer this search: {outcome.search_problem}; the feed has its papers"

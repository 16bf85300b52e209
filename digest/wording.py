"""What a run, the state and a paper's story say to the person at the terminal. Pure: lines of text."""

from collections.abc import Iterator, Sequence

from digest.mail.reasons import reason
from digest.models import Keyword, KeywordOutcome, Report, Suppressed, Suppression
from digest.plaintext import counted, moment
from digest.store.inspection import History, Seen
from digest.trouble import trouble_of

_WHY = {
    Suppressed.UNSUBSCRIBED: "they unsubscribed",
    Suppressed.NO_SUCH_ADDRESS: "a mail server said that there is no such address",
    Suppressed.REFUSED: "their mail was refused on five days",
    Suppressed.FORGOTTEN: "they asked to be forgotten",
}


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


def story(report: Report) -> Iterator[str]:
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
    return trouble_of(report).lines


def hints(report: Report) -> Iterator[str]:
    """What to do about what failed, each advice once."""
    advice = [outcome.hint for outcome in report.keywords] + [outcome.hint for outcome in report.mails]
    yield from filter(None, dict.fromkeys([*advice, report.archive.hint]))


def why_suppressed(suppression: Suppression) -> str:
    """Why somebody gets no mail."""
    detail = f" ({suppression.detail})" if suppression.detail else ""
    return f"{_WHY[suppression.reason]}{detail}"


def suppression_line(suppression: Suppression) -> str:
    """The same, to go on from their name."""
    return f"gets no mail since {moment(suppression.since)}: {why_suppressed(suppression)}"


def suppression_lines(suppressed: Sequence[tuple[str, Suppression]]) -> Iterator[str]:
    """A line for each reader (by label) who gets no mail, and the remedy."""
    for label, suppression in suppressed:
        yield f"{label} {suppression_line(suppression)}"
    if suppressed:
        yield "`digest resubscribe EMAIL` sends them mail again"


def restoration_lines(sign: str, *, send: bool) -> Iterator[str]:
    """What was decided about a state; `sign` shows that it was restored, if it was."""
    if not sign:
        yield "the state was not restored from a copy: there is nothing to decide"
    elif send:
        yield f"{sign}; what was announced since then is mailed, perhaps again"
    else:
        yield f"{sign}; what was announced since then is mailed to nobody"
    if sign:
        yield "whoever unsubscribed since then gets mail again: let `digest inbox` read that once more"


def inbox_lines(told: Sequence[str], before: int, other: int) -> Iterator[str]:
    """What came of incoming messages: a line for each that was acted on, and how many others there were."""
    yield from told
    messages = counted(len(told) + before + other, "message")
    yield f"{messages}: {len(told)} acted on, {before} acted on before, {other} without effect"


def explanation(
    paper_id: str, history: History | None, keywords: Sequence[Keyword], waiting: int
) -> Iterator[str]:
    """Why a paper was, or was not, sent; `waiting` counts the subscribers for whom it waits."""
    if history is None:
        yield f"{paper_id} was never seen: no keyword has found it so far."
        yield "`digest check` shows what each keyword asks arXiv for."
        return
    paper = history.paper
    by_name = {keyword.name: keyword for keyword in keywords}
    yield f"{paper.id}v{paper.version}  {paper.title}"
    yield f"first submitted {moment(paper.submitted)}"
    for seen in history.seen:
        keyword = by_name.get(seen.keyword)
        why = reason(keyword, paper) if keyword else "nobody reads this keyword any more"
        yield f"{seen.keyword}: {why or 'arXiv says so'}"
        yield f"    {_judgement(seen)}"
    if history.sent_at:
        times = ", ".join(moment(time) for time in history.sent_at)
        yield f"sent to {counted(len(history.sent_at), 'subscriber')}: {times}"
    if history.sent_before:
        yield f"sent to {counted(history.sent_before, 'subscriber')} long ago"
    if history.on_the_way:
        yield f"in {counted(history.on_the_way, 'mail')} whose delivery is not certain yet"
    if waiting:
        yield f"waits for {counted(waiting, 'subscriber')}: it comes with their next mail"
    if not (history.sent_at or history.sent_before or history.on_the_way or waiting):
        yield "sent to nobody: it was new for none of their keywords, and in nobody's welcome"


def _judgement(seen: Seen) -> str:
    when = f"first seen {moment(seen.seen_at)}"
    if seen.fresh:
        return f"{when}; new: announced since the keyword began"
    return f"{when}; not new: announced before the keyword began, or a revision of an older paper"

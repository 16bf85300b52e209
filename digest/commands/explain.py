"""`digest explain`: why a paper was, or was not, sent."""

from collections import Counter
from collections.abc import Iterator, Sequence

import click

from digest import bootstrap
from digest.commands.context import CommandContext, print_lines, selected_subscribers
from digest.domain.evidence import reason
from digest.domain.keywords import Keyword, distinct
from digest.domain.preferences import preferred
from digest.domain.ranking import Ranking, rank
from digest.domain.status import difference
from digest.domain.subscribers import Order, Subscriber
from digest.domain.text import counted, moment
from digest.pipeline.report import unavailable_lines
from digest.store.history import (
    Company,
    Dispute,
    History,
    Seen,
    company,
    disputes,
    history,
    unavailable_paper,
    waiting_for,
)
from digest.store.queries.preferences import SqlPreferenceStore


@click.command()
@click.argument("arxiv_id")
@click.option("--subscriber", "email", metavar="EMAIL", help="Print its score and place for this subscriber.")
@click.pass_obj
def explain(command: CommandContext, arxiv_id: str, email: str | None) -> None:
    """Explain why a paper was, or was not, sent.

    ARXIV_ID may also be the address of the paper's page.
    """
    try:
        paper_id = bootstrap.source_paper_id(arxiv_id)
    except ValueError as exc:
        raise click.BadParameter(f"{exc}; it looks like 2606.12345") from exc
    config = command.config()
    readers = selected_subscribers(config, [email]) if email else ()
    emails = {subscriber.email for subscriber in config.subscribers}
    with bootstrap.open_state(config) as database:
        waiting = waiting_for(database, emails, paper_id)
        found = history(database, paper_id)
        disputed = disputes(database, paper_id)
        if not found and (unavailable := unavailable_paper(database, paper_id)):
            print_lines(unavailable_lines([unavailable]))
        elif not found and disputed:
            print_lines(_dispute_lines(paper_id, disputed))
        else:
            print_lines(explanation(paper_id, found, distinct(config.keywords), waiting))
        for subscriber in readers if found else ():
            together = company(database, subscriber, paper_id)
            liked = SqlPreferenceStore(database).of([subscriber.email]).get(subscriber.email, ())
            as_ranked = preferred(subscriber, liked, command.clock.now())
            ranking = bootstrap.rankings(database).of(as_ranked)
            print_lines(score_lines(paper_id, subscriber, together, ranking))


def explanation(
    paper_id: str, history: History | None, keywords: Sequence[Keyword], waiting: int
) -> Iterator[str]:
    """Why a paper was, or was not, sent; `waiting` is the number of subscribers whose next mail has it."""
    if history is None:
        yield f"{paper_id} was never seen: no keyword has found it so far."
        yield "`digest check` shows what each keyword asks arXiv for."
        return
    yield f"{history.paper.id}v{history.paper.version}  {history.paper.title}"
    yield f"first submitted {moment(history.paper.submitted)}"
    yield from _found_by(history, keywords)
    yield from _sent_to(history, waiting)


def score_lines(
    paper_id: str, subscriber: Subscriber, together: Company | None, ranking: Ranking
) -> Iterator[str]:
    """The place of a paper among those that come with it, and each part of its score."""
    if together is None:
        yield f"{subscriber.email}: it is in none of their mails, and does not wait for one"
        return
    ranked = rank(together.papers, subscriber, ranking)
    place, found = next(
        (place, one) for place, one in enumerate(ranked, 1) if one.pending.paper.id == paper_id
    )
    mailed = f"the mail of {moment(together.queued_at)}" if together.queued_at else "a mail of long ago"
    where = "the next mail" if together.waits else mailed
    yield f"{subscriber.email}: place {place} of {counted(len(ranked), 'paper')} in {where}"
    if subscriber.order is Order.NEWEST:
        yield "    newest first: `order: newest` is set"
        return
    for part in found.score.parts:
        yield f"    {part.points:5.2f}  {part.why or part.part}"
    yield f"    {found.score.total:5.2f}  in all"


def _found_by(history: History, keywords: Sequence[Keyword]) -> Iterator[str]:
    """Two lines for each keyword that found the paper: where its words are, and whether the paper was new."""
    by_name = {keyword.name: keyword for keyword in keywords}
    for seen in history.seen:
        keyword = by_name.get(seen.keyword)
        why = reason(keyword, history.paper) if keyword else "no subscriber has this keyword any more"
        yield f"{seen.keyword}: {why or _arxivs_word(seen)}"
        yield f"    {_novelty(seen)}"


def _dispute_lines(paper_id: str, disputed: Sequence[Dispute]) -> Iterator[str]:
    for one in disputed:
        differ = difference(one.compared, one.differing)
        yield f"{paper_id} is in arXiv's answer for {one.keyword}, without its words; it is not sent"
        yield f"    {differ}: arXiv most likely reads this keyword in another way"


def _arxivs_word(seen: Seen) -> str:
    differ = difference(seen.compared, seen.differing)
    return "arXiv's search says so" + (f" ({differ})" if differ else "")


def _sent_to(history: History, waiting: int) -> Iterator[str]:
    if history.sent_at:
        times = ", ".join(moment(time) for time in history.sent_at)
        yield f"sent to {counted(len(history.sent_at), 'subscriber')}: {times}"
    if history.sent_before:
        yield f"sent to {counted(history.sent_before, 'subscriber')} long ago"
    if history.on_the_way:
        yield f"in {counted(history.on_the_way, 'mail')} whose delivery is not certain yet"
    for problem, number in Counter(history.given_up).items():
        yield f"given up for {counted(number, 'subscriber')}: the mail server refused every mail with it"
        yield f"    {problem}"
    if history.refused:
        yield f"a mail with it to {counted(history.refused, 'subscriber')} was refused: it is tried again"
    if waiting:
        yield f"waits for {counted(waiting, 'subscriber')}: it comes with their next mail"
    if not (history.sent_at or history.sent_before or history.on_the_way or history.given_up or waiting):
        yield "sent to nobody: it was new for none of their keywords, and in no welcome mail"


def _novelty(seen: Seen) -> str:
    when = f"first seen {moment(seen.seen_at)}"
    if seen.is_late:
        return f"{when}; late: announced earlier; arXiv's search did not show it, an audit found it"
    if seen.is_new:
        return f"{when}; new: announced since the keyword began"
    return f"{when}; not new: announced before the keyword began, or a revision of an older paper"

"""Which papers wait for whom: new for a subscription or part of a welcome, and in no mail of theirs yet.

A row of `sightings` is a match: this keyword has this paper. It is `fresh` if the paper was announced after
the keyword's first good fetch.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, literal, select, union, union_all

from digest.domain.digests import PendingPaper
from digest.store.queries.papers import paper_from
from digest.store.schema import (
    deliveries,
    keywords,
    mails,
    papers,
    sightings,
    subscribers,
    subscriptions,
    welcomes,
)

LATEST_MATCH = select(func.coalesce(func.max(sightings.c.number), 0)).scalar_subquery()
"""The number of the last match; 0 if there is none."""

IS_PRESENT = subscriptions.c.absent_since.is_(None)
"""That the configuration has the subscription: nothing waits for an absent one until it is back."""


def pending_papers(connection: Connection, subscriber: int) -> tuple[PendingPaper, ...]:
    """The papers that wait for the subscriber with this number."""
    rows = connection.execute(_pending_rows(subscriber)).all()
    theirs = _keywords_that_have(connection, subscriber, [row.number for row in rows])
    return tuple(
        PendingPaper(paper_from(row), theirs[row.number], bool(row.welcome), late=bool(row.late))
        for row in rows
    )


def subscribers_with_pending(connection: Connection) -> frozenset[str]:
    """The addresses in the configuration for which a mail is queued or papers wait."""
    present = select(subscriptions.c.subscriber).where(IS_PRESENT)
    queued = select(mails.c.subscriber).where(mails.c.settled_at.is_(None), mails.c.subscriber.in_(present))
    waiting = all_pending().subquery()
    either = union(queued, select(waiting.c.subscriber))
    query = select(subscribers.c.email).where(subscribers.c.number.in_(either))
    return frozenset(connection.scalars(query))


def subscribers_awaiting(connection: Connection, paper_id: str) -> frozenset[str]:
    """The addresses for which this paper waits."""
    this = select(papers.c.number).where(papers.c.id == paper_id).scalar_subquery()
    new, welcome = _new().where(sightings.c.paper == this), _welcome().where(welcomes.c.paper == this)
    waiting = _in_no_mail(new, welcome).subquery()
    query = select(subscribers.c.email).where(subscribers.c.number.in_(select(waiting.c.subscriber)))
    return frozenset(connection.scalars(query))


def all_pending() -> Select[tuple[int, int]]:
    """The numbers of subscriber and paper, for every paper that waits for somebody."""
    return _in_no_mail(_new(), _welcome())


def _new() -> Select[tuple[int, int]]:
    """What was announced since the last mail of a subscription: subscriber, paper."""
    return (
        select(subscriptions.c.subscriber, sightings.c.paper)
        .join(sightings, sightings.c.keyword == subscriptions.c.keyword)
        .where(IS_PRESENT, sightings.c.fresh, sightings.c.number > subscriptions.c.since)
    )


def _welcome() -> Select[tuple[int, int]]:
    theirs = and_(
        subscriptions.c.subscriber == welcomes.c.subscriber, subscriptions.c.keyword == welcomes.c.keyword
    )
    return select(welcomes.c.subscriber, welcomes.c.paper).join(subscriptions, theirs).where(IS_PRESENT)


def _in_no_mail(*queries: Select[tuple[int, int]]) -> Select[tuple[int, int]]:
    """What these queries have that no mail carries, each once: subscriber, paper."""
    wanted = union(*queries).subquery()
    carried = exists().where(
        deliveries.c.subscriber == wanted.c.subscriber, deliveries.c.paper == wanted.c.paper
    )
    return select(wanted.c.subscriber, wanted.c.paper).where(~carried)


def _pending_rows(subscriber: int) -> Select[Any]:
    """All columns of the papers that wait for one subscriber, and whether each is part of a welcome only, and
    known from an audit only."""
    new = _new().where(subscriptions.c.subscriber == subscriber)
    welcome = _welcome().where(welcomes.c.subscriber == subscriber)
    wanted = union_all(
        new.add_columns(literal(0).label("welcome"), sightings.c.late),
        welcome.add_columns(literal(1).label("welcome"), literal(0)),
    ).subquery()
    carried = exists().where(deliveries.c.subscriber == subscriber, deliveries.c.paper == papers.c.number)
    return (
        select(papers, func.min(wanted.c.welcome).label("welcome"), func.min(wanted.c.late).label("late"))
        .join(wanted, wanted.c.paper == papers.c.number)
        .where(~carried)
        .group_by(papers.c.number)
    )


def _keywords_that_have(
    connection: Connection, subscriber: int, numbers: Sequence[int]
) -> dict[int, frozenset[str]]:
    """For each paper, by number, the ids of the subscriber's keywords that have it, new there or not."""
    query = (
        select(sightings.c.paper, keywords.c.key)
        .join(keywords, keywords.c.number == sightings.c.keyword)
        .join(subscriptions, subscriptions.c.keyword == keywords.c.number)
        .where(IS_PRESENT, subscriptions.c.subscriber == subscriber, sightings.c.paper.in_(numbers))
    )
    found: dict[int, set[str]] = {number: set() for number in numbers}
    for row in connection.execute(query):
        found[row.paper].add(row.key)
    return {number: frozenset(keys) for number, keys in found.items()}

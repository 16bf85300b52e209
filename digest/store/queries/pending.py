"""Which papers wait for whom: new for a subscription or part of a welcome, and in no mail of theirs yet.

A row of `sightings` is a match: this keyword has this paper. It is `fresh` if the paper was announced after
the keyword's first good fetch.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Exists,
    Select,
    Subquery,
    and_,
    exists,
    func,
    literal,
    select,
    union,
    union_all,
)

from digest.domain.digests import PendingPaper
from digest.domain.mails import MailState
from digest.domain.preferences import Action
from digest.store.queries.members import these
from digest.store.queries.papers import paper_from
from digest.store.queries.refused import refused_papers_of
from digest.store.schema import (
    deliveries,
    keywords,
    mails,
    papers,
    preferences,
    sightings,
    subscribers,
    subscriptions,
    welcomes,
)

LATEST_MATCH = select(func.coalesce(func.max(sightings.c.number), 0)).scalar_subquery()
"""The number of the last match; 0 if there is none."""

IS_PRESENT = subscriptions.c.absent_since.is_(None)
"""That the configuration has the subscription: nothing waits for an absent one until it is back."""


def pending_papers(connection: Connection, subscriber: int, most: int) -> tuple[PendingPaper, ...]:
    """The newest papers that wait for the subscriber with this number, at most so many."""
    newest = _newest(subscriber, most)
    theirs = _keywords_that_have(connection, subscriber, newest)
    refused = refused_papers_of(connection, subscriber)
    columns = select(papers, newest.c.welcome, newest.c.late)
    rows = connection.execute(
        columns.join(newest, newest.c.paper == papers.c.number).order_by(papers.c.announcement_order.desc())
    )
    return tuple(
        PendingPaper(
            paper_from(row),
            frozenset(theirs[row.number]),
            bool(row.welcome),
            late=bool(row.late),
            refused=refused.get(row.number),
        )
        for row in rows
    )


def carried_papers(
    connection: Connection, subscriber: int, numbers: Sequence[int]
) -> tuple[PendingPaper, ...]:
    """The papers that the mails with these numbers carried to the subscriber, as when they waited."""
    query = select(deliveries.c.paper).where(
        deliveries.c.subscriber == subscriber, deliveries.c.mail.in_(these(numbers))
    )
    carried = query.subquery()
    theirs = _keywords_that_have(connection, subscriber, carried)
    rows = connection.execute(select(papers).where(papers.c.number.in_(query)))
    return tuple(PendingPaper(paper_from(row), frozenset(theirs[row.number]), welcome=False) for row in rows)


def count_pending(connection: Connection, subscriber: int) -> int:
    """How many papers wait for the subscriber with this number."""
    waiting = _waiting(subscriber).subquery()
    return connection.scalar(select(func.count()).select_from(waiting)) or 0


def got_mail(connection: Connection, subscriber: int) -> bool:
    """Whether a mail reached the subscriber with this number, or carries a paper to them."""
    carried = select(deliveries.c.paper).where(deliveries.c.subscriber == subscriber).limit(1)
    sent = select(mails.c.number).where(
        mails.c.subscriber == subscriber, mails.c.state == MailState.SENT.value
    )
    return any(connection.scalar(query) is not None for query in (carried, sent.limit(1)))


def subscribers_without_mail(connection: Connection) -> frozenset[str]:
    """The addresses in the configuration for which no mail was ever made, the latest of each being kept, and
    whose subscriptions have begun with a welcome: after a restored state, they may have had one."""
    with_welcome = subscriptions.c.since.is_not(None) & (subscriptions.c.welcome > 0)
    begun = select(subscriptions.c.subscriber).where(IS_PRESENT, with_welcome)
    query = select(subscribers.c.email).where(
        subscribers.c.number.in_(begun),
        ~exists().where(mails.c.subscriber == subscribers.c.number),
        ~exists().where(deliveries.c.subscriber == subscribers.c.number),
    )
    return frozenset(connection.scalars(query))


def served_at(connection: Connection, subscriber: int) -> datetime | None:
    """When the last slot of the subscriber with this number was done, or else when it was added."""
    return connection.scalar(select(subscribers.c.served_at).where(subscribers.c.number == subscriber))


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
        .where(IS_PRESENT, sightings.c.fresh, sightings.c.number > subscriptions.c.since, ~_is_muted())
    )


def _welcome() -> Select[tuple[int, int]]:
    theirs = and_(
        subscriptions.c.subscriber == welcomes.c.subscriber, subscriptions.c.keyword == welcomes.c.keyword
    )
    found = (sightings.c.keyword == welcomes.c.keyword) & (sightings.c.paper == welcomes.c.paper)
    return (
        select(welcomes.c.subscriber, welcomes.c.paper)
        .join(subscriptions, theirs)
        .join(sightings, found)
        .where(IS_PRESENT, ~_is_muted())
    )


def _is_muted() -> Exists:
    """That the subscriber muted the keyword of this match, which was found before the end of that."""
    return exists().where(
        preferences.c.subscriber == subscriptions.c.subscriber,
        preferences.c.action == Action.MUTE,
        keywords.c.key == preferences.c.about,
        keywords.c.number == sightings.c.keyword,
        preferences.c.until > sightings.c.seen_at,
    )


def _in_no_mail(*queries: Select[tuple[int, int]]) -> Select[tuple[int, int]]:
    """What these queries have that no mail carries, each once: subscriber, paper."""
    wanted = union(*queries).subquery()
    carried = exists().where(
        deliveries.c.subscriber == wanted.c.subscriber, deliveries.c.paper == wanted.c.paper
    )
    return select(wanted.c.subscriber, wanted.c.paper).where(~carried)


def _waiting(subscriber: int) -> Select[Any]:
    """The numbers of the papers that wait for one subscriber, and whether each is part of a welcome only, and
    known from an audit only."""
    new = _new().where(subscriptions.c.subscriber == subscriber)
    welcome = _welcome().where(welcomes.c.subscriber == subscriber)
    wanted = union_all(
        new.add_columns(literal(0).label("welcome"), sightings.c.late),
        welcome.add_columns(literal(1).label("welcome"), literal(0)),
    ).subquery()
    carried = exists().where(deliveries.c.subscriber == subscriber, deliveries.c.paper == wanted.c.paper)
    return (
        select(
            wanted.c.paper, func.min(wanted.c.welcome).label("welcome"), func.min(wanted.c.late).label("late")
        )
        .where(~carried)
        .group_by(wanted.c.paper)
    )


def _newest(subscriber: int, most: int) -> Subquery:
    """The rows of `_waiting` with the latest announcements. Sorts numbers alone: with all columns SQLite
    would carry every abstract through the sort."""
    waiting = _waiting(subscriber).subquery()
    return (
        select(waiting)
        .join(papers, papers.c.number == waiting.c.paper)
        .order_by(papers.c.announcement_order.desc())
        .limit(most)
        .subquery()
    )


def _keywords_that_have(connection: Connection, subscriber: int, newest: Subquery) -> dict[int, set[str]]:
    """For each of these papers, by number, the ids of the subscriber's keywords that have it, new there or
    not."""
    query = (
        select(sightings.c.paper, keywords.c.key)
        .join(keywords, keywords.c.number == sightings.c.keyword)
        .join(subscriptions, subscriptions.c.keyword == keywords.c.number)
        .where(IS_PRESENT, subscriptions.c.subscriber == subscriber)
        .where(sightings.c.paper.in_(select(newest.c.paper)))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for row in connection.execute(query):
        found[row.paper].add(row.key)
    return found

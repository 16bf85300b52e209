"""What waits for whom, and what became of each mail."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, literal, select, union_all, update
from sqlalchemy.dialects.sqlite import insert

from digest.models import Mail
from digest.protocols import Candidate
from digest.store.discoveries import paper_from
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


def candidates(connection: Connection, subscriber: int) -> tuple[Candidate, ...]:
    """The papers that are new for the subscriber or part of a welcome, and in no mail of theirs yet."""
    rows = connection.execute(_waiting_papers(subscriber)).all()
    theirs = _keywords_that_have(connection, subscriber, [row.number for row in rows])
    return tuple(Candidate(paper_from(row), theirs[row.number], bool(row.welcome)) for row in rows)


def reserve(connection: Connection, subscriber: int, mail: int, numbers: Sequence[int]) -> None:
    """Let the mail speak for these papers; the primary key refuses a paper that another one carries."""
    rows = [{"subscriber": subscriber, "paper": number, "mail": mail} for number in numbers]
    if rows:
        connection.execute(insert(deliveries), rows)


def unsent_mails(connection: Connection) -> tuple[Mail, ...]:
    """The finished mails of which it is not known that they were delivered, oldest first."""
    query = (
        select(mails, subscribers.c.email)
        .join(subscribers)
        .where(mails.c.state.in_(("pending", "unknown")))
        .order_by(mails.c.number)
    )
    return tuple(
        Mail(
            message_id=row.message_id,
            recipient=row.email,
            sender=row.sender,
            content=zlib.decompress(row.content),
            papers=_papers_in(connection, row.number),
        )
        for row in connection.execute(query).all()
    )


def settle(
    connection: Connection, message_id: str, state: str, now: datetime, problem: str | None = None
) -> Row[Any]:
    """Write down how an attempt to deliver ended. Returns the mail's number, subscriber and `through`."""
    statement = (
        update(mails)
        .where(mails.c.message_id == message_id)
        .values(state=state, settled_at=now, problem=problem, attempts=mails.c.attempts + 1)
        .returning(mails.c.number, mails.c.subscriber, mails.c.through)
    )
    return connection.execute(statement).one()


def _papers_in(connection: Connection, mail: int) -> tuple[str, ...]:
    query = select(papers.c.id).join(deliveries).where(deliveries.c.mail == mail).order_by(papers.c.id)
    return tuple(connection.scalars(query))


def _waiting_papers(subscriber: int) -> Select[Any]:
    fresh = (
        select(sightings.c.paper, literal(0).label("welcome"))
        .join(subscriptions, subscriptions.c.keyword == sightings.c.keyword)
        .where(
            subscriptions.c.subscriber == subscriber,
            sightings.c.fresh,
            sightings.c.number > subscriptions.c.since,
        )
    )
    welcome = select(welcomes.c.paper, literal(1).label("welcome")).where(welcomes.c.subscriber == subscriber)
    wanted = union_all(fresh, welcome).subquery()
    spoken_for = exists().where(deliveries.c.subscriber == subscriber, deliveries.c.paper == papers.c.number)
    return (
        select(papers, func.min(wanted.c.welcome).label("welcome"))
        .join(wanted, wanted.c.paper == papers.c.number)
        .where(~spoken_for)
        .group_by(papers.c.number)
    )


def _keywords_that_have(
    connection: Connection, subscriber: int, numbers: Sequence[int]
) -> dict[int, frozenset[str]]:
    """For each paper the keys of the subscriber's keywords that have it, new there or not."""
    query = (
        select(sightings.c.paper, keywords.c.key)
        .join(keywords, keywords.c.number == sightings.c.keyword)
        .join(subscriptions, subscriptions.c.keyword == keywords.c.number)
        .where(subscriptions.c.subscriber == subscriber, sightings.c.paper.in_(numbers))
    )
    found: dict[int, set[str]] = {number: set() for number in numbers}
    for row in connection.execute(query):
        found[row.paper].add(row.key)
    return {number: frozenset(keys) for number, keys in found.items()}

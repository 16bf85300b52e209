"""What waits for whom, and what became of each mail."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    literal,
    select,
    union,
    union_all,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from digest.domain.digests import PendingPaper
from digest.domain.mails import Mail, MailState, QueuedMail
from digest.store.queries.keywords import paper_from
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


def candidates(connection: Connection, subscriber: int) -> tuple[PendingPaper, ...]:
    """The papers that are new for the subscriber or part of a welcome, and in no mail of theirs yet."""
    rows = connection.execute(_waiting_papers(subscriber)).all()
    theirs = _keywords_that_have(connection, subscriber, [row.number for row in rows])
    return tuple(PendingPaper(paper_from(row), theirs[row.number], bool(row.welcome)) for row in rows)


def insert_mail(connection: Connection, subscriber: int, mail: Mail, through: int, now: datetime) -> int:
    """Keep a finished mail; returns its number."""
    row = {
        "message_id": mail.message_id,
        "subscriber": subscriber,
        "sender": mail.sender,
        "content": zlib.compress(mail.content),
        "through": through,
        "state": MailState.PENDING,
        "created_at": now,
    }
    return int(connection.execute(insert(mails).values(row).returning(mails.c.number)).scalar_one())


def reserve(connection: Connection, subscriber: int, mail: int, numbers: Sequence[int]) -> None:
    """Let the mail speak for these papers; the primary key refuses a paper that another one carries."""
    rows = [{"subscriber": subscriber, "paper": number, "mail": mail} for number in numbers]
    if rows:
        connection.execute(insert(deliveries), rows)


def unsettled_mail(connection: Connection, email: str) -> QueuedMail | None:
    """The subscriber's oldest mail that is not settled yet."""
    unsettled = (subscribers.c.email == email) & mails.c.settled_at.is_(None)
    query = select(mails).join(subscribers).where(unsettled).order_by(mails.c.number).limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return QueuedMail(
        Mail(
            row.message_id,
            email,
            row.sender,
            zlib.decompress(row.content),
            _papers_in(connection, row),
        ),
        row.created_at,
        MailState(row.state),
        row.refusals,
        row.unconfirmed,
        row.retry_at,
        row.problem or "",
    )


def failing_mails(connection: Connection) -> dict[str, datetime | None]:
    """The addresses of all unsettled mails that were tried in vain, and when to try again."""
    troubled = mails.c.settled_at.is_(None) & mails.c.problem.is_not(None)
    query = select(subscribers.c.email, mails.c.retry_at).join(mails).where(troubled)
    return {row.email: row.retry_at for row in connection.execute(query)}


def mark(connection: Connection, message_id: str, **changes: Any) -> Row[Any]:
    """Change how a mail stands. Returns its number, subscriber, `through` and `created_at`."""
    statement = (
        update(mails)
        .where(mails.c.message_id == message_id)
        .values(changes)
        .returning(mails.c.number, mails.c.subscriber, mails.c.through, mails.c.created_at)
    )
    return connection.execute(statement).one()


def subscribers_expecting(connection: Connection) -> frozenset[str]:
    """The addresses for which a mail is not settled, or papers wait that no mail speaks for."""
    on_the_way = select(mails.c.subscriber).where(mails.c.settled_at.is_(None))
    waiting = waiting_papers().subquery()
    expecting = union(on_the_way, select(waiting.c.subscriber))
    query = select(subscribers.c.email).where(subscribers.c.number.in_(expecting))
    return frozenset(connection.scalars(query))


def subscribers_awaiting(connection: Connection, paper_id: str) -> frozenset[str]:
    """The addresses for which the paper waits, in no mail yet."""
    this = select(papers.c.number).where(papers.c.id == paper_id).scalar_subquery()
    fresh, welcome = _fresh().where(sightings.c.paper == this), _welcome().where(welcomes.c.paper == this)
    waiting = _unspoken_for(fresh, welcome).subquery()
    query = select(subscribers.c.email).where(subscribers.c.number.in_(select(waiting.c.subscriber)))
    return frozenset(connection.scalars(query))


def waiting_papers() -> Select[tuple[int, int]]:
    """What is new for each subscriber, or part of a welcome, and in no mail of theirs: subscriber, paper."""
    return _unspoken_for(_fresh(), _welcome())


def mark_slot_done(connection: Connection, mail: Row[Any]) -> None:
    """The slot for which a mail was made is done, if it was the last of the subscriber's to be settled."""
    unsettled = exists().where(mails.c.subscriber == mail.subscriber, mails.c.settled_at.is_(None))
    subscriber = subscribers.c.number == mail.subscriber
    connection.execute(update(subscribers).where(subscriber, ~unsettled).values(served_at=mail.created_at))


def complete(connection: Connection, mail: Row[Any]) -> None:
    """The mail arrived: its papers are done with. What lies before them waits no longer either, unless
    another part of the same digest is still to be delivered or was not."""
    carried = select(deliveries.c.paper).where(_carried_by(mail))
    welcomed = (welcomes.c.subscriber == mail.subscriber) & welcomes.c.paper.in_(carried)
    connection.execute(delete(welcomes).where(welcomed))
    other = mails.alias()
    released = (other.c.state == MailState.FAILED) & (other.c.unconfirmed == 0)
    incomplete = exists().where(
        other.c.subscriber == mail.subscriber,
        other.c.through == mail.through,
        other.c.settled_at.is_(None) | released,
    )
    behind = (subscriptions.c.subscriber == mail.subscriber) & (subscriptions.c.since < mail.through)
    connection.execute(update(subscriptions).where(behind, ~incomplete).values(since=mail.through))


def release(connection: Connection, mail: Row[Any]) -> None:
    """The mail did not arrive: its papers wait again."""
    connection.execute(delete(deliveries).where(_carried_by(mail)))


def withdraw(connection: Connection, subscriber: int, now: datetime) -> None:
    """Settle the mails of a subscriber who has left: they are not sent any more."""
    unsettled = (mails.c.subscriber == subscriber) & mails.c.settled_at.is_(None)
    query = select(mails.c.message_id, mails.c.unconfirmed).where(unsettled)
    for row in connection.execute(query).all():
        fetch_status = {"state": MailState.FAILED, "settled_at": now, "problem": "no longer a subscriber"}
        mail = mark(connection, row.message_id, **fetch_status)
        if not row.unconfirmed:
            release(connection, mail)


def _papers_in(connection: Connection, mail: Row[Any]) -> tuple[str, ...]:
    query = select(papers.c.id).join(deliveries).where(_carried_by(mail)).order_by(papers.c.id)
    return tuple(connection.scalars(query))


def _carried_by(mail: Row[Any]) -> ColumnElement[bool]:
    """Deliveries have no index by mail, which would be as large as they are: the subscriber leads to them."""
    return and_(deliveries.c.subscriber == mail.subscriber, deliveries.c.mail == mail.number)


def _fresh() -> Select[tuple[int, int]]:
    """What was announced since a subscription got so far: subscriber, paper."""
    return (
        select(subscriptions.c.subscriber, sightings.c.paper)
        .join(sightings, sightings.c.keyword == subscriptions.c.keyword)
        .where(sightings.c.fresh, sightings.c.number > subscriptions.c.since)
    )


def _welcome() -> Select[tuple[int, int]]:
    return select(welcomes.c.subscriber, welcomes.c.paper)


def _unspoken_for(*queries: Select[tuple[int, int]]) -> Select[tuple[int, int]]:
    """What these queries have that is in no mail, once: subscriber, paper."""
    wanted = union(*queries).subquery()
    spoken_for = exists().where(
        deliveries.c.subscriber == wanted.c.subscriber, deliveries.c.paper == wanted.c.paper
    )
    return select(wanted.c.subscriber, wanted.c.paper).where(~spoken_for)


def _waiting_papers(subscriber: int) -> Select[Any]:
    fresh = _fresh().where(subscriptions.c.subscriber == subscriber)
    welcome = _welcome().where(welcomes.c.subscriber == subscriber)
    wanted = union_all(
        fresh.add_columns(literal(0).label("welcome")), welcome.add_columns(literal(1).label("welcome"))
    ).subquery()
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

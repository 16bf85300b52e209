"""The tables `mails` and `deliveries`: the queue of finished mails, and which paper went to whom.

The queue is a transactional outbox: a mail is stored before it is sent, and each step of its delivery is
stored before or after it is taken.
"""

import zlib
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, select, update
from sqlalchemy.dialects.sqlite import insert

from digest.domain.digests import MOST_PAPERS, PendingPapers
from digest.domain.mails import DeliveryResult, Mail, MailState, QueuedMail, Verdict
from digest.domain.subscribers import Subscriber
from digest.store.database import Database
from digest.store.queries.papers import paper_numbers
from digest.store.queries.pending import (
    IS_PRESENT,
    LATEST_MATCH,
    count_pending,
    got_mail,
    pending_papers,
    served_at,
    subscribers_awaiting,
    subscribers_with_pending,
    subscribers_without_mail,
)
from digest.store.queries.refusals import clear_refusals, record_refusal
from digest.store.queries.refused import (
    forget_refused_papers,
    given_up_since,
    record_refused_papers,
    suspicion,
    withdraw_refusals,
)
from digest.store.queries.suppressions import subscriber_number
from digest.store.schema import deliveries, mails, papers, subscribers, subscriptions, welcomes

_INTERRUPTED = "the program ended before the mail server answered"


class SqlMailStore:
    """digest.pipeline.ports.MailStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending_papers(self, subscriber: Subscriber, most: int = MOST_PAPERS) -> PendingPapers:
        with self._database.transaction() as connection:
            up_to = connection.scalar(select(LATEST_MATCH)) or 0
            number = subscriber_number(connection, subscriber.email)
            newest = pending_papers(connection, number, most)
            more = count_pending(connection, number) - len(newest) if len(newest) == most else 0
            return PendingPapers(
                newest,
                up_to,
                more,
                given_up_since(connection, number),
                is_first=not got_mail(connection, number),
                served_at=served_at(connection, number),
            )

    def has_pending(self) -> Set[str]:
        with self._database.transaction() as connection:
            return subscribers_with_pending(connection)

    def never_mailed(self) -> Set[str]:
        with self._database.transaction() as connection:
            return subscribers_without_mail(connection)

    def awaiting(self, paper_id: str) -> Set[str]:
        """The addresses for which the paper waits, in no mail yet."""
        with self._database.transaction() as connection:
            return subscribers_awaiting(connection, paper_id)

    def enqueue(self, mails: Sequence[Mail], up_to: int, now: datetime) -> None:
        with self._database.transaction() as connection:
            for mail in mails:
                subscriber = subscriber_number(connection, mail.recipient)
                numbers = paper_numbers(connection, mail.papers)
                number = _insert_mail(connection, subscriber, mail, up_to, now)
                _reserve(connection, subscriber, number, [numbers[paper_id] for paper_id in mail.papers])

    def next_queued(self, subscriber: Subscriber) -> QueuedMail | None:
        with self._database.transaction() as connection:
            return _next_queued(connection, subscriber.email)

    def failing(self) -> Mapping[str, datetime | None]:
        with self._database.transaction() as connection:
            return failing_mails(connection)

    def claim(self, message_id: str) -> None:
        with self._database.transaction() as connection:
            _change(connection, message_id, state=MailState.SENDING)

    def mark_unconfirmed(self, message_id: str, retry_at: datetime | None) -> None:
        with self._database.transaction() as connection:
            _change(
                connection,
                message_id,
                state=MailState.UNKNOWN,
                unconfirmed=mails.c.unconfirmed + 1,
                retry_at=retry_at,
                problem=_INTERRUPTED,
            )

    def record_result(self, message_id: str, result: DeliveryResult, now: datetime) -> None:
        with self._database.transaction() as connection:
            record_result(connection, message_id, result, now)

    def withdraw_refusals(self, message_ids: Sequence[str]) -> None:
        with self._database.transaction() as connection:
            withdraw_refusals(connection, message_ids)


def record_result(connection: Connection, message_id: str, result: DeliveryResult, now: datetime) -> None:
    """Record the result of an attempt and all that follows from it."""
    changes = {
        "state": result.state,
        "refusals": result.refusals,
        "unconfirmed": result.unconfirmed,
        "retry_at": result.retry_at,
        "problem": result.problem or None,
        "settled_at": now if result.is_final else None,
    }
    mail = _change(connection, message_id, **changes)
    if result.is_final:
        _mark_slot_done(connection, mail)
    if result.state is MailState.SENT:
        _complete(connection, mail)
        clear_refusals(connection, mail.subscriber)
    elif result.state is MailState.FAILED and not result.unconfirmed:
        if result.verdict is not Verdict.WAIT:
            record_refused_papers(connection, mail)
        if result.verdict is not Verdict.GIVE_UP:
            _release_papers(connection, mail)
    if result.address_refused:
        record_refusal(connection, mail.subscriber, result.problem, now, certain=result.is_certain)


def is_under_way(connection: Connection, message_id: str) -> bool:
    """Whether an attempt to deliver the mail has begun, and no result of it is recorded."""
    states = (MailState.SENDING, MailState.UNKNOWN)
    query = select(mails.c.state).where(mails.c.message_id == message_id, mails.c.settled_at.is_(None))
    return connection.scalar(query) in states


def failing_mails(connection: Connection) -> dict[str, datetime | None]:
    """The addresses whose queued mail failed before, and when to try again (None: as soon as possible)."""
    failing = mails.c.settled_at.is_(None) & mails.c.problem.is_not(None)
    query = select(subscribers.c.email, mails.c.retry_at).join(mails).where(failing)
    return {row.email: row.retry_at for row in connection.execute(query)}


def withdraw_mails(connection: Connection, subscriber: int, now: datetime) -> None:
    """Take the mails of a former subscriber off the queue."""
    queued = (mails.c.subscriber == subscriber) & mails.c.settled_at.is_(None)
    query = select(mails.c.message_id, mails.c.unconfirmed).where(queued)
    for row in connection.execute(query).all():
        changes = {"state": MailState.FAILED, "settled_at": now, "problem": "no longer a subscriber"}
        mail = _change(connection, row.message_id, **changes)
        if not row.unconfirmed:
            _release_papers(connection, mail)


def _insert_mail(connection: Connection, subscriber: int, mail: Mail, up_to: int, now: datetime) -> int:
    """Store a finished mail; returns its number."""
    row = {
        "message_id": mail.message_id,
        "subscriber": subscriber,
        "sender": mail.sender,
        "content": zlib.compress(mail.content),
        "through": up_to,
        "state": MailState.PENDING,
        "created_at": now,
    }
    return int(connection.execute(insert(mails).values(row).returning(mails.c.number)).scalar_one())


def _reserve(connection: Connection, subscriber: int, mail: int, numbers: Sequence[int]) -> None:
    """Reserve these papers for the mail; the primary key refuses a paper that another mail carries."""
    rows = [{"subscriber": subscriber, "paper": number, "mail": mail} for number in numbers]
    if rows:
        connection.execute(insert(deliveries), rows)


def _next_queued(connection: Connection, email: str) -> QueuedMail | None:
    queued = (subscribers.c.email == email) & mails.c.settled_at.is_(None)
    query = select(mails).join(subscribers).where(queued).order_by(mails.c.number).limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    papers = _papers_in(connection, row)
    return QueuedMail(
        Mail(row.message_id, email, row.sender, zlib.decompress(row.content), papers),
        row.created_at,
        MailState(row.state),
        row.refusals,
        row.unconfirmed,
        row.retry_at,
        row.problem or "",
        *suspicion(connection, row),
    )


def _change(connection: Connection, message_id: str, **changes: Any) -> Row[Any]:
    """Update a mail. Returns its number, subscriber, `through` and `created_at`."""
    statement = (
        update(mails)
        .where(mails.c.message_id == message_id)
        .values(changes)
        .returning(mails.c.number, mails.c.subscriber, mails.c.through, mails.c.created_at)
    )
    return connection.execute(statement).one()


def _mark_slot_done(connection: Connection, mail: Row[Any]) -> None:
    """The slot for which a mail was made is done, if no other mail of the subscriber is queued."""
    queued = exists().where(mails.c.subscriber == mail.subscriber, mails.c.settled_at.is_(None))
    subscriber = subscribers.c.number == mail.subscriber
    connection.execute(update(subscribers).where(subscriber, ~queued).values(served_at=mail.created_at))


def _complete(connection: Connection, mail: Row[Any]) -> None:
    """The mail arrived: its papers wait no longer, and neither do the matches before them, unless another
    part of the same digest is still queued or failed."""
    forget_refused_papers(connection, mail)
    carried = select(deliveries.c.paper).where(_carried_by(mail))
    welcomed = (welcomes.c.subscriber == mail.subscriber) & welcomes.c.paper.in_(carried)
    connection.execute(delete(welcomes).where(welcomed))
    other = mails.alias()
    failed = (other.c.state == MailState.FAILED) & (other.c.unconfirmed == 0)
    incomplete = exists().where(
        other.c.subscriber == mail.subscriber,
        other.c.through == mail.through,
        other.c.settled_at.is_(None) | failed,
    )
    behind = (subscriptions.c.subscriber == mail.subscriber) & (subscriptions.c.since < mail.through)
    done = update(subscriptions).where(IS_PRESENT, behind, ~incomplete)
    connection.execute(done.values(since=mail.through))


def _release_papers(connection: Connection, mail: Row[Any]) -> None:
    """The mail did not arrive: its papers wait for the next one."""
    connection.execute(delete(deliveries).where(_carried_by(mail)))


def _papers_in(connection: Connection, mail: Row[Any]) -> tuple[str, ...]:
    query = select(papers.c.id).join(deliveries).where(_carried_by(mail)).order_by(papers.c.id)
    return tuple(connection.scalars(query))


def _carried_by(mail: Row[Any]) -> ColumnElement[bool]:
    """Deliveries have no index by mail, which would be as large as they are: the subscriber leads to them."""
    return and_(deliveries.c.subscriber == mail.subscriber, deliveries.c.mail == mail.number)

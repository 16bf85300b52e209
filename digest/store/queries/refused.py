"""The table `refused_papers`: which papers a refused mail carried, until they arrive. Functions over a
connection."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, literal, select
from sqlalchemy.dialects.sqlite import insert

from digest.domain.digests import RefusedPaper
from digest.domain.mails import MailState
from digest.store.queries.members import these
from digest.store.schema import deliveries, mails, refused_papers


def refused_papers_of(connection: Connection, subscriber: int) -> dict[int, RefusedPaper]:
    """What became of each paper, by number, that a refused mail carried: one to this subscriber, or one to
    somebody else that carried it alone."""
    elsewhere = select(refused_papers.c.paper).where(refused_papers.c.among == 1).distinct()
    found = {number: RefusedPaper(0, 1) for number in connection.scalars(elsewhere)}
    theirs = select(refused_papers).where(refused_papers.c.subscriber == subscriber)
    for row in connection.execute(theirs.order_by(refused_papers.c.mail)):
        before = found.get(row.paper)
        alone = (before.alone if before else 0) + (row.among == 1)
        found[row.paper] = RefusedPaper(row.mail, row.among, alone)
    return found


def suspicion(connection: Connection, mail: Row[Any]) -> tuple[bool, int, bool]:
    """QueuedMail.suspected, refused_alone and served_since of a queued mail."""
    this = (deliveries.c.subscriber == mail.subscriber) & (deliveries.c.mail == mail.number)
    carried = select(deliveries.c.paper).where(this)
    query = select(refused_papers).where(refused_papers.c.paper.in_(carried))
    refused = connection.execute(query).all()
    alone = [row.mail for row in refused if row.subscriber == mail.subscriber and row.among == 1]
    served_since = bool(alone) and _last_sent(connection, mail.subscriber) > min(alone)
    return bool(refused), len(alone), served_since


def _last_sent(connection: Connection, subscriber: int) -> int:
    """The number of the last mail that arrived; 0 if there is none."""
    sent = (mails.c.subscriber == subscriber) & (mails.c.state == MailState.SENT)
    return connection.scalar(select(func.max(mails.c.number)).where(sent)) or 0


def record_refused_papers(connection: Connection, mail: Row[Any]) -> None:
    """Remember what this mail carried."""
    carried = (deliveries.c.subscriber == mail.subscriber) & (deliveries.c.mail == mail.number)
    among = connection.scalar(select(func.count()).where(carried)) or 0
    columns = (deliveries.c.subscriber, deliveries.c.paper, deliveries.c.mail, literal(among))
    names = [column.name for column in refused_papers.columns]
    connection.execute(insert(refused_papers).from_select(names, select(*columns).where(carried)))


def forget_refused_papers(connection: Connection, mail: Row[Any]) -> None:
    """The papers in this mail have arrived."""
    carried = (deliveries.c.subscriber == mail.subscriber) & (deliveries.c.mail == mail.number)
    theirs = refused_papers.c.subscriber == mail.subscriber
    arrived = theirs & refused_papers.c.paper.in_(select(deliveries.c.paper).where(carried))
    connection.execute(delete(refused_papers).where(arrived))


def withdraw_refusals(connection: Connection, message_ids: Sequence[str]) -> None:
    """Forget that these mails were refused; a paper that was given up waits again."""
    query = select(mails.c.subscriber, mails.c.number).where(mails.c.message_id.in_(these(message_ids)))
    for mail in connection.execute(query).all():
        for table in (refused_papers, deliveries):
            this = (table.c.subscriber == mail.subscriber) & (table.c.mail == mail.number)
            connection.execute(delete(table).where(this))


def given_up() -> Select[tuple[int, int, int]]:
    """Subscriber, paper and mail where a refused mail keeps its paper: it was given up."""
    kept = (
        (deliveries.c.subscriber == refused_papers.c.subscriber)
        & (deliveries.c.paper == refused_papers.c.paper)
        & (deliveries.c.mail == refused_papers.c.mail)
    )
    columns = (refused_papers.c.subscriber, refused_papers.c.paper, refused_papers.c.mail)
    return select(*columns).join(deliveries, kept)


def given_up_since(connection: Connection, subscriber: int) -> int:
    """So many papers were given up after the last mail that arrived."""
    last = _last_sent(connection, subscriber)
    theirs = refused_papers.c.subscriber == subscriber
    lost = given_up().where(theirs, refused_papers.c.mail > last).subquery()
    return connection.scalar(select(func.count()).select_from(lost)) or 0

"""The read model of `digest explain`: what happened to one paper."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from digest.domain.digests import MOST_PAPERS, PendingPaper
from digest.domain.fetching import UnavailablePaper
from digest.domain.mails import MailState
from digest.domain.papers import Paper
from digest.domain.subscribers import Subscriber
from digest.store.database import Database
from digest.store.queries.mails import SqlMailStore
from digest.store.queries.papers import paper_from
from digest.store.queries.pending import carried_papers, pending_papers
from digest.store.queries.refused import given_up
from digest.store.queries.suppressions import SqlSuppressionStore
from digest.store.queries.unavailable import unavailable_papers
from digest.store.schema import deliveries, keywords, mails, papers, refused_papers, sightings, subscribers


@dataclass(frozen=True, slots=True)
class Seen:
    """A keyword that has a paper."""

    keyword: str
    seen_at: datetime
    is_new: bool
    is_late: bool = False
    """An audit found it, after search and feed had not shown it."""
    compared: int = 0
    differing: int = 0
    """Of the keyword: on how many of the compared papers arXiv and the matcher differ."""


@dataclass(frozen=True, slots=True)
class History:
    """The history of a paper. `sent_at` has the time of each mail that carried it and arrived; `sent_before`
    counts those whose times are deleted by now."""

    paper: Paper
    seen: tuple[Seen, ...]
    sent_at: tuple[datetime, ...]
    sent_before: int
    on_the_way: int
    given_up: tuple[str, ...] = ()
    """For each subscriber for whom it was given up, what the mail server said last."""
    refused: int = 0
    """For so many subscribers a mail with it was refused, and it is tried again."""


def history(database: Database, paper_id: str) -> History | None:
    """The history of a paper; None if no keyword ever had it. Raises StoreError."""
    with database.transaction() as connection:
        row = connection.execute(select(papers).where(papers.c.id == paper_id)).one_or_none()
        if row is None:
            return None
        carried_by = connection.execute(_mails_with(row.number)).all()
        this = refused_papers.c.paper == row.number
        lost = {mail.subscriber for mail in connection.execute(given_up().where(this))}
        refused = set(connection.scalars(select(refused_papers.c.subscriber).where(this)))
        others = [mail for mail in carried_by if mail.subscriber not in lost]
        return History(
            paper=paper_from(row),
            seen=tuple(Seen(*match) for match in connection.execute(_matches_of(row.number))),
            sent_at=tuple(mail.settled_at for mail in carried_by if mail.state == MailState.SENT),
            sent_before=sum(mail.state is None for mail in others),
            on_the_way=sum(mail.state not in (MailState.SENT, None) for mail in others),
            given_up=tuple(mail.problem or "" for mail in carried_by if mail.subscriber in lost),
            refused=len(refused - lost),
        )


def waiting_for(database: Database, emails: Collection[str], paper_id: str) -> int:
    """The number of subscribers with these addresses whose next mail has the paper. Raises StoreError."""
    suppressed = SqlSuppressionStore(database).of(emails).keys()
    return len((SqlMailStore(database).awaiting(paper_id) & set(emails)) - suppressed)


@dataclass(frozen=True, slots=True)
class Company:
    """The papers that come to a subscriber together; `queued_at` is None if they wait, or if it was long
    ago."""

    papers: tuple[PendingPaper, ...]
    waits: bool
    queued_at: datetime | None = None


def company(database: Database, subscriber: Subscriber, paper_id: str) -> Company | None:
    """The papers among which this subscriber gets the paper, or got it; None if they do neither.

    Raises StoreError.
    """
    with database.transaction() as connection:
        found = select(subscribers.c.number).where(subscribers.c.email == subscriber.email)
        number = connection.scalar(found)
        if number is None:
            return None
        waiting = pending_papers(connection, number, MOST_PAPERS)
        if any(pending.paper.id == paper_id for pending in waiting):
            return Company(waiting, waits=True)
        return _carried_with(connection, number, paper_id)


def _carried_with(connection: Connection, subscriber: int, paper_id: str) -> Company | None:
    """What was queued at one moment is one digest, in one mail or several."""
    paper = select(papers.c.number).where(papers.c.id == paper_id).scalar_subquery()
    carried = select(deliveries.c.mail).where(
        deliveries.c.subscriber == subscriber, deliveries.c.paper == paper
    )
    mail = connection.scalar(carried)
    if mail is None:
        return None
    queued_at = connection.scalar(select(mails.c.created_at).where(mails.c.number == mail))
    together = select(mails.c.number).where(mails.c.subscriber == subscriber, mails.c.created_at == queued_at)
    numbers = {mail, *connection.scalars(together)}
    return Company(carried_papers(connection, subscriber, sorted(numbers)), waits=False, queued_at=queued_at)


@dataclass(frozen=True, slots=True)
class Dispute:
    """A keyword to which arXiv gives a paper that is not believed to be its."""

    keyword: str
    compared: int
    differing: int


def disputes(database: Database, paper_id: str) -> tuple[Dispute, ...]:
    """The keywords to which arXiv alone gives the paper. Raises StoreError."""
    columns = (keywords.c.name, keywords.c.compared, keywords.c.differing, keywords.c.disputed)
    with database.transaction() as connection:
        rows = connection.execute(select(*columns).where(keywords.c.disputed.is_not(None)))
        return tuple(Dispute(*row[:3]) for row in rows if paper_id in row.disputed)


def unavailable_paper(database: Database, paper_id: str) -> UnavailablePaper | None:
    """The paper, if arXiv cannot show it. Raises StoreError."""
    with database.transaction() as connection:
        return next((one for one in unavailable_papers(connection) if one.id == paper_id), None)


def _matches_of(paper: int) -> Select[Any]:
    """The columns of Seen, oldest first."""
    return (
        select(
            keywords.c.name,
            sightings.c.seen_at,
            sightings.c.fresh,
            sightings.c.late,
            keywords.c.compared,
            keywords.c.differing,
        )
        .join(keywords)
        .where(sightings.c.paper == paper)
        .order_by(sightings.c.number)
    )


def _mails_with(paper: int) -> Select[Any]:
    """Each mail that carried the paper; state and end are null if it is deleted."""
    columns = (mails.c.state, mails.c.settled_at, mails.c.problem)
    return (
        select(deliveries.c.subscriber, *columns)
        .select_from(deliveries)
        .outerjoin(mails, mails.c.number == deliveries.c.mail)
        # deliveries have no index by paper: each subscriber is looked up
        .where(deliveries.c.subscriber.in_(select(subscribers.c.number)), deliveries.c.paper == paper)
        .order_by(deliveries.c.mail)
    )

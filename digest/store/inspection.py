"""What a person asks the state: how things stand, and why a paper was sent or not. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from digest.keywords import key
from digest.models import Keyword, MailState, Paper, Subscriber, Suppression
from digest.signing import Signer
from digest.store.database import Database
from digest.store.discoveries import paper_from
from digest.store.outgoing import candidates
from digest.store.schema import (
    deliveries,
    fetches,
    keywords,
    mails,
    papers,
    sightings,
    subscribers,
)
from digest.store.suppression import signing_key, suppressed


@dataclass(frozen=True, slots=True)
class KeywordStatus:
    """`new` counts the papers of the last good answer; `papers` all that are known."""

    name: str
    last_good_at: datetime | None
    new: int
    papers: int
    failing_since: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class SubscriberStatus:
    """`problem` is that of the last mail, if it did not arrive."""

    email: str
    last_mail_at: datetime | None = None
    papers: int = 0
    """In all mails that arrived."""
    waiting: int = 0
    """Papers that are in no mail yet."""
    on_the_way: MailState | None = None
    """How the mail stands that is not settled."""
    retry_at: datetime | None = None
    failed: int = 0
    problem: str = ""
    suppressed: Suppression | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A keyword that has a paper."""

    keyword: str
    seen_at: datetime
    fresh: bool


@dataclass(frozen=True, slots=True)
class History:
    """All that happened to a paper. `sent_at` has the time of each mail that carried it and arrived;
    `sent_before` counts those that are so old that their times are not kept."""

    paper: Paper
    seen: tuple[Seen, ...]
    sent_at: tuple[datetime, ...]
    sent_before: int
    on_the_way: int


def keyword_status(database: Database, keyword: Keyword) -> KeywordStatus:
    with database.transaction() as connection:
        row = connection.execute(select(keywords).where(keywords.c.key == key(keyword))).one_or_none()
        if row is None:
            return KeywordStatus(keyword.name, None, 0, 0, None, "")
        known = select(func.count()).where(sightings.c.keyword == row.number)
        last_good = (
            select(fetches.c.fresh)
            .where(fetches.c.keyword == row.number, fetches.c.problem.is_(None))
            .order_by(fetches.c.number.desc())
            .limit(1)
        )
        return KeywordStatus(
            name=keyword.name,
            last_good_at=row.last_good_at,
            new=connection.scalar(last_good) or 0,
            papers=connection.scalar(known) or 0,
            failing_since=row.failing_since,
            problem=row.problem or "",
        )


def subscriber_status(database: Database, subscriber: Subscriber) -> SubscriberStatus:
    with database.transaction() as connection:
        fingerprint = Signer(signing_key(connection)).fingerprint(subscriber.email)
        suppression = suppressed(connection, [fingerprint]).get(fingerprint)
        this = subscribers.c.email == subscriber.email
        number = connection.scalar(select(subscribers.c.number).where(this))
        if number is None:
            return SubscriberStatus(subscriber.email, suppressed=suppression)
        theirs = select(mails).where(mails.c.subscriber == number).order_by(mails.c.number)
        history = connection.execute(theirs).all()
        unsettled = next((mail for mail in history if mail.settled_at is None), None)
        not_sent = select(mails.c.number).where(mails.c.subscriber == number, mails.c.state != "sent")
        carried = select(func.count()).where(
            deliveries.c.subscriber == number, deliveries.c.mail.not_in(not_sent)
        )
        return SubscriberStatus(
            email=subscriber.email,
            last_mail_at=max((mail.settled_at for mail in history if mail.state == "sent"), default=None),
            papers=connection.scalar(carried.select_from(deliveries)) or 0,
            waiting=len(candidates(connection, number)),
            on_the_way=MailState(unsettled.state) if unsettled else None,
            retry_at=unsettled.retry_at if unsettled else None,
            failed=sum(mail.state == "failed" for mail in history),
            problem=(history[-1].problem or "") if history else "",
            suppressed=suppression,
        )


def history(database: Database, paper_id: str) -> History | None:
    """None if the paper was never seen."""
    with database.transaction() as connection:
        row = connection.execute(select(papers).where(papers.c.id == paper_id)).one_or_none()
        if row is None:
            return None
        seen = (
            select(keywords.c.name, sightings.c.seen_at, sightings.c.fresh)
            .join(keywords)
            .where(sightings.c.paper == row.number)
            .order_by(sightings.c.number)
        )
        carried = (
            select(mails.c.state, mails.c.settled_at)
            .select_from(deliveries)
            .outerjoin(mails, mails.c.number == deliveries.c.mail)
            .where(
                deliveries.c.subscriber.in_(select(subscribers.c.number)), deliveries.c.paper == row.number
            )
            .order_by(deliveries.c.mail)
        )
        sent = connection.execute(carried).all()
        return History(
            paper=paper_from(row),
            seen=tuple(Seen(s.name, s.seen_at, s.fresh) for s in connection.execute(seen)),
            sent_at=tuple(mail.settled_at for mail in sent if mail.state == "sent"),
            sent_before=sum(mail.state is None for mail in sent),
            on_the_way=sum(mail.state not in ("sent", None) for mail in sent),
        )

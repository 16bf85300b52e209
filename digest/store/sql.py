"""The memory of a run. Which transaction does what, and why a kill between any two loses nothing, is
told in docs/architecture.md."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from digest.keywords import key
from digest.models import Config, Keyword, Mail, Subscriber
from digest.protocols import ArchiveSection, Finding, Known, Sighting, Waiting
from digest.store.database import Database
from digest.store.discoveries import (
    knowledge,
    paper_from,
    paper_numbers,
    record_fetch,
    record_papers,
    record_problem,
    record_reach,
    record_sightings,
)
from digest.store.enrolment import (
    LATEST_SIGHTING,
    begin_subscriptions,
    enroll_keywords,
    enroll_subscribers,
)
from digest.store.outgoing import candidates, reserve, settle, unsent_mails
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


class SqlStore:
    """digest.protocols.Store over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        self._database.close()

    def enroll(self, config: Config, now: datetime) -> None:
        with self._database.transaction() as connection:
            numbers = enroll_keywords(connection, config.keywords)
            wanted = {
                subscriber.email: {numbers[key(keyword)] for keyword in subscriber.keywords}
                for subscriber in config.subscribers
            }
            enroll_subscribers(connection, wanted, config.welcome, now)

    def known(self, keyword: Keyword) -> Known:
        with self._database.transaction() as connection:
            return knowledge(connection, key(keyword))

    def highest_order(self) -> int:
        with self._database.transaction() as connection:
            return connection.scalar(select(func.max(papers.c.announcement_order))) or 0

    def record(self, finding: Finding, found: Sequence[Sighting], baseline: int, now: datetime) -> None:
        with self._database.transaction() as connection:
            number = _keyword_number(connection, finding.keyword)
            record_papers(connection, [sighting.paper for sighting in found], now)
            record_sightings(connection, number, found, now)
            record_reach(connection, number, finding, baseline, now)
            record_fetch(connection, number, now, found, str(finding.problem or "") or None)
            begin_subscriptions(connection)

    def record_failure(self, keyword: Keyword, reason: str, now: datetime) -> None:
        with self._database.transaction() as connection:
            number = _keyword_number(connection, keyword)
            record_problem(connection, number, reason, now)
            record_fetch(connection, number, now, (), reason)

    def waiting(self, subscriber: Subscriber) -> Waiting:
        with self._database.transaction() as connection:
            through = connection.scalar(select(LATEST_SIGHTING)) or 0
            return Waiting(candidates(connection, _subscriber_number(connection, subscriber.email)), through)

    def freeze(self, mail: Mail, through: int, now: datetime) -> None:
        with self._database.transaction() as connection:
            subscriber = _subscriber_number(connection, mail.recipient)
            row = {
                "message_id": mail.message_id,
                "subscriber": subscriber,
                "sender": mail.sender,
                "content": zlib.compress(mail.content),
                "through": through,
                "state": "pending",
                "attempts": 0,
                "created_at": now,
            }
            number = connection.execute(insert(mails).values(row).returning(mails.c.number)).scalar_one()
            numbers = paper_numbers(connection, mail.papers)
            reserve(connection, subscriber, number, [numbers[paper_id] for paper_id in mail.papers])

    def unsent(self) -> tuple[Mail, ...]:
        with self._database.transaction() as connection:
            return unsent_mails(connection)

    def mark_sent(self, message_id: str, now: datetime) -> None:
        with self._database.transaction() as connection:
            mail = settle(connection, message_id, "sent", now)
            carried = select(deliveries.c.paper).where(deliveries.c.mail == mail.number)
            welcomed = (welcomes.c.subscriber == mail.subscriber) & welcomes.c.paper.in_(carried)
            connection.execute(delete(welcomes).where(welcomed))
            behind = (subscriptions.c.subscriber == mail.subscriber) & (subscriptions.c.since < mail.through)
            connection.execute(update(subscriptions).where(behind).values(since=mail.through))

    def mark_failed(self, message_id: str, reason: str, now: datetime) -> None:
        with self._database.transaction() as connection:
            mail = settle(connection, message_id, "failed", now, reason)
            connection.execute(delete(deliveries).where(deliveries.c.mail == mail.number))

    def mark_unknown(self, message_id: str, reason: str, now: datetime) -> None:
        with self._database.transaction() as connection:
            settle(connection, message_id, "unknown", now, reason)

    def mark_served(self, subscriber: Subscriber, now: datetime) -> None:
        this = subscribers.c.email == subscriber.email
        with self._database.transaction() as connection:
            connection.execute(update(subscribers).where(this).values(served_at=now))

    def served(self) -> Mapping[str, datetime]:
        enrolled = subscribers.c.number.in_(select(subscriptions.c.subscriber))
        query = select(subscribers.c.email, subscribers.c.served_at).where(enrolled)
        with self._database.transaction() as connection:
            return {row.email: row.served_at for row in connection.execute(query)}

    def archive_section(self, keyword: Keyword, limit: int) -> ArchiveSection:
        query = (
            select(papers)
            .join(sightings, sightings.c.paper == papers.c.number)
            .join(keywords, keywords.c.number == sightings.c.keyword)
            .where(keywords.c.key == key(keyword))
            .order_by(papers.c.announcement_order.desc())
            .limit(limit)
        )
        stale = keywords.c.failing_since.is_not(None) & (keywords.c.key == key(keyword))
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
            stale_since = connection.scalar(select(keywords.c.last_good_at).where(stale))
        changed_at = max((row.recorded_at for row in rows), default=None)
        return ArchiveSection(keyword, tuple(paper_from(row) for row in rows), changed_at, stale_since)


def _keyword_number(connection: Connection, keyword: Keyword) -> int:
    query = select(keywords.c.number).where(keywords.c.key == key(keyword))
    return int(connection.execute(query).scalar_one())


def _subscriber_number(connection: Connection, email: str) -> int:
    query = select(subscribers.c.number).where(subscribers.c.email == email)
    return int(connection.execute(query).scalar_one())

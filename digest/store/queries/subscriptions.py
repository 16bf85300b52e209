"""The tables `subscribers`, `subscriptions` and `welcomes`: who follows which keyword, as configured."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from digest.domain.identity import mailbox_of
from digest.domain.keywords import Keyword
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.domain.subscriptions import Subscription, SubscriptionChanges, subscription_changes
from digest.store.database import Database
from digest.store.queries.mails import withdraw_mails
from digest.store.queries.members import these
from digest.store.queries.pending import IS_PRESENT, LATEST_MATCH
from digest.store.queries.runs import BACKLOG_DISCARDED, clear_timestamp, timestamp
from digest.store.schema import keywords, papers, sightings, subscribers, subscriptions, welcomes


class SqlSubscriptionStore:
    """digest.pipeline.ports.SubscriptionStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync(self, config: Config, now: datetime, *, without: Set[str] = frozenset()) -> int:
        subscribed = [subscriber for subscriber in config.subscribers if subscriber.email not in without]
        with self._database.transaction() as connection:
            numbers = _sync_keywords(connection, config.keywords_of(subscribed))
            wanted = {
                (subscriber.email, numbers[keyword.id])
                for subscriber in subscribed
                for keyword in subscriber.keywords
            }
            _update_spelling(connection, [subscriber.email for subscriber in config.subscribers])
            changes = subscription_changes(_subscriptions(connection), wanted, without, now)
            welcome = 0 if timestamp(connection, BACKLOG_DISCARDED) else config.welcome
            _apply(connection, changes, welcome, now)
            _reset_keywords(connection, config.keywords_of(subscribed))
            start_subscriptions(connection)
            clear_timestamp(connection, BACKLOG_DISCARDED)
        return len(changes.missing)

    def last_served_at(self) -> Mapping[str, datetime]:
        with self._database.transaction() as connection:
            return last_served_at(connection)

    def mark_served(self, subscribers: Iterable[Subscriber], now: datetime) -> None:
        with self._database.transaction() as connection:
            _mark_served(connection, [subscriber.email for subscriber in subscribers], now)


def last_served_at(connection: Connection) -> dict[str, datetime]:
    """For each subscribed address the time when its last slot was done, or else when it was added."""
    subscribed = subscribers.c.number.in_(select(subscriptions.c.subscriber).where(IS_PRESENT))
    query = select(subscribers.c.email, subscribers.c.served_at).where(subscribed)
    return {row.email: row.served_at for row in connection.execute(query)}


def start_subscriptions(connection: Connection) -> None:
    """Start the subscriptions whose keyword has had its first good fetch: its latest papers are the welcome,
    and every new paper recorded after this waits for the subscriber."""
    query = (
        select(subscriptions)
        .join(keywords)
        .where(IS_PRESENT, subscriptions.c.since.is_(None), keywords.c.baseline.is_not(None))
    )
    for row in connection.execute(query).all():
        for paper in connection.scalars(_latest_papers(row.keyword, row.welcome)).all():
            welcomed = {"subscriber": row.subscriber, "keyword": row.keyword, "paper": paper}
            connection.execute(insert(welcomes).values(welcomed))
        this = _is_of(subscriptions, row.subscriber, row.keyword)
        connection.execute(update(subscriptions).where(this).values(since=LATEST_MATCH))


def _sync_keywords(connection: Connection, wanted: Sequence[Keyword]) -> dict[str, int]:
    """Insert the wanted keywords. Returns the number of each id."""
    names = {keyword.id: keyword.name for keyword in reversed(wanted)}
    statement = insert(keywords)
    statement = statement.on_conflict_do_update(
        index_elements=[keywords.c.key], set_={"name": statement.excluded.name}
    )
    for keyword_id, name in names.items():
        connection.execute(statement.values(key=keyword_id, name=name))
    return {row.key: row.number for row in connection.execute(select(keywords.c.key, keywords.c.number))}


def _reset_keywords(connection: Connection, wanted: Sequence[Keyword]) -> None:
    """Reset the keywords that are not wanted and have no subscription, not even an absent one.

    If such a keyword comes back, it starts over: what was announced in between is not mailed as new.
    """
    unused = (
        keywords.c.key.not_in(these({keyword.id for keyword in wanted}))
        & keywords.c.number.not_in(select(subscriptions.c.keyword))
        & keywords.c.baseline.is_not(None)
    )
    start_over = {"baseline": None, "covered": None, "up_to_date_at": None}
    connection.execute(update(keywords).where(unused).values(start_over))


def _apply(connection: Connection, changes: SubscriptionChanges, welcome: int, now: datetime) -> None:
    """Carry out the changes in the order in which SubscriptionChanges has them."""
    numbers = {row.email: row.number for row in connection.execute(select(subscribers))}
    for email, keyword in changes.ended:
        _end_subscription(connection, numbers[email], keyword)
    for email in sorted(changes.left):
        withdraw_mails(connection, numbers[email], now)
    for email in sorted(changes.joined):
        numbers[email] = _add_subscriber(connection, email, now)
    for email, keyword in sorted(changes.begun):
        row = {"subscriber": numbers[email], "keyword": keyword, "welcome": welcome}
        connection.execute(insert(subscriptions).values(row))
    for changed, absent_since in ((changes.returned, None), (changes.absent, now)):
        for email, keyword in changed:
            this = _is_of(subscriptions, numbers[email], keyword)
            connection.execute(update(subscriptions).where(this).values(absent_since=absent_since))


def _update_spelling(connection: Connection, wanted: Iterable[str]) -> None:
    """Keep known subscribers whose addresses are now spelled otherwise: the same mailbox."""
    known = set(connection.scalars(select(subscribers.c.email)))
    by_mailbox = {mailbox_of(email): email for email in known}
    for email in set(wanted) - known:
        if before := by_mailbox.get(mailbox_of(email)):
            this = subscribers.c.email == before
            connection.execute(update(subscribers).where(this).values(email=email))


def _mark_served(connection: Connection, emails: Sequence[str], now: datetime) -> None:
    if emails:
        statement = update(subscribers).where(subscribers.c.email == bindparam("subscriber"))
        rows = [{"subscriber": email, "served_at": now} for email in emails]
        connection.execute(statement.values(served_at=bindparam("served_at")), rows)


def _subscriptions(connection: Connection) -> dict[Subscription, datetime | None]:
    """All subscriptions, each with the time since when it is absent."""
    query = select(subscribers.c.email, subscriptions.c.keyword, subscriptions.c.absent_since)
    rows = connection.execute(query.join(subscriptions))
    return {(row.email, row.keyword): row.absent_since for row in rows}


def _add_subscriber(connection: Connection, email: str, now: datetime) -> int:
    """Insert a new subscriber, or one who comes back: their first slot is the next one."""
    statement = (
        insert(subscribers)
        .values(email=email, served_at=now)
        .on_conflict_do_update(index_elements=[subscribers.c.email], set_={"served_at": now})
        .returning(subscribers.c.number)
    )
    return int(connection.execute(statement).scalar_one())


def _end_subscription(connection: Connection, subscriber: int, keyword: int) -> None:
    for table in (subscriptions, welcomes):
        connection.execute(delete(table).where(_is_of(table, subscriber, keyword)))


def _is_of(table: Table, subscriber: int, keyword: int) -> ColumnElement[bool]:
    return (table.c.subscriber == subscriber) & (table.c.keyword == keyword)


def _latest_papers(keyword: int, count: int) -> Select[tuple[int]]:
    """For a welcome, those with the words of the keyword as they are written come first."""
    return (
        select(sightings.c.paper)
        .join(papers)
        .where(sightings.c.keyword == keyword)
        .order_by(sightings.c.by_gaps, papers.c.announcement_order.desc())
        .limit(count)
    )

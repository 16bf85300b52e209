"""The tables `subscribers`, `subscriptions` and `welcomes`: who follows which keyword, as configured."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime

from sqlalchemy import Connection, Select, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from digest.domain.keywords import Keyword
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.store.database import Database
from digest.store.queries.mails import withdraw_mails
from digest.store.queries.members import these
from digest.store.queries.pending import LATEST_MATCH
from digest.store.queries.runs import BACKLOG_DISCARDED, clear_timestamp, timestamp
from digest.store.schema import keywords, papers, sightings, subscribers, subscriptions, welcomes


class SqlSubscriptionStore:
    """digest.pipeline.ports.SubscriptionStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync(self, config: Config, now: datetime, *, without: Set[str] = frozenset()) -> None:
        subscribed = [subscriber for subscriber in config.subscribers if subscriber.email not in without]
        with self._database.transaction() as connection:
            numbers = _sync_keywords(connection, config.keywords_of(subscribed))
            wanted = {
                subscriber.email: {numbers[keyword.id] for keyword in subscriber.keywords}
                for subscriber in subscribed
            }
            welcome = 0 if timestamp(connection, BACKLOG_DISCARDED) else config.welcome
            _sync_subscribers(connection, wanted, welcome, now)
            clear_timestamp(connection, BACKLOG_DISCARDED)

    def last_served_at(self) -> Mapping[str, datetime]:
        with self._database.transaction() as connection:
            return last_served_at(connection)

    def mark_served(self, subscribers: Iterable[Subscriber], now: datetime) -> None:
        with self._database.transaction() as connection:
            _mark_served(connection, [subscriber.email for subscriber in subscribers], now)


def last_served_at(connection: Connection) -> dict[str, datetime]:
    """For each subscribed address the time when its last slot was done, or else when it was added."""
    subscribed = subscribers.c.number.in_(select(subscriptions.c.subscriber))
    query = select(subscribers.c.email, subscribers.c.served_at).where(subscribed)
    return {row.email: row.served_at for row in connection.execute(query)}


def start_subscriptions(connection: Connection) -> None:
    """Start the subscriptions whose keyword has had its first good fetch: its latest papers are the welcome,
    and every new paper recorded after this waits for the subscriber."""
    query = (
        select(subscriptions)
        .join(keywords)
        .where(subscriptions.c.since.is_(None), keywords.c.baseline.is_not(None))
    )
    for row in connection.execute(query).all():
        for paper in connection.scalars(_latest_papers(row.keyword, row.welcome)).all():
            welcomed = {"subscriber": row.subscriber, "keyword": row.keyword, "paper": paper}
            connection.execute(insert(welcomes).values(welcomed))
        this = (subscriptions.c.subscriber == row.subscriber) & (subscriptions.c.keyword == row.keyword)
        connection.execute(update(subscriptions).where(this).values(since=LATEST_MATCH))


def _sync_keywords(connection: Connection, wanted: Sequence[Keyword]) -> dict[str, int]:
    """Insert the wanted keywords and reset all others. Returns the number of each id.

    A keyword that comes back starts over: what was announced in between is not mailed as new.
    """
    names = {keyword.id: keyword.name for keyword in reversed(wanted)}
    statement = insert(keywords)
    statement = statement.on_conflict_do_update(
        index_elements=[keywords.c.key], set_={"name": statement.excluded.name}
    )
    for keyword_id, name in names.items():
        connection.execute(statement.values(key=keyword_id, name=name))
    unused = keywords.c.key.not_in(these(names)) & keywords.c.baseline.is_not(None)
    start_over = {"baseline": None, "covered": None, "up_to_date_at": None}
    connection.execute(update(keywords).where(unused).values(start_over))
    return {row.key: row.number for row in connection.execute(select(keywords.c.key, keywords.c.number))}


def _sync_subscribers(
    connection: Connection, wanted: Mapping[str, Set[int]], welcome: int, now: datetime
) -> None:
    """Make the subscriptions what is wanted: for each address the numbers of its keywords."""
    _update_spelling(connection, wanted)
    numbers, subscribed = _subscribed(connection)
    for email in subscribed.keys() | wanted.keys():
        had, wants = subscribed.get(email, set()), wanted.get(email, set())
        if wants and not had:
            numbers[email] = _add_subscriber(connection, email, now)
        if had - wants:
            _end_subscriptions(connection, numbers[email], had - wants)
        if had and not wants:
            withdraw_mails(connection, numbers[email], now)
        for keyword in sorted(wants - had):
            row = {"subscriber": numbers[email], "keyword": keyword, "welcome": welcome}
            connection.execute(insert(subscriptions).values(row))
    start_subscriptions(connection)


def _update_spelling(connection: Connection, wanted: Iterable[str]) -> None:
    """Keep known subscribers whose addresses are now written with other capital letters: the same mailbox."""
    known = set(connection.scalars(select(subscribers.c.email)))
    by_fold = {email.casefold(): email for email in known}
    for email in set(wanted) - known:
        if before := by_fold.get(email.casefold()):
            this = subscribers.c.email == before
            connection.execute(update(subscribers).where(this).values(email=email))


def _mark_served(connection: Connection, emails: Sequence[str], now: datetime) -> None:
    if emails:
        statement = update(subscribers).where(subscribers.c.email == bindparam("subscriber"))
        rows = [{"subscriber": email, "served_at": now} for email in emails]
        connection.execute(statement.values(served_at=bindparam("served_at")), rows)


def _subscribed(connection: Connection) -> tuple[dict[str, int], dict[str, set[int]]]:
    """The number of each address, and the numbers of the keywords that each is subscribed to."""
    numbers: dict[str, int] = {}
    subscribed: dict[str, set[int]] = {}
    everyone = select(subscribers, subscriptions.c.keyword).outerjoin(subscriptions)
    for row in connection.execute(everyone):
        numbers[row.email] = row.number
        subscribed.setdefault(row.email, set()).update({row.keyword} - {None})
    return numbers, subscribed


def _add_subscriber(connection: Connection, email: str, now: datetime) -> int:
    """Insert a new subscriber, or one who comes back: their first slot is the next one."""
    statement = (
        insert(subscribers)
        .values(email=email, served_at=now)
        .on_conflict_do_update(index_elements=[subscribers.c.email], set_={"served_at": now})
        .returning(subscribers.c.number)
    )
    return int(connection.execute(statement).scalar_one())


def _end_subscriptions(connection: Connection, subscriber: int, ended: Iterable[int]) -> None:
    for table in (subscriptions, welcomes):
        theirs = (table.c.subscriber == subscriber) & table.c.keyword.in_(these(ended))
        connection.execute(delete(table).where(theirs))


def _latest_papers(keyword: int, count: int) -> Select[tuple[int]]:
    """For a welcome, those with the words of the keyword as they are written come first."""
    return (
        select(sightings.c.paper)
        .join(papers)
        .where(sightings.c.keyword == keyword)
        .order_by(sightings.c.by_gaps, papers.c.announcement_order.desc())
        .limit(count)
    )

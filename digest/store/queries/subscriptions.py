"""Who reads which keyword, kept in step with the configuration."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from digest.domain.keywords import Keyword
from digest.store.queries.mails import withdraw
from digest.store.schema import keywords, papers, sightings, subscribers, subscriptions, welcomes

LATEST_SIGHTING = select(func.coalesce(func.max(sightings.c.number), 0)).scalar_subquery()


def sync_keywords(connection: Connection, wanted: Sequence[Keyword]) -> dict[str, int]:
    """Make the wanted keywords known and let all others sleep. Returns the number of each key.

    A keyword that comes back begins anew: what was announced while it slept is not mailed as new.
    """
    names = {keyword.id: keyword.name for keyword in reversed(wanted)}
    statement = insert(keywords)
    statement = statement.on_conflict_do_update(
        index_elements=[keywords.c.key], set_={"name": statement.excluded.name}
    )
    for query, name in names.items():
        connection.execute(statement.values(key=query, name=name))
    asleep = keywords.c.key.not_in(names) & keywords.c.baseline.is_not(None)
    anew = {"baseline": None, "covered": None, "up_to_date_at": None}
    connection.execute(update(keywords).where(asleep).values(anew))
    return {row.key: row.number for row in connection.execute(select(keywords.c.key, keywords.c.number))}


def sync_subscribers(
    connection: Connection, wanted: Mapping[str, Set[int]], welcome: int, now: datetime
) -> None:
    """Make subscriptions what the configuration says; `wanted` has the keyword numbers of each address."""
    _respell(connection, wanted)
    numbers, subscribed = _enrolled(connection)
    for email in subscribed.keys() | wanted.keys():
        had, wants = subscribed.get(email, set()), wanted.get(email, set())
        if wants and not had:
            numbers[email] = _add_subscriber(connection, email, now)
        if had - wants:
            _end_subscriptions(connection, numbers[email], had - wants)
        if had and not wants:
            withdraw(connection, numbers[email], now)
        for keyword in sorted(wants - had):
            row = {"subscriber": numbers[email], "keyword": keyword, "welcome": welcome}
            connection.execute(insert(subscriptions).values(row))
    begin_subscriptions(connection)


def _respell(connection: Connection, wanted: Iterable[str]) -> None:
    """Keep known subscribers whose addresses are now written with other capital letters: the same mailbox."""
    known = set(connection.scalars(select(subscribers.c.email)))
    by_fold = {email.casefold(): email for email in known}
    for email in set(wanted) - known:
        if before := by_fold.get(email.casefold()):
            this = subscribers.c.email == before
            connection.execute(update(subscribers).where(this).values(email=email))


def served(connection: Connection) -> dict[str, datetime]:
    """When each enrolled address had its last slot done, or else was enrolled."""
    enrolled = subscribers.c.number.in_(select(subscriptions.c.subscriber))
    query = select(subscribers.c.email, subscribers.c.served_at).where(enrolled)
    return {row.email: row.served_at for row in connection.execute(query)}


def mark_served(connection: Connection, emails: Sequence[str], now: datetime) -> None:
    """The digests of these subscribers are done, up to the slot before this moment."""
    if emails:
        statement = update(subscribers).where(subscribers.c.email == bindparam("subscriber"))
        rows = [{"subscriber": email, "served_at": now} for email in emails]
        connection.execute(statement.values(served_at=bindparam("served_at")), rows)


def begin_subscriptions(connection: Connection) -> None:
    """Begin the subscriptions whose keyword is known by now: its latest papers are the welcome, and what
    is announced from here on is new."""
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
        connection.execute(update(subscriptions).where(this).values(since=LATEST_SIGHTING))


def _enrolled(connection: Connection) -> tuple[dict[str, int], dict[str, set[int]]]:
    """The number of each address, and the keyword numbers that each is subscribed to."""
    numbers: dict[str, int] = {}
    subscribed: dict[str, set[int]] = {}
    everyone = select(subscribers, subscriptions.c.keyword).outerjoin(subscriptions)
    for row in connection.execute(everyone):
        numbers[row.email] = row.number
        subscribed.setdefault(row.email, set()).update({row.keyword} - {None})
    return numbers, subscribed


def _add_subscriber(connection: Connection, email: str, now: datetime) -> int:
    """A new subscriber, or one who comes back: their first slot is the next one."""
    statement = (
        insert(subscribers)
        .values(email=email, served_at=now)
        .on_conflict_do_update(index_elements=[subscribers.c.email], set_={"served_at": now})
        .returning(subscribers.c.number)
    )
    return int(connection.execute(statement).scalar_one())


def _end_subscriptions(connection: Connection, subscriber: int, ended: Iterable[int]) -> None:
    for table in (subscriptions, welcomes):
        theirs = (table.c.subscriber == subscriber) & table.c.keyword.in_(list(ended))
        connection.execute(delete(table).where(theirs))


def _latest_papers(keyword: int, count: int) -> Select[tuple[int]]:
    return (
        select(sightings.c.paper)
        .join(papers)
        .where(sightings.c.keyword == keyword)
        .order_by(papers.c.announcement_order.desc())
        .limit(count)
    )

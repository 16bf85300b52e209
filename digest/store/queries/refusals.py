"""The table `refusals`: on which days an address was refused since its last mail that was accepted."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, delete, exists, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from digest.domain.charging import Past, RefusalRecord, refused_while_served
from digest.domain.mails import MailState
from digest.store.schema import mails, refusals, subscribers


def record_refusal(
    connection: Connection, subscriber: int, detail: str, now: datetime, *, certain: bool = True
) -> None:
    """Count one permanent refusal for this day (in UTC)."""
    day = now.astimezone(UTC).date().isoformat()
    row = insert(refusals).values(subscriber=subscriber, day=day, certain=certain, detail=detail)
    again = {"certain": or_(refusals.c.certain, row.excluded.certain), "detail": row.excluded.detail}
    connection.execute(row.on_conflict_do_update(index_elements=["subscriber", "day"], set_=again))


def clear_refusals(connection: Connection, subscriber: int) -> None:
    """Restart the count: a mail was accepted."""
    connection.execute(delete(refusals).where(refusals.c.subscriber == subscriber))


def refusal_records(connection: Connection) -> Iterator[RefusalRecord]:
    """Those of all addresses."""
    query = (
        select(subscribers.c.email, refusals)
        .join(subscribers)
        .order_by(refusals.c.subscriber, refusals.c.day)
    )
    for email, group in groupby(connection.execute(query), attrgetter("email")):
        rows = list(group)
        days = frozenset(date.fromisoformat(row.day) for row in rows)
        yield RefusalRecord(email, days, any(row.certain for row in rows), rows[-1].detail)


def past(connection: Connection) -> Past:
    """What earlier runs tell of refusals."""
    served = connection.scalar(select(exists().where(mails.c.state == MailState.SENT)))
    records = list(refusal_records(connection))
    if not records:
        return Past(bool(served))
    since = min(min(record.days) for record in records)
    return Past(bool(served), refused_while_served(records, last_served(connection, since)))


def last_served(connection: Connection, since: date) -> list[tuple[str, date]]:
    """The last day, that one or later, on which each address had a mail accepted."""
    day = func.max(func.date(mails.c.settled_at)).label("day")
    sent = (mails.c.state == MailState.SENT) & (func.date(mails.c.settled_at) >= since.isoformat())
    query = select(subscribers.c.email, day).join(mails).where(sent).group_by(subscribers.c.number)
    return [(row.email, date.fromisoformat(row.day)) for row in connection.execute(query)]

"""The table `suppression_events`: who was suppressed without having asked for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, insert, select, update

from digest.domain.subscribers import FORMER, Suppression, SuppressionEvent, SuppressionReason
from digest.store.queries.members import these
from digest.store.schema import suppression_events as events

_A_DAY = timedelta(days=1)


def record_event(connection: Connection, fingerprint: str, suppression: Suppression, *, made: bool) -> None:
    """Record a suppression, or once a day that it was not made since there are too many."""
    since = suppression.since
    known = (events.c.fingerprint == fingerprint) & ~events.c.made & (events.c.at > since - _A_DAY)
    if made or not connection.scalar(select(exists().where(known))):
        values = {"reason": suppression.reason, "at": since, "detail": suppression.detail, "made": made}
        connection.execute(insert(events).values(fingerprint=fingerprint, **values))


def events_since(
    connection: Connection, since: datetime, labels: Mapping[str, str]
) -> tuple[SuppressionEvent, ...]:
    """Those since then; `labels` by fingerprint."""
    return _events(connection, events.c.at >= since, labels)


def last_event(connection: Connection) -> int:
    """The number of the latest event; 0 if there is none."""
    return connection.scalar(select(func.max(events.c.number))) or 0


def events_after(
    connection: Connection, number: int, labels: Mapping[str, str]
) -> tuple[SuppressionEvent, ...]:
    """Those recorded after that one, whatever the clock says; `labels` by fingerprint."""
    return _events(connection, events.c.number > number, labels)


def untold_events(connection: Connection, labels: Mapping[str, str]) -> tuple[SuppressionEvent, ...]:
    """Those of which the operator got no mail yet."""
    return _events(connection, events.c.told_at.is_(None), labels)


def mark_told(connection: Connection, told: Sequence[SuppressionEvent], now: datetime) -> None:
    """Record that the operator got a mail about these."""
    numbers = [event.number for event in told]
    connection.execute(update(events).where(events.c.number.in_(these(numbers))).values(told_at=now))


def _events(
    connection: Connection, wanted: ColumnElement[bool], labels: Mapping[str, str]
) -> tuple[SuppressionEvent, ...]:
    rows: Any = connection.execute(select(events).where(wanted).order_by(events.c.number))
    return tuple(
        SuppressionEvent(
            number=row.number,
            at=row.at,
            label=labels.get(row.fingerprint, FORMER),
            reason=SuppressionReason(row.reason),
            detail=row.detail,
            made=row.made,
        )
        for row in rows
    )

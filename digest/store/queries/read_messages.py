"""The table `read_messages`: which messages were acted on, each known by several names."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from digest.store.schema import read_messages


def mark_read(connection: Connection, names: Iterable[str], now: datetime) -> bool:
    """Record that the message with these names was acted on; False if one with any of them was before."""
    known_by = tuple(names)
    before = was_read(connection, known_by)
    rows = [{"fingerprint": name, "read_at": now} for name in known_by]
    connection.execute(insert(read_messages).on_conflict_do_nothing(), rows)
    return not before


def was_read(connection: Connection, names: Iterable[str]) -> bool:
    """Whether a message with any of these names was acted on."""
    known = read_messages.c.fingerprint.in_(list(names))
    return bool(connection.scalar(select(func.count()).where(known)))

"""The tables `suppressions` and `secrets`: who gets no mail, and why.

The suppression list has no address, but fingerprints (digest.domain.tokens) under a key of this state.
"""

import secrets as random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import dropwhile, takewhile

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from digest.domain.charging import DAYS_OF_REFUSAL, Past, most_at_once, next_to_go, to_strike_off
from digest.domain.identity import mailbox_of
from digest.domain.mails import MailState
from digest.domain.preferences import Action
from digest.domain.settings import SUPPRESSED_PERCENT
from digest.domain.subscribers import Suppression, SuppressionEvent, SuppressionReason
from digest.domain.tokens import Signer
from digest.store.database import Database
from digest.store.queries.pending import IS_PRESENT
from digest.store.queries.refusals import clear_refusals, last_served, past, refusal_records
from digest.store.queries.runs import set_timestamp, timestamp
from digest.store.queries.suppression_events import events_since, mark_told, record_event, untold_events
from digest.store.schema import (
    deliveries,
    mails,
    preferences,
    refusals,
    refused_papers,
    secrets,
    subscribers,
    subscriptions,
    suppressions,
    welcomes,
)

LIFTED = "lifted "
"""How the names of timestamps begin that say when a fingerprint was taken off the list."""

_KEY_BYTES = 32
_SIGNING = "signing"

# A person's wish outranks what a mail server says, and the wish to be forgotten outranks all.
_STRENGTH = {
    SuppressionReason.NO_SUCH_ADDRESS: 0,
    SuppressionReason.REFUSED: 0,
    SuppressionReason.UNSUBSCRIBED: 1,
    SuppressionReason.COMPLAINED: 1,
    SuppressionReason.FORGOTTEN: 2,
}

_BY_SERVERS = (SuppressionReason.NO_SUCH_ADDRESS, SuppressionReason.REFUSED)
"""What mail servers say. Too much of it within a day is more likely our own trouble."""

_WISHES = (SuppressionReason.UNSUBSCRIBED, SuppressionReason.FORGOTTEN)

_A_DAY = timedelta(hours=20)
"""A little less, so that of two daily runs neither meets the other's."""


class SqlSuppressionStore:
    """digest.pipeline.ports.SuppressionStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def signing_key(self) -> bytes:
        with self._database.transaction() as connection:
            return signing_key(connection)

    def of(self, emails: Iterable[str]) -> Mapping[str, Suppression]:
        signer = Signer(self.signing_key())
        fingerprints = {signer.fingerprint(email): email for email in emails}
        with self._database.transaction() as connection:
            found = suppressed(connection, fingerprints)
        return {fingerprints[fingerprint]: suppression for fingerprint, suppression in found.items()}

    def past(self) -> Past:
        with self._database.transaction() as connection:
            return past(connection)

    def strike_off(self, now: datetime, percent: int) -> tuple[Mapping[str, Suppression], int]:
        with self._database.transaction() as connection:
            return strike_off(connection, now, percent)

    def untold(self, labels: Mapping[str, str]) -> Sequence[SuppressionEvent]:
        with self._database.transaction() as connection:
            return untold_events(connection, labels_by_fingerprint(connection, labels))

    def mark_told(self, told: Sequence[SuppressionEvent], now: datetime) -> None:
        with self._database.transaction() as connection:
            mark_told(connection, told, now)


def subscriber_number(connection: Connection, email: str) -> int:
    """The number of the subscriber with exactly this address, who must be known."""
    query = select(subscribers.c.number).where(subscribers.c.email == email)
    return int(connection.execute(query).scalar_one())


def signing_key(connection: Connection) -> bytes:
    """The 32 secret bytes under which fingerprints and tokens are made; created on first use."""
    query = select(secrets.c.value).where(secrets.c.name == _SIGNING)
    if (key := connection.scalar(query)) is None:
        key = random.token_bytes(_KEY_BYTES)
        connection.execute(insert(secrets).values(name=_SIGNING, value=key))
    return key


def suppressed(connection: Connection, fingerprints: Iterable[str]) -> dict[str, Suppression]:
    """Those of the addresses (by Signer.fingerprint) that get no mail, and why."""
    wanted = frozenset(fingerprints)
    rows = connection.execute(select(suppressions))
    return {row.fingerprint: _suppression(row) for row in rows if row.fingerprint in wanted}


def entry(connection: Connection, fingerprint: str) -> Suppression | None:
    """Why one address gets no mail; None if it does."""
    row = connection.execute(select(suppressions).where(suppressions.c.fingerprint == fingerprint)).first()
    return _suppression(row) if row else None


def suppress(
    connection: Connection, fingerprint: str, suppression: Suppression, percent: int = SUPPRESSED_PERCENT
) -> bool:
    """Put an address on the list; False if it is there already for a reason that is as strong, or if mail
    servers would bring more than `percent` of all subscribers onto the list within a day."""
    before = entry(connection, fingerprint)
    if before and _STRENGTH[before.reason] >= _STRENGTH[suppression.reason]:
        return False
    if suppression.reason in _BY_SERVERS and _room(connection, suppression.since, percent) < 1:
        record_event(connection, fingerprint, suppression, made=False)
        return False
    values = {"reason": suppression.reason, "since": suppression.since, "detail": suppression.detail}
    statement = insert(suppressions).values(fingerprint=fingerprint, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[suppressions.c.fingerprint], set_=values)
    )
    if suppression.reason not in _WISHES:
        record_event(connection, fingerprint, suppression, made=True)
    return True


def strike_off(connection: Connection, now: datetime, percent: int) -> tuple[dict[str, Suppression], int]:
    """Suppress the addresses that were refused on five days and are to blame for it (digest.domain.charging).

    Returns them, and how many are not suppressed since they would be too many at once: then only those are
    who were refused for long.
    """
    records = list(refusal_records(connection))
    if not any(len(record.days) >= DAYS_OF_REFUSAL for record in records):
        return {}, 0
    served = last_served(connection, min(min(record.days) for record in records))
    signer = Signer(signing_key(connection))
    due = {signer.fingerprint(one.email): one for one in to_strike_off(records, served)}
    for known in suppressed(connection, due):
        del due[known]
    room = _room(connection, now, percent)
    go = list(due.values()) if len(due) <= room else next_to_go(due.values(), room)
    struck = {}
    for fingerprint, one in due.items():
        suppression = Suppression(SuppressionReason.REFUSED, now, one.detail)
        if one not in go:
            record_event(connection, fingerprint, suppression, made=False)
        elif suppress(connection, fingerprint, suppression, percent):
            struck[one.email] = suppression
    return struck, len(due) - len(go)


def _room(connection: Connection, now: datetime, percent: int) -> int:
    """How many more may be suppressed on the word of mail servers."""
    lately = suppressions.c.since.between(now - _A_DAY, now + _A_DAY)
    theirs = suppressions.c.reason.in_(_BY_SERVERS) & lately
    made = connection.scalar(select(func.count()).select_from(suppressions).where(theirs)) or 0
    readers = select(func.count(subscriptions.c.subscriber.distinct())).where(IS_PRESENT)
    return most_at_once(connection.scalar(readers) or 0, percent) - made


def lift(connection: Connection, fingerprint: str, email: str, now: datetime) -> Suppression | None:
    """Take an address off the list and restart its count of refusals. Returns the entry, if there was one.

    Earlier mails lose their Message-ID, so that no bounce of theirs is matched any more: that needs no clock.
    """
    before = entry(connection, fingerprint)
    connection.execute(delete(suppressions).where(suppressions.c.fingerprint == fingerprint))
    set_timestamp(connection, _lifted(fingerprint), now)
    for number in numbers_of(connection, email):
        clear_refusals(connection, number)
        pauses = (preferences.c.subscriber == number) & (preferences.c.action == Action.PAUSE)
        connection.execute(delete(preferences).where(pauses))
        theirs = mails.c.subscriber == number
        sent = theirs & (mails.c.state == MailState.SENT)
        connection.execute(update(mails).where(sent).values(problem=None))
        settled = theirs & mails.c.settled_at.is_not(None)
        connection.execute(update(mails).where(settled).values(message_id=None))
    return before


def lifted_at(connection: Connection, fingerprint: str) -> datetime | None:
    """When the address was last taken off the list; None if it never was."""
    return timestamp(connection, _lifted(fingerprint))


def erase_person(connection: Connection, email: str) -> None:
    """Delete all rows about a person; the suppression list keeps a fingerprint, which names nobody."""
    for number in numbers_of(connection, email):
        for table in (deliveries, refused_papers, mails, welcomes, subscriptions, refusals, preferences):
            connection.execute(delete(table).where(table.c.subscriber == number))
        connection.execute(delete(subscribers).where(subscribers.c.number == number))


def is_forgotten(connection: Connection, email: str) -> bool:
    """Whether this person asked that nothing about them is kept."""
    found = entry(connection, Signer(signing_key(connection)).fingerprint(email))
    return found is not None and found.reason is SuppressionReason.FORGOTTEN


def addresses(connection: Connection) -> tuple[str, ...]:
    """The addresses of all subscribers and former subscribers."""
    return tuple(connection.scalars(select(subscribers.c.email)))


def subscriber_of(connection: Connection, mail: str) -> str | None:
    """The recipient of the mail whose Message-ID begins with this, up to the @; None if there is none."""
    query = select(subscribers.c.email).join(mails).where(_named(mail))
    return connection.scalar(query)


def record_return(
    connection: Connection,
    mail: str,
    fingerprint: str,
    detail: str,
    now: datetime,
    percent: int = SUPPRESSED_PERCENT,
) -> None:
    """Record that a mail (see subscriber_of) bounced which the mail server had accepted. Suppress the address
    if the mails of five days in a row bounced.

    Bounces come hours later, so the day of the mail counts. They are counted apart from the refusals during
    delivery, whose count ends with the next mail that the server accepts.
    """
    this = _named(mail) & (mails.c.state == MailState.SENT)
    connection.execute(update(mails).where(this).values(problem=detail))
    subscriber = select(mails.c.subscriber).where(this).scalar_subquery()
    taken = (mails.c.subscriber == subscriber) & (mails.c.state == MailState.SENT)
    history = select(mails.c.created_at, mails.c.problem).where(taken).order_by(mails.c.number.desc())
    # the latest mails may still bounce
    last_known = dropwhile(lambda mail: not mail.problem, connection.execute(history).all())
    days = {mail.created_at.date() for mail in takewhile(lambda mail: mail.problem, last_known)}
    if len(days) >= DAYS_OF_REFUSAL:
        suppress(connection, fingerprint, Suppression(SuppressionReason.REFUSED, now, detail), percent)


def labels_by_fingerprint(connection: Connection, labels: Mapping[str, str]) -> dict[str, str]:
    """The labels by fingerprint, of those by address."""
    signer = Signer(signing_key(connection))
    return {signer.fingerprint(email): label for email, label in labels.items()}


def events_with_labels(
    connection: Connection, since: datetime, labels: Mapping[str, str]
) -> tuple[SuppressionEvent, ...]:
    """Who was suppressed since then; `labels` by address."""
    return events_since(connection, since, labels_by_fingerprint(connection, labels))


def _named(mail: str) -> ColumnElement[bool]:
    """Message-IDs that begin so: a range, since A follows @. The domain may have been another one then."""
    return (mails.c.message_id >= f"<{mail}@") & (mails.c.message_id < f"<{mail}A")


def _lifted(fingerprint: str) -> str:
    return f"{LIFTED}{fingerprint}"


def numbers_of(connection: Connection, email: str) -> list[int]:
    """The subscriber numbers of this mailbox, which SQL cannot tell."""
    mailbox = mailbox_of(email)
    rows = connection.execute(select(subscribers.c.number, subscribers.c.email))
    return [row.number for row in rows if mailbox_of(row.email) == mailbox]


def _suppression(row: Row[tuple[str, str, datetime, str]]) -> Suppression:
    return Suppression(SuppressionReason(row.reason), row.since, row.detail)

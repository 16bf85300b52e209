"""Who gets no mail: applies commands and incoming messages to the suppression list.

Every change is one short transaction, and may be made during a run; only `SubscriberRegistry.forget` may not.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from digest.config.fields import address
from digest.domain.fault import Fault
from digest.domain.identity import mailbox_of
from digest.domain.settings import Config
from digest.domain.subscribers import FORMER, Suppression, SuppressionEvent, SuppressionReason
from digest.domain.tokens import Signer, token_in
from digest.mail.file_transport import FileTransport
from digest.mail.inbound.answers import ActionRequest, Answer, Bounce, UnsubscribeRequest
from digest.mail.inbound.parser import read
from digest.store.database import Database, Transaction, exists
from digest.store.journal import record_kept
from digest.store.queries.read_messages import mark_read, was_read
from digest.store.queries.suppression_events import events_after, last_event
from digest.store.queries.suppressions import (
    addresses,
    entry,
    erase_person,
    labels_by_fingerprint,
    lift,
    lifted_at,
    record_return,
    signing_key,
    subscriber_of,
    suppress,
)
from digest.store.store import SqlStore
from digest.subscribers.messages import (
    NOT_THEIRS,
    applied_text,
    outdated_action_text,
    outdated_text,
    preference_text,
)
from digest.subscribers.preferences import PreferenceChanges
from digest.system.clock import Clock
from digest.system.locks import held_lock

# header lines that a mail program adds to a message in an mbox
_NOTES = re.compile(rb"^(?:X-)?(?:Status|Keywords|UID|Mozilla-Keys): .*\n", re.MULTILINE)
_NO_CODE = "no code"
_REPEAT = "no more mail goes to them; repeat the command when that run has ended, to erase the rest"


@dataclass(frozen=True, slots=True)
class KnownSubscriber:
    """A subscriber of the configuration, or a former one of the state."""

    email: str = field(repr=False)
    label: str = FORMER


class Effect(Enum):
    """What a message did."""

    NEW = auto()
    BEFORE = auto()
    """Nothing: it was acted on before."""
    OUTDATED = auto()
    """Nothing: it is older than what its subscriber asked for since, or about a mail of long ago."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The effect of a message, and what it is in words, if that was not said before."""

    effect: Effect
    text: str = ""


class SubscriberRegistry:
    """The subscribers, by address and by token, and the list of those who get no mail."""

    def __init__(self, config: Config, database: Database, clock: Clock) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        self.preferences = PreferenceChanges(config, database, clock)
        self._percent = config.mail.suppressed_percent
        with database.transaction() as connection:
            self._signer = Signer(signing_key(connection))
            self._last_event = last_event(connection)
            former = [KnownSubscriber(email) for email in addresses(connection)]
        subscribers = [
            *former,
            *(KnownSubscriber(subscriber.email, subscriber.label) for subscriber in config.subscribers),
        ]
        self._by_mailbox = {mailbox_of(subscriber.email): subscriber for subscriber in subscribers}
        self._by_token = {
            self._signer.unsubscribe_token(subscriber.email): subscriber for subscriber in subscribers
        }

    def find(self, token_or_email: str) -> KnownSubscriber | None:
        """The subscriber with this token or address; also one who is only on the suppression list."""
        if "@" not in token_or_email:
            return self._by_token.get(token_or_email.strip().lower())
        email = _normal(token_or_email)
        stranger = KnownSubscriber(email)
        known = self._by_mailbox.get(mailbox_of(email))
        return known or (stranger if self.suppression(stranger) else None)

    def suppression(self, subscriber: KnownSubscriber) -> Suppression | None:
        """Why they get no mail; None if they do."""
        with self._database.transaction() as connection:
            return entry(connection, self._fingerprint(subscriber))

    def unsubscribe(self, subscriber: KnownSubscriber) -> bool:
        """Send them no more mail. False if they got none before."""
        return self._suppress(subscriber, SuppressionReason.UNSUBSCRIBED)

    def resubscribe(self, subscriber: KnownSubscriber) -> Suppression | None:
        """Send them mail again. Returns why they got none, if so."""
        with self._database.transaction() as connection:
            return lift(connection, self._fingerprint(subscriber), subscriber.email, self._clock.now())

    def forget(self, subscriber: KnownSubscriber) -> None:
        """Erase them from the state and the outbox, and keep a fingerprint, so that they get no mail again.

        Raises LockHeld during a run, which may be sending them a mail: they are suppressed then, not erased.
        """
        self._suppress(subscriber, SuppressionReason.FORGOTTEN)
        with held_lock(self._config.run_lock, _REPEAT):
            record_kept(self._database, wait=True)
            with self._database.transaction() as connection:
                erase_person(connection, subscriber.email)
            FileTransport(self._config.outbox).erase(subscriber.email)
            self._database.erase_traces()

    def apply(self, message: bytes) -> Applied | None:
        """Act on the message, once, for the subscriber whom it is about: a request, a bounce or a complaint.

        None if it is none of them, or about no subscriber. Raises TooComplex.
        """
        said = read(message)
        if said is None:
            return None
        subscriber, names = self._concerned(said), tuple(_names(message, said))
        if subscriber is None:
            return self._unknown(said, names)
        fingerprint, now = self._fingerprint(subscriber), self._clock.now()
        with self._database.transaction() as connection:
            if not mark_read(connection, names, now):
                return Applied(Effect.BEFORE)
            if _is_outdated(said, lifted_at(connection, fingerprint), now):
                return Applied(Effect.OUTDATED, outdated_text(subscriber.label))
            if isinstance(said, ActionRequest):
                return self._apply_action(connection, said, subscriber)
            reason = _reason(said, subscriber)
            detail = said.status or _NO_CODE if isinstance(said, Bounce) else ""
            if reason:
                entered = Suppression(reason, now, detail)
                reason = reason if suppress(connection, fingerprint, entered, self._percent) else None
            if isinstance(said, Bounce) and said.fault not in NOT_THEIRS:
                record_return(connection, said.mail, fingerprint, detail, now, self._percent)
        return Applied(Effect.NEW, applied_text(said, subscriber.label, reason))

    def _apply_action(
        self, connection: Transaction, asked: ActionRequest, subscriber: KnownSubscriber
    ) -> Applied:
        done = self.preferences.apply(connection, asked, subscriber.email)
        if done is None:
            return Applied(Effect.OUTDATED, outdated_action_text(subscriber.label, asked.action))
        keywords = self.preferences.keywords_of(subscriber.email)
        return Applied(Effect.NEW, f"{subscriber.label} {preference_text(done, keywords)}")

    def events(self) -> tuple[SuppressionEvent, ...]:
        """Who was suppressed since this registry was opened, or was not, since there are too many."""
        labels = {one.email: one.label for one in self._config.subscribers}
        with self._database.transaction() as connection:
            return events_after(connection, self._last_event, labels_by_fingerprint(connection, labels))

    def _concerned(self, said: Answer) -> KnownSubscriber | None:
        """The one whom its tokens and Message-IDs name; None if they name nobody, or several."""
        mails: Sequence[str] = ()
        tokens: Sequence[str] = ()
        match said:
            case Bounce():
                mails = [said.mail]
            case ActionRequest():
                tokens = [said.token]
            case UnsubscribeRequest():
                mails, tokens = [*map(token_in, said.message_ids)], said.tokens
        named = {self._by_token.get(token) for token in tokens} | self._recipients(mails)
        known = named - {None}
        return known.pop() if len(known) == 1 else None

    def _recipients(self, mails: Sequence[str]) -> set[KnownSubscriber | None]:
        """Of those of the mails that are ours."""
        if not mails:
            return set()
        with self._database.transaction() as connection:
            emails = [email for mail in mails if (email := subscriber_of(connection, mail))]
        return {self._by_mailbox.get(mailbox_of(email)) for email in emails}

    def _unknown(self, said: Answer, names: Sequence[str]) -> Applied | None:
        """The effect of a message about nobody who is known.

        What it was about may be deleted by now. A person who answers a mail of long ago wants to be heard.
        """
        if isinstance(said, Bounce):
            return Applied(Effect.OUTDATED)
        with self._database.transaction() as connection:
            return Applied(Effect.BEFORE) if was_read(connection, names) else None

    def _suppress(self, subscriber: KnownSubscriber, reason: SuppressionReason) -> bool:
        entered = Suppression(reason, self._clock.now())
        with self._database.transaction() as connection:
            return suppress(connection, self._fingerprint(subscriber), entered)

    def _fingerprint(self, subscriber: KnownSubscriber) -> str:
        return self._signer.fingerprint(subscriber.email)


@contextmanager
def open_registry(config: Config, clock: Clock) -> Iterator[SubscriberRegistry]:
    """The registry of a state, which is created if there is none yet. Raises StoreError."""
    with closing(Database.open(config.state)) as database:
        record_kept(database)
        yield SubscriberRegistry(config, database, clock)


def suppressed_subscribers(config: Config) -> list[tuple[str, Suppression]]:
    """The labels of the configuration's subscribers who get no mail, and why. Raises StoreError."""
    if not exists(config.state):
        return []
    with closing(Database.open_existing(config.state)) as database:
        found = SqlStore.over(database).suppressions.of(subscriber.email for subscriber in config.subscribers)
    return [
        (subscriber.label, found[subscriber.email])
        for subscriber in config.subscribers
        if subscriber.email in found
    ]


def _reason(said: UnsubscribeRequest | Bounce, subscriber: KnownSubscriber) -> SuppressionReason | None:
    """Why they get no more mail, if this message alone is reason enough.

    Where a mail failed at another address than theirs, theirs exists and forwards to that one, which can be
    corrected: that is a bounce like any other.
    """
    if isinstance(said, UnsubscribeRequest):
        return SuppressionReason.COMPLAINED if said.is_complaint else SuppressionReason.UNSUBSCRIBED
    theirs = not said.recipient or mailbox_of(said.recipient) == mailbox_of(subscriber.email)
    return SuppressionReason.NO_SUCH_ADDRESS if said.fault is Fault.GONE and theirs else None


def _is_outdated(said: Answer, lifted: datetime | None, now: datetime) -> bool:
    """Whether a request is older than the subscriber's return. One date that is not is enough against that:
    clocks go wrong, and who wants no mail must be heard. A return in the future is of a clock that was wrong.

    Bounces need no such rule: after a return, those of earlier mails are not matched (`lift`).
    """
    if isinstance(said, Bounce) or not said.latest_date or not lifted:
        return False
    return said.latest_date < lifted <= now


def _names(message: bytes, said: Answer) -> Iterator[str]:
    """What a message is remembered by: its bytes, whatever a mail program added before or after them; and
    what it says, since another mailbox or server gives it more headers and other line ends."""
    yield hashlib.sha256(_NOTES.sub(b"", message).strip()).hexdigest()
    if isinstance(said, Bounce):
        yield _hash("bounce", said.mail, mailbox_of(said.recipient), said.status)
    elif isinstance(said, ActionRequest):
        if said.name:
            yield _hash("action", said.name, said.token, said.action, said.about)
    elif said.name:
        kind = "complaint" if said.is_complaint else "request"
        yield _hash(kind, said.name, *(said.tokens or said.message_ids)[:1])


def _hash(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


def _normal(email: str) -> str:
    """The address as the configuration would have it; what is no address stays as it is."""
    try:
        return address(email.strip())
    except ValueError:
        return email.strip()

"""The memory of a run. Which transaction does what, and why a kill between any two loses nothing, is
told in docs/architecture.md."""

import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, func, select

from digest.errors import StoreError
from digest.keywords import key
from digest.models import Config, Keyword, Mail, MailState, Outgoing, Settlement, Subscriber, Suppression
from digest.protocols import ArchiveSection, Finding, Known, Sighting, Waiting
from digest.signing import Signer
from digest.standing import Agenda, RunRecord, Standing, Trouble
from digest.store.database import Database
from digest.store.discoveries import (
    knowledge,
    latest_papers,
    paper_from,
    paper_numbers,
    record_fetch,
    record_papers,
    record_problem,
    record_reach,
    record_sightings,
    standings,
)
from digest.store.enrolment import (
    LATEST_SIGHTING,
    begin_subscriptions,
    enroll_keywords,
    enroll_subscribers,
    mark_served,
    served,
)
from digest.store.outgoing import (
    candidates,
    complete,
    insert_mail,
    mark,
    mark_slot_done,
    readers_awaiting,
    readers_expecting,
    release,
    reserve,
    troubled_mails,
    unsettled_mail,
)
from digest.store.restoration import FORGONE
from digest.store.runs import (
    asked_at,
    begin_run,
    end_run,
    latest_runs,
    marked_at,
    note_asked,
    set_mark,
    unmark,
)
from digest.store.schema import (
    keywords,
    mails,
    papers,
    subscribers,
)
from digest.store.suppression import clear_refusals, record_refusal, signing_key, suppressed
from digest.store.upkeep import tidy

logger = logging.getLogger(__name__)

_ALARM = "alarm"
_RUNS_TO_JUDGE_BY = 300
"""More than the daemon makes between two announcements, even over a long weekend."""


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
            welcome = 0 if marked_at(connection, FORGONE) else config.welcome
            enroll_subscribers(connection, wanted, welcome, now)
            unmark(connection, FORGONE)

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

    def freeze(self, mails: Sequence[Mail], through: int, now: datetime) -> None:
        with self._database.transaction() as connection:
            for mail in mails:
                subscriber = _subscriber_number(connection, mail.recipient)
                numbers = paper_numbers(connection, mail.papers)
                number = insert_mail(connection, subscriber, mail, through, now)
                reserve(connection, subscriber, number, [numbers[paper_id] for paper_id in mail.papers])

    def outgoing(self, subscriber: Subscriber) -> Outgoing | None:
        with self._database.transaction() as connection:
            return unsettled_mail(connection, subscriber.email)

    def delayed(self) -> Mapping[str, datetime | None]:
        with self._database.transaction() as connection:
            return troubled_mails(connection)

    def claim(self, message_id: str) -> None:
        with self._database.transaction() as connection:
            mark(connection, message_id, state=MailState.SENDING)

    def mark_unconfirmed(self, message_id: str, retry_at: datetime | None) -> None:
        with self._database.transaction() as connection:
            mark(
                connection,
                message_id,
                state=MailState.UNKNOWN,
                unconfirmed=mails.c.unconfirmed + 1,
                retry_at=retry_at,
                problem="the program ended before the mail server answered",
            )

    def settle(self, message_id: str, settlement: Settlement, now: datetime) -> None:
        standing = asdict(settlement) | {
            "problem": settlement.problem or None,
            "settled_at": now if settlement.is_final else None,
        }
        with self._database.transaction() as connection:
            mail = mark(connection, message_id, **standing)
            if settlement.is_final:
                mark_slot_done(connection, mail)
            if settlement.state is MailState.SENT:
                complete(connection, mail)
                clear_refusals(connection, mail.subscriber)
            elif settlement.state is MailState.FAILED and not settlement.unconfirmed:
                release(connection, mail)

    def signing_key(self) -> bytes:
        with self._database.transaction() as connection:
            return signing_key(connection)

    def suppressions(self, emails: Iterable[str]) -> Mapping[str, Suppression]:
        signer = Signer(self.signing_key())
        fingerprints = {signer.fingerprint(email): email for email in emails}
        with self._database.transaction() as connection:
            found = suppressed(connection, fingerprints)
        return {fingerprints[fingerprint]: entry for fingerprint, entry in found.items()}

    def record_refusal(self, subscriber: Subscriber, detail: str, now: datetime) -> None:
        fingerprint = Signer(self.signing_key()).fingerprint(subscriber.email)
        with self._database.transaction() as connection:
            number = _subscriber_number(connection, subscriber.email)
            record_refusal(connection, number, fingerprint, detail, now)

    def standings(self) -> Mapping[str, Standing]:
        with self._database.transaction() as connection:
            return standings(connection)

    def expecting(self) -> Set[str]:
        with self._database.transaction() as connection:
            return readers_expecting(connection)

    def awaiting(self, paper_id: str) -> Set[str]:
        """The addresses for which the paper waits, in no mail yet."""
        with self._database.transaction() as connection:
            return readers_awaiting(connection, paper_id)

    def mark_served(self, subscribers: Iterable[Subscriber], now: datetime) -> None:
        with self._database.transaction() as connection:
            mark_served(connection, [subscriber.email for subscriber in subscribers], now)

    def begin_run(self, now: datetime) -> int:
        with self._database.transaction() as connection:
            return begin_run(connection, now)

    def note_asked(self, run: int, keywords: int) -> None:
        with self._database.transaction() as connection:
            note_asked(connection, run, keywords)

    def end_run(self, run: int, now: datetime, trouble: Trouble) -> None:
        with self._database.transaction() as connection:
            end_run(connection, run, now, trouble)

    def tidy(self, now: datetime, keep_days: int) -> None:
        with self._database.transaction() as connection:
            is_loose = tidy(connection, now, keep_days)
        if is_loose:
            try:
                self._database.compact()
            except StoreError as exc:
                logger.info("the state keeps its free pages for another month: %s", exc)

    def latest_runs(self, most: int) -> Sequence[RunRecord]:
        with self._database.transaction() as connection:
            return tuple(latest_runs(connection, most))

    def alarm_raised_at(self) -> datetime | None:
        with self._database.transaction() as connection:
            return marked_at(connection, _ALARM)

    def note_alarm(self, raised_at: datetime | None) -> None:
        with self._database.transaction() as connection:
            if raised_at:
                set_mark(connection, _ALARM, raised_at)
            else:
                unmark(connection, _ALARM)

    def served(self) -> Mapping[str, datetime]:
        with self._database.transaction() as connection:
            return served(connection)

    def agenda(self, emails: Iterable[str]) -> Agenda:
        """What there is to do for readers with these addresses."""
        suppressed = frozenset(self.suppressions(emails))
        with self._database.transaction() as connection:
            return Agenda(
                served=served(connection),
                suppressed=suppressed,
                retries=troubled_mails(connection),
                expecting=readers_expecting(connection),
                standings=standings(connection),
                asked=asked_at(connection, _RUNS_TO_JUDGE_BY),
            )

    def archive_section(self, keyword: Keyword, limit: int) -> ArchiveSection:
        stale = keywords.c.failing_since.is_not(None) & (keywords.c.key == key(keyword))
        with self._database.transaction() as connection:
            rows = latest_papers(connection, key(keyword), limit)
            stale_since = connection.scalar(select(keywords.c.last_good_at).where(stale))
        changed_at = max((row.recorded_at for row in rows), default=None)
        return ArchiveSection(keyword, tuple(paper_from(row) for row in rows), changed_at, stale_since)


def _keyword_number(connection: Connection, keyword: Keyword) -> int:
    query = select(keywords.c.number).where(keywords.c.key == key(keyword))
    return int(connection.execute(query).scalar_one())


def _subscriber_number(connection: Connection, email: str) -> int:
    query = select(subscribers.c.number).where(subscribers.c.email == email)
    return int(connection.execute(query).scalar_one())

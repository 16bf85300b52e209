"""The memory of a run. Which transaction does what, and why a kill between any two loses nothing, is
told in docs/architecture.md."""

import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, func, select

from digest.domain.digests import ArchiveSection, PendingPapers
from digest.domain.fetching import FetchResult, FetchStatus, KeywordMatch, KeywordState
from digest.domain.keywords import Keyword
from digest.domain.mails import DeliveryResult, Mail, MailState, QueuedMail
from digest.domain.runs import RunProblems, RunRecord
from digest.domain.schedule import ScheduleState
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber, Suppression
from digest.domain.tokens import Signer
from digest.errors import StoreError
from digest.store.database import Database
from digest.store.queries.keywords import (
    fetch_statuses,
    knowledge,
    latest_papers,
    paper_from,
    paper_numbers,
    record_fetch,
    record_papers,
    record_problem,
    record_reach,
    record_sightings,
)
from digest.store.queries.mails import (
    candidates,
    complete,
    failing_mails,
    insert_mail,
    mark,
    mark_slot_done,
    release,
    reserve,
    subscribers_awaiting,
    subscribers_expecting,
    unsettled_mail,
)
from digest.store.queries.runs import (
    FORGONE,
    asked_at,
    begin_run,
    end_run,
    latest_runs,
    marked_at,
    record_fetch_started,
    set_mark,
    unmark,
)
from digest.store.queries.subscriptions import (
    LATEST_SIGHTING,
    begin_subscriptions,
    mark_served,
    served,
    sync_keywords,
    sync_subscribers,
)
from digest.store.queries.suppressions import clear_refusals, record_refusal, signing_key, suppressed
from digest.store.retention import tidy
from digest.store.schema import keywords, mails, papers, subscribers

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

    def sync_subscriptions(self, config: Config, now: datetime) -> None:
        with self._database.transaction() as connection:
            numbers = sync_keywords(connection, config.keywords)
            wanted = {
                subscriber.email: {numbers[keyword.id] for keyword in subscriber.keywords}
                for subscriber in config.subscribers
            }
            welcome = 0 if marked_at(connection, FORGONE) else config.welcome
            sync_subscribers(connection, wanted, welcome, now)
            unmark(connection, FORGONE)

    def known(self, keyword: Keyword) -> KeywordState:
        with self._database.transaction() as connection:
            return knowledge(connection, keyword.id)

    def highest_order(self) -> int:
        with self._database.transaction() as connection:
            return connection.scalar(select(func.max(papers.c.announcement_order))) or 0

    def record(
        self, result: FetchResult, found: Sequence[KeywordMatch], baseline: int, now: datetime
    ) -> None:
        with self._database.transaction() as connection:
            number = _keyword_number(connection, result.keyword)
            record_papers(connection, [sighting.paper for sighting in found], now)
            record_sightings(connection, number, found, now)
            record_reach(connection, number, result, baseline, now)
            record_fetch(connection, number, now, found, str(result.problem or "") or None)
            begin_subscriptions(connection)

    def record_failure(self, keyword: Keyword, reason: str, now: datetime) -> None:
        with self._database.transaction() as connection:
            number = _keyword_number(connection, keyword)
            record_problem(connection, number, reason, now)
            record_fetch(connection, number, now, (), reason)

    def waiting(self, subscriber: Subscriber) -> PendingPapers:
        with self._database.transaction() as connection:
            through = connection.scalar(select(LATEST_SIGHTING)) or 0
            return PendingPapers(
                candidates(connection, _subscriber_number(connection, subscriber.email)), through
            )

    def freeze(self, mails: Sequence[Mail], through: int, now: datetime) -> None:
        with self._database.transaction() as connection:
            for mail in mails:
                subscriber = _subscriber_number(connection, mail.recipient)
                numbers = paper_numbers(connection, mail.papers)
                number = insert_mail(connection, subscriber, mail, through, now)
                reserve(connection, subscriber, number, [numbers[paper_id] for paper_id in mail.papers])

    def outgoing(self, subscriber: Subscriber) -> QueuedMail | None:
        with self._database.transaction() as connection:
            return unsettled_mail(connection, subscriber.email)

    def delayed(self) -> Mapping[str, datetime | None]:
        with self._database.transaction() as connection:
            return failing_mails(connection)

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

    def settle(self, message_id: str, settlement: DeliveryResult, now: datetime) -> None:
        fetch_status = asdict(settlement) | {
            "problem": settlement.problem or None,
            "settled_at": now if settlement.is_final else None,
        }
        with self._database.transaction() as connection:
            mail = mark(connection, message_id, **fetch_status)
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

    def fetch_statuses(self) -> Mapping[str, FetchStatus]:
        with self._database.transaction() as connection:
            return fetch_statuses(connection)

    def expecting(self) -> Set[str]:
        with self._database.transaction() as connection:
            return subscribers_expecting(connection)

    def awaiting(self, paper_id: str) -> Set[str]:
        """The addresses for which the paper waits, in no mail yet."""
        with self._database.transaction() as connection:
            return subscribers_awaiting(connection, paper_id)

    def mark_served(self, subscribers: Iterable[Subscriber], now: datetime) -> None:
        with self._database.transaction() as connection:
            mark_served(connection, [subscriber.email for subscriber in subscribers], now)

    def begin_run(self, now: datetime) -> int:
        with self._database.transaction() as connection:
            return begin_run(connection, now)

    def record_fetch_started(self, run: int, keywords: int) -> None:
        with self._database.transaction() as connection:
            record_fetch_started(connection, run, keywords)

    def end_run(self, run: int, now: datetime, trouble: RunProblems) -> None:
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

    def alert_raised_at(self) -> datetime | None:
        with self._database.transaction() as connection:
            return marked_at(connection, _ALARM)

    def record_alert(self, raised_at: datetime | None) -> None:
        with self._database.transaction() as connection:
            if raised_at:
                set_mark(connection, _ALARM, raised_at)
            else:
                unmark(connection, _ALARM)

    def served(self) -> Mapping[str, datetime]:
        with self._database.transaction() as connection:
            return served(connection)

    def schedule_state(self, emails: Iterable[str]) -> ScheduleState:
        """What there is to do for subscribers with these addresses."""
        suppressed = frozenset(self.suppressions(emails))
        with self._database.transaction() as connection:
            return ScheduleState(
                served=served(connection),
                suppressed=suppressed,
                retries=failing_mails(connection),
                pending=subscribers_expecting(connection),
                fetch_statuses=fetch_statuses(connection),
                asked=asked_at(connection, _RUNS_TO_JUDGE_BY),
            )

    def archive_section(self, keyword: Keyword, limit: int) -> ArchiveSection:
        stale = keywords.c.failing_since.is_not(None) & (keywords.c.key == keyword.id)
        with self._database.transaction() as connection:
            rows = latest_papers(connection, keyword.id, limit)
            stale_since = connection.scalar(select(keywords.c.last_good_at).where(stale))
        changed_at = max((row.recorded_at for row in rows), default=None)
        return ArchiveSection(keyword, tuple(paper_from(row) for row in rows), changed_at, stale_since)


def _keyword_number(connection: Connection, keyword: Keyword) -> int:
    query = select(keywords.c.number).where(keywords.c.key == keyword.id)
    return int(connection.execute(query).scalar_one())


def _subscriber_number(connection: Connection, email: str) -> int:
    query = select(subscribers.c.number).where(subscribers.c.email == email)
    return int(connection.execute(query).scalar_one())

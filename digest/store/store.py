"""The state of the program: the stores of all table families over one database.

docs/architecture.md lists the transactions and says why a kill between any two of them loses nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from digest.domain.schedule import ScheduleState
from digest.store.database import Database
from digest.store.queries.audits import SqlAuditStore, audit_times
from digest.store.queries.keywords import SqlKeywordStore, fetch_statuses
from digest.store.queries.mails import SqlMailStore, failing_mails
from digest.store.queries.pending import subscribers_with_pending
from digest.store.queries.preferences import SqlPreferenceStore, all_preferences
from digest.store.queries.runs import SqlRunStore, fetched_at
from digest.store.queries.subscriptions import SqlSubscriptionStore, last_served_at
from digest.store.queries.suppressions import SqlSuppressionStore
from digest.store.queries.unavailable import SqlUnavailableStore
from digest.store.retention import SqlRetention

_RUNS_TO_JUDGE_BY = 300
"""More than the daemon makes between two announcements, even over a long weekend."""


@dataclass(frozen=True, slots=True)
class SqlStore:
    """digest.pipeline.ports.Store over a Database."""

    database: Database
    keywords: SqlKeywordStore
    unavailable: SqlUnavailableStore
    subscriptions: SqlSubscriptionStore
    mails: SqlMailStore
    suppressions: SqlSuppressionStore
    runs: SqlRunStore
    audits: SqlAuditStore
    preferences: SqlPreferenceStore
    retention: SqlRetention

    @classmethod
    def over(cls, database: Database) -> Self:
        """The stores over this database."""
        return cls(
            database,
            SqlKeywordStore(database),
            SqlUnavailableStore(database),
            SqlSubscriptionStore(database),
            SqlMailStore(database),
            SqlSuppressionStore(database),
            SqlRunStore(database),
            SqlAuditStore(database),
            SqlPreferenceStore(database),
            SqlRetention(database),
        )

    def close(self) -> None:
        self.database.close()

    def schedule_state(self, emails: Iterable[str]) -> ScheduleState:
        """What the daemon has to know about subscribers with these addresses."""
        suppressed = frozenset(self.suppressions.of(emails))
        with self.database.transaction() as connection:
            return ScheduleState(
                last_served_at=last_served_at(connection),
                suppressed=suppressed,
                retries=failing_mails(connection),
                pending=subscribers_with_pending(connection),
                fetch_statuses=fetch_statuses(connection),
                fetched_at=fetched_at(connection, _RUNS_TO_JUDGE_BY),
                audits=audit_times(connection),
                preferences=all_preferences(connection),
            )

"""The table `audits`: what each audit found, and what it takes to judge."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, union
from sqlalchemy.dialects.sqlite import insert

from digest.domain.auditing import Audit, AuditTimes, Finding, KeywordFigures, MissedPaper
from digest.domain.keywords import Keyword
from digest.store.database import Database
from digest.store.log_schema import audits
from digest.store.queries.members import these
from digest.store.queries.papers import paper_numbers, record_papers
from digest.store.queries.pending import IS_PRESENT, all_pending
from digest.store.queries.runs import set_timestamp, timestamp
from digest.store.schema import deliveries, fetches, keywords, mails, papers, sightings, subscriptions

_TRIED, _REPORTED = "audit tried", "audit reported"


class SqlAuditStore:
    """digest.pipeline.ports.AuditStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def times(self) -> AuditTimes:
        with self._database.transaction() as connection:
            return audit_times(connection)

    def certain_since(self, day: date, keywords: Sequence[Keyword]) -> Mapping[str, int]:
        with self._database.transaction() as connection:
            known = _papers_of([keyword.id for keyword in keywords])
            first = select(func.min(known.c.announcement_order)).where(known.c.submitted >= _begin(day))
            query = select(known).where(known.c.announcement_order >= first.scalar_subquery())
            return {row.id: row.announcement_order for row in connection.execute(query)}

    def record(self, audit: Audit, findings: Sequence[Finding], now: datetime) -> Audit:
        with self._database.transaction() as connection:
            figures = tuple(_figures(connection, finding) for finding in findings)
            for finding in findings:
                _record_late(connection, finding, now)
            counted_audit = replace(audit, keywords=figures)
            connection.execute(insert(audits).values(_row(counted_audit)))
        return counted_audit

    def record_try(self, now: datetime) -> None:
        with self._database.transaction() as connection:
            set_timestamp(connection, _TRIED, now)

    def latest(self) -> Audit | None:
        with self._database.transaction() as connection:
            return latest_audit(connection)

    def reported_at(self) -> datetime | None:
        with self._database.transaction() as connection:
            return timestamp(connection, _REPORTED)

    def record_report(self, now: datetime) -> None:
        with self._database.transaction() as connection:
            set_timestamp(connection, _REPORTED, now)


def audit_times(connection: Connection) -> AuditTimes:
    """What decides whether an audit is due. The numbers of fetches grow with time."""
    begun = select(keywords.c.number).where(keywords.c.baseline.is_not(None))
    good = fetches.c.problem.is_(None) & fetches.c.keyword.in_(begun)
    return AuditTimes(
        began_at=connection.scalar(
            select(fetches.c.fetched_at).where(good).order_by(fetches.c.number).limit(1)
        ),
        audited_at=connection.scalar(select(audits.c.audited_at).order_by(audits.c.number.desc()).limit(1)),
        tried_at=timestamp(connection, _TRIED),
    )


def latest_audit(connection: Connection) -> Audit | None:
    """The last audit that gave a figure; None if there was none."""
    row = connection.execute(select(audits).order_by(audits.c.number.desc()).limit(1)).one_or_none()
    return _audit(row) if row else None


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _papers_of(keyword_ids: Sequence[str]) -> Any:
    """Id, order and submission of each paper that one of the keywords has."""
    theirs = (
        select(sightings.c.paper)
        .join(keywords, keywords.c.number == sightings.c.keyword)
        .where(keywords.c.key.in_(these(keyword_ids)))
    )
    columns: Select[Any] = select(papers.c.id, papers.c.announcement_order, papers.c.submitted)
    return columns.where(papers.c.number.in_(theirs)).cte("known")


def _figures(connection: Connection, finding: Finding) -> KeywordFigures:
    numbers = paper_numbers(connection, finding.found)
    waiting = _waiting(connection, finding.keyword, numbers.values())
    mailed = _in_mails(connection, finding.keyword, numbers.values()) - waiting
    return KeywordFigures(
        finding.keyword.name,
        matching=len(finding.found) + len(finding.missed),
        mailed=len(mailed),
        waiting=len(waiting),
        missed=tuple(MissedPaper(missed.paper.id, missed.reason) for missed in finding.missed),
    )


def _waiting(connection: Connection, keyword: Keyword, numbers: Collection[int]) -> set[int]:
    """Those of the papers that a follower of the keyword waits for: in no mail, or in one that is queued."""
    pending = all_pending().subquery()
    followers = _followers(keyword)
    in_none = select(pending.c.paper).where(
        pending.c.subscriber.in_(followers), pending.c.paper.in_(these(numbers))
    )
    queued = select(mails.c.number).where(mails.c.settled_at.is_(None))
    in_queued = _carried(followers, numbers).where(deliveries.c.mail.in_(queued))
    return set(connection.scalars(union(in_none, in_queued)))


def _in_mails(connection: Connection, keyword: Keyword, numbers: Collection[int]) -> set[int]:
    """Those of the papers that a mail to a follower of the keyword carries."""
    return set(connection.scalars(_carried(_followers(keyword), numbers)))


def _followers(keyword: Keyword) -> Select[tuple[int]]:
    theirs = select(subscriptions.c.subscriber).join(keywords, keywords.c.number == subscriptions.c.keyword)
    return theirs.where(IS_PRESENT, keywords.c.key == keyword.id)


def _carried(followers: Select[tuple[int]], numbers: Collection[int]) -> Select[tuple[int]]:
    return select(deliveries.c.paper).where(
        deliveries.c.subscriber.in_(followers), deliveries.c.paper.in_(these(numbers))
    )


def _record_late(connection: Connection, finding: Finding, now: datetime) -> None:
    """Record what was missed as new matches: it comes with the next digest. What the keyword got in the
    meantime stays as it is."""
    record_papers(connection, [missed.paper for missed in finding.missed], now)
    numbers = paper_numbers(connection, [missed.paper.id for missed in finding.missed])
    keyword = connection.scalar(select(keywords.c.number).where(keywords.c.key == finding.keyword.id))
    rows = [
        {"keyword": keyword, "paper": number, "fresh": True, "late": True, "seen_at": now}
        for number in numbers.values()
    ]
    if rows:
        connection.execute(insert(sightings).on_conflict_do_nothing(), rows)


def _row(audit: Audit) -> dict[str, object]:
    return {
        "audited_at": audit.audited_at,
        "since": audit.since.isoformat(),
        "requests": audit.requests,
        "unreadable": list(audit.unreadable),
        "keywords": [asdict(figures) for figures in audit.keywords],
    }


def _audit(row: Row[Any]) -> Audit:
    return Audit(
        audited_at=row.audited_at,
        since=date.fromisoformat(row.since),
        keywords=tuple(
            KeywordFigures(
                **{**figures, "missed": tuple(MissedPaper(**missed) for missed in figures["missed"])}
            )
            for figures in row.keywords
        ),
        requests=row.requests,
        unreadable=tuple(row.unreadable),
    )

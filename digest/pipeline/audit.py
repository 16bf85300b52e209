"""An audit: ask for what has changed, hold it against each keyword, and record what was missed.

Decided by digest.domain.auditing. An audit changes no earlier figure and no keyword's state: it only adds.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

from digest.domain.auditing import (
    Audit,
    AuditedKeyword,
    AuditTimes,
    ChangesRequest,
    Finding,
    first_day,
    is_audit_due,
    judge,
    recall_line,
)
from digest.domain.fetching import KeywordMatch
from digest.domain.keywords import distinct
from digest.domain.runs import Report
from digest.errors import AnswerRejected, DigestError
from digest.pipeline.context import RunContext
from digest.pipeline.fetch import flood
from digest.pipeline.ports import ChangeList

logger = logging.getLogger(__name__)


def audit_if_due(context: RunContext) -> Audit | None:
    """An audit, if one is due. A failure is logged: it never harms a run."""
    if context.change_list is None:
        return None
    now = context.clock.now()
    try:
        if is_audit_due(context.config.audit, context.store.audits.times(), now):
            # First: whatever ends the audit, it is not tried again at once.
            context.store.audits.record_try(now)
            if result := audit(context):
                logger.info("%s", recall_line(result))
            return result
    except DigestError as exc:
        logger.warning("the audit gave no figure and is repeated with a later run: %s", exc)
    except Exception:
        logger.exception("a bug: the audit is given up")
    return None


def audit(context: RunContext) -> Audit | None:
    """An audit now; None where there is nothing to audit yet. Raises SourceError, StoreError."""
    now, times = context.clock.now(), context.store.audits.times()
    audited = tuple(_begun(context))
    if context.change_list is None or not audited or _began_today(times, now):
        return None
    return _audit(context, context.change_list, audited, times)


def leaves_room(report: Report) -> bool:
    """Whether an audit delays nothing after this run: no mail waits to be sent, and arXiv answers."""
    mails_wait = any(mail.problem and (mail.retry_at or mail.unavailable) for mail in report.mails)
    asked = [keyword for keyword in report.keywords if not keyword.up_to_date]
    return not mails_wait and not (asked and all(keyword.unavailable for keyword in asked))


def _audit(
    context: RunContext, change_list: ChangeList, audited: Sequence[AuditedKeyword], times: AuditTimes
) -> Audit:
    now, store = context.clock.now(), context.store
    keywords = tuple(one.keyword for one in audited)
    day = first_day(times, now)
    request = ChangesRequest(
        day,
        keywords,
        store.audits.certain_since(day, keywords),
        highest_order=max(one.high_water_mark for one in audited),
    )
    logger.info("auditing: asking arXiv for all that has changed since %s", day)
    changes = change_list.since(request)
    findings = judge(changes, request, audited, store.unavailable.papers())
    _refuse_flood(context, request, findings)
    result = Audit(now, day, (), changes.requests, changes.unreadable)
    return store.audits.record(result, findings, now)


def _begun(context: RunContext) -> Iterator[AuditedKeyword]:
    """The keywords that have had their first good fetch."""
    for keyword in distinct(context.config.keywords):
        state = context.store.keywords.state_of(keyword)
        if state.baseline is not None and state.high_water_mark is not None:
            yield AuditedKeyword(keyword, state.baseline, state.high_water_mark, state.papers)


def _began_today(times: AuditTimes, now: datetime) -> bool:
    return times.began_at is None or times.began_at.date() >= now.date()


def _refuse_flood(context: RunContext, request: ChangesRequest, findings: Sequence[Finding]) -> None:
    """Raises AnswerRejected if a keyword would get more papers at once than a fetch may bring."""
    begin = datetime.combine(request.day, time(), UTC)
    announcements = context.source.calendar.announcements_between(begin, context.clock.now())
    for finding in findings:
        known = context.store.keywords.state_of(finding.keyword)
        matches = [KeywordMatch(missed.paper, is_new=True) for missed in finding.missed]
        if why := flood(matches, known, announcements):
            raise AnswerRejected(f"the audit of {finding.keyword.name}", why)

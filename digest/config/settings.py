"""The checked file and the environment's overrides → the parts of a Config. Nothing can fail any more."""

from collections.abc import Sequence
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.config.definitions import Definitions
from digest.config.delivery import LOCAL_SENDER, default_sender
from digest.config.environment import Overrides
from digest.config.schema import (
    ArchivePart,
    ArxivPart,
    FilePart,
    MonitoringPart,
    SchedulePart,
    SubscriberPart,
)
from digest.keywords import distinct
from digest.models import (
    ArchiveSettings,
    ArxivSettings,
    Keyword,
    MailSettings,
    MonitoringSettings,
    Schedule,
    SmtpServer,
    Subscriber,
)


def subscribers(file: FilePart, defined: Definitions) -> tuple[Subscriber, ...]:
    """Everyone, in the order of the file."""
    return tuple(
        Subscriber(
            email=part.email,
            keywords=keywords(part.keywords, defined),
            schedule=_schedule(part, file.schedule),
            name=part.name,
            label=f"subscribers[{number}]",
        )
        for number, part in enumerate(file.subscribers)
    )


def keywords(texts: Sequence[str], defined: Definitions) -> tuple[Keyword, ...]:
    """What the texts mean, in their order."""
    return tuple(keyword for text in texts if (keyword := defined.keyword(text)))


def _schedule(own: SubscriberPart, common: SchedulePart) -> Schedule:
    at: time = common.at if own.at is None else own.at
    timezone: ZoneInfo = own.timezone or common.timezone
    return Schedule(at, timezone, frozenset().union(*(own.days or common.days)))


def mail(file: FilePart, smtp: SmtpServer | None, overrides: Overrides) -> MailSettings:
    """What all mails share, and how they are carried."""
    part = file.mail
    return MailSettings(
        sender=part.sender or default_sender(smtp) or LOCAL_SENDER,
        reply_to=part.reply_to,
        when_empty=part.when_empty,
        when_unconfirmed=part.when_unconfirmed,
        connections=part.connections,
        mails_per_connection=part.mails_per_connection,
        keep_days=part.keep_days,
        archive_url=file.archive.url,
        retry_scale=_retry_scale(overrides),
    )


def archive(
    part: ArchivePart, folder: Path, readers: Sequence[Subscriber], defined: Definitions
) -> ArchiveSettings:
    """The archive; without sections of its own it has all that is read, each question once."""
    if part.file is None:
        return ArchiveSettings(None, (), part.papers)
    read = distinct(keyword for reader in readers for keyword in reader.keywords)
    sections = read if part.keywords is None else keywords(part.keywords, defined)
    return ArchiveSettings(folder / part.file, sections, part.papers)


def arxiv(part: ArxivPart, overrides: Overrides) -> ArxivSettings:
    """Endpoints and pace; the environment wins."""
    interval = overrides.interval_seconds
    return ArxivSettings(
        api=overrides.api or part.api,
        feed=overrides.feed or part.feed,
        interval_seconds=part.interval if interval is None else interval,
        retry_scale=_retry_scale(overrides),
    )


def monitoring(part: MonitoringPart, folder: Path, overrides: Overrides) -> MonitoringSettings:
    """Who is told how runs go; the environment wins."""
    return MonitoringSettings(
        ping_url=overrides.ping_url or part.ping_url,
        metrics_file=folder / part.metrics_file if part.metrics_file else None,
        operator=part.operator,
        failed_runs=part.failed_runs,
    )


def _retry_scale(overrides: Overrides) -> float:
    return 1.0 if overrides.retry_scale is None else overrides.retry_scale

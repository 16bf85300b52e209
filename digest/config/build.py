"""The checked file and the environment's overrides → the parts of a Config. Nothing can fail any more."""

from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.config.environment import Overrides
from digest.config.fields import label, phrase
from digest.config.schema import (
    ArchivePart,
    ArxivPart,
    FilePart,
    KeywordPart,
    MonitoringPart,
    SchedulePart,
    SubscriberPart,
    read_keyword,
)
from digest.config.smtp_url import LOCAL_SENDER, default_sender
from digest.config.yaml_document import Document
from digest.domain.keywords import Keyword, distinct
from digest.domain.settings import (
    ArchiveSettings,
    ArxivSettings,
    MailSettings,
    MonitoringSettings,
    SmtpServer,
)
from digest.domain.subscribers import Schedule, Subscriber


class Definitions:
    """The keywords that a file defines, by name. A name is compared exactly, then case aside."""

    def __init__(self, parts: Mapping[str, KeywordPart | None]) -> None:
        """None stands for a definition that has faults."""
        tidy = {" ".join(name.split()): part for name, part in parts.items()}
        self._by_name = {name: _keyword(name, part) for name, part in tidy.items()}
        self._by_folded_name = {name.casefold(): keyword for name, keyword in self._by_name.items()}

    def keyword(self, text: str) -> Keyword | None:
        """The keyword that the text means; None if that is defined, but with faults.

        Raises ValueError if it is not defined and no phrase that can be looked for.
        """
        name = label(text)
        if name in self._by_name:
            return self._by_name[name]
        if name.casefold() in self._by_folded_name:
            return self._by_folded_name[name.casefold()]
        return Keyword(name=phrase(text), any=(phrase(text),))


def definitions(document: Document) -> Definitions:
    """The definitions of a file, whatever else is wrong with it."""
    defined = document.at(("keywords",))
    entries = defined.items() if isinstance(defined, dict) else ()
    return Definitions({name: read_keyword(content) for name, content in entries})


def _keyword(name: str, part: KeywordPart | None) -> Keyword | None:
    if part is None:
        return None
    return Keyword(
        name=name,
        any=tuple(part.any),
        all=tuple(part.all),
        exclude=tuple(part.exclude),
        authors=tuple(part.authors),
        categories=tuple(dict.fromkeys(part.categories)),
        match=part.match,
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
    part: ArchivePart, folder: Path, subscribers: Sequence[Subscriber], defined: Definitions
) -> ArchiveSettings:
    """The archive; without sections of its own it has all that is read, each question once."""
    if part.file is None:
        return ArchiveSettings(None, (), part.papers)
    read = distinct(keyword for subscriber in subscribers for keyword in subscriber.keywords)
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

"""Build the Config from the checked file and the environment. Nothing can fail any more.

A record's fields are copied by name, so a new setting is a key of a section (config/schema.py,
config/mail_section.py) and a field in domain/. Written out here is only what has another name or is computed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from digest.config.environment import Overrides
from digest.config.fields import address, is_local, is_loopback, label, mailbox, match
from digest.config.mail_section import DkimSection
from digest.config.phrases import phrase
from digest.config.schema import (
    FileSection,
    KeywordSection,
    ScheduleSection,
    SubscriberSection,
    read_keyword,
)
from digest.config.yaml_document import Document
from digest.domain.archive_settings import ArchiveSettings
from digest.domain.identity import name_key
from digest.domain.interests import NO_INTERESTS, Interests
from digest.domain.keywords import Keyword, Match, distinct
from digest.domain.settings import (
    ArxivSettings,
    Config,
    DkimSettings,
    GitHubSettings,
    ImapServer,
    MailSettings,
    MonitoringSettings,
    SmtpServer,
)
from digest.domain.subscribers import Schedule, Subscriber
from digest.mail.addresses import domain

SENDER_NAME = "Daily Papers"

_LOCAL_SENDER = f"{SENDER_NAME} <digest@localhost>"


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Record = TypeVar("Record", bound=_Dataclass)


def record(kind: type[Record], *sources: object, **own: object) -> Record:
    """A record with the values in `own`; each other field has the value of the first source that has one.

    A source has a value if it has an attribute of the field's name that is not None. Where no source has
    one, the field keeps its default.
    """
    copied = {name: _first(name, sources) for name in kind.__dataclass_fields__ if name not in own}
    return kind(**{name: value for name, value in copied.items() if value is not None}, **own)


def _first(name: str, sources: Iterable[object]) -> object:
    values = (getattr(source, name, None) for source in sources)
    return next((value for value in values if value is not None), None)


class Definitions:
    """The keywords that a file defines, by name; how that is spelled does not matter (name_key)."""

    def __init__(
        self, sections: Mapping[str, KeywordSection | None], default_match: Match | None = None
    ) -> None:
        """`sections` has None for a definition with faults. `default_match` is for all keywords without a
        match of their own."""
        self._default_match = default_match
        self._written = {name_key(name): name for name in sections}
        self._by_key = {name_key(name): self._defined(name, section) for name, section in sections.items()}

    def keyword(self, text: str) -> Keyword | None:
        """The keyword that the text names, or a keyword of that phrase; None if its definition has faults.

        Raises ValueError if the text is not defined and cannot be looked for as a phrase.
        """
        key = name_key(label(text))
        if key in self._by_key:
            return self._by_key[key]
        tidy = phrase(text, is_name=True)
        return Keyword(name=tidy, any=(tidy,), match=self._default_match)

    def defined_name(self, text: str) -> str | None:
        """The name of the definition that the text names, as it is written; None if it names none."""
        return self._written.get(name_key(text))

    def keywords(self, texts: Iterable[str]) -> tuple[Keyword, ...]:
        """What the texts mean, in their order."""
        return tuple(keyword for text in texts if (keyword := self.keyword(text)))

    def _defined(self, name: str, section: KeywordSection | None) -> Keyword | None:
        if section is None:
            return None
        return record(
            Keyword, section, name=" ".join(name.split()), match=section.match or self._default_match
        )


def definitions(document: Document) -> Definitions:
    """The definitions of a file, whatever else is wrong with it."""
    defined = document.at(("keywords",))
    entries = defined.items() if isinstance(defined, dict) else ()
    sections = {name: read_keyword(content) for name, content in entries}
    return Definitions(sections, _place(document.at(("match",))))


def _place(content: object) -> Match | None:
    """The place that `match` names; None if it names none."""
    try:
        return match(content) if isinstance(content, str) else None
    except ValueError:
        return None


def default_sender(smtp: SmtpServer | None) -> str | None:
    """The sender of mails if the file names none: the SMTP user, or this machine's; None if neither fits."""
    if smtp is None or (smtp.user is None and is_loopback(smtp.host)):
        return _LOCAL_SENDER
    try:
        return mailbox(f"{SENDER_NAME} <{address(smtp.user or '')}>")
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class ConfigBuilder:
    """Builds the Config. `file` is absolute: the paths in it start at its folder."""

    file: Path
    section: FileSection
    definitions: Definitions
    overrides: Overrides
    smtp: SmtpServer | None
    dkim_key: bytes | None = None
    inbox: ImapServer | Path | None = None
    inbox_password: str | None = field(default=None, repr=False)

    def config(self) -> Config:
        """The whole Config; the environment wins over the file."""
        subscribers = tuple(
            self._subscriber(number, section) for number, section in enumerate(self.section.subscribers)
        )
        archive = self._archive(subscribers)
        return self._settings(
            Config,
            self.section,
            self.section.schedule,
            file=self.file,
            subscribers=subscribers,
            mail=self._mail(archive),
            archive=archive,
            arxiv=self._arxiv(),
            monitoring=self._settings(MonitoringSettings, self.section.monitoring),
            github=self._settings(GitHubSettings, self.section.github),
            smtp=self.smtp,
            inbox=self.inbox,
            inbox_password=self.inbox_password,
        )

    def _subscriber(self, number: int, section: SubscriberSection) -> Subscriber:
        return record(
            Subscriber,
            section,
            self.section.mail,
            interests=self._interests(section),
            keywords=self.definitions.keywords(section.keywords),
            schedule=self._schedule(section),
            label=f"subscribers[{number}]",
        )

    def _schedule(self, section: SubscriberSection | ScheduleSection) -> Schedule:
        """A schedule; what the section leaves out is as in the schedule of all."""
        common = self.section.schedule
        days = frozenset().union(*(section.days or common.days))
        return record(Schedule, section, common, days=days)

    def _interests(self, section: SubscriberSection) -> Interests:
        """All of a subscriber's interests. Their paths start at the folder of the file."""
        named = sum(section.interests or (), NO_INTERESTS)
        return replace(named, files=tuple(self.file.parent / path for path in named.files))

    def _mail(self, archive: ArchiveSettings) -> MailSettings:
        section = self.section.mail
        sender = section.sender or default_sender(self.smtp) or _LOCAL_SENDER
        return self._settings(
            MailSettings,
            section,
            sender=sender,
            archive_url=archive.url,
            archive_has_all=archive.has_all,
            feed_url=archive.feed_url,
            dkim=self._dkim(section.dkim, domain(sender)),
        )

    def _dkim(self, section: DkimSection | None, sender_domain: str) -> DkimSettings | None:
        if section is None or self.dkim_key is None:
            return None
        return DkimSettings(section.domain or sender_domain, section.selector, self.dkim_key)

    def _arxiv(self) -> ArxivSettings:
        """The addresses of arXiv; a local one is not audited against the real one."""
        settings = self._settings(ArxivSettings, self.section.arxiv)
        mixed = settings.oai and is_local(settings.api) and not is_local(settings.oai)
        return replace(settings, oai=None) if mixed else settings

    def _archive(self, subscribers: Sequence[Subscriber]) -> ArchiveSettings:
        """The archive; without keywords of its own it has those of all subscribers, each once."""
        section = self.section.archive
        followed = distinct(keyword for subscriber in subscribers for keyword in subscriber.keywords)
        shown = followed if section.keywords is None else self.definitions.keywords(section.keywords)
        return self._settings(
            ArchiveSettings,
            section,
            file=section.file,
            keywords=shown if section.file else (),
            schedule=None if subscribers else self._schedule(self.section.schedule),
        )

    def _settings(self, kind: type[Record], *sections: object, **own: object) -> Record:
        """A record from the environment, then the sections. Its paths start at the folder of the file."""
        settings = record(kind, self.overrides, *sections, **own)
        values = {name: getattr(settings, name) for name in kind.__dataclass_fields__}
        paths = {name: value for name, value in values.items() if isinstance(value, Path)}
        return replace(settings, **{name: self.file.parent / path for name, path in paths.items()})

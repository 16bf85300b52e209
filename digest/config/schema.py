"""The keys of subscribers.yaml: what each holds, its default, and what editors say about it.

A key that becomes a field of a record in domain/ has that field's name: config/build.py copies it by name.
config/json_schema.py writes the JSON schema for editors.
"""

from collections.abc import Iterator
from typing import Annotated, Any, get_args

from pydantic import Field, ValidationError, WithJsonSchema, model_validator

from digest.config.github_section import GitHubSection
from digest.config.mail_section import MailSection
from digest.config.messages import Keys, schema_faults
from digest.config.section import Section, default, key, optional
from digest.config.value_types import (
    Address,
    ArxivQuery,
    AuditTime,
    Categories,
    Days,
    DisplayName,
    Endpoint,
    Feed,
    FilePath,
    FolderName,
    InterestList,
    KeywordNames,
    Label,
    MailOrder,
    MatchPlace,
    Phrases,
    TimeOfDay,
    Timezone,
)
from digest.config.yaml_document import Document
from digest.errors import ConfigFault


def _switch(description: str) -> Any:
    """A key that is true or false, and false by default."""
    return key(False, f"{description} Default: false.", "true", {})


class SubscriberSection(Section):
    """A subscriber: an address, keywords and, if need be, a schedule of their own."""

    email: Address = Field(description="Where the digest goes.", examples=["you@example.org"])
    name: DisplayName | None = optional("The name before the address in the mail.")
    keywords: KeywordNames = Field(
        description="Names of keywords that are defined below `keywords`, or phrases to look for.",
        examples=["[Reward Model, Reasoning]"],
    )
    at: TimeOfDay | None = optional("Replaces schedule.at for this subscriber.", "07:00")
    timezone: Timezone | None = optional("Replaces schedule.timezone for this subscriber.", "Europe/Berlin")
    days: Days | None = optional("Replaces schedule.days for this subscriber.", "weekdays")
    order: MailOrder | None = optional("Replaces mail.order for this subscriber.", "newest")
    interests: InterestList | None = optional(
        "Papers like these come first: a BibTeX (.bib) or RIS (.ris) file, arXiv identifiers in quotes, or "
        "phrases.",
        "[my-papers.bib, '2505.14674', reward hacking]",
    )


class KeywordSection(Section):
    """A keyword: conditions on papers. Conditions of different kinds must all hold."""

    any: Phrases = Field(
        default=(),
        description="The paper has at least one of these phrases.",
        examples=["[one phrase, another]"],
    )
    all: Phrases = Field(default=(), description="The paper has every one of these phrases.")
    exclude: Phrases = Field(
        default=(), description="The paper has none of these phrases in its title or abstract."
    )
    authors: Phrases = Field(default=(), description="One of these is among the authors.")
    categories: Categories = Field(
        default=(), description="The paper is in one of these categories (cs.LG) or archives (cs)."
    )
    match: MatchPlace | None = optional(
        "Where to look for phrases. Default: a phrase of several words in the title or the abstract, "
        "a single word in both.",
        "title",
    )
    exact: bool = _switch("Phrases in `any` and `all` must stand in the paper word for word.")

    query: ArxivQuery | None = optional(
        "All conditions in the language of arXiv's search, in place of the other keys. Operators have no "
        "precedence and bind from the right: use parentheses.",
        "'ti:robot AND (cat:cs.RO OR abs:\"legged locomotion\")'",
    )

    @model_validator(mode="after")
    def _has_a_condition(self) -> "KeywordSection":
        others = [name for name in type(self).model_fields if name != "query" and getattr(self, name)]
        if self.query is not None and others:
            raise ValueError(f"a query stands alone; say it in the query, and delete {' and '.join(others)}")
        if not (self.any or self.all or self.authors or self.categories or self.query):
            raise ValueError("nothing to look for; give it any, all, authors, categories or query")
        return self


class ScheduleSection(Section):
    """When mails go out, for every subscriber without a schedule of their own."""

    at: TimeOfDay = default("07:00", "Local time of day.")
    timezone: Timezone = default("UTC", "The time zone of `at`.", "Europe/Berlin")
    days: Days = default("daily", "daily, weekdays, weekly (Mondays), or days by name.", "weekdays")
    wait_minutes: int = default(
        120, "If arXiv is late or does not answer, the daemon delays mails by at most so long.", ge=0, le=720
    )


class ArchiveSection(Section):
    """The page with each keyword's latest papers."""

    file: Annotated[FilePath | None, WithJsonSchema({"type": ["string", "null"]})] = default(
        "README.md", "The path of the page; null for no archive."
    )
    keywords: KeywordNames | None = optional(
        "The keywords on the page, in this order. Default: those of all subscribers.",
        "[Reward Model, Reasoning]",
    )
    papers: int = default(100, "Papers per keyword.", ge=1, le=100)
    url: Endpoint | None = optional(
        "The web address of the folder that the page is in; mails link to it.",
        "https://github.com/you/daily-papers",
    )
    folder: FolderName = default(
        "archive", "The name of the folder beside the page, for the other files of the archive."
    )
    monthly: bool = _switch("A page for each month, with everything ever found.")
    feeds: bool = _switch("Feeds of new papers, one for each keyword and one for all.")
    page: bool = _switch("A page to search in, index.html, with everything ever found.")


class ArxivSection(Section):
    """Where arXiv is, and how often to send it a request."""

    api: Endpoint = default("https://export.arxiv.org/api/query", "The query API.", example="")
    feed: Feed = default(
        "https://rss.arxiv.org/atom/", "The announcement feeds; categories are appended.", example=""
    )
    oai: Endpoint = default(
        "https://oaipmh.arxiv.org/oai",
        "The OAI-PMH server, for the audit. Where only api is on this machine, there is no audit.",
        example="",
    )
    interval_seconds: float = default(
        3,
        "Seconds between two requests. Less than 3 only if api and feed are both on this machine.",
        alias="interval",
        ge=0,
    )


class MonitoringSection(Section):
    """Who gets to know how runs go."""

    ping_url: Endpoint | None = optional(
        "A health check such as healthchecks.io. It is called with /start when a run begins, as it is when "
        "every subscriber was served, and with /fail and the reason when not.",
        "https://hc-ping.com/your-own-uuid",
    )
    metrics_file: FilePath | None = optional(
        "Written after each run, for Prometheus' textfile collector.",
        "/var/lib/prometheus/node-exporter/daily_papers.prom",
    )
    operator: Address | None = optional(
        "This address gets a mail when several runs in a row fail, when runs succeed again, and when an "
        "audit found papers that were missed.",
        "you@example.org",
    )
    failed_runs: int = default(3, "Failed runs in a row before the operator gets a mail.", ge=1)


class FileSection(Section):
    """Who gets which new arXiv papers by mail, and when."""

    subscribers: list[SubscriberSection] = Field(
        description="Everyone who gets a digest; [] for an archive with `keywords` of its own, and no mail.",
        examples=["[{email: you@example.org, keywords: [Reasoning]}]"],
    )
    keywords: dict[Label, KeywordSection] = Field(
        default={}, description="Keywords that need more than one phrase, by name."
    )
    match: MatchPlace | None = optional(
        "Where to look for the phrases of keywords that have no `match` of their own. Default: a phrase of "
        "several words in the title or the abstract, a single word in both.",
        "title-or-abstract",
    )
    schedule: ScheduleSection = Field(default_factory=ScheduleSection)
    mail: MailSection = Field(default_factory=MailSection)
    archive: ArchiveSection = Field(default_factory=ArchiveSection)
    welcome: int = default(
        10, "How many of a keyword's latest papers a new subscriber gets in the first mail.", ge=0, le=100
    )
    state: FilePath = default(
        "state/digest.sqlite3", "The file that remembers which mails were sent.", example=""
    )
    outbox: FilePath = default("outbox", "The folder for mails if there is no SMTP server.", example="")
    templates: FilePath | None = optional(
        "A folder with your own templates. Each replaces the one of the same name that comes with the "
        "project.",
        "my-templates",
    )
    arxiv: ArxivSection = Field(default_factory=ArxivSection)
    monitoring: MonitoringSection = Field(default_factory=MonitoringSection)
    github: GitHubSection = Field(default_factory=GitHubSection)
    audit: AuditTime = default(
        "weekly",
        "When the program asks arXiv in another way for what it may have missed: weekly, never, or on a "
        "weekday.",
        "monday",
    )


def read_sections(document: Document) -> tuple[FileSection | None, list[ConfigFault]]:
    """The document in its checked form, or None and what is wrong with it."""
    try:
        return FileSection.model_validate(document.content), []
    except ValidationError as exc:
        known = {name: keys_of(section) for name, section in sections()}
        return None, schema_faults(document, exc.errors(include_url=False), known)


def read_keyword(content: object) -> KeywordSection | None:
    """One definition of a keyword by itself; None if it has faults."""
    try:
        return KeywordSection.model_validate(content)
    except ValidationError:
        return None


def keys_of(section: type[Section]) -> Keys:
    """The keys that a section accepts, each with an example value or an empty text."""
    settings = section.model_fields.items()
    return {setting.alias or name: str((setting.examples or [""])[0]) for name, setting in settings}


def sections(section: type[Section] = FileSection, place: str = "") -> Iterator[tuple[str, type[Section]]]:
    """Each section with its place in the file, such as `mail.dkim`; the whole file's is ""."""
    yield place, section
    for name, setting in section.model_fields.items():
        for kind in (setting.annotation, *get_args(setting.annotation)):
            if isinstance(kind, type) and issubclass(kind, Section):
                yield from sections(kind, f"{place}.{name}".removeprefix("."))

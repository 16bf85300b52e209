"""The keys of subscribers.yaml: what each holds, its default, and what editors say about it.

A key that becomes a field of a record in domain/ has that field's name: config/build.py copies it by name.
config/json_schema.py writes the JSON schema for editors.
"""

from collections.abc import Iterator
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, model_validator

from digest.config.messages import Keys, schema_faults
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
    KeywordNames,
    Label,
    Mailbox,
    MatchPlace,
    Phrases,
    TimeOfDay,
    Timezone,
    WhenEmpty,
    WhenUnconfirmed,
)
from digest.config.yaml_document import Document
from digest.errors import ConfigFault


def _optional(description: str, example: str = "", **options: Any) -> Any:
    """A key without a default: None if it is left out."""
    return _key(None, description, example, options)


def _default(default: object, description: str, example: str | None = None, **options: Any) -> Any:
    """A key with a default, in the file's spelling. The default is the example too, unless that is given."""
    example = str(default) if example is None else example
    return _key(default, f"{description} Default: {default}.", example, options)


def _key(default: object, description: str, example: str, options: dict[str, Any]) -> Any:
    return Field(default, description=description, examples=[example] if example else None, **options)


class Section(BaseModel):
    """A section of the file: it accepts its own keys only, and no text for a number or the reverse."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_default=True)


class SubscriberSection(Section):
    """A subscriber: an address, keywords and, if need be, a schedule of their own."""

    email: Address = Field(description="Where the digest goes.", examples=["you@example.org"])
    name: DisplayName | None = _optional("The name before the address in the mail.")
    keywords: KeywordNames = Field(
        description="Names of keywords that are defined below `keywords`, or phrases to look for.",
        examples=["[Reward Model, Reasoning]"],
    )
    at: TimeOfDay | None = _optional("Replaces schedule.at for this subscriber.", "07:00")
    timezone: Timezone | None = _optional("Replaces schedule.timezone for this subscriber.", "Europe/Berlin")
    days: Days | None = _optional("Replaces schedule.days for this subscriber.", "weekdays")


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
    match: MatchPlace | None = _optional(
        "Where to look for phrases. Default: a phrase of several words in the title or the abstract, "
        "a single word in both.",
        "title",
    )
    exact: bool = _key(
        default=False,
        description="Phrases in `any` and `all` must stand in the paper word for word. Default: false.",
        example="true",
        options={},
    )

    query: ArxivQuery | None = _optional(
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

    at: TimeOfDay = _default("07:00", "Local time of day.")
    timezone: Timezone = _default("UTC", "The time zone of `at`.", "Europe/Berlin")
    days: Days = _default("daily", "daily, weekdays, weekly (Mondays), or days by name.", "weekdays")
    wait_minutes: int = _default(
        120, "If arXiv is late or does not answer, the daemon delays mails by at most so long.", ge=0, le=720
    )


class MailSection(Section):
    """How mails look, and how they are delivered."""

    sender: Mailbox | None = _optional(
        "The sender of the mails: Name <a@b> or an address. Default: the SMTP user.",
        "Daily Papers <digest@example.org>",
        alias="from",
    )
    reply_to: Mailbox | None = _optional("Where replies and unsubscribe requests go.", "you@example.org")
    when_empty: WhenEmpty = _default("skip", "What to do when there are no new papers.")
    when_unconfirmed: WhenUnconfirmed = _default(
        "retry",
        "Whether to send a mail again, an hour later, if the connection broke before the mail server "
        "confirmed it. It may then arrive twice.",
    )
    connections: int = _default(1, "Parallel connections to the mail server.", ge=1, le=32)
    mails_per_connection: int = _default(100, "Mails per connection before it is opened again.", ge=1)
    keep_days: int = _default(
        3,
        "How many days the state keeps the text of mails that were delivered or given up. It keeps for ever "
        "who got which paper.",
        ge=1,
        le=3650,
    )
    smtp_url_file: FilePath | None = _optional(
        "The file with the SMTP address, smtps://user:password@host:465. Only its owner may read it (chmod "
        "600). Without it, and without DIGEST_SMTP_URL, mails go to the outbox folder."
    )


class ArchiveSection(Section):
    """The page with each keyword's latest papers."""

    file: Annotated[FilePath | None, WithJsonSchema({"type": ["string", "null"]})] = _default(
        "README.md", "The path of the page; null for no archive."
    )
    keywords: KeywordNames | None = _optional(
        "The keywords on the page, in this order. Default: those of all subscribers.",
        "[Reward Model, Reasoning]",
    )
    papers: int = _default(100, "Papers per keyword.", ge=1, le=100)
    url: Endpoint | None = _optional(
        "The web address of the page; mails link to it.", "https://github.com/you/daily-papers"
    )


class ArxivSection(Section):
    """Where arXiv is, and how often to send it a request."""

    api: Endpoint = _default("https://export.arxiv.org/api/query", "The query API.", example="")
    feed: Feed = _default(
        "https://rss.arxiv.org/atom/", "The announcement feeds; categories are appended.", example=""
    )
    oai: Endpoint = _default(
        "https://oaipmh.arxiv.org/oai",
        "The OAI-PMH server, for the audit. Where only api is on this machine, there is no audit.",
        example="",
    )
    interval_seconds: float = _default(
        3,
        "Seconds between two requests. Less than 3 only if api and feed are both on this machine.",
        alias="interval",
        ge=0,
    )


class MonitoringSection(Section):
    """Who gets to know how runs go."""

    ping_url: Endpoint | None = _optional(
        "A health check such as healthchecks.io. It is called with /start when a run begins, as it is when "
        "every subscriber was served, and with /fail and the reason when not.",
        "https://hc-ping.com/your-own-uuid",
    )
    metrics_file: FilePath | None = _optional(
        "Written after each run, for Prometheus' textfile collector.",
        "/var/lib/prometheus/node-exporter/daily_papers.prom",
    )
    operator: Address | None = _optional(
        "This address gets a mail when several runs in a row fail, when runs succeed again, and when an "
        "audit found papers that were missed.",
        "you@example.org",
    )
    failed_runs: int = _default(3, "Failed runs in a row before the operator gets a mail.", ge=1)


class FileSection(Section):
    """Who gets which new arXiv papers by mail, and when."""

    subscribers: list[SubscriberSection] = Field(
        min_length=1,
        description="Everyone who gets a digest.",
        examples=["[{email: you@example.org, keywords: [Reasoning]}]"],
    )
    keywords: dict[Label, KeywordSection] = Field(
        default={}, description="Keywords that need more than one phrase, by name."
    )
    match: MatchPlace | None = _optional(
        "Where to look for the phrases of keywords that have no `match` of their own. Default: a phrase of "
        "several words in the title or the abstract, a single word in both.",
        "title-or-abstract",
    )
    schedule: ScheduleSection = Field(default_factory=ScheduleSection)
    mail: MailSection = Field(default_factory=MailSection)
    archive: ArchiveSection = Field(default_factory=ArchiveSection)
    welcome: int = _default(
        10, "How many of a keyword's latest papers a new subscriber gets in the first mail.", ge=0, le=100
    )
    state: FilePath = _default(
        "state/digest.sqlite3", "The file that remembers which mails were sent.", example=""
    )
    outbox: FilePath = _default("outbox", "The folder for mails if there is no SMTP server.", example="")
    templates: FilePath | None = _optional(
        "A folder with your own templates. Each replaces the one of the same name that comes with the "
        "project.",
        "my-templates",
    )
    arxiv: ArxivSection = Field(default_factory=ArxivSection)
    monitoring: MonitoringSection = Field(default_factory=MonitoringSection)
    audit: AuditTime = _default(
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
    keys = section.model_fields.items()
    return {key.alias or name: str((key.examples or [""])[0]) for name, key in keys}


def sections() -> Iterator[tuple[str, type[Section]]]:
    """Each section with its key in the file; the whole file's is ""."""
    yield "", FileSection
    for name, key in FileSection.model_fields.items():
        for kind in (key.annotation, *get_args(key.annotation)):
            if isinstance(kind, type) and issubclass(kind, Section):
                yield name, kind

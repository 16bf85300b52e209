"""The form of subscribers.yaml: its keys, and what each may hold. The only module that knows pydantic.

`python -m digest.config.schema > docs/subscribers.schema.json` writes it down for editors.
"""

import json
import sys
from collections.abc import Callable
from datetime import time
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from digest.config import fields
from digest.config.messages import faults_of_form
from digest.config.yaml_document import Document
from digest.domain.keywords import Match
from digest.errors import ConfigFault

Read = TypeVar("Read")


def _text(read: Callable[[str], Read]) -> PlainValidator:
    """Takes text only, and what `read` makes of it; `read` raises ValueError with our own words."""

    def validate(value: object) -> Read:
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "text")
        return read(value)

    return PlainValidator(validate)


def _one_or_many(value: object) -> object:
    """A single text may stand where a list is expected."""
    if isinstance(value, str) and "," in value:
        raise ValueError(f"one text with a comma in it; for a list write [{value}]")
    return [value] if isinstance(value, str) else value


def _list_schema(item: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [item, {"type": "array", "items": item}]})


_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": fields.LONGEST_PHRASE}

_DAY: dict[str, Any] = {"enum": [*fields.DAY_GROUPS, *fields.DAYS, *(day[:3] for day in fields.DAYS)]}

_HOUR: dict[str, Any] = {"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"}

Hour = Annotated[time, _text(fields.time_of_day), WithJsonSchema(_HOUR)]

Zone = Annotated[ZoneInfo, _text(fields.timezone), WithJsonSchema({"type": "string"})]

Days = Annotated[
    list[Annotated[frozenset[int], _text(fields.days)]],
    BeforeValidator(_one_or_many),
    Field(min_length=1),
    _list_schema(_DAY),
]

Address = Annotated[str, _text(fields.address), WithJsonSchema({"type": "string", "format": "idn-email"})]

Mailbox = Annotated[str, _text(fields.mailbox), WithJsonSchema({"type": "string"})]

Name = Annotated[str, _text(fields.display_name), WithJsonSchema(_TEXT)]

Label = Annotated[str, _text(fields.label), WithJsonSchema(_TEXT)]

Text = Annotated[str, _text(str)]

KeywordNames = Annotated[list[Text], BeforeValidator(_one_or_many), Field(min_length=1), _list_schema(_TEXT)]

Phrases = Annotated[
    list[Annotated[str, _text(fields.phrase)]], BeforeValidator(_one_or_many), _list_schema(_TEXT)
]

Categories = Annotated[
    list[Annotated[str, _text(fields.category)]],
    BeforeValidator(_one_or_many),
    _list_schema({"type": "string"}),
]

Path = Annotated[str, _text(fields.path), WithJsonSchema({"type": "string"})]

Url = Annotated[str, _text(fields.endpoint), WithJsonSchema({"type": "string", "format": "uri"})]


class Part(BaseModel):
    """A part of the file: it takes the keys that it names, and no text for a number or the reverse."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class SubscriberPart(Part):
    """Who reads: an address, keywords and, if need be, an hour of their own."""

    email: Address = Field(description="Where the digest goes.", examples=["you@example.org"])
    name: Name = Field(default="", description="Stands before the address in the mail.")
    keywords: KeywordNames = Field(
        description="Names of keywords that are defined below `keywords`, or phrases to look for.",
        examples=["[Reward Model, Reasoning]"],
    )
    at: Hour | None = Field(default=None, description="In place of schedule.at.", examples=["07:00"])
    timezone: Zone | None = Field(
        default=None, description="In place of schedule.timezone.", examples=["Europe/Berlin"]
    )
    days: Days | None = Field(default=None, description="In place of schedule.days.", examples=["weekdays"])


class KeywordPart(Part):
    """A question to arXiv. Conditions of different kinds must all hold."""

    any: Phrases = Field(default=[], description="At least one of these phrases must stand in the paper.")
    all: Phrases = Field(default=[], description="Each of these phrases must stand in the paper.")
    exclude: Phrases = Field(default=[], description="None of these phrases may stand in title or abstract.")
    authors: Phrases = Field(default=[], description="One of these must be among the authors.")
    categories: Categories = Field(
        default=[], description="One of these categories (cs.LG) or archives (cs)."
    )
    match: Annotated[Match, _text(fields.match), WithJsonSchema({"enum": list(Match)})] | None = Field(
        default=None,
        description="Where phrases must stand. Default: a phrase of several words in title or abstract, "
        "a single word in title and abstract.",
        examples=["title"],
    )

    @model_validator(mode="after")
    def _asks_for_something(self) -> "KeywordPart":
        if not (self.any or self.all or self.authors or self.categories):
            raise ValueError("nothing to look for; give it any, all, authors or categories")
        return self


class SchedulePart(Part):
    """When mails go out, for every subscriber who does not say otherwise."""

    at: Hour = Field(default=time(7), description="Local time of day. Default: 07:00.", examples=["07:00"])
    timezone: Zone = Field(default=ZoneInfo("UTC"), description="Default: UTC.", examples=["Europe/Berlin"])
    days: Days = Field(
        default=[frozenset(range(7))],
        description="daily, weekdays, weekly (Mondays), or days by name. Default: daily.",
        examples=["weekdays"],
    )
    wait_minutes: int = Field(
        default=120,
        ge=0,
        le=720,
        description="How long the daemon lets mails wait behind their hour where arXiv announces late or "
        "does not answer. Default: 120.",
        examples=["120"],
    )


class MailPart(Part):
    """How mails look from outside, and who carries them."""

    sender: Mailbox | None = Field(
        default=None,
        alias="from",
        description="Who the mails come from: Name <a@b> or an address. Default: the SMTP user.",
        examples=["Daily Papers <digest@example.org>"],
    )
    reply_to: Mailbox | None = Field(
        default=None, description="Where replies and unsubscriptions go.", examples=["you@example.org"]
    )
    when_empty: Annotated[str, _text(fields.when_empty), WithJsonSchema({"enum": ["skip", "send"]})] = Field(
        default="skip", description="What to do when there is nothing new. Default: skip.", examples=["skip"]
    )
    when_unconfirmed: Annotated[
        str, _text(fields.when_unconfirmed), WithJsonSchema({"enum": ["retry", "never"]})
    ] = Field(
        default="retry",
        description="Whether a mail is sent once more, an hour later, if the connection broke before the "
        "mail server confirmed it: it may then arrive twice. Default: retry.",
        examples=["retry"],
    )
    connections: int = Field(
        default=1,
        ge=1,
        le=32,
        description="To the mail server, at the same time. Default: 1.",
        examples=["1"],
    )
    mails_per_connection: int = Field(
        default=100, ge=1, description="After so many a new one is opened. Default: 100.", examples=["100"]
    )
    keep_days: int = Field(
        default=3,
        ge=1,
        le=3650,
        description="How long the state keeps the bodies of mails that are done with. Who got which paper "
        "is kept for ever. Default: 3.",
        examples=["3"],
    )
    smtp_url_file: Path | None = Field(
        default=None,
        description="The file that holds the SMTP address, smtps://user:password@host:465; chmod 600. "
        "Without it, and without DIGEST_SMTP_URL, mails go to the outbox folder.",
    )


class ArchivePart(Part):
    """The page that shows each keyword's latest papers."""

    file: Annotated[Path | None, WithJsonSchema({"type": ["string", "null"]})] = Field(
        default="README.md", description="Beside this file; null for no archive. Default: README.md."
    )
    keywords: KeywordNames | None = Field(
        default=None,
        description="Its sections, in order. Default: all that subscribers read.",
        examples=["[Reward Model, Reasoning]"],
    )
    papers: int = Field(
        default=100, ge=1, le=100, description="Papers a section. Default: 100.", examples=["100"]
    )
    url: Url | None = Field(
        default=None,
        description="Where the page can be read; mails link to it.",
        examples=["https://github.com/you/daily-papers"],
    )


class ArxivPart(Part):
    """Where arXiv is, and how often it may be asked."""

    api: Url = Field(default="https://export.arxiv.org/api/query", description="The query endpoint.")
    feed: Annotated[str, _text(fields.feed), WithJsonSchema({"type": "string", "format": "uri"})] = Field(
        default="https://rss.arxiv.org/atom/", description="The announcement feeds; categories are appended."
    )
    interval: float = Field(
        default=3.0,
        ge=0,
        description="Seconds between two requests; under 3 only for a server on this machine. Default: 3.",
        examples=["3"],
    )


class MonitoringPart(Part):
    """Who is told how runs go."""

    ping_url: Url | None = Field(
        default=None,
        description="Asked with /start when a run begins, as it is when everybody got theirs, with /fail "
        "and the reason when not (as healthchecks.io wants it).",
        examples=["https://hc-ping.com/your-own-uuid"],
    )
    metrics_file: Path | None = Field(
        default=None,
        description="Written after each run, for Prometheus' textfile collector.",
        examples=["/var/lib/prometheus/node-exporter/daily_papers.prom"],
    )
    operator: Address | None = Field(
        default=None,
        description="Gets a mail when runs fail time after time, and when that is over.",
        examples=["you@example.org"],
    )
    failed_runs: int = Field(
        default=3, ge=1, description="So many in a row, for the operator's mail. Default: 3.", examples=["3"]
    )


class FilePart(Part):
    """Who gets which new arXiv papers by mail, and when."""

    subscribers: list[SubscriberPart] = Field(
        min_length=1,
        description="Everyone who gets a digest.",
        examples=["[{email: you@example.org, keywords: [Reasoning]}]"],
    )
    keywords: dict[Label, KeywordPart] = Field(
        default={}, description="Keywords that need more than a phrase, by name."
    )
    schedule: SchedulePart = Field(
        default_factory=SchedulePart, description="When mails go out. Default: daily at 07:00 UTC."
    )
    mail: MailPart = Field(
        default_factory=MailPart, description="How mails look from outside, and who carries them."
    )
    archive: ArchivePart = Field(
        default_factory=ArchivePart, description="The page of each keyword's latest papers."
    )
    welcome: int = Field(
        default=10,
        ge=0,
        le=100,
        description="How many of a keyword's latest papers a new subscriber gets to begin with. Default: 10.",
        examples=["10"],
    )
    state: Path = Field(
        default="state/digest.sqlite3", description="What was sent to whom. Default: state/digest.sqlite3."
    )
    outbox: Path = Field(default="outbox", description="Mails that no SMTP server carries. Default: outbox.")
    templates: Path | None = Field(
        default=None,
        description="A folder with templates of your own; each wins over the one of its name that comes "
        "with the project.",
        examples=["my-templates"],
    )
    arxiv: ArxivPart = Field(
        default_factory=ArxivPart, description="Where arXiv is, and how often it may be asked."
    )
    monitoring: MonitoringPart = Field(default_factory=MonitoringPart, description="Who is told how runs go.")


_PARTS: dict[str, type[Part]] = {
    "": FilePart,
    "subscribers": SubscriberPart,
    "keywords": KeywordPart,
    "schedule": SchedulePart,
    "mail": MailPart,
    "archive": ArchivePart,
    "arxiv": ArxivPart,
    "monitoring": MonitoringPart,
}


def read_file(document: Document) -> tuple[FilePart | None, list[ConfigFault]]:
    """The document in its checked form, or None and what is wrong with it."""
    try:
        return FilePart.model_validate(document.content), []
    except ValidationError as exc:
        keys = {name: keys_of(part) for name, part in _PARTS.items()}
        return None, faults_of_form(document, exc.errors(include_url=False), keys)


def read_keyword(content: object) -> KeywordPart | None:
    """One definition of a keyword by itself; None if it has faults."""
    try:
        return KeywordPart.model_validate(content)
    except ValidationError:
        return None


def keys_of(part: type[Part]) -> dict[str, str]:
    """The keys that a part of the file knows, each with an example value or an empty text."""
    fields = part.model_fields.items()
    return {field.alias or name: str((field.examples or [""])[0]) for name, field in fields}


class _ForEditors(GenerateJsonSchema):
    """A schema without titles that repeat the keys, and without the null that stands for "not given"."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def json_schema() -> str:
    """The JSON schema of the file, for editors: https://json-schema.org/draft/2020-12"""
    schema = FilePart.model_json_schema(schema_generator=_ForEditors)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema())

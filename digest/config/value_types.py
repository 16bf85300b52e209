"""The types of the values in subscribers.yaml, for pydantic: how a text is read, and its JSON schema.

Each type reads its text with the function of config/fields.py that states what is allowed.
"""

import unicodedata
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError

from digest.config import fields, github_fields, mail_fields
from digest.config.archive_fields import folder_name
from digest.config.interests import interest
from digest.config.phrases import phrase
from digest.domain.auditing import AUDIT_TIMES
from digest.domain.interests import Interests
from digest.domain.keywords import Match
from digest.domain.links import SERVICES
from digest.domain.settings import ANNOUNCEMENTS
from digest.domain.subscribers import Order


def _text(read: Callable[[str], object]) -> PlainValidator:
    """Accepts text only, as the value that `read` makes of it; `read` raises ValueError with our words."""

    def validate(value: object) -> object:
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "text")
        return read(value)

    return PlainValidator(validate)


def _one_or_many(value: object) -> object:
    """Accepts one text where the schema has a list. pydantic's strict mode takes no list for a tuple."""
    if isinstance(value, str) and "," in value:
        items = unicodedata.normalize("NFKC", value).strip("[] ")  # also in wide brackets
        raise ValueError(f"one text with a comma in it; for a list write [{items}]")
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _command(value: object) -> object:
    """Accepts a list of words: no shell is there to split a text, or to be led astray by one."""
    if isinstance(value, str) and value.split():
        raise ValueError(f"a list is needed, one item for each word; write [{', '.join(value.split())}]")
    return tuple(value) if isinstance(value, list) else value


def _without_repetition(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _one_or_many_schema(item: JsonSchemaValue) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [item, {"type": "array", "items": item}]})


_ANY_TEXT: JsonSchemaValue = {"type": "string"}
_SHORT_TEXT: JsonSchemaValue = {"type": "string", "minLength": 1, "maxLength": fields.LONGEST_PHRASE}
_QUERY: JsonSchemaValue = {"type": "string", "minLength": 1, "maxLength": fields.LONGEST_QUERY}
_URL: JsonSchemaValue = {"type": "string", "format": "uri"}
_ADDRESS: JsonSchemaValue = {
    "anyOf": [{"type": "string", "format": "idn-email"}, {"type": "string", "pattern": "^env:"}]
}
_TIME_OF_DAY: JsonSchemaValue = {"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"}
_DAY: JsonSchemaValue = {"enum": [*fields.DAY_GROUPS, *fields.DAYS, *(day[:3] for day in fields.DAYS)]}
_WHEN_EMPTY: JsonSchemaValue = {"enum": list(fields.WHEN_EMPTY)}
_AUDIT: JsonSchemaValue = {"enum": list(AUDIT_TIMES)}
_ANNOUNCEMENT: JsonSchemaValue = {"enum": list(ANNOUNCEMENTS)}
_SERVICE: JsonSchemaValue = {"enum": list(SERVICES)}
_WHEN_UNCONFIRMED: JsonSchemaValue = {"enum": list(fields.WHEN_UNCONFIRMED)}

Text = Annotated[str, _text(str)]
Phrase = Annotated[str, _text(phrase)]
Category = Annotated[str, _text(fields.category)]
Service = Annotated[str, _text(mail_fields.service)]
DaySet = Annotated[frozenset[int], _text(fields.days)]

Address = Annotated[str, _text(fields.address), WithJsonSchema(_ADDRESS)]
Mailbox = Annotated[str, _text(fields.mailbox), WithJsonSchema(_ANY_TEXT)]
DisplayName = Annotated[str, _text(fields.display_name), WithJsonSchema(_SHORT_TEXT)]
Label = Annotated[str, _text(fields.label), WithJsonSchema(_SHORT_TEXT)]
ArxivQuery = Annotated[object, _text(fields.query), WithJsonSchema(_QUERY)]
MatchPlace = Annotated[Match, _text(fields.match), WithJsonSchema({"enum": list(Match)})]
TimeOfDay = Annotated[time, _text(fields.time_of_day), WithJsonSchema(_TIME_OF_DAY)]
Timezone = Annotated[ZoneInfo, _text(fields.timezone), WithJsonSchema(_ANY_TEXT)]
WhenEmpty = Annotated[str, _text(fields.when_empty), WithJsonSchema(_WHEN_EMPTY)]
WhenUnconfirmed = Annotated[str, _text(fields.when_unconfirmed), WithJsonSchema(_WHEN_UNCONFIRMED)]
MailOrder = Annotated[Order, _text(mail_fields.order), WithJsonSchema({"enum": list(Order)})]
Interest = Annotated[Interests, _text(interest)]
AuditTime = Annotated[str, _text(fields.audit), WithJsonSchema(_AUDIT)]
FilePath = Annotated[Path, _text(fields.path), WithJsonSchema(_ANY_TEXT)]
FolderName = Annotated[str, _text(folder_name), WithJsonSchema(_SHORT_TEXT)]
ReturnPath = Annotated[str, _text(mail_fields.return_path), WithJsonSchema(_ANY_TEXT)]
UnsubscribeUrl = Annotated[str, _text(mail_fields.unsubscribe_url), WithJsonSchema(_ANY_TEXT)]
DnsName = Annotated[str, _text(mail_fields.dns_name), WithJsonSchema(_ANY_TEXT)]
NameServer = Annotated[str, _text(mail_fields.name_server), WithJsonSchema(_ANY_TEXT)]
Endpoint = Annotated[str, _text(fields.endpoint), WithJsonSchema(_URL)]
Announcement = Annotated[str, _text(github_fields.announcement), WithJsonSchema(_ANNOUNCEMENT)]
Repository = Annotated[str, _text(github_fields.repository), WithJsonSchema(_ANY_TEXT)]
ShortLabel = Annotated[str, _text(github_fields.short_label), WithJsonSchema(_SHORT_TEXT)]
Feed = Annotated[str, _text(fields.feed), WithJsonSchema(_URL)]

_Listed = BeforeValidator(_one_or_many)
_NotEmpty = Field(min_length=1)

KeywordNames = Annotated[tuple[Text, ...], _Listed, _NotEmpty, _one_or_many_schema(_SHORT_TEXT)]
InterestList = Annotated[tuple[Interest, ...], _Listed, _NotEmpty, _one_or_many_schema(_SHORT_TEXT)]
Phrases = Annotated[tuple[Phrase, ...], _Listed, _one_or_many_schema(_SHORT_TEXT)]
Command = Annotated[
    tuple[Text, ...],
    BeforeValidator(_command),
    _NotEmpty,
    WithJsonSchema({"type": "array", "items": _ANY_TEXT, "minItems": 1}),
]
Categories = Annotated[
    tuple[Category, ...], _Listed, AfterValidator(_without_repetition), _one_or_many_schema(_ANY_TEXT)
]
Services = Annotated[
    tuple[Service, ...], _Listed, AfterValidator(_without_repetition), _one_or_many_schema(_SERVICE)
]
Days = Annotated[tuple[DaySet, ...], _Listed, _NotEmpty, _one_or_many_schema(_DAY)]

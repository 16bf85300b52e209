"""Find the faults that the schema cannot show, even in a file that does not fit the schema."""

from collections.abc import Iterator
from pathlib import Path

from digest.config.build import SENDER_NAME, Definitions, default_sender
from digest.config.environment import Overrides, fault_of
from digest.config.fields import address, is_local
from digest.config.quoting import quoted
from digest.config.yaml_document import Document, Location, spelled
from digest.domain.identity import mailbox_of, name_key
from digest.domain.settings import SmtpServer
from digest.errors import ConfigFault
from digest.system.places import Kind, place_of

_MAY_BE_EMPTY: Location = ("archive", "file")  # null: no archive

_SENDER: Location = ("mail", "from")

_SUBSCRIBERS: Location = ("subscribers",)

_TEMPLATES: Location = ("templates",)

_INTERVAL: Location = ("arxiv", "interval")

_LEAST_SECONDS = 3  # between two requests: https://info.arxiv.org/help/api/tou.html


def consistency_faults(document: Document, defined: Definitions) -> Iterator[ConfigFault]:
    """Empty values, addresses and names that occur twice, keywords that mean nothing or the same."""
    yield from _empty_values(document)
    yield from _nothing_to_do(document)
    yield from _addresses_twice(document)
    yield from _names_twice(document)
    for location in _keyword_lists(document):
        yield from _keyword_faults(document, location, defined)


def sender_faults(document: Document, smtp: SmtpServer | None) -> list[ConfigFault]:
    """A fault if neither the file nor the SMTP user says who the mails come from."""
    mail = document.at(_SENDER[:1])
    if (isinstance(mail, dict) and "from" in mail) or default_sender(smtp):
        return []
    if document.at(_SUBSCRIBERS) == [] and document.at(("monitoring", "operator")) is None:
        return []  # nobody gets mail
    example = f"from: {SENDER_NAME} <digest@example.org>"
    problem = f"missing; the SMTP user is no address, so add a line such as {example}"
    return [document.fault(_SENDER, problem)]


def templates_faults(document: Document, folder: Path) -> list[ConfigFault]:
    """A fault if `templates` names no folder. `folder` is that of the file."""
    named = document.at(_TEMPLATES)
    if not isinstance(named, str) or not named or place_of(folder / named).kind is Kind.FOLDER:
        return []
    problem = f"{quoted(named)}: there is no such folder; make it, with copies of the templates to change"
    return [document.fault(_TEMPLATES, problem)]


def interval_faults(document: Document, overrides: Overrides) -> list[ConfigFault]:
    """A fault if arXiv itself would get requests faster than its terms of use allow."""
    override = overrides.interval_seconds
    interval = document.at(_INTERVAL) if override is None else override
    if not isinstance(interval, int | float) or not 0 <= interval < _LEAST_SECONDS:
        return []
    if _is_local(overrides.api, document, "api") and _is_local(overrides.feed, document, "feed"):
        return []
    problem = (
        f"less than {_LEAST_SECONDS} seconds only if api and feed are both on this machine; write 3 or more"
    )
    if override is None:
        return [document.fault(_INTERVAL, problem)]
    return [fault_of("DIGEST_ARXIV_INTERVAL", problem)]


def _is_local(override: str | None, document: Document, key: str) -> bool:
    url = override or document.at(("arxiv", key))
    return isinstance(url, str) and is_local(url)


def _empty_values(document: Document) -> Iterator[ConfigFault]:
    for location in document.written:
        if location and location != _MAY_BE_EMPTY and document.at(location) is None:
            yield document.fault(location, "empty; write a value or delete this line")


def _nothing_to_do(document: Document) -> Iterator[ConfigFault]:
    """An archive may do without subscribers, if it has keywords of its own."""
    has_archive = document.at(("archive", "keywords")) and not _is_null(document, ("archive", "file"))
    if document.at(_SUBSCRIBERS) == [] and not has_archive:
        example = "[{email: you@example.org, keywords: [Reasoning]}]"
        problem = f"an empty list; write one such as {example}, or keywords below archive"
        yield document.fault(_SUBSCRIBERS, problem)


def _is_null(document: Document, location: Location) -> bool:
    return location in document.written and document.at(location) is None


def _addresses_twice(document: Document) -> Iterator[ConfigFault]:
    first: dict[str, Location] = {}
    for subscriber in _subscribers(document):
        location = (*subscriber, "email")
        mailbox = _mailbox(document.at(location))
        if mailbox in first:
            same = f"the same mailbox as {_with_line(document, first[mailbox])}"
            yield document.fault(location, f"{same}; merge the two subscribers")
        elif mailbox:
            first[mailbox] = location


def _mailbox(email: object) -> str | None:
    try:
        return mailbox_of(address(email)) if isinstance(email, str) else None
    except ValueError:
        return None


def _subscribers(document: Document) -> Iterator[Location]:
    listed = document.at(_SUBSCRIBERS)
    for number in range(len(listed) if isinstance(listed, list) else 0):
        yield ("subscribers", number)


def _names_twice(document: Document) -> Iterator[ConfigFault]:
    first: dict[str, Location] = {}
    defined = document.at(("keywords",))
    for name in defined if isinstance(defined, dict) else ():
        key = name_key(name)
        if key in first:
            problem = f"differs only in case or spaces from {_with_line(document, first[key])}; rename one"
            yield document.fault(("keywords", name), problem, at_key=True)
        first.setdefault(key, ("keywords", name))


def _keyword_lists(document: Document) -> Iterator[Location]:
    yield from ((*subscriber, "keywords") for subscriber in _subscribers(document))
    yield ("archive", "keywords")


def _keyword_faults(document: Document, location: Location, defined: Definitions) -> Iterator[ConfigFault]:
    first: dict[str, str] = {}
    for item, text in document.texts(location):
        try:
            keyword = defined.keyword(text)
        except ValueError as exc:
            yield document.fault(item, str(exc))
            continue
        if keyword and keyword.id in first:
            same = quoted(first[keyword.id])
            yield document.fault(item, f"{quoted(text)} is the same keyword as {same}; delete one of the two")
        elif keyword:
            first[keyword.id] = text


def _with_line(document: Document, location: Location) -> str:
    positions = document.keys if location[0] == "keywords" else document.values
    return f"{spelled(location)} on line {positions[location].line}"

"""Faults that no single value shows. They are looked for even where the file has faults of form."""

from collections.abc import Iterator
from pathlib import Path

from digest.config.addresses import address
from digest.config.definitions import Definitions
from digest.config.document import Document, Location, spelled
from digest.config.wording import quoted
from digest.errors import Fault
from digest.keywords import key

_MAY_BE_EMPTY: Location = ("archive", "file")  # null: no archive
_TEMPLATES: Location = ("templates",)


def faults_across(document: Document, defined: Definitions) -> Iterator[Fault]:
    """Empty values, subscribers and names that occur twice, keywords that mean nothing or the same."""
    yield from _empty_values(document)
    yield from _subscribers_twice(document)
    yield from _names_twice(document)
    for location in _keyword_lists(document):
        yield from _keyword_faults(document, location, defined)


def templates_faults(document: Document, folder: Path) -> list[Fault]:
    """A fault if the templates are to be found where there is no folder. `folder` is that of the file."""
    named = document.at(_TEMPLATES)
    if not isinstance(named, str) or not named or (folder / named).is_dir():
        return []
    problem = f"{quoted(named)}: there is no such folder; make it, with copies of the templates to change"
    return [document.fault(_TEMPLATES, problem)]


def _empty_values(document: Document) -> Iterator[Fault]:
    for location in document.written:
        if location and location != _MAY_BE_EMPTY and document.at(location) is None:
            yield document.fault(location, "empty; write a value or delete this line")


def _subscribers(document: Document) -> Iterator[Location]:
    listed = document.at(("subscribers",))
    for number in range(len(listed) if isinstance(listed, list) else 0):
        yield ("subscribers", number)


def _subscribers_twice(document: Document) -> Iterator[Fault]:
    first: dict[str, Location] = {}
    for subscriber in _subscribers(document):
        location = (*subscriber, "email")
        reader = _reader(document.at(location))
        if reader in first:
            problem = f"the same address as {_place(document, first[reader])}; merge the two subscribers"
            yield document.fault(location, problem)
        elif reader:
            first[reader] = location


def _reader(email: object) -> str | None:
    try:
        return address(email) if isinstance(email, str) else None
    except ValueError:
        return None


def _names_twice(document: Document) -> Iterator[Fault]:
    first: dict[str, Location] = {}
    defined = document.at(("keywords",))
    for name in defined if isinstance(defined, dict) else ():
        folded = " ".join(name.casefold().split())
        if folded in first:
            problem = f"differs only in case or spaces from {_place(document, first[folded])}; rename one"
            yield document.fault(("keywords", name), problem, at_key=True)
        first.setdefault(folded, ("keywords", name))


def _keyword_lists(document: Document) -> Iterator[Location]:
    yield from ((*subscriber, "keywords") for subscriber in _subscribers(document))
    yield ("archive", "keywords")


def _keyword_faults(document: Document, location: Location, defined: Definitions) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for item, text in document.texts(location):
        try:
            keyword = defined.keyword(text)
        except ValueError as exc:
            yield document.fault(item, str(exc))
            continue
        if keyword and key(keyword) in first:
            problem = (
                f"{quoted(text)} asks arXiv the same as {quoted(first[key(keyword)])}; delete one of the two"
            )
            yield document.fault(item, problem)
        elif keyword:
            first[key(keyword)] = text


def _place(document: Document, location: Location) -> str:
    places = document.keys if location[0] == "keywords" else document.values
    return f"{spelled(location)} on line {places[location].line}"

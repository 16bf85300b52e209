"""Warn of keywords that cannot mean what was written. A warning stops nothing: it names line and remedy.

One cause is one warning, at its first place, however many subscribers write it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from digest.config.build import Definitions
from digest.config.quoting import quoted
from digest.config.remarks import remark_on_author, remark_on_phrase
from digest.config.similarity import Similar, meaning_of
from digest.config.yaml_document import Document, Location
from digest.domain.expressions import Expression
from digest.domain.keywords import Keyword
from digest.errors import ConfigFault

_PHRASES = ("any", "all", "exclude")


@dataclass(frozen=True, slots=True)
class _Warning:
    location: Location
    problem: str
    at_key: bool = False


def keyword_warnings(document: Document, defined: Definitions) -> tuple[ConfigFault, ...]:
    """The warnings on a file without faults, by line."""
    names = _definitions(document)
    used = list(_used(document))
    found = [
        *_in_definitions(document, names),
        *_in_lists(used, defined, names),
        *_unused(used, defined, names),
        *_alike(document, used, defined),
    ]
    return _in_order(_once_each(document, found))


def _definitions(document: Document) -> Mapping[str, Mapping[str, object]]:
    """The definitions of the file, by name."""
    sections = document.at(("keywords",))
    return sections if isinstance(sections, dict) else {}


def _used(document: Document) -> Iterator[tuple[Location, str]]:
    """What subscribers and the archive ask for, with its place."""
    subscribers = document.at(("subscribers",))
    for number in range(len(subscribers) if isinstance(subscribers, list) else 0):
        yield from document.texts(("subscribers", number, "keywords"))
    yield from document.texts(("archive", "keywords"))


def _in_definitions(document: Document, names: Mapping[str, Mapping[str, object]]) -> Iterator[_Warning]:
    """Warnings on the phrases and authors of definitions."""
    for name, section in names.items():
        exact = section.get("exact") is True
        for key in _PHRASES:
            for location, text in document.texts(("keywords", name, key)):
                if remark := remark_on_phrase(text, exact=exact and key != "exclude"):
                    yield _Warning(location, remark.text())
        for location, text in document.texts(("keywords", name, "authors")):
            if remark := remark_on_author(text):
                yield _Warning(location, remark.text())


def _in_lists(
    used: Iterable[tuple[Location, str]], defined: Definitions, names: Iterable[str]
) -> Iterator[_Warning]:
    """Warnings on phrases that subscribers and the archive ask for."""
    similar = Similar(names)
    remarks: dict[str, str] = {}
    for location, text in used:
        if defined.defined_name(text) is not None:
            continue
        if text not in remarks:
            remarks[text] = _about_phrase(text, similar)
        if remarks[text]:
            yield _Warning(location, remarks[text])


def _about_phrase(text: str, similar: Similar) -> str:
    if near := similar.name_like(text):
        return f"{quoted(text)} is looked for as a phrase; did you mean your definition {quoted(near)}?"
    remark = remark_on_phrase(text)
    return remark.text(" ".join(text.split())) if remark else ""


def _unused(
    used: Iterable[tuple[Location, str]], defined: Definitions, names: Iterable[str]
) -> Iterator[_Warning]:
    followed = {defined.defined_name(text) for _, text in used}
    for name in names:
        if name not in followed:
            problem = "nobody follows this keyword; add its name to a subscriber's keywords, or delete it"
            yield _Warning(("keywords", name), problem, at_key=True)


def _alike(
    document: Document, used: Iterable[tuple[Location, str]], defined: Definitions
) -> Iterator[_Warning]:
    """Keywords that find what an earlier one finds, since they differ in endings only."""
    first: dict[Expression, tuple[Keyword, Location]] = {}
    for location, text in used:
        for keyword in defined.keywords([text]):
            earlier, place = first.setdefault(meaning_of(keyword), (keyword, location))
            if earlier.id != keyword.id:
                same = f"{quoted(earlier.name)} on line {document.fault(place, '').line}"
                problem = f"{quoted(text)} finds the same papers as {same}; write one of the two everywhere"
                yield _Warning(location, problem)


def _once_each(document: Document, warnings: Iterable[_Warning]) -> Iterator[ConfigFault]:
    """Each problem once, at its first place, and how many more there are."""
    places: dict[str, list[_Warning]] = {}
    for warning in warnings:
        key = warning.problem if not warning.at_key else f"{warning.location}"
        places.setdefault(key, []).append(warning)
    for first, *others in places.values():
        fault = document.fault(first.location, first.problem, at_key=first.at_key)
        yield replace(fault, path=f"{fault.path} and {len(others)} more") if others else fault


def _in_order(faults: Iterable[ConfigFault]) -> tuple[ConfigFault, ...]:
    """By line; of several in one place the first."""
    by_place: dict[tuple[int, int], ConfigFault] = {}
    for fault in faults:
        by_place.setdefault((fault.line or 0, fault.column or 0), fault)
    return tuple(by_place[place] for place in sorted(by_place))

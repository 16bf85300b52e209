"""Which keyword a text means: one that the file defines by that name, else the phrase itself."""

from collections.abc import Mapping

from digest.config.document import Document
from digest.config.schema import KeywordPart, read_keyword
from digest.config.values import label, phrase
from digest.models import Keyword


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

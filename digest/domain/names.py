"""Decide whether an author is the person that a keyword names.

All words of the name stand in one author's full name, in any order; case, accents, dots and commas do not
matter. An initial stands for a word that begins with it. Beside two whole words it may be missing: arXiv
lists many people once with a middle initial and once without.
"""

import re
from dataclasses import dataclass

from digest.domain.analyzer import fold

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SEPARATOR = re.compile(r"[\s.,;_]+")


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name as a keyword has it, folded."""

    words: frozenset[str]
    initials: tuple[str, ...]

    def is_of(self, author: frozenset[str]) -> bool:
        """Whether an author with these words in the name may be the person."""
        if not self.words or not self.words <= author:
            return False
        others = author - self.words
        if not others and len(self.words) > 1:
            return True
        return all(any(word.startswith(initial) for word in others) for initial in self.initials)


def person_name(text: str) -> PersonName:
    """The name in `Geoffrey Hinton`, `Hinton, Geoffrey`, `G. Hinton` or `Hinton_G`."""
    found = _folded_words(text)
    return PersonName(
        words=frozenset(word for word in found if len(word) > 1),
        initials=tuple(word for word in found if len(word) == 1),
    )


def name_words(author: str) -> frozenset[str]:
    """The words of an author's full name, folded."""
    return frozenset(_folded_words(author))


def whole_words(text: str) -> str:
    """The words of a name that are no initials, as they are written, with single spaces."""
    parts = (part.strip("-") for part in _SEPARATOR.split(text.replace("’", "'")))
    return " ".join(part for part in parts if len(part) > 1)


def canonical_name(text: str) -> str:
    """The words of a name with single spaces: the same for all ways to separate them."""
    return " ".join(_WORD.findall(text.replace("’", "'")))


def _folded_words(text: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in _WORD.findall(text.replace("’", "'")))

"""Stem English words by Porter's algorithm of 1980 with his two later departures, as arXiv's search does.

Source: M. F. Porter, "An algorithm for suffix stripping", https://tartarus.org/martin/PorterStemmer/def.txt,
and for the departures and the shortest word https://tartarus.org/martin/PorterStemmer/java.txt.
The steps have Porter's names.

Porter counts the vowel-consonant sequences of a stem, m. The condition m > 0 (or m > 1) holds if the stem is
at least as long as the word up to the end of its first (or second) sequence. So both ends are found once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_STEP_1A = {"sses": "ss", "ies": "i", "ss": "ss", "s": ""}

# `bli` and `logi` are the departures; Porter had `abli` -> `able` at first.
_STEP_2 = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "bli": "ble",
    "logi": "log", "alli": "al", "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate",
    "ator": "ate", "alism": "al", "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al",
    "iviti": "ive", "biliti": "ble",
}  # fmt: skip

_STEP_3 = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}

_STEP_4 = {
    "al": "", "ance": "", "ence": "", "er": "", "ic": "", "able": "", "ible": "", "ant": "", "ement": "",
    "ment": "", "ent": "", "ion": "", "ou": "", "ism": "", "ate": "", "iti": "", "ous": "", "ive": "",
    "ize": "",
}  # fmt: skip

_SHORTEST = 3

_DOUBLE = re.compile(r"([^aeiouylszY])\1\Z")  # Porter's *d, but not l, s and z

# A `y` is a consonant at the beginning of a word and after a vowel; it is then written `Y`.
_CONSONANT_Y = re.compile(r"(^|[aeiouy])y")
_VOWEL = re.compile(r"[aeiouy]")
_VOWELS_THEN_CONSONANT = re.compile(r"[^aeiouy]*[aeiouy]+[^aeiouy]")
_SHORT_END = re.compile(r"[^aeiouy][aeiouy][^aeiouywxY]\Z")  # Porter's *o


@dataclass(frozen=True, slots=True)
class _Regions:
    """Where a word's first and second vowel-consonant sequence end; its length if there is none."""

    first: int
    second: int


def stem(word: str) -> str:
    """The stem of a word in lower case. Characters other than vowels count as consonants.

    A word of one or two letters stays as it is.
    """
    if len(word) < _SHORTEST:
        return word
    word = _CONSONANT_Y.sub(r"\1Y", word)
    regions = _regions(word)
    word = _step_1b(_replaced(word, _STEP_1A, 0), regions)
    word = _step_1c(word)
    word = _replaced(word, _STEP_2, regions.first)
    word = _replaced(word, _STEP_3, regions.first)
    word = _step_4(word, regions)
    return _step_5(word, regions).replace("Y", "y")


def _regions(word: str) -> _Regions:
    first = _end_of_sequence(word, 0)
    return _Regions(first, _end_of_sequence(word, first))


def _end_of_sequence(word: str, start: int) -> int:
    found = _VOWELS_THEN_CONSONANT.match(word, start)
    return found.end() if found else len(word)


def _step_1b(word: str, regions: _Regions) -> str:
    """`agreed` -> `agree`, `hopping` -> `hop`, `filing` -> `file`."""
    if word.endswith("eed"):
        return word[:-1] if len(word) - 3 >= regions.first else word
    ending = _longest_ending(word, ("ing", "ed"))
    rest = word.removesuffix(ending)
    if not ending or not _VOWEL.search(rest):
        return word
    if rest.endswith(("at", "bl", "iz")):
        return f"{rest}e"
    if _DOUBLE.search(rest):
        return rest[:-1]
    return f"{rest}e" if len(rest) == regions.first and _SHORT_END.search(rest) else rest


def _step_1c(word: str) -> str:
    """`happy` -> `happi`, but `sky`."""
    rest = word[:-1]
    return f"{rest}i" if word.endswith(("y", "Y")) and _VOWEL.search(rest) else word


def _step_4(word: str, regions: _Regions) -> str:
    """`adoption` -> `adopt`; `ion` only after `s` or `t`."""
    if _longest_ending(word, _STEP_4) == "ion" and not word.endswith(("sion", "tion")):
        return word
    return _replaced(word, _STEP_4, regions.second)


def _step_5(word: str, regions: _Regions) -> str:
    """`probate` -> `probat`, `controll` -> `control`."""
    rest = word[:-1]
    if word.endswith("e") and _loses_e(rest, regions):
        word, rest = rest, rest[:-1]
    return rest if word.endswith("ll") and len(rest) >= regions.second else word


def _loses_e(rest: str, regions: _Regions) -> bool:
    if len(rest) >= regions.second:
        return True
    return len(rest) >= regions.first and not _SHORT_END.search(rest)


def _replaced(word: str, endings: Mapping[str, str], region: int) -> str:
    """The word with its longest ending replaced, if what is before it has the length `region` at least."""
    ending = _longest_ending(word, endings)
    rest = word.removesuffix(ending)
    return rest + endings[ending] if ending and len(rest) >= region else word


def _longest_ending(word: str, endings: Mapping[str, str] | tuple[str, ...]) -> str:
    """The longest of the endings (of 1 to 7 letters) that the word has; empty if it has none."""
    return next(
        (word[-length:] for length in range(min(7, len(word)), 0, -1) if word[-length:] in endings), ""
    )

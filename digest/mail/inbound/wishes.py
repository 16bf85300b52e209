"""Recognise the wish to get no more mail, in the languages that readers most likely write.

A text is a wish if it holds a phrase that says so, and besides only words of politeness. So whatever says
something else ("do not unsubscribe me", "how do I unsubscribe a colleague") has a word too many.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from digest.domain.text import one_line
from digest.mail.inbound.phrases import ADDRESSED, ALONE, EVERYWHERE, GREETINGS, SPACED, THANKS, UNSPACED

_LONGEST = 200
"""Characters of a line that may be a wish."""
_NAME_WORDS = 2
_SENTENCES = re.compile(r"[.!;,…。！，；、]|\b(?:and|und|et)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Language:
    wishes: re.Pattern[str]
    polite: re.Pattern[str]

    def are_wish(self, sentences: Sequence[str]) -> bool:
        """Two different phrases in a sentence may be the reverse: "cancel my unsubscription"."""
        found = [len(set(self.wishes.findall(sentence))) for sentence in sentences]
        return max(found, default=0) == 1 and all(map(self._is_polite, sentences))

    def _is_polite(self, sentence: str) -> bool:
        return not self.polite.sub("", self.wishes.sub(" ", sentence)).strip()


def is_wish(text: str) -> bool:
    """Whether the text says that its author wants no more mail, and nothing else."""
    if len(text) > _LONGEST or any(sign in text for sign in "?？¿؟"):
        return False
    sentences = _without_name([plain(sentence) for sentence in _SENTENCES.split(text)])
    together = [sentence.replace(" ", "") for sentence in sentences]
    return (
        plain(text) in _ALONE
        or any(language.are_wish(sentences) for language in _SPACED)
        or any(language.are_wish(together) for language in _UNSPACED)
    )


def is_greeting(text: str) -> bool:
    """Whether the text is only a greeting, such as `Dear Daily Papers team,`."""
    first, *others = _GREETED.sub("\n", plain(text[:_LONGEST]), count=1).split("\n") or [""]
    return first == "" and bool(others) and set(others[0].split()) <= _ADDRESSED


def is_thanks(text: str) -> bool:
    """Whether the text is only thanks or regards."""
    return plain(text[:_LONGEST]) in _THANKS


def plain(text: str) -> str:
    """Words in lower case, without accents, punctuation and invisible characters, with single spaces."""
    apart = unicodedata.normalize("NFKD", one_line(text)).casefold()
    kept = (character for character in apart if unicodedata.category(character)[0] not in "MC")
    words = "".join(character if character.isalnum() else " " for character in kept)
    return unicodedata.normalize("NFC", " ".join(words.split()))


def _without_name(sentences: Sequence[str]) -> Sequence[str]:
    """`Unsubscribe me. Thanks, Ada Example`"""
    is_signed = len(sentences) > 1 and sentences[-2] in _THANKS and len(sentences[-1].split()) <= _NAME_WORDS
    return sentences[:-1] if is_signed else sentences


def _phrases(text: str) -> list[str]:
    """As `plain` has them, the longest first."""
    return sorted({plain(phrase) for phrase in text.split(",")}, key=len, reverse=True)


def _spaced(wishes: str, polite: str) -> _Language:
    """A language that writes spaces between words."""
    either = ("|".join(map(re.escape, _phrases(text))) for text in (f"{EVERYWHERE}, {wishes}", polite))
    return _Language(*(re.compile(rf"\b(?:{phrases})\b") for phrases in either))


def _unspaced(wishes: str, polite: str) -> _Language:
    """A language that writes none, or as it likes."""
    texts = (f"{EVERYWHERE}, {wishes}", polite)
    either = ("|".join(re.escape(phrase.replace(" ", "")) for phrase in _phrases(text)) for text in texts)
    return _Language(*(re.compile(phrases) for phrases in either))


_SPACED = tuple(_spaced(*texts) for texts in SPACED.values())
_UNSPACED = tuple(_unspaced(*texts) for texts in UNSPACED.values())
_ALONE, _THANKS, _ADDRESSED = (frozenset(_phrases(text)) for text in (ALONE, THANKS, ADDRESSED))
_GREETED = re.compile(rf"(?:{'|'.join(_phrases(GREETINGS))})(?: |$)")

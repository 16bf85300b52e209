"""Remark on a phrase or an author's name that cannot mean what was written, or that finds hardly anything."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from digest.config import fields
from digest.config.offers import listed, scalar
from digest.config.phrases import Remark, about_quotes, about_sign
from digest.config.quoting import quoted
from digest.domain.analyzer import phrase_stems, searchable, stem_of
from digest.domain.names import person_name, whole_words

LONGEST_USUAL = 5
"""Words of a phrase. Few longer ones are found, since all must stand side by side."""

_PREFIX = re.compile(
    r"(?<!\w)(?:(?:ti|abs|au|cat):(?=\s*\S)|(?:all|co|jr|rn|id|submittedDate|lastUpdatedDate):(?=\S))"
)
_OPERATOR = re.compile(r"(?<=\S)\s+(?:ANDNOT|AND|OR|NOT)\s+(?=\S)")
_LOWER_CASE_OPERATOR = re.compile(r"(?<=\S)\s+(?:or|and\s+not)\s+(?=\S)")
_SIGN = re.compile(r"\||(?<=\s)(?:&&|\+)(?=\s)|(?<!\S)[+-](?=\w)")
_BRACKETS = re.compile(r"(?<!\S)\([^()]*\)(?!\w)|[\[\]{}【】〔〕「」『』《》〈〉]")
_ACRONYM = re.compile(r"(?P<phrase>[^()]+?)\s*\((?P<acronym>[^()\s]+)\)")
_STAR = re.compile(r"\w{2,}\*(?![\w-])")
_AMPERSAND = re.compile(r"\s&\s")
_COMMAS = "，､、﹐﹑،；﹔؛;"
_SEPARATOR = re.compile(rf"\s*(?:[{_COMMAS}／・･。｡]|,(?!\d)|(?<=\s)/(?=\s))\s*")
_SEPARATOR_OF_NAMES = re.compile(rf"\s*[{_COMMAS}]\s*")
_CATEGORY = re.compile(r"([a-z-]+)\.([a-z]{2})", re.IGNORECASE)
_ARCHIVE = re.compile(r"([a-z-]+)\.\*", re.IGNORECASE)
_PAPER = re.compile(r"(?:https?://|arxiv:)\S+|\d{4}\.\d{4,5}(?:v\d+)?", re.IGNORECASE)
_FOREIGN = (
    "\u0400-\u04ff\u0391\u0392\u0395-\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf"
)
_LOOK_ALIKE = re.compile(
    rf"(?<=[A-Za-z])[{_FOREIGN}]|[{_FOREIGN}](?=[A-Za-z])|[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]"
)
_LATIN_GREEK_OR_DIGIT = re.compile(r"[a-z0-9α-ω]", re.IGNORECASE)

_Check = Callable[[str], Remark | None]


def remark_on_phrase(text: str, *, exact: bool = False) -> Remark | None:
    """What is to be said of a phrase, or None. An exact one is meant word for word."""
    checks = (_quotes, _paper, _search, _category, _letters, _script, _nothing_left)
    return _first((*checks, *(() if exact else _GENTLE)), " ".join(text.split()))


def remark_on_author(text: str) -> Remark | None:
    """What is to be said of a name, or None."""
    checks = (_quotes, _search_for_names, _names, _initials, _letters, _script_of_name)
    return _first(checks, " ".join(text.split()))


def _first(checks: Sequence[_Check], text: str) -> Remark | None:
    return next((remark for check in checks if (remark := check(text))), None)


def _quotes(text: str) -> Remark | None:
    return about_quotes(text) if re.search("[“”«»]", text) else None


def _search(text: str) -> Remark | None:
    """Operators, the prefixes of fields, signs."""
    plain = _of_usual_width(text)
    for pattern in (_PREFIX, _OPERATOR, _SIGN):
        if found := pattern.search(plain):
            return about_sign(text, " ".join(found[0].split()))
    if _STAR.search(plain):
        return Remark(f"{quoted(text)}: * means nothing here, since endings are found without it; delete it")
    return _brackets(text) if _BRACKETS.search(plain) else None


def _brackets(text: str) -> Remark:
    problem = f"{quoted(text)} is looked for as {quoted(searchable(text))}, without brackets"
    if found := _ACRONYM.fullmatch(text):
        return Remark(f"{problem}; if either is meant, write", (listed("any", found.groups()),))
    return Remark(f"{problem}; delete them, or write a search under `query` in a definition")


def _paper(text: str) -> Remark | None:
    """The address or number of one paper."""
    if not _PAPER.fullmatch(_of_usual_width(text)):
        return None
    return Remark(f"{quoted(text)} is looked for in titles and abstracts, and finds no paper; write words")


def _of_usual_width(text: str) -> str:
    """The text with ASCII signs in place of the wide ones that Chinese and Japanese input methods type."""
    return unicodedata.normalize("NFKC", text)


def _category(text: str) -> Remark | None:
    """A category alone, or what looks like one."""
    plain = _of_usual_width(text)
    if archive := _ARCHIVE.fullmatch(plain):
        plain = archive[1].lower()
    shaped = _CATEGORY.fullmatch(plain)
    name = f"{shaped[1].lower()}.{shaped[2].upper()}" if shaped else plain
    if fields.is_category(name):
        problem = f"{quoted(text)} is looked for as a phrase; if the category is meant, write"
        return Remark(problem, (listed("categories", [name]),))
    if shaped and fields.is_category(shaped[1].lower()):
        remedy = fields.nearest_category(name)
        return Remark(f"{quoted(text)} is looked for as a phrase, and is no category; {remedy}")
    return None


def _letters(text: str) -> Remark | None:
    """Letters of another script in place of Latin ones."""
    found = _LOOK_ALIKE.search(text)
    if not found:
        return None
    name = f"{found[0]} ({unicodedata.name(found[0], '').capitalize()})"
    return Remark(f"{quoted(text)} has {name} in place of a Latin letter or digit; type it again")


def _script(text: str) -> Remark | None:
    """A phrase in a language that has other letters."""
    if _has_known_letters(text):
        return None
    return Remark(f"{quoted(text)}: arXiv's titles and abstracts are in English; write it in English")


def _script_of_name(text: str) -> Remark | None:
    if _has_known_letters(text):
        return None
    return Remark(f"{quoted(text)}: arXiv has names in Latin letters; write it in these")


def _has_known_letters(text: str) -> bool:
    return bool(_LATIN_GREEK_OR_DIGIT.search(unicodedata.normalize("NFKD", text)))


def _nothing_left(text: str) -> Remark | None:
    """Nothing or one letter is left of the phrase."""
    left = phrase_stems(text)
    why = "arXiv's search ignores signs and words such as a, it and to; use other words"
    if not left:
        return Remark(f"{quoted(text)}: nothing is left of it to search for: {why}")
    if len(left) > 1 or len(left[0] or "") > 1:
        return None
    if len(text) == 1:
        return Remark(f"{quoted(text)}: a single letter stands for many things; use other words")
    return Remark(f"{quoted(text)} is looked for as {quoted(_trimmed(text))} alone: {why}")


def _lower_case_search(text: str) -> Remark | None:
    found = _LOWER_CASE_OPERATOR.search(text)
    return about_sign(text, " ".join(found[0].split())) if found else None


def _list(text: str) -> Remark | None:
    """Several phrases in one text."""
    parts = [part for part in _SEPARATOR.split(text) if part]
    if len(parts) > 1:
        return Remark(f"{quoted(text)} is looked for as one phrase; if it is a list, write {_items(parts)}")
    if _AMPERSAND.search(text):
        written = quoted(_AMPERSAND.sub(" and ", text))
        return Remark(
            f"{quoted(text)} is looked for without &, which does not find {written}; write and for it"
        )
    return None


def _items(parts: Iterable[str]) -> str:
    return f"[{', '.join(map(scalar, parts))}]"


def _less_left(text: str) -> Remark | None:
    """One word is left of several, or an abbreviation at an end is taken for a stop word: `IT Security`."""
    words, left = searchable(text).split(), _trimmed(text)
    count = len(left.split())
    start = next(i for i, word in enumerate(words) if stem_of(word) is not None)
    dropped = (*words[:start], *words[start + count :])
    if not dropped or (count > 1 and (text.isupper() or not any(map(_is_abbreviation, dropped)))):
        return None
    why = f"arXiv's search ignores {' and '.join(dropped)} at an end"
    problem = f"{quoted(text)} is looked for as {quoted(left)} alone: {why}; if every word is needed, write"
    return Remark(problem, (listed("any", [text]), "exact: true"))


def _is_abbreviation(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _trimmed(text: str) -> str:
    """The words from the first to the last that is no stop word."""
    words = searchable(text).split()
    wanted = [place for place, word in enumerate(words) if stem_of(word) is not None]
    return " ".join(words[wanted[0] : wanted[-1] + 1])


def _sentence(text: str) -> Remark | None:
    count = len(text.split())
    if count <= LONGEST_USUAL:
        return None
    return Remark(f"{quoted(text)}: few papers have {count} words side by side; write fewer, or more phrases")


_GENTLE: tuple[_Check, ...] = (_lower_case_search, _list, _less_left, _sentence)
"""What may be meant as it is written."""


def _search_for_names(text: str) -> Remark | None:
    for pattern in (_PREFIX, _OPERATOR, _SIGN, _STAR):
        if found := pattern.search(_of_usual_width(text)):
            sign = " ".join(found[0].split())
            problem = f"{quoted(text)} is taken for one name, in which {sign} has no special meaning"
            return Remark(f"{problem}; write each name alone as an item of the list")
    return None


def _names(text: str) -> Remark | None:
    parts = [part for part in _SEPARATOR_OF_NAMES.split(text) if part]
    if len(parts) < 2:
        return None
    return Remark(f"{quoted(text)} is taken for one name; if it is a list, write {_items(parts)}")


def _initials(text: str) -> Remark | None:
    """A name with no word but initials, or with initials and a surname."""
    name = person_name(text)
    if not name.words:
        example = "'Hinton, G.'"
        return Remark(
            f"{quoted(text)} is an initial, which alone finds nobody; if the name before it goes with it, "
            f"put both into one pair of quotes, such as {example}"
        )
    if len(name.words) == 1 and name.initials:
        asked = whole_words(text)
        return Remark(
            f"{quoted(text)}: arXiv's search knows no initials and is asked for everybody named {asked}; "
            "write the first name in full"
        )
    return None

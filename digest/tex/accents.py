r"""Turn TeX accents into letters, and nothing else: `Schr\"odinger`, `Fr\'{e}chet`, `{\L}ukasz`.

arXiv's search shows a paper with these letters and leaves all other TeX as it is; its announcement feed and
OAI-PMH show what is in its database, with TeX accents. `with_letters` brings the second form to the first.
Unlike `readable` it does not ask what the author meant: arXiv turns `it\'s` into `itś`, too.
"""

import re
import unicodedata

from digest.tex.symbols import LETTERS, TEXT_ACCENTS

_ACCENTED = re.compile(
    r"\\(?P<accent>['`^\"~=.]|[uvHcdbkr](?=[\s{]))"
    r"\s*(?:\{\s*\\?(?P<braced>[^\W\d_])\s*\}|\\?(?P<bare>[^\W\d_]))"
)

_NAMES = sorted((name for name, shown in LETTERS.items() if len(shown) < 3), key=len, reverse=True)
_LETTER = re.compile(rf"\\(?P<name>{'|'.join(_NAMES)})(?![A-Za-z])(?:\{{\}}|\s+)?")

_BRACED = re.compile(r"\{([^\W\d_a-zA-Z])\}")


def with_letters(text: str) -> str:
    """The text with letters for its TeX accents and its TeX names of letters; all else stays as it is."""
    if "\\" not in text:
        return text
    letters = _LETTER.sub(lambda found: LETTERS[found["name"]], _ACCENTED.sub(_composed, text))
    return _BRACED.sub(r"\1", letters)


def _composed(found: re.Match[str]) -> str:
    """One letter with its accent; what no letter stands for stays as it is."""
    letter = unicodedata.normalize("NFC", (found["braced"] or found["bare"]) + TEXT_ACCENTS[found["accent"]])
    return letter if len(letter) == 1 else found[0]

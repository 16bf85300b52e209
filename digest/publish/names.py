"""Name a file after a keyword: safe on every disk and in every web address, and readable.

Letters and digits of any script stay, in lower case; spaces and hyphens become `-`; every other sign becomes
its number, as in `c=2b=2b` for `C++`, so that the keyword can be read from the name.
"""

import re
import unicodedata
from collections.abc import Iterable

from digest.domain.keywords import Keyword

_LONGEST_BYTES = 120  # a name may have 255 on most disks, with what is added to it
_ID_DIGITS = 8
_KEPT = ("L", "M", "N")  # letters, marks and numbers: Unicode's categories
_GAP = re.compile(r"[\s\-‐‑]+")

# Windows has devices of these names; the others are names of pages that belong to no keyword.
_TAKEN = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9¹²³]|index|readme|all|\d{4}-\d{2}")


def file_names(keywords: Iterable[Keyword]) -> dict[Keyword, str]:
    """The name, without an extension, of each keyword's file: no two are the same, on no disk.

    A keyword's name stays while others come and go behind it; only where two would share one, the later
    has the beginning of its id in it.
    """
    names: dict[Keyword, str] = {}
    used: set[str] = set()
    for keyword in keywords:
        plain = _shortened(_plain(keyword.name))
        name = plain if plain not in used else f"{plain}={keyword.id[:_ID_DIGITS]}"
        names[keyword] = name
        used.add(name)
    return names


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    name = "".join(map(_sign, _GAP.sub("-", folded.strip())))
    return f"{name}=" if _TAKEN.fullmatch(name) else name


def _sign(character: str) -> str:
    if character == "-" or unicodedata.category(character)[0] in _KEPT:
        return character
    return "".join(f"={byte:02x}" for byte in character.encode("utf-8", "replace"))


def _shortened(name: str) -> str:
    """The name, cut off if it is too long for a disk; what differs only behind the cut shares a name then."""
    return name.encode()[:_LONGEST_BYTES].decode(errors="ignore")

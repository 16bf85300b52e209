"""Escape text for a conversation at GitHub, where text can call people: `@name`, `#1`, a commit, an address.

A zero-width space breaks what GitHub would act on, even if it reads the text before it reads the Markdown. An
entity does not. Source: GitHub's pages "Autolinked references and URLs" and "Basic writing and formatting
syntax".
"""

import re

from digest.domain.text import one_line, shortened
from digest.system.masking import masked
from digest.tex.readable import readable

_BREAK = "\u200b"
_TOO_SHORT = 6  # digits of a commit; GitHub wants seven

# Behind these comes what is called: a person, an issue, an emoji, the host of an address.
_CALL = r"(?P<call>[@#]|GH-(?=\d)|:(?=//)|:(?=[\w+-]+:)|www(?=\.))"
_COMMIT = r"(?P<commit>(?<![0-9A-Za-z])[0-9a-f]{7,40}(?![0-9A-Za-z]))"
_MARK = r"(?P<mark>[&<>|`*_~\\\[\]])"
_DOLLAR = r"(?P<dollar>\$)"
_ADDRESS = r"(?P<address>https?://[A-Za-z0-9][\w.~:/?&+=%-]*[\w/=-])"
_TEXT = (_COMMIT, _CALL, _MARK, _DOLLAR)
_LIVE = re.compile("|".join(_TEXT), re.ASCII | re.IGNORECASE)
_LIVE_OR_ADDRESS = re.compile("|".join((_ADDRESS, *_TEXT)), re.ASCII | re.IGNORECASE)

_CONVERSATION = re.compile(
    r"https?://(?:www\.)?github\.com/[^/]+/[^/]+/(?:issues|pulls?|discussions|commits?)\b",
    re.ASCII | re.IGNORECASE,
)
"""GitHub tells all who take part in it of each link to it."""


def plain(text: str, longest: int) -> str:
    """The text as people read it, on one line: without TeX, without any address of a person."""
    return shortened(masked(readable(one_line(text))), longest)


def quiet(text: str) -> str:
    """The text as Markdown that shows it as it is, calls nobody and links nothing."""
    return _LIVE.sub(_escaped, text)


def quiet_with_links(text: str) -> str:
    """As `quiet`, but web addresses become links, except those of conversations at GitHub."""
    return _LIVE_OR_ADDRESS.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    text = found[0]
    match found.lastgroup:
        case "address":
            return quiet(text) if _CONVERSATION.match(text) else f"<{text}>"
        case "commit":
            return _BREAK.join(text[start : start + _TOO_SHORT] for start in range(0, len(text), _TOO_SHORT))
        case "call":
            return f"{text}{_BREAK}"
        case "dollar":  # GitHub's own advice, where mathematics would begin
            return "<span>$</span>"
        case _:
            return f"&#{ord(text)};"

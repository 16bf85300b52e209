"""Text that GitHub's Markdown shows as it stands: nothing in it can format, link, notify or break a table.

Only two things keep a meaning: mathematics between dollars, and web addresses where a caller wants
them clickable. Sources: https://github.github.com/gfm/ and GitHub's page "Writing mathematical
expressions".
"""

import re

from digest.domain.text import one_line

# What GitHub finds in a text even behind an entity: mentions, addresses, references, emoji, mathematics.
_CATCHWORD = r"(?P<catchword>[$@#]|:(?=//)|:(?=[\w+-]+:)|(?<=www)\.)"

_MARK = r"(?P<mark>[&<>|`*_~\\\[\]])"

_ADDRESS = r"(?P<address>https?://[A-Za-z0-9][\w.~:/?&+=%-]*[\w/=-])"

# Pandoc's rule: no space inside the dollars, no digit behind the closing one, else it is money. A
# backtick would end GitHub's form of mathematics, so what has one stays plain text.
_TEX = r"(?! )(?:[^$`\\]|\\[^`])+(?<! )"

_DISPLAY = rf"(?<![$\\])\$\$ ?(?P<display>{_TEX}) ?\$\$(?!\$)"

_INLINE = rf"(?<![$\\])\$(?P<inline>{_TEX})\$(?![$0-9])"

_LIVE = re.compile("|".join((_DISPLAY, _INLINE, _CATCHWORD, _MARK)), re.ASCII | re.IGNORECASE)

_LIVE_OR_ADDRESS = re.compile(
    "|".join((_DISPLAY, _INLINE, _ADDRESS, _CATCHWORD, _MARK)), re.ASCII | re.IGNORECASE
)

_TEX_BAR = re.compile(r"\\.|\|")

_TEX_BAR_NAMES = {"|": r"\vert ", r"\|": r"\Vert "}


def words(text: str) -> str:
    """The text on one line, as Markdown for a heading, a table cell or the words of a link."""
    return _LIVE.sub(_harmless, one_line(text))


def linked_words(text: str) -> str:
    """As `words`, with the web addresses in it clickable; not for the words of a link."""
    return _LIVE_OR_ADDRESS.sub(_harmless, one_line(text))


def _harmless(found: re.Match[str]) -> str:
    text = found[0]
    match found.lastgroup:
        case "display" | "inline" as kind:
            return _mathematics(found[kind])
        case "address":
            return f'<a href="{text.replace("&", "&amp;")}">{_LIVE.sub(_harmless, text)}</a>'
        case "catchword":
            return f"<span>{text}</span>"
        case _:
            return f"&#{ord(text)};"


def _mathematics(tex: str) -> str:
    """TeX between dollar-backticks, where Markdown means nothing except that a bar ends a table's cell."""
    without_bars = _TEX_BAR.sub(lambda found: _TEX_BAR_NAMES.get(found[0], found[0]), tex)
    return f"$`{without_bars}`$"

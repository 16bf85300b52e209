"""Escape text for GitHub's Markdown: nothing in it can format, link, notify or break a table.

Two things keep their meaning: mathematics between dollars, and web addresses if wanted. Sources:
https://github.github.com/gfm/ and GitHub's page "Writing mathematical expressions".
"""

import re

from digest.domain.text import one_line

# GitHub finds these even if they are written as an entity: mentions, addresses, references, emoji,
# mathematics.
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


def escape(text: str) -> str:
    """The text on one line, as Markdown for a heading, a table cell or the text of a link."""
    return _LIVE.sub(_escaped, one_line(text))


def escape_with_links(text: str) -> str:
    """As `escape`, but web addresses become links; not for the text of a link."""
    return _LIVE_OR_ADDRESS.sub(_escaped, one_line(text))


def _escaped(found: re.Match[str]) -> str:
    text = found[0]
    match found.lastgroup:
        case "display" | "inline" as kind:
            return _mathematics(found[kind])
        case "address":
            return f'<a href="{text.replace("&", "&amp;")}">{_LIVE.sub(_escaped, text)}</a>'
        case "catchword":
            return f"<span>{text}</span>"
        case _:
            return f"&#{ord(text)};"


def _mathematics(tex: str) -> str:
    """TeX between dollar-backticks, where only a bar has a meaning in Markdown: it ends a table's cell."""
    without_bars = _TEX_BAR.sub(lambda found: _TEX_BAR_NAMES.get(found[0], found[0]), tex)
    return f"$`{without_bars}`$"

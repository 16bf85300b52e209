"""Escape text for GitHub: nothing in it can format, link, notify, break a table or stop GitHub Pages.

In prose two things keep their meaning: mathematics between dollars, and web addresses. Sources:
https://github.github.com/gfm/, GitHub's page "Writing mathematical expressions", and for what it leaves
out https://github.com/github/markup/issues/1742 and https://github.com/nschloe/github-math-bugs
"""

import re

from digest.domain.text import one_line

# GitHub finds these even if they are written as an entity: mentions, addresses, references, emoji,
# mathematics.
_CATCHWORD = r"(?P<catchword>[$@#]|:(?=//)|:(?=[\w+-]+:)|(?<=[Ww]{3})\.)"
_MARK = r"(?P<mark>[&<>|`*_~\\\[\]{])"
_ADDRESS = r"(?P<address>[Hh][Tt]{2}[Pp][Ss]?://[A-Za-z0-9][\w.~:/?&+=%-]*[\w/=-])"

# Pandoc's rule: no space inside the dollars, no digit behind the closing one, else it is money. A
# backtick would end GitHub's form of mathematics, so what has one stays plain text.
_TEX = r"(?! )(?:[^$`\\]|\\[^`])+(?<! )"
_DISPLAY = rf"(?<![$\\])\$\$ ?(?P<display>{_TEX}) ?\$\$(?!\$)"
_INLINE = rf"(?<![$\\])\$(?P<inline>{_TEX})\$(?![$0-9])"

_FIRST = r"(?=[$@#:.&<>|`*_~\\\[\]{Hh])"  # passes over other characters quickly

_LIVE = re.compile(f"{_FIRST}(?:{'|'.join((_CATCHWORD, _MARK))})", re.ASCII)
_LIVE_IN_PROSE = re.compile(
    f"{_FIRST}(?:{'|'.join((_DISPLAY, _INLINE, _ADDRESS, _CATCHWORD, _MARK))})", re.ASCII
)

# A bar ends a cell of a table, GitHub takes < and > without spaces for HTML, and % begins a comment.
_TEX_SIGN = re.compile(r"\\.| ?[<>] ?|[|%]")
_TEX_SIGNS = {"|": r"\vert ", r"\|": r"\Vert ", "%": r"\%"}

# Two open braces begin a command of Jekyll, which GitHub Pages runs over each page: one that it does not
# understand stops them all. To TeX a space is nothing.
_JEKYLL = re.compile(r"\{(?=\{)")


def escape(text: str) -> str:
    """The text on one line, literally, as Markdown for a heading, a table cell or the text of a link.

    Mathematics is shown as it is written: GitHub renders none in the text of a link.
    """
    return _LIVE.sub(_literally, one_line(text))


def escape_prose(text: str) -> str:
    """As `escape`, but web addresses become links, and mathematics is rendered; not for the text of a link.

    A formula with a letter or a digit right before it stays as it is written: GitHub does not render it.
    """
    return _LIVE_IN_PROSE.sub(_escaped, one_line(text))


def _escaped(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "display" | "inline" as kind:
            is_after_a_word = found.start() and found.string[found.start() - 1].isalnum()
            return _LIVE.sub(_literally, found[0]) if is_after_a_word else _mathematics(found[kind])
        case "address":
            words = _LIVE.sub(_literally, found[0])
            return f'<a href="{found[0].replace("&", "&amp;")}">{words}</a>'
        case _:
            return _literally(found)


def _literally(found: re.Match[str]) -> str:
    return f"<span>{found[0]}</span>" if found["catchword"] else f"&#{ord(found[0])};"


def _mathematics(tex: str) -> str:
    """TeX between dollar-backticks, where Markdown has no other meaning."""
    return f"$`{_JEKYLL.sub('{ ', _TEX_SIGN.sub(_tex_sign, tex))}`$"


def _tex_sign(found: re.Match[str]) -> str:
    sign = found[0].strip()
    return f" {sign} " if sign in "<>" else _TEX_SIGNS.get(found[0], found[0])

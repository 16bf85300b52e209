"""CSS into style attributes, since mail programs heed little else. The only module that knows premailer.

It works on templates, once, and not on each page that is made of them: a hundred times as fast.
"""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import accumulate

from premailer import Premailer

from digest.errors import RenderError
from digest.system.templates import blanked

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)

_OWN_STYLE = re.compile(r'\sstyle="[^"]*"')

_NUMBER = "data-tag"


def inline(template: str, css: str) -> str:
    """The HTML template with the rules of `css` as `style` attributes of its elements.

    A rule that depends on more than one element holds where these stand in each other in the template
    itself. What cannot stand in an attribute (media queries) goes into a `<style>` at the end of the head,
    where premailer makes it `!important`. Fetches nothing, and changes no line break. Raises RenderError
    for a selector that cannot be understood; cssutils leaves out other faulty rules, as a browser would.
    """
    markup = blanked(template)
    tags = _StartTags(markup).found
    if not tags:
        return template
    numbered = _rewritten(markup, tags, lambda number: f' {_NUMBER}="{number}"')
    styled = _styled(numbered, css)
    styles = {tag.number: tag.style for tag in _StartTags(styled).found}
    with_styles = _rewritten(template, tags, lambda number: _attribute(styles.get(str(number), "")))
    return _with_rules(with_styles, "".join(_STYLE.findall(styled)))


@dataclass(frozen=True, slots=True)
class _Tag:
    """A start tag: where its name ends and where it ends, and what we want of its attributes."""

    name_end: int
    end: int
    number: str
    style: str


class _StartTags(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self._lines = list(accumulate((len(line) + 1 for line in markup.split("\n")), initial=0))
        self.found: list[_Tag] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        begin = self._lines[line - 1] + column
        end = begin + len(self.get_starttag_text() or "")
        has = dict(attrs)
        self.found.append(_Tag(begin + 1 + len(tag), end, has.get(_NUMBER) or "", has.get("style") or ""))


def _rewritten(text: str, tags: Sequence[_Tag], attribute: Callable[[int], str]) -> str:
    """The text with this attribute of each tag by its number, first of all and in place of a style."""
    pieces, done = [], 0
    for number, tag in enumerate(tags):
        rest = text[tag.name_end : tag.end]
        added = attribute(number)
        pieces += [text[done : tag.name_end], added, _OWN_STYLE.sub("", rest) if "style=" in added else rest]
        done = tag.end
    return "".join(pieces) + text[done:]


def _attribute(style: str) -> str:
    """Without the spaces that make no difference: they stand in every paper's card."""
    compact = style.replace("; ", ";").replace('"', "'")
    return f' style="{compact}"' if style else ""


def _styled(page: str, css: str) -> str:
    premailer = Premailer(
        page,
        css_text=css,
        allow_network=False,
        strip_important=False,
        disable_basic_attributes=["align", "bgcolor", "height", "valign", "width"],
        cssutils_logging_level=logging.CRITICAL,
        disable_validation=True,
    )
    try:
        return str(premailer.transform(pretty_print=False))
    except (SyntaxError, RuntimeError) as exc:  # what cssselect's errors are beneath
        raise RenderError(f"digest.css: {exc}") from exc


def _with_rules(template: str, rules: str) -> str:
    style = f"<style>{' '.join(rules.split())}</style>" if rules.strip() else ""
    return template.replace("</head>", f"{style}</head>", 1)

"""Move CSS rules into style attributes, because mail programs apply little else. Wraps premailer.

It works once on each template, not on each mail: premailer takes 20 to 65 ms for a whole mail.
"""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from itertools import accumulate

from cssutils import CSSParser
from cssutils.css import CSSStyleSheet
from premailer import Premailer

from digest.errors import RenderError
from digest.system.templates import blanked

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)  # in which Outlook finds rules of its own
_OWN_STYLE = re.compile(r'\sstyle="[^"]*"')
_NUMBER = "data-tag"


def inline(template: str, css: str) -> str:
    """The HTML template with the rules of `css` as `style` attributes of its elements.

    A rule for nested elements applies where they are nested in the template itself. Rules that cannot be
    an attribute (media queries) go into a `<style>` at the end of the head, as `!important`. Fetches
    nothing and keeps every line break, so that errors name the template's lines. Raises RenderError for an
    invalid selector; other faulty rules are left out, as in a browser.
    """
    markup = blanked(template)  # premailer percent-encodes {{ }} in links and breaks {% %} inside tables
    tags = _StartTags(markup).found
    if not tags:
        return template
    numbered = _rewritten(markup, tags, lambda number: f' {_NUMBER}="{number}"')
    styled = _styled(numbered, css)
    styles = {tag.number: tag.style for tag in _StartTags(styled).found}
    with_styles = _rewritten(template, tags, lambda number: _attribute(styles.get(str(number), "")))
    return _with_rules(with_styles, "".join(_STYLE.findall(_COMMENT.sub("", styled))))


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
    """The text with `attribute(number)` put into each tag, first of all and instead of its own style."""
    pieces, done = [], 0
    for number, tag in enumerate(tags):
        rest = text[tag.name_end : tag.end]
        added = attribute(number)
        pieces += [text[done : tag.name_end], added, _OWN_STYLE.sub("", rest) if "style=" in added else rest]
        done = tag.end
    return "".join(pieces) + text[done:]


def _attribute(style: str) -> str:
    """Without optional spaces: they would be repeated for every paper."""
    compact = style.replace("; ", ";").replace(", ", ",").replace('"', "'")
    return f' style="{compact}"' if style else ""


class _Premailer(Premailer):  # type: ignore[misc]
    """Premailer, but cssutils beneath it fetches no style sheet that an `@import` names."""

    def _parse_css_string(self, css_body: str, validate: bool = True) -> CSSStyleSheet:
        return _parsed(css_body, validate)


@lru_cache(maxsize=8)  # as premailer keeps what it parses: it takes half a second
def _parsed(css: str, validate: bool) -> CSSStyleSheet:
    return CSSParser(fetcher=lambda url: None).parseString(css, validate=validate)


def _styled(page: str, css: str) -> str:
    premailer = _Premailer(
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

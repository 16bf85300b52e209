"""Find what the sender of a message wrote, without what they quote."""

import re
from collections.abc import Iterator
from email.message import Message
from itertools import islice

from lxml import etree

from digest.mail.inbound.mime import subparts
from digest.mail.inbound.text import readable

_MOST_CHARACTERS = 100_000  # the style sheet of an HTML mail may stand before its text
_MOST_LINES = 200

_HIDDEN = {"head", "title", "style", "script", "template", "object"}
_INLINE = {"a", "abbr", "b", "big", "bdi", "code", "em", "font", "i", "img", "mark", "s", "small", "span"}
_INLINE |= {"strong", "sub", "sup", "tt", "u", "wbr"}
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

_QUOTED = re.compile(r"[>＞|]")
_RULE = "-----"
_LINK = "(link) "  # before its words, such as "unsubscribe" below a signature: nobody types a link

# What follows is quoted, or a signature.
_ENDS = re.compile(
    r"--$|[-_=*]{3,}|\*?(from|von|de|da|van|från|od|от|发件人|寄件者|差出人|보낸 ?(사람|이))\*?\s*[:：]|"
    r"begin forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié|"
    r"(sent (from|with|via)|get outlook|gesendet (von|mit)|envoyé (de|depuis)|enviado (desde|do|de)|"
    r"inviato da|verzonden vanaf|отправлено (из|с))\b|发自|發自|從我的|iphoneから|나의 iphone|"
    r"von meinem .{1,30} gesendet|virus-free|this e-?mail has been checked|diese e-mail wurde von avast|"
    r"this message was automatically generated|apple mail sent this",
    re.IGNORECASE,
)
_LONGEST_ATTRIBUTION = 300
_DIGIT = re.compile(r"\d")
_WROTE = re.compile(
    r"\bwrote\b|\bschrieb\b|a écrit|escribió|escreveu|ha scritto|написал|пишет|写道|寫道|のメッセージ|"
    r"のメール|書きました|작성|썼습니다|님이 쓴|\bschreef\b|napisał|\d{4}.{0,60}@",
    re.IGNORECASE,
)


def own_lines(message: Message) -> list[str]:
    """The lines that are not empty, without what is quoted; up to a signature or an original message."""
    lines: list[str] = []
    after_attribution = False
    spaced = (" ".join(line.split()) for line in whole_text(message).splitlines())
    for line in islice(filter(None, spaced), _MOST_LINES):
        is_quoted, is_attribution = bool(_QUOTED.match(line)), _is_attribution(line)
        if _ENDS.match(line) or (after_attribution and not is_quoted):
            break
        if is_attribution:
            _drop_beginning_of(line, lines)
        elif not is_quoted:
            lines.append(line)
        after_attribution = is_attribution
    return lines


def _is_attribution(line: str) -> bool:
    """`On Wed, 24 Jun 2026, Daily Papers wrote:`"""
    return len(line) < _LONGEST_ATTRIBUTION and line.endswith((":", "：")) and _WROTE.search(line) is not None


def _drop_beginning_of(attribution: str, lines: list[str]) -> None:
    """`On Wed, 24 Jun 2026, Daily Papers`, where the line was broken: it has the date."""
    if lines and not _DIGIT.search(attribution) and _DIGIT.search(lines[-1]):
        lines.pop()


def whole_text(message: Message) -> str:
    """All that a person reads: the first plain text that is not empty, or else what HTML shows."""
    plain = (readable(part)[:_MOST_CHARACTERS] for part in _texts(message, "text/plain"))
    shown = (_shown(readable(part)[:_MOST_CHARACTERS]) for part in _texts(message, "text/html"))
    return next(filter(str.strip, plain), "") or next(filter(str.strip, shown), "")


def _texts(part: Message, content_type: str) -> Iterator[Message]:
    """The texts of a message; without attachments and attached messages."""
    if part.get_content_disposition() == "attachment":
        return
    if part.get_content_type() == content_type:
        yield part
    elif part.get_content_maintype() == "multipart":
        for subpart in subparts(part):
            yield from _texts(subpart, content_type)


def _shown(html: str) -> str:
    """The text that HTML shows, with `> ` before each line of a quotation."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(html.encode("utf-8", "replace"), parser) if html.strip() else None
    return "" if root is None else "".join(_pieces(root))


def _pieces(root: "etree._Element") -> Iterator[str]:
    quoted = hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        is_start, was_hidden = event == "start", hidden
        quoted += _is_quotation(element) * (1 if is_start else -1)
        hidden += _is_hidden(element) * (1 if is_start else -1)
        if element.tag not in _INLINE and not hidden and not was_hidden:
            yield f"\n{_RULE}\n" if element.tag == "hr" and is_start else "\n> " if quoted else "\n"
        if is_start and element.get("href") and not hidden:
            yield _LINK
        if not hidden:
            yield re.sub(r"\s+", " ", (element.text if is_start else element.tail) or "")


def _is_quotation(element: "etree._Element") -> bool:
    return str(element.tag) == "blockquote"


def _is_hidden(element: "etree._Element") -> bool:
    return element.tag in _HIDDEN or bool(_NOT_SHOWN.search(element.get("style") or ""))

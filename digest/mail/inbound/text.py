"""Read the words of a message in the charset that it names.

Only charsets whose decoders take linear time are used; the email package would use any that Python has.
"""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from digest.mail.inbound.mime import content, header

_CHARSET = re.compile(
    r"utf-?8|utf-?7|utf-?16(le|be)?|us-ascii|iso-8859-\d{1,2}|windows-\d{3,4}|cp\d{3,4}|koi8-[ru]|"
    r"iso-2022-(jp|kr)|shift_jis|sjis|euc-(jp|kr)|ks_c_5601-1987|gb2312|gbk|gb18030|hz-gb-2312|big5",
    re.IGNORECASE,
)
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
}
_NAMED = re.compile(r"charset\s?=\s?[\"']?([\w.:-]{1,40})", re.IGNORECASE)


def readable(part: Message) -> str:
    """The text that this part is."""
    found = _NAMED.search(header(part, "Content-Type"))
    return _decoded(content(part), found[1] if found else "")


def readable_subject(message: Message) -> str:
    """The subject with its encoded words (RFC 2047) decoded, and its white space as single spaces."""
    written = " ".join(header(message, "Subject").split())
    try:
        pieces = decode_header(written)
    except HeaderParseError:  # no base64
        return written
    return "".join(piece if isinstance(piece, str) else _decoded(piece, name or "") for piece, name in pieces)


def _decoded(text: bytes, charset: str) -> str:
    known = charset.lower() if _CHARSET.fullmatch(charset) else "utf-8"
    try:
        return text.decode(_WIDER.get(known, known), "replace")
    except LookupError:  # a number that no charset has
        return text.decode("utf-8", "replace")

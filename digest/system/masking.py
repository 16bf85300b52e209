"""Mask addresses and secrets in texts that others may read: logs, health checks, the problems in the state.

`masked` is for a text of this program; `without_mailbox` and `without_secrets` are for the words of a mail
server.
"""

import base64
import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

ADDRESS, SECRET = "<address>", "<secret>"

_WORD = re.compile(r"""[^\s<>"'(),]+""")
_LAST_WORD = re.compile(_WORD.pattern + "$")
_QUOTED_LOCAL_PART = re.compile(r'"[^"\n]*"(?=@|[%=+]40)')
_LOG_ADDRESS = re.compile(r"[^\s@]@(?:\[|localhost\b|[\w.-]*\.[^\W\d_]{2})")
"""Not every @ is one of an address: there are keywords such as `pass@k` and values such as `mAP@0.5`."""
_CREDENTIALS = re.compile(r"://[^\s/@]*@\S*")
_URL_PATH = re.compile(r"""\b(https?://[^\s/?#'"<>]+)[/?#][^\s'"<>]+""")

_ENCODED = re.compile(rb"[%=+]([0-9A-Fa-f]{2})|\\x\{([0-9A-Fa-f]{1,6})\}")
"""A byte in a URL, as quoted-printable, in xtext (RFC 3461); a character in RFC 6533."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{4,}=*")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){5,}")
_PIECE = 5  # bytes of a secret that are not in an encoded word by chance
_SEPARATORS = re.compile(r"[\W_]+")
_LEAST_LETTERS = 3
_LONGEST_ADDRESS = 320  # 64 and 255 characters, and the @ (RFC 5321, section 4.5.3.1)


def masked(text: str) -> str:
    """The text with a mark for each address, and for each URL that has a password."""
    if text.isascii() and not any(sign in text for sign in ("@", "40", "64")):  # as in most lines
        return text
    text = _CREDENTIALS.sub(f"://{SECRET}", text)
    return _WORD.sub(_mask_in_log, _QUOTED_LOCAL_PART.sub("x", text))


def masked_traceback(text: str) -> str:
    """The same, and without what follows the host in a URL: it may be a secret."""
    return masked(_URL_PATH.sub(rf"\1/{SECRET}", text))


def without_mailbox(lines: Iterable[str], local_part: str = "") -> str:
    """The lines of a mail server's reply as one, with a mark for each word that tells a mailbox.

    That is whatever has an @, written or encoded, and whatever has the local part of the mail's recipient
    or a name in it: `ada.lovelace+news` hides `ada.lovelace%2Bnews`, `AdaLovelace`, `Ada` and `news`. A word
    may go on in the next line.
    """
    own = _names_in(local_part)

    def mask(word: re.Match[str]) -> str:
        return ADDRESS if _tells(word[0], own) else word[0]

    text = _QUOTED_LOCAL_PART.sub("x", _joined(lines, own))
    return _WORD.sub(mask, text).replace(f"<{ADDRESS}>", ADDRESS)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text with a mark for each of these secrets, which may go on in the next line, and for each word
    that has one, or a part of one, encoded: in base64 (RFC 4954), in hexadecimal, in a URL or otherwise.
    """
    known = list(filter(None, secrets))
    for secret in known:
        signs = (r"\s+" if sign.isspace() else re.escape(sign) for sign in secret)
        text = re.sub(r"\n?".join(signs), SECRET, text, flags=re.IGNORECASE)
    folded = [_folded(secret) for secret in known if len(secret) >= _LEAST_LETTERS]
    pieces = {piece for secret in known if len(secret) > 1 for piece in _pieces(secret.encode())}

    def mask(word: re.Match[str]) -> str:
        is_written = any(secret in reading for reading in _readings(word[0]) for secret in folded)
        return SECRET if is_written or _is_encoded(word[0], pieces) else word[0]

    return _WORD.sub(mask, text) if known else text


def _pieces(secret: bytes) -> Iterator[bytes]:
    """All parts of the secret that are so long; the whole, if it is shorter."""
    for start in range(max(1, len(secret) - _PIECE + 1)):
        yield secret[start : start + _PIECE]


def _is_encoded(word: str, pieces: Collection[bytes]) -> bool:
    """Whether a piece is in the word once that is decoded, as base64 from each of its first four letters."""
    written = word.encode("utf-8", "replace")
    if any(piece in bytes.fromhex(found.decode()) for found in _HEX.findall(written) for piece in pieces):
        return True
    for found in _BASE64.findall(written):
        letters = found.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):
            whole = letters[start : start + (len(letters) - start) // 4 * 4]
            rest = letters[start + len(whole) :]
            padded = whole + (rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b"")
            decoded = base64.b64decode(padded)
            if any(piece in decoded for piece in pieces):
                return True
    return False


def _mask_in_log(word: re.Match[str]) -> str:
    return ADDRESS if any(map(_LOG_ADDRESS.search, _readings(word[0]))) else word[0]


def _joined(lines: Iterable[str], own: re.Pattern[str] | None) -> str:
    """The lines, joined without a space where the words at both sides are the halves of one that tells."""
    text = ""
    for line in filter(None, map(str.strip, lines)):
        last, first = _LAST_WORD.search(text[-_LONGEST_ADDRESS:]), _WORD.match(line)
        is_split = last and first and _tells(last[0] + first[0], own)
        text = f"{text}{line}" if is_split else f"{text} {line}"
    return text.strip()


def _tells(word: str, own: re.Pattern[str] | None) -> bool:
    return any("@" in reading or (own and own.search(reading)) for reading in _readings(word))


def _readings(word: str) -> Iterator[str]:
    """The word, folded, as it is and decoded once and twice."""
    for _ in range(3):
        yield _folded(word)
        decoded = _ENCODED.sub(_decoded, word.encode("utf-8", "replace")).decode("utf-8", "replace")
        decoded = html.unescape(decoded)
        if decoded == word:
            return
        word = decoded


def _folded(text: str) -> str:
    """In small letters without accents and widths."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def _decoded(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return bytes([int(found[1], 16)])
    return chr(min(int(found[2], 16), 0x10FFFF)).encode("utf-8", "replace")


def _names_in(local_part: str) -> re.Pattern[str] | None:
    """Finds the local part, without its tag or its dots too, and each name in it."""
    folded = _folded(local_part.strip('"'))
    without_tag = folded.partition("+")[0]
    names = {folded, without_tag, _SEPARATORS.sub("", without_tag)}
    names |= {part for part in _SEPARATORS.split(folded) if len(part) >= _LEAST_LETTERS}
    longest_first = sorted(filter(None, names), key=len, reverse=True)
    if not longest_first:
        return None
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, longest_first))})(?![^\W_])")

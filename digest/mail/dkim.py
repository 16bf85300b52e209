"""Sign mails (RFC 6376), for those whose mail server does not; the only module that knows dkimpy.

The signature's time is this machine's: dkimpy takes no other.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import dkim
from dkim.asn1 import ASN1FormatError
from dkim.crypto import (
    RSASSA_PKCS1_v1_5_sign,
    RSASSA_PKCS1_v1_5_verify,
    UnparsableKeyError,
    parse_pem_private_key,
    parse_public_key,
)

from digest.domain.settings import DkimSettings
from digest.errors import RenderError

SIGNED = (
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Id", "List-Help"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "List-Owner", "Feedback-ID"),
    *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
)
"""The headers that are signed. RFC 8058, section 4 wants both of List-Unsubscribe among them."""

OVERSIGNED = ("From", "To", "Subject", "Date")
"""Signed once more than they occur, so that nobody can add another (RFC 6376, section 5.4.2)."""

_LEAST_BITS, _MOST_BITS = 2048, 4096  # RFC 8301, section 3.2: what every receiver verifies
_HEADER_NAME = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)
_NEW_KEY = "make one with: openssl genrsa -out FILE 2048"
_MALFORMED = (UnparsableKeyError, ASN1FormatError, IndexError, ValueError, TypeError)


class DkimSigner:
    """Signs finished messages with one key."""

    def __init__(self, settings: DkimSettings) -> None:
        self._settings = settings

    def __call__(self, content: bytes) -> bytes:
        """The signature as a header field, to be put before the message. Raises RenderError."""
        try:
            field: bytes = dkim.sign(
                content,
                self._settings.selector.encode(),
                self._settings.domain.encode(),
                self._settings.key,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=[name.lower().encode() for name in _names(content)],
            )
        except dkim.DKIMException as exc:
            raise RenderError(f"the message cannot be signed ({type(exc).__name__})") from exc
        return field


def _names(content: bytes) -> Iterator[str]:
    block = content.partition(b"\r\n\r\n")[0]
    present = {name.decode().lower() for name in _HEADER_NAME.findall(block)}
    yield from (name for name in SIGNED if name.lower() in present)
    yield from OVERSIGNED


def tidy_key(content: bytes) -> bytes:
    """The private key in the form that DkimSigner takes. Raises ValueError with problem and remedy."""
    key = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").strip() + b"\n"
    if b"ENCRYPTED" in key:
        raise ValueError("the key has a password; write it without: openssl rsa -in FILE -out NEWFILE")
    if b"BEGIN PUBLIC KEY" in key:
        raise ValueError("this is the public key, which goes into the DNS; name the file of the private one")
    bits = _parsed(key)["modulus"].bit_length()
    if not _LEAST_BITS <= bits <= _MOST_BITS:
        raise ValueError(f"an RSA key of {bits} bits; {_NEW_KEY}")
    return key


def _parsed(key: bytes) -> dict[str, int]:
    """The numbers of the key, after a trial signature."""
    try:
        parsed: dict[str, int] = parse_pem_private_key(key)
        is_sound = _signs(parsed)
    except _MALFORMED as exc:
        raise ValueError(f"not a private RSA key in PEM; {_NEW_KEY}") from exc
    if not is_sound:
        raise ValueError(f"a damaged key; {_NEW_KEY}")
    return parsed


def _signs(key: dict[str, int]) -> bool:
    trial: Any = sha256(b"trial")
    return bool(RSASSA_PKCS1_v1_5_verify(trial, RSASSA_PKCS1_v1_5_sign(trial, key), key))


def record_of(key: bytes) -> str:
    """What the DNS must say at SELECTOR._domainkey.DOMAIN for this private key."""
    parsed = parse_pem_private_key(key)
    numbers = _der(0x30, _integer(parsed["modulus"]) + _integer(parsed["publicExponent"]))
    public = _der(0x30, _RSA + _der(0x03, b"\0" + numbers))
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


_RSA = bytes.fromhex("300d06092a864886f70d0101010500")  # AlgorithmIdentifier rsaEncryption (RFC 3279, 2.3.1)


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def _der(tag: int, content: bytes) -> bytes:
    """A value in DER (X.690, section 8.1.3)."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content


def is_public_part(published: str, key: bytes) -> bool:
    """Whether the base64 of a DNS record is the public part of the private key."""
    try:
        public = parse_public_key(base64.b64decode("".join(published.split()), validate=True))
    except (*_MALFORMED, binascii.Error):
        return False
    own = parse_pem_private_key(key)
    return all(public[name] == own[name] for name in ("modulus", "publicExponent"))

"""What makes two spellings the same: of an address, and of a keyword's name.

Two addresses are one mailbox if `mailbox_of` gives the same for both. A mail goes to the address as it is
written; who a person is, and what they got, goes by the mailbox.
"""

import unicodedata

_FULL_STOPS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))  # UTS #46, section 2.3


def mailbox_of(address: str) -> str:
    """What identifies the mailbox of an address, in any spelling.

    The domain counts as IDNA has it: `bücher.example.` is `xn--bcher-kva.example`. The part before the "@"
    counts without case (RFC 5321, section 2.4, lets a server tell cases apart, and hardly one does).
    Dots and `+tag` count: which servers ignore them is not known.
    """
    local, at, domain = address.strip().rpartition("@")
    return f"{folded(local)}{at}{_ascii_domain(domain)}"


def name_key(name: str) -> str:
    """What identifies the name of a keyword: case and the width of spaces do not count."""
    return folded(" ".join(name.split()))


def folded(text: str) -> str:
    """The text without case, and without the ways in which Unicode can write one letter.

    Lower case comes first since case folding takes some letters apart (ΐ) that NFC would put together. So
    what is in lower case and NFC already is folded as `str.casefold` does it, as in all tokens so far.
    """
    return _nfc(_nfc(text).lower()).casefold()


def _ascii_domain(domain: str) -> str:
    labels = unicodedata.normalize("NFKC", domain.translate(_FULL_STOPS)).lower().removesuffix(".").split(".")
    return ".".join(label if label.isascii() else _a_label(label) for label in labels)


def _a_label(label: str) -> str:
    """The A-label of a U-label (RFC 5891, section 4.4)."""
    return "xn--" + _nfc(label).encode("punycode").decode("ascii")


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)

"""Message-IDs, unsubscribe tokens and fingerprints: HMACs under the key of the state (RFC 2104)."""

import base64
import hmac

from digest.domain.identity import mailbox_of

_NOWHERE = "daily-papers.invalid"
"""In place of a domain that is none; names nothing: RFC 2606, section 2."""
_LOCAL = "localhost"

_TOKEN_BYTES = 20  # 160 bits: 32 letters and digits, with no padding


class Signer:
    """Derives values that cannot be guessed and reveal nothing. `key` are 32 random bytes of the state."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def message_id(self, email: str, digest: str, domain: str = _LOCAL) -> str:
        """The Message-ID, with its angle brackets, of the mail with this digest for this subscriber.

        `domain` is the sender's.
        """
        place = _NOWHERE if domain == _LOCAL else domain
        return f"<{self._token('message-id', email, digest)}@{place}>"

    def unsubscribe_token(self, email: str) -> str:
        """32 letters and digits by which the person with this mailbox unsubscribes."""
        return self._token("unsubscribe", mailbox_of(email))

    def fingerprint(self, email: str) -> str:
        """Identifies a mailbox without naming it, also after the address is deleted."""
        return self._token("address", mailbox_of(email))

    def _token(self, purpose: str, *parts: str) -> str:
        message = "\0".join((purpose, *parts)).encode()
        digest = hmac.digest(self._key, message, "sha256")[:_TOKEN_BYTES]
        return base64.b32encode(digest).decode("ascii").lower()


def token_in(message_id: str) -> str:
    """The part of a Message-ID before the "@"; it identifies the mail."""
    return message_id.strip("<>").rpartition("@")[0]

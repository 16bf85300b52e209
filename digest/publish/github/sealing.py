"""Encrypts the state with a secret, so that a public branch can hold it. The only module that knows age.

The format is that of https://age-encryption.org/v1: `age --decrypt` opens it too.
"""

from types import ModuleType

from digest.errors import SavedStateError

KEY_VARIABLE = "DIGEST_STATE_KEY"
"""The environment variable with the key."""

LEAST_CHARACTERS = 20
"""Of a key. Everybody can have a public branch and try keys at leisure, one a second and core (scrypt)."""

_NEW_KEY = f"set the secret {KEY_VARIABLE} to a long random text: `openssl rand -base64 32` prints one"
_SAME_KEY = (
    f"set {KEY_VARIABLE} to the key that it was saved with; or delete the branch, to begin with a new state"
)


def refuse_weak(key: str) -> None:
    """Raise SavedStateError for a key that somebody can guess."""
    if len(key) < LEAST_CHARACTERS:
        raise SavedStateError(f"{KEY_VARIABLE} has less than {LEAST_CHARACTERS} characters", _NEW_KEY)


def sealed(content: bytes, key: str) -> bytes:
    """The content as only who knows the key can read it. Raises SavedStateError."""
    refuse_weak(key)
    passphrase, _ = _age()
    return bytes(passphrase.encrypt(content, key))


def opened(content: bytes, key: str) -> bytes:
    """The inverse of `sealed`. Raises SavedStateError if the key or the content is another."""
    passphrase, wrong = _age()
    try:
        return bytes(passphrase.decrypt(content, key))
    except wrong as exc:
        raise SavedStateError(f"the saved state cannot be decrypted: {exc}", _SAME_KEY) from exc


def _age() -> tuple[ModuleType, type[Exception]]:
    """Its functions for a passphrase, and its error. The library is only where a state is sealed: it has no
    finished package for some small machines."""
    try:
        import pyrage
    except ImportError as exc:
        hint = "install the program with it: `pip install '.[github]'`"
        raise SavedStateError("the library that encrypts is missing (pyrage)", hint) from exc
    return pyrage.passphrase, pyrage.DecryptError

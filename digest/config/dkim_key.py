"""Read the private key that signs mails. No fault shows any part of it."""

from pathlib import Path

from digest.config.environment import Overrides
from digest.config.yaml_document import Document, Location
from digest.errors import ConfigFault
from digest.system.secret_files import is_guarded, secret_text

_KEY_FILE: Location = ("mail", "dkim", "key_file")


def read_dkim_key(
    document: Document, folder: Path, overrides: Overrides
) -> tuple[bytes | None, list[ConfigFault]]:
    """The key (PEM) that the file names; None if it names none. `folder` is that of the file."""
    named = document.at(_KEY_FILE)
    if not isinstance(named, str) or not named:
        return None, []
    file = folder / named
    try:
        return _checked(secret_text(file, is_guarded=is_guarded(file, overrides.credentials)).encode()), []
    except ValueError as exc:
        return None, [document.fault(_KEY_FILE, f"{file}: {exc}")]


def _checked(content: bytes) -> bytes:
    from digest.mail.dkim import tidy_key  # only here: its library costs 90 ms

    return tidy_key(content)

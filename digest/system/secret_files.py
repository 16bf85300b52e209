"""Read a file that holds a secret: it must be for its owner alone."""

import os
from pathlib import Path

from digest.system.files import read_file
from digest.system.remedies import why_refused

MOST_BYTES = 100_000
"""A token has some thousands."""

_OTHERS = 0o077  # permissions of everybody but the file's owner
_GROUP_READS = 0o040


def secret_text(file: Path, *, is_guarded: bool = False) -> str:
    """The text of the file, without a byte order mark and white space around it.

    `is_guarded`: systemd guards it (LoadCredential=), so its permissions do not matter. Raises ValueError,
    which says what to do and shows nothing of the secret.
    """
    try:
        status = file.stat()
        text = read_file(file, MOST_BYTES).decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ValueError("not UTF-8; save the file as UTF-8, with the secret on its first line") from None
    except OSError as exc:
        why, what_to_do = why_refused(file, exc)
        raise ValueError(f"cannot be read ({why}); {what_to_do}") from exc
    if not is_guarded and not is_private(status.st_mode, owner=status.st_uid, user=os.geteuid()):
        raise ValueError(f"others may read this secret; run: chmod 600 {file}")
    return text


def is_private(permissions: int, *, owner: int, user: int) -> bool:
    """Whether a file with these permissions of this owner is for the user alone.

    The group may read what root owns and the user is not root: a service gets its secrets so, in Kubernetes
    for example (`fsGroup` gives them mode 0440, which the service cannot change).
    """
    others = _OTHERS & ~_GROUP_READS if owner == 0 != user else _OTHERS
    return not permissions & others


def is_guarded(file: Path, credentials: Path | None) -> bool:
    """Whether systemd guards the file: it is below the folder of its credentials."""
    return credentials is not None and file.resolve().is_relative_to(credentials.resolve())

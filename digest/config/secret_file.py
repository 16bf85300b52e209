"""Read a file that holds a secret: it must be for its owner alone."""

from pathlib import Path

from digest.system.files import read_file
from digest.system.remedies import remedy, said

_MOST_BYTES = 10_000  # of one line, or of a key
_OTHERS = 0o077  # permissions of everybody but the file's owner


def read_guarded(file: Path, credentials: Path | None) -> bytes:
    """What is in the file. Raises ValueError if it cannot be read, or if others may read it.

    `credentials` is the folder of systemd's LoadCredential=: systemd guards it, so permissions of files in it
    do not matter.
    """
    try:
        permissions = file.stat().st_mode
        content = read_file(file, _MOST_BYTES)
    except OSError as exc:
        raise ValueError(f"cannot be read ({said(exc)}); {remedy(exc)}") from exc
    if permissions & _OTHERS and not _is_below(file, credentials):
        raise ValueError(f"others may read this secret; run: chmod 600 {file}")
    return content


def _is_below(file: Path, folder: Path | None) -> bool:
    return folder is not None and file.resolve().is_relative_to(folder.resolve())

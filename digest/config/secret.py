"""Reading a file that holds a secret, and only if nobody else can read it too."""

from pathlib import Path

_OF_OTHERS = 0o077


def read_secret(file: Path, credentials: Path | None) -> str:
    """The one line that the file holds, without its line end.

    Files below `credentials`, the folder that systemd keeps for a service, are guarded by systemd:
    their permissions do not matter. Raises ValueError.
    """
    try:
        permissions = file.stat().st_mode
        text = file.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as exc:
        raise ValueError("not UTF-8; write the SMTP address on its first line") from exc
    except OSError as exc:
        raise ValueError(f"cannot be read ({exc.strerror}); mend the path or the permissions") from exc
    if permissions & _OF_OTHERS and not _is_below(file, credentials):
        raise ValueError(f"others may read this secret; run: chmod 600 {file}")
    if len(text.splitlines()) != 1:
        raise ValueError("must hold one line, the SMTP address; delete the rest or write it")
    return text


def _is_below(file: Path, folder: Path | None) -> bool:
    return folder is not None and file.resolve().is_relative_to(folder.resolve())

"""Read the texts that have a meaning below `archive:` only. Each function raises ValueError with problem and
remedy."""

import re

from digest.config.quoting import quoted

_FOLDER = re.compile(r"\w[\w.-]{0,98}")


def folder_name(text: str) -> str:
    """The name of one folder, which lies beside a file."""
    if not _FOLDER.fullmatch(text):
        problem = f"{quoted(text)}: the name of one folder is needed, of letters, digits, hyphens and dots"
        raise ValueError(f"{problem}; write one such as archive")
    return text

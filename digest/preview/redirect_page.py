"""Tell a browser a secret address, but not in its arguments: every user of the machine can see those (ps)."""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from digest.system.files import PRIVATE_FILE, write_atomically

_PREFIX = "daily-papers-preview-"

_PAGE = """<!DOCTYPE html>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={url}">
<title>Daily Papers</title>
<p><a href="{url}">the preview</a></p>
"""


@contextmanager
def redirect_page(url: str) -> Iterator[Path]:
    """A page that leads to the address, for this user alone, as long as the block lasts.

    It lies in the home folder, in a folder whose name begins with no dot: browsers that come as a snap or a
    flatpak may see neither hidden folders nor those for temporary files.
    """
    with _folder() as folder:
        page = Path(folder) / "preview.html"
        write_atomically(page, _PAGE.format(url=html.escape(url)).encode(), PRIVATE_FILE)
        yield page


def _folder() -> TemporaryDirectory[str]:
    """Its permissions are 0700, as with any temporary folder of Python's."""
    try:
        return TemporaryDirectory(prefix=_PREFIX, dir=Path.home())
    except (OSError, RuntimeError):  # no home, or one that cannot be written
        return TemporaryDirectory(prefix=_PREFIX)

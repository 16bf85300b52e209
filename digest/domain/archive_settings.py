"""What the archive has, and where on the web it is."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from digest.domain.keywords import Keyword
from digest.domain.subscribers import Schedule

FEED_OF_ALL = "all"
"""The name of the feed of all keywords, without extension; no keyword has it."""

_OF_A_REPOSITORY = re.compile(
    r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?(?:/(?:tree|blob)/([^/]+)(/.*?)?)?/?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """The file that holds the archive (None: no archive), its keywords in order, papers per keyword."""

    file: Path | None
    keywords: tuple[Keyword, ...]
    papers: int
    url: str | None = None
    """The web address of the folder that `file` is in."""
    folder: str = "archive"
    """The name of the folder beside `file` for the other files of the archive."""
    monthly: bool = False
    """Whether there is a page for each month, with everything ever found."""
    feeds: bool = False
    page: bool = False
    """Whether there is a page to search in, with everything ever found."""
    schedule: Schedule | None = None
    """When the daemon brings it up to date; None: when somebody's digest is due."""

    @property
    def papers_needed(self) -> int | None:
        """How many papers of each keyword the files show; None: all."""
        return self.papers if not self.has_all else None

    @property
    def has_all(self) -> bool:
        """Whether it keeps every paper that was ever found."""
        return self.monthly or self.page

    @property
    def files_url(self) -> str:
        """The web address below which its files are; empty where none is known."""
        return files_url(self.url) if self.url else ""

    @property
    def shows_pages(self) -> bool:
        """Whether HTML is a page where the archive is: GitHub shows the source of a file in a repository."""
        return not self.url or self.files_url == self.url.rstrip("/")

    @property
    def feed_url(self) -> str | None:
        """The web address of the feed of all keywords."""
        return (
            f"{self.files_url}/{quote(self.folder)}/{FEED_OF_ALL}.atom" if self.url and self.feeds else None
        )


def files_url(folder_url: str) -> str:
    """The web address below which the files of this folder are, as they are. A repository's page at GitHub
    shows them, but does not give them out: raw.githubusercontent.com does."""
    found = _OF_A_REPOSITORY.fullmatch(folder_url)
    if not found:
        return folder_url.rstrip("/")
    repository, branch, path = found.groups()
    return f"https://raw.githubusercontent.com/{repository}/{branch or 'HEAD'}{path or ''}"

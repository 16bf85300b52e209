"""Finds addresses in files that a repository shows to everybody."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from digest.domain.settings import Config
from digest.domain.text import listed
from digest.errors import GitError
from digest.system.files import read_file
from digest.system.git import Git

_HOSTS = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
"""Where repositories are public as a rule."""

_ADDRESS = re.compile(r"[\w.+%-]+@((?:[\w-]+\.)+[^\W\d_]{2,})")
_NOBODYS = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)$", re.IGNORECASE)
"""Domains for examples: RFC 2606."""

_NAMED = 5
_MOST_BYTES = 10_000_000


def exposed_lines(config: Config) -> Iterator[str]:
    """A warning for each file of the configuration that has an address, is tracked by git, and has a remote
    at a host of public repositories."""
    for file in config.watched_files:
        with suppress(GitError, OSError):
            lines = [str(number) for number in _lines_with_address(file)]
            if lines and (host := _public_host(file)):
                yield (
                    f"{file.name}: git tracks this file and pushes it to {host}, where everybody may read "
                    f"the addresses in line {listed(lines, _NAMED)}: write `env:READER_ADA` there, and set "
                    "that variable as a secret; what was pushed once stays in the history"
                )


def _lines_with_address(file: Path) -> Iterator[int]:
    text = read_file(file, _MOST_BYTES).decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if any(not _NOBODYS.search(domain) for domain in _ADDRESS.findall(line)):
            yield number


def _public_host(file: Path) -> str | None:
    """The host, if git tracks the file there."""
    git = Git(file.parent)
    if not git.succeeds("ls-files", "--error-unmatch", "--", file.name):
        return None
    remotes = git.line("remote", "--verbose")
    return next((host for host in _HOSTS if re.search(rf"\b{re.escape(host)}[:/]", remotes)), None)

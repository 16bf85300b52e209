"""Finds addresses in files that a repository shows to everybody."""

import re
from collections.abc import Iterator, Sequence
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

_SEARCH = (
    *("grep", "--text", "--only-matching", "--line-number", "--null", "--no-color", "--extended-regexp"),
    r"[[:alnum:]_.+%-]+@[[:alnum:].-]+\.[[:alpha:]]{2,}",
)
"""Every address in every file that git tracks below a folder; a state and a mail may be among them."""

_STAYS = "what was pushed once stays in the history"
_NAMED = 5
_MOST_BYTES = 10_000_000


_ENTRY = re.compile(r"(?P<name>.+)\0(?P<line>\d+)[:\0](?P<address>.+)")


def exposed_lines(config: Config) -> Iterator[str]:
    """A warning for each file that shows an address, is tracked by git, and has a remote at a host of public
    repositories: any address in a file of the configuration, and a subscriber's in any file beside it."""
    for file in config.watched_files:
        with suppress(GitError, OSError):
            lines = [str(number) for number in _lines_with_address(file)]
            if lines and (host := _public_host(file)):
                yield (
                    f"{_shown(file.name, host, lines)}: write `env:READER_ADA` there, and set "
                    f"that variable as a secret; {_STAYS}"
                )
    with suppress(GitError):
        yield from _lines_elsewhere(config)


def _lines_elsewhere(config: Config) -> Iterator[str]:
    git = Git(config.file.parent)
    known = {one.email.casefold() for one in config.subscribers if not _NOBODYS.search(one.email)}
    host = _remote_host(git) if known else None
    if host is None:
        return
    told = {file.name for file in config.watched_files if file.parent == config.file.parent}
    found: dict[str, list[str]] = {}
    for entry in map(_ENTRY.fullmatch, git.run(*_SEARCH).decode("utf-8", "replace").splitlines()):
        if entry and entry["address"].casefold() in known and entry["name"] not in told:
            found.setdefault(entry["name"], []).append(entry["line"])
    for name, lines in found.items():
        yield f"{_shown(name, host, lines)}: take them out, or `git rm --cached {name}`; {_STAYS}"


def _shown(name: str, host: str, lines: Sequence[str]) -> str:
    return (
        f"{name}: git tracks this file and pushes it to {host}, where everybody may read the addresses in "
        f"line {listed(lines, _NAMED)}"
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
    return _remote_host(git)


def _remote_host(git: Git) -> str | None:
    remotes = git.line("remote", "--verbose")
    return next((host for host in _HOSTS if re.search(rf"\b{re.escape(host)}[:/]", remotes)), None)

"""Runs git in a folder, within a limit of time. Its words are errors; it never asks for a password."""

import os
import subprocess
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from digest.errors import GitError, PushRefused

REMOTE = "origin"
"""Where a clone comes from."""

_LONGEST_SECONDS = 600.0

_NAME, _ADDRESS = "github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"
"""Who makes the program's commits: the name under which GitHub shows commits of workflows."""

_OWN_WORDS = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": _NAME,
    "GIT_AUTHOR_EMAIL": _ADDRESS,
    "GIT_COMMITTER_NAME": _NAME,
    "GIT_COMMITTER_EMAIL": _ADDRESS,
}

_INSTALL = "install git"
_LOOK = "look at the message above; `git status` in that folder may say more"
_AGAIN = "run it again: it then begins from what the other has pushed"
_STALE = ("(stale info)", "(fetch first)", "(non-fast-forward)", "[remote rejected] (cannot lock ref")


@dataclass(frozen=True, slots=True)
class Git:
    """git in this folder. `environment` is added to that of this process."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, data: bytes = b"") -> bytes:
        """What git prints; `data` is its standard input. Raises GitError."""
        done = self._done(arguments, data)
        if done.returncode:
            raise GitError(f"git {arguments[0]}: {_last_words(done.stderr)}", _LOOK)
        return done.stdout

    def line(self, *arguments: str, data: bytes = b"") -> str:
        """The same for what is one line. Raises GitError."""
        return self.run(*arguments, data=data).decode(errors="replace").strip()

    def succeeds(self, *arguments: str) -> bool:
        """Whether git ends with 0. Raises GitError only if it cannot run."""
        return self._done(arguments, b"").returncode == 0

    def push(self, *arguments: str) -> None:
        """Raises PushRefused if the branch has moved at the other side, GitError for all else."""
        done = self._done(("push", "--porcelain", *arguments), b"")
        said = (done.stdout + done.stderr).decode(errors="replace")
        if done.returncode and any(words in said for words in _STALE):
            raise PushRefused("git push: another program has pushed meanwhile", _AGAIN)
        if done.returncode:
            raise GitError(f"git push: {_last_words(done.stderr or done.stdout)}", _LOOK)

    def _done(self, arguments: tuple[str, ...], data: bytes) -> subprocess.CompletedProcess[bytes]:
        command = ["git", "-C", str(self.folder), *arguments]
        environment = {**os.environ, **_OWN_WORDS, **self.environment}
        try:
            return subprocess.run(  # noqa: S603 - no shell reads the words
                command, input=data, env=environment, capture_output=True, timeout=_LONGEST_SECONDS
            )
        except FileNotFoundError as exc:
            raise GitError("this machine has no git", _INSTALL) from exc
        except subprocess.TimeoutExpired as exc:
            problem = f"git {arguments[0]} did not end within {_LONGEST_SECONDS:.0f} seconds"
            raise GitError(problem, "try again later") from exc


def _last_words(output: bytes) -> str:
    """The line that says what went wrong: the first that begins with fatal or error, else the last; with the
    files that it lists, indented below it."""
    lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
    blamed = (
        at for at, line in enumerate(lines) if line.startswith(("fatal: ", "error: ", "remote: error: "))
    )
    first, *following = lines[next(blamed, -1) :] or ["it gives no reason"]
    listed = takewhile(lambda line: line.startswith("\t"), following)
    return " ".join(map(str.strip, (first.removeprefix("fatal: "), *listed)))

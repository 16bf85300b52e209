"""Commits what was published to the git repository that it lies in, and pushes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digest.errors import GitError, PushRefused
from digest.system.git import REMOTE, Git

_MOST_TRIES = 3  # a person who pushes meanwhile costs one
_CHECK_OUT = "check out the branch that is published: git switch main"
_NEXT_TIME = "nothing to do: the next run begins from what was pushed, and publishes anew"


@dataclass(frozen=True, slots=True)
class Publication:
    """The published files in the repository of `git`."""

    git: Git
    paths: Sequence[Path]

    def push(self, subject: str) -> bool:
        """Commit and push them; False if there is nothing new. What others push meanwhile stays.

        Raises GitError; then the commit is undone, unless it is only the push that failed.
        """
        paths = [str(path) for path in self.paths if path.exists()]
        is_new = bool(paths and self.git.line("status", "--porcelain", "--", *paths))
        if not is_new and not (paths and self._is_left(paths)):
            return False
        branch = self._branch()
        if is_new:
            self.git.run("add", "--", *paths)
            self.git.run("commit", "--quiet", "--message", subject, "--", *paths)
        self._push(branch)
        return True

    def _is_left(self, paths: Sequence[str]) -> bool:
        """Whether a commit of these paths was not pushed: the network failed, for example."""
        since = ("HEAD", "--not", f"--remotes={REMOTE}", "--")
        return bool(self.git.line("rev-list", "--max-count=1", *since, *paths))

    def _branch(self) -> str:
        if not self.git.succeeds("symbolic-ref", "--quiet", "HEAD"):
            raise GitError("no branch is checked out here, so there is none to push to", _CHECK_OUT)
        return self.git.line("symbolic-ref", "--short", "HEAD")

    def _push(self, branch: str) -> None:
        for tries_left in reversed(range(_MOST_TRIES)):
            try:
                return self.git.push("--quiet", REMOTE, f"HEAD:refs/heads/{branch}")
            except PushRefused:
                if not tries_left:
                    raise
            self._rebase(branch)
        return None

    def _rebase(self, branch: str) -> None:
        """Put the commit on top of what others have pushed."""
        self.git.run("fetch", "--quiet", REMOTE, branch)
        try:
            self.git.run("rebase", "--quiet", "--autostash", "FETCH_HEAD")
        except GitError as exc:
            files = self.git.line("diff", "--name-only", "--diff-filter=U").replace("\n", ", ")
            self.git.succeeds("rebase", "--abort")
            raise GitError(f"somebody has pushed other words in the same lines: {files}", _NEXT_TIME) from exc

"""A branch of one commit without a history: some files that replace each other as a whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from digest.errors import GitError, PushRefused
from digest.system.git import REMOTE, Git

PAUSES_SECONDS = (5.0, 30.0, 120.0)
"""Before a push is tried again. What cannot be saved after a run costs a person a decision."""


@dataclass(frozen=True, slots=True)
class Branch:
    """The branch of this name at the repository that `git` was cloned from. `sleep` waits so many seconds."""

    git: Git
    name: str
    sleep: Callable[[float], None]

    def fetched(self, *, anew: bool = False) -> str | None:
        """Fetch the branch; returns its commit, None if there is no such branch. Raises GitError.

        With `anew` everything comes from the other side, also what is here already: what is read then is what
        is there.
        """
        if not self.git.line("ls-remote", REMOTE, self._ref):
            return None
        options = ["--no-tags", "--quiet", *(["--refetch"] if anew else [])]
        here = self._here("fetched")
        self.git.run("fetch", *options, REMOTE, f"+{self._ref}:{here}")
        return self.git.line("rev-parse", here)

    def files(self, commit: str) -> dict[str, bytes]:
        """The files of a commit, by name. Raises GitError."""
        names = self.git.run("ls-tree", "--name-only", "-z", commit).decode(errors="replace").split("\0")
        return {name: self.git.run("cat-file", "blob", f"{commit}:{name}") for name in filter(None, names)}

    def replace(self, expected: str | None, files: Mapping[str, bytes], subject: str) -> str:
        """Make the branch one commit with these files; returns that.

        Raises PushRefused if the branch is no longer at the commit `expected` (None: not there); GitError if
        it cannot be pushed now, nor some minutes later.
        """
        entries = "".join(f"100644 blob {self._blob(files[name])}\t{name}\0" for name in sorted(files))
        tree = self.git.line("mktree", "-z", data=entries.encode())
        commit = self.git.line("commit-tree", tree, "-m", subject)
        lease = f"--force-with-lease={self._ref}:{expected or ''}"
        for pause in PAUSES_SECONDS:
            try:
                self._push(lease, commit)
            except PushRefused:
                raise
            except GitError:
                self.sleep(pause)
            else:
                return commit
        self._push(lease, commit)
        return commit

    def _push(self, lease: str, commit: str) -> None:
        """Push, unless an earlier push did it whose answer was lost."""
        if self.git.line("ls-remote", REMOTE, self._ref).partition("\t")[0] != commit:
            self.git.push("--quiet", lease, REMOTE, f"{commit}:{self._ref}")

    @property
    def held(self) -> str | None:
        """The commit that `hold` remembers in this clone."""
        found = self.git.line("for-each-ref", "--format=%(objectname)", self._here("held"))
        return found or None

    def hold(self, commit: str) -> None:
        """Remember a commit in this clone, until the next call. Raises GitError."""
        self.git.run("update-ref", self._here("held"), commit)

    def _blob(self, content: bytes) -> str:
        return self.git.line("hash-object", "-w", "--stdin", data=content)

    @property
    def _ref(self) -> str:
        return f"refs/heads/{self.name}"

    def _here(self, purpose: str) -> str:
        return f"refs/{self.name}/{purpose}"

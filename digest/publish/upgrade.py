"""Brings a git clone of the program up to date, although runs rewrite its README.md and a person edits files.

The archive is taken out before git merges, and put back after that. What a person has changed is laid aside
and put back too. If it cannot be merged, everything is as it was before.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from digest.errors import ArchiveError, GitError
from digest.publish.markers import split_at_markers
from digest.system.git import Git
from digest.system.shared_file import found

_MOST_BYTES = 10_000_000
_LAID_ASIDE = "before digest upgrade"
_NO_UPSTREAM = "clone the program with git, or `git branch --set-upstream-to=origin/main`"


def upgrade(git: Git) -> int:
    """Bring the clone up to its upstream branch; returns the number of new commits.

    Raises GitError, also if the same lines were changed on both sides; then nothing is changed.
    """
    if not git.succeeds("rev-parse", "--verify", "--quiet", "@{upstream}"):
        raise GitError(f"{git.folder}: no branch of a git clone that follows another one", _NO_UPSTREAM)
    _refuse_left(git)
    git.run("fetch", "--quiet")
    new = int(git.line("rev-list", "--count", "HEAD..@{upstream}"))
    if new:
        with _without_archives(git), _laid_aside(git):
            _rebase(git)
    return new


def _refuse_left(git: Git) -> None:
    """Raise GitError if an upgrade that was killed has left aside what a person changed."""
    if _LAID_ASIDE in git.line("stash", "list"):
        problem = f"{git.folder}: an upgrade was killed, and what you had changed is still laid aside"
        raise GitError(
            problem, "put it back with `git stash pop`, or drop it with `git stash drop`; then upgrade"
        )


def _rebase(git: Git) -> None:
    try:
        git.run("rebase", "--quiet", "@{upstream}")
    except BaseException as exc:  # Ctrl+C too
        files = _conflicts(git)
        git.succeeds("rebase", "--abort")
        raise (_clash("your commits", files) if files else exc) from exc


@contextmanager
def _laid_aside(git: Git) -> Iterator[None]:
    """What a person has changed and not committed is away in the block, and merged after it."""
    if not git.line("status", "--porcelain", "--untracked-files=no"):
        yield
        return
    before = git.line("rev-parse", "HEAD")
    git.run("stash", "push", "--quiet", "--message", _LAID_ASIDE)
    try:
        yield
        git.run("stash", "pop", "--quiet")
    except BaseException as exc:  # Ctrl+C too
        files = _conflicts(git)
        git.run("reset", "--hard", "--quiet", before)
        git.run("stash", "pop", "--quiet")
        raise (_clash("what you have changed", files) if files else exc) from exc


@contextmanager
def _without_archives(git: Git) -> Iterator[None]:
    """In the block each changed file with an archive has the one that was committed."""
    archives = dict(_archives(git))
    for file in archives:
        committed = git.run("show", f"HEAD:{file.relative_to(git.folder)}")
        _put(file, _archive(committed, file))
    try:
        yield
    finally:
        _put_back(archives)


def _archives(git: Git) -> Iterator[tuple[Path, bytes]]:
    """Each changed file with an archive, and that. What cannot be read has none: git says more about it."""
    for name in git.run("diff", "--name-only", "-z", "HEAD").decode(errors="replace").split("\0"):
        file = git.folder / name
        if name and file.is_file():
            with suppress(OSError), found(file, _MOST_BYTES) as here:
                if archive := _archive(here.content or b"", file):
                    yield file, archive


def _archive(content: bytes, file: Path) -> bytes | None:
    """What is between the markers; None where there is not one pair of them."""
    try:
        around = split_at_markers(content, file)
    except ArchiveError:
        return None
    end = len(content) - len(around.after)
    return content[len(around.before) : end] if content.startswith(around.before) and end > 0 else None


def _put(file: Path, archive: bytes | None) -> None:
    """Put this between the markers of the file, unless somebody writes it at this moment."""
    with found(file, _MOST_BYTES) as here:
        if here.content and archive is not None and _archive(here.content, file) is not None:
            around = split_at_markers(here.content, file)
            here.replace(around.before + archive + around.after)


def _put_back(archives: Mapping[Path, bytes]) -> None:
    for file, archive in archives.items():
        _put(file, archive)


def _conflicts(git: Git) -> list[str]:
    return git.line("diff", "--name-only", "--diff-filter=U").splitlines()


def _clash(whose: str, files: list[str]) -> GitError:
    problem = f"{whose} and the new version differ in the same lines of {', '.join(files)}"
    hint = (
        "nothing was changed; keep a copy of these files, take back your changes there (for each: `git "
        "checkout HEAD -- FILE`), upgrade, and make the changes again"
    )
    return GitError(problem, hint)

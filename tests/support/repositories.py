"""Git repositories on this machine: a bare one in the place of GitHub's, and clones of it."""

import subprocess
from pathlib import Path

from digest.system.git import Git

PERSON = ("-c", "user.name=A person", "-c", "user.email=person@example.org")


def git(folder: Path, *arguments: str) -> str:
    """What a person types there, and what git prints."""
    command = ["git", *PERSON, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def commit(clone: Path, **files: str) -> None:
    """A person writes files, by name without `.md`, and commits them."""
    for name, text in files.items():
        (clone / f"{name}.md").write_text(text)
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message", "Words")


def clone_of(remote: Path, folder: Path) -> Git:
    subprocess.run(
        ["git", "clone", "--quiet", f"file://{remote}", str(folder)], check=True, capture_output=True
    )
    return Git(folder)


def new_remote(folder: Path, **files: str) -> Path:
    """A bare repository whose branch main has these files."""
    remote, seed = folder / "remote.git", folder / "seed"
    seed.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(remote)], check=True)
    git(seed, "init", "--quiet", "--initial-branch=main")
    commit(seed, **(files or {"README": "Words.\n"}))
    git(seed, "push", "--quiet", str(remote), "main")
    return remote

"""`digest init`: write the files to begin with into a folder."""

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from digest.commands.context import CommandContext, print_lines
from digest.errors import DigestError, GitError
from digest.system.files import open_file
from digest.system.git import REMOTE, Git
from digest.system.places import shipped_folder
from digest.system.remedies import remedy, said

WORKFLOW = Path(".github/workflows/digest.yml")

_PRIVATE = ("state", "outbox")
"""What no repository may hold."""

_HERE = "DIGEST_PROGRAM: .[github]\n      PIP_CONSTRAINT: constraints.txt\n"
_ELSEWHERE = "git+https://github.com/OWNER/NAME@COMMIT"
_AT_GITHUB = re.compile(r"(?:https://|git@|ssh://git@)github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?")


class CannotBeginError(DigestError):
    """A file to begin with cannot be written there."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--github", is_flag=True, help="Also write a workflow that runs each day at GitHub.")
@click.pass_obj
def init(command: CommandContext, folder: Path, github: bool) -> None:
    """Write the files to begin with into the folder DIR.

    What is there already stays as it is.
    """
    try:
        print_lines(_written(folder, path, content) for path, content in _files(folder, github=github))
        print_lines(_next_steps(folder, github=github))
    except OSError as exc:
        raise CannotBeginError(f"{exc.filename or folder}: {said(exc)}", remedy(exc)) from exc


def _files(folder: Path, *, github: bool) -> Iterator[tuple[Path, str]]:
    home = shipped_folder("deploy/home")
    yield Path("subscribers.yaml"), (home / "subscribers.yaml").read_text()
    yield Path("README.md"), (home / "README.md").read_text()
    yield Path(".gitignore"), (home / "gitignore").read_text()
    if github:
        yield WORKFLOW, _workflow(folder)
        yield Path(".nojekyll"), ""  # GitHub Pages shows files as they are; Jekyll stops at odd braces


def _written(folder: Path, path: Path, content: str) -> str:
    """Write a file that is not there yet; returns what was done."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = open_file(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW)
    except FileExistsError:
        return f"kept   {file}: it was there"
    with open(descriptor, "w") as stream:
        os.fchmod(descriptor, 0o644)
        stream.write(content)
    return f"wrote  {file}"


def _workflow(folder: Path) -> str:
    """The workflow; outside of a fork of the program it says where the program comes from."""
    text = (shipped_folder("deploy/github") / "digest.yml").read_text()
    if (folder / "digest" / "cli.py").exists():
        return text
    assert _HERE in text
    source = f"DIGEST_PROGRAM: daily-papers[github] @ {_source() or _ELSEWHERE}\n"
    return text.replace("the program in this repository, a fork of Daily Papers.", "the program.").replace(
        _HERE, source
    )


def _source() -> str:
    """Where pip finds the version of the program that runs now; empty if it did not come from GitHub."""
    git = Git(Path(__file__).parent)
    with suppress(GitError):
        if git.succeeds("ls-files", "--error-unmatch", "--", Path(__file__).name):
            origin = _AT_GITHUB.fullmatch(git.line("remote", "get-url", REMOTE))
            if origin:
                return f"git+https://github.com/{origin[1]}@{git.line('rev-parse', 'HEAD')}"
    return ""


def _next_steps(folder: Path, *, github: bool) -> Iterator[str]:
    ignored = (folder / ".gitignore").read_text(errors="replace").replace("/", "").split()
    if left := [f"{name}/" for name in _PRIVATE if name not in ignored]:
        yield f"add {' and '.join(left)} to {folder / '.gitignore'}: they hold addresses"
    if github and _ELSEWHERE in (folder / WORKFLOW).read_text(errors="replace"):
        yield f"write into {folder / WORKFLOW} where the program is, in the line with OWNER/NAME"
    file = folder / "subscribers.yaml"
    named = "" if folder.samefile(".") else f"--config {shlex.quote(str(file))} "
    yield f"next: edit {file}, then: digest {named}run"

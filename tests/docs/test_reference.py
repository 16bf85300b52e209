"""docs/reference.md has every key, command, exit status and variable, as the program has them now."""

import re

import pytest

from digest.commands.context import ExitStatus
from tests.support.home import PROJECT
from tests.support.reference import STATUSES, VARIABLES, reference


def test_the_page_is_current() -> None:
    assert (PROJECT / "docs" / "reference.md").read_text() == reference(), "regenerate it: make reference"


def test_every_exit_status_is_explained() -> None:
    assert list(STATUSES) == list(ExitStatus)


def test_every_variable_of_the_program_is_explained_and_read() -> None:
    sources = "".join(path.read_text() for path in (PROJECT / "digest").rglob("*.py"))
    read = set(re.findall(r'"(DIGEST_\w+)"', sources))
    assert read == {name for name in VARIABLES if name.startswith("DIGEST_")}


@pytest.mark.parametrize("name", [name for name in VARIABLES if name.startswith("GITHUB_")])
def test_a_variable_of_github_is_read(name: str) -> None:
    access = (PROJECT / "digest" / "config" / "github_access.py").read_text()
    assert f'"{name}"' in access

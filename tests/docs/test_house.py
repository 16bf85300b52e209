"""The rules of the house that a linter cannot check: sizes, names, and the guides in CONTRIBUTING.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from digest.cli import cli

PROJECT = Path(__file__).parents[2]
MODULES = sorted((PROJECT / "digest").rglob("*.py"))
CONTRIBUTING = (PROJECT / "CONTRIBUTING.md").read_text()
LONGEST_MODULE, LONGEST_FUNCTION = 300, 40
"""Lines."""


def functions(module: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def guide(heading: str) -> list[str]:
    """The files that a guide lists, such as `digest/commands/NAME.py`."""
    _, _, section = CONTRIBUTING.partition(f"\n## {heading}\n")
    rows = re.findall(r"^\| (`.*?) \|", section.partition("\n## ")[0], re.MULTILINE)
    return [file for row in rows for file in re.findall(r"`([^`]+)`", row)]


def test_no_module_and_no_function_is_too_long_to_read_at_once() -> None:
    long_modules = [
        str(module) for module in MODULES if len(module.read_text().splitlines()) > LONGEST_MODULE
    ]
    long_functions = [
        f"{module.name}: {function.name}"
        for module in MODULES
        for function in functions(module)
        if (function.end_lineno or 0) - function.lineno >= LONGEST_FUNCTION
    ]
    assert (long_modules, long_functions) == ([], [])


def test_every_package_and_module_says_what_it_does() -> None:
    assert [str(module) for module in MODULES if not ast.get_docstring(ast.parse(module.read_text()))] == []


@pytest.mark.parametrize("heading", ["Add a command", "Add a source", "Add a way to publish"])
def test_a_guide_names_files_that_are_there_or_have_a_place(heading: str) -> None:
    files = guide(heading)
    assert files
    assert [file for file in files if not _has_place(file)] == []


def _has_place(file: str) -> bool:
    known, name, _ = file.partition("NAME")
    return (PROJECT / known).parent.is_dir() if name else (PROJECT / file).exists()


def test_each_command_has_a_module_and_a_line_in_the_table_of_commands() -> None:
    modules = {module.stem: module.read_text() for module in (PROJECT / "digest" / "commands").glob("*.py")}
    decorated = {
        name.replace("_", "-")
        for text in modules.values()
        for name in re.findall(r"^@click\.(?:command|group)\(.*?^def (\w+)", text, re.MULTILINE | re.DOTALL)
    }
    assert set(cli.list_commands(click.Context(cli))) == decorated

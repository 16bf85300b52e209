"""The command line itself: which commands there are, what they import, which status an error has."""

import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from digest import commands
from digest.cli import COMMANDS, cli, main
from digest.system.signals import Interrupted
from tests.support.home import LEAST

PROJECT = Path(__file__).parents[2]

SLOW = {
    *("cssutils", "email_validator", "feedparser", "jinja2", "lxml", "premailer", "prometheus_client"),
    *("pydantic", "pylatexenc", "requests", "rich", "schedule", "snowballstemmer", "sqlalchemy", "yaml"),
}
"""Libraries that take long to import."""

OF_PREMAILER = {"cssutils", "lxml", "premailer", "requests"}


def loaded_by(folder: Path, *arguments: str) -> set[str]:
    """The slow libraries that a command imports, in a process of its own."""
    (folder / "subscribers.yaml").write_text(LEAST)
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "from digest.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return SLOW & set(done.stderr.split())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_no_slow_library(tmp_path: Path, option: str) -> None:
    assert loaded_by(tmp_path, option) == set()


def test_the_help_of_a_command_imports_only_its_own_module(tmp_path: Path) -> None:
    assert "sqlalchemy" not in loaded_by(tmp_path, "check", "--help")


def test_check_imports_what_configuration_and_templates_need(tmp_path: Path) -> None:
    assert loaded_by(tmp_path, "check") == OF_PREMAILER | {
        *("email_validator", "jinja2", "pydantic", "pylatexenc", "yaml"),
    }


def test_status_imports_neither_templates_nor_http(tmp_path: Path) -> None:
    loaded_by(tmp_path, "unsubscribe", "ada@example.org")  # makes a state
    assert loaded_by(tmp_path, "status") <= {
        *("email_validator", "pydantic", "snowballstemmer", "sqlalchemy", "yaml"),
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_of_a_command_in_the_help_is_its_own(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert isinstance(command, click.Command)
    _, line = COMMANDS[name]
    assert (command.name, command.get_short_help_str(limit=200)) == (name, line)


def test_every_command_that_a_module_defines_is_listed() -> None:
    defined = {
        found.name: module.name
        for module in pkgutil.iter_modules(commands.__path__)
        for found in vars(import_module(f"digest.commands.{module.name}")).values()
        if isinstance(found, click.Command)
    }
    assert defined == {name: module for name, (module, _) in COMMANDS.items()}


def test_commands_are_listed_in_the_order_of_the_alphabet() -> None:
    assert list(COMMANDS) == sorted(COMMANDS)


@pytest.mark.parametrize(
    ("raised", "status"),
    [(ZeroDivisionError("a bug"), 3), (Interrupted(), 130), (KeyboardInterrupt(), 130)],
    ids=["a bug", "a signal", "Ctrl-C"],
)
def test_an_unexpected_end_has_its_own_status(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, raised: BaseException, status: int
) -> None:
    def fail(**_: object) -> None:
        raise raised

    monkeypatch.setattr(cli, "main", fail)
    monkeypatch.setattr(sys, "argv", ["digest", "check"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == status
    assert ("ZeroDivisionError: a bug" in caplog.text) == (status == 3)

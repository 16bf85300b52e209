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
from digest.errors import ConfigError, StoreBusy, StoreError
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


@pytest.mark.exhaustive
def test_check_imports_what_configuration_and_templates_need(tmp_path: Path) -> None:
    assert loaded_by(tmp_path, "check") == OF_PREMAILER | {
        *("email_validator", "jinja2", "pydantic", "pylatexenc", "yaml"),
    }


@pytest.mark.exhaustive
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
    groups = (cli.get_command(click.Context(cli), name) for name in COMMANDS)
    below = {name for group in groups if isinstance(group, click.Group) for name in group.commands}
    listed = {name: module for name, (module, _) in COMMANDS.items()}
    assert {name: module for name, module in defined.items() if name not in below} == listed


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
    assert status_of(monkeypatch, raised, "check") == status
    assert ("ZeroDivisionError: a bug" in caplog.text) == (status == 3)


def status_of(monkeypatch: pytest.MonkeyPatch, raised: BaseException, *arguments: str) -> object:
    """The exit status of a command that ends so."""

    def fail(**_: object) -> None:
        raise raised

    monkeypatch.setattr(cli, "main", fail)
    monkeypatch.setattr(sys, "argv", ["digest", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_a_state_that_is_busy_is_for_later_and_one_that_cannot_be_used_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = Path("state")
    assert status_of(monkeypatch, StoreBusy(file, "busy", "run again"), "run") == 75
    assert status_of(monkeypatch, StoreError(file, "full", "make room"), "run") == 1


@pytest.mark.parametrize(
    "raised",
    [
        ConfigError([]),
        StoreError(Path("state"), "full", "make room"),
        click.UsageError("odd"),
        ZeroDivisionError("a bug"),
        Interrupted(),
    ],
    ids=["configuration", "state", "usage", "a bug", "a signal"],
)
def test_a_mail_server_that_feeds_the_inbox_is_told_to_try_later_whatever_goes_wrong(
    monkeypatch: pytest.MonkeyPatch, raised: BaseException
) -> None:
    assert status_of(monkeypatch, raised, "--config", "there.yaml", "inbox", "-") == 75
    assert status_of(monkeypatch, raised, "inbox", "Maildir") != 75


def test_a_current_folder_that_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    with pytest.raises(click.UsageError) as raised:
        cli.main(["status"], standalone_mode=False)
    assert (
        raised.value.message
        == "the current folder cannot be used (No such file or directory); change to one that exists: cd"
    )
    monkeypatch.undo()

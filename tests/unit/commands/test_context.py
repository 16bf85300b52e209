"""What all commands share."""

from dataclasses import replace
from pathlib import Path

import click
import pytest

from digest.commands.context import print_lines, refuse_used_file, selected_subscribers
from digest.domain.settings import UsedPath
from tests.support.builders import config, subscriber


@pytest.mark.parametrize("target", ["page.html", "./page.html", "link.html", "mine/../page.html"])
def test_a_file_that_the_configuration_names_is_not_written_over(tmp_path: Path, target: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "page.html").touch()
    (tmp_path / "link.html").symlink_to("page.html")
    settings = replace(config(tmp_path), used_paths=(UsedPath("a template", tmp_path / "page.html"),))
    with pytest.raises(click.UsageError, match="is a template; name another file"):
        refuse_used_file(settings, tmp_path / target)


def test_any_other_file_may_be_written(tmp_path: Path) -> None:
    outbox = UsedPath("the outbox", tmp_path / "outbox", is_folder=True)
    refuse_used_file(replace(config(tmp_path), used_paths=(outbox,)), tmp_path / "copy.sqlite3")


@pytest.mark.parametrize("spelling", ["ADA@example.org", "ada@Example.ORG."])
def test_a_subscriber_is_selected_in_any_spelling(tmp_path: Path, spelling: str) -> None:
    ada, bo = subscriber("ada@example.org"), subscriber("bo@example.org")
    assert selected_subscribers(config(tmp_path, ada, bo), [spelling]) == (ada,)


@pytest.mark.parametrize(
    ("at_github", "shown"), [("true", "<address> 3 mails\n"), ("", "ada@example.org: 3 mails\n")]
)
def test_a_workflow_at_github_prints_no_address(
    at_github: str, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a public repository, everybody can read what it prints."""
    monkeypatch.setenv("GITHUB_ACTIONS", at_github)
    print_lines(["ada@example.org: 3 mails"])
    assert capsys.readouterr().out == shown

"""What docs/github.md says is true."""

import re
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from click.testing import CliRunner

from digest.cli import cli
from digest.config.load import load_config
from digest.config.variables import with_variables
from digest.config.yaml_document import parse
from digest.domain.runs import Failure
from tests.support.home import PROJECT

PAGE = (PROJECT / "docs" / "github.md").read_text()
_FENCED = re.compile(r"^( *)```yaml\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
ARCHIVE, MAILS = (dedent(block[2]) for block in _FENCED.finditer(PAGE))
WORKFLOW = (PROJECT / "deploy" / "github" / "digest.yml").read_text()


def test_the_example_with_mails_is_a_configuration(tmp_path: Path) -> None:
    file = tmp_path / "subscribers.yaml"
    file.write_text(MAILS)
    config = load_config(file, {"READER_ADA": "ada@example.org"})
    assert [one.email for one in config.subscribers] == ["ada@example.org"]
    assert config.mail.sender == "ada@example.org"


@pytest.mark.parametrize("text", [ARCHIVE, (PROJECT / "deploy" / "home" / "subscribers.yaml").read_text()])
def test_an_archive_without_mail_is_a_configuration(text: str, tmp_path: Path) -> None:
    file = tmp_path / "subscribers.yaml"
    file.write_text(text)
    assert load_config(file, {}).subscribers == ()


def test_every_line_that_is_switched_off_in_the_file_to_begin_with_is_understood(tmp_path: Path) -> None:
    text = (PROJECT / "deploy" / "home" / "subscribers.yaml").read_text()
    switched_on = re.sub(r"^( *)#(?=\S)", r"\1", text, flags=re.MULTILINE)
    switched_on = switched_on.replace("subscribers: []", "subscribers:")
    file = tmp_path / "subscribers.yaml"
    file.write_text(switched_on)
    config = load_config(file, {"READER_ADA": "ada@example.org"})
    assert [one.email for one in config.subscribers] == ["you@example.org", "ada@example.org"]


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`(digest [a-z][^`]*)`", PAGE))))
def test_each_command_is_understood(command: str) -> None:
    words = [word for word in command.split()[1:] if not word.isupper()]
    done = CliRunner().invoke(cli, [*words, "--help"])
    assert (done.exit_code, done.output[:6]) == (0, "Usage:")


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"DIGEST_\w+", PAGE))))
def test_each_secret_is_read_and_has_its_line_in_the_workflow(variable: str) -> None:
    sources = "".join(path.read_text() for path in (PROJECT / "digest").rglob("*.py"))
    assert f'"{variable}"' in sources
    assert f"{variable}: ${{{{ secrets.{variable} }}}}" in WORKFLOW


def test_each_key_that_takes_a_variable_is_named() -> None:
    (sentence,) = re.findall(r"`env:` is understood in (.*?)\.\n", PAGE, re.DOTALL)
    named = set(re.findall(r"`(\w+):`", sentence)) - {"mail", "monitoring"}
    sections = {name: dict.fromkeys(named, "env:X") for name in ("mail", "monitoring")}
    document, _ = parse("x", yaml.safe_dump({"subscribers": [dict.fromkeys(named, "env:X")], **sections}))
    _, faults = with_variables(document, {})
    assert {fault.path.rpartition(".")[2] for fault in faults} == named


def test_each_kind_of_failure_is_explained() -> None:
    assert re.findall(r"^\| `(\w+)` \| ", PAGE, re.MULTILINE)[-len(Failure) :] == list(Failure)


def test_the_hour_is_that_of_the_workflow() -> None:
    assert "At 05:43 UTC, Monday to Friday." in PAGE
    assert "- cron: '43 5 * * 1-5'" in WORKFLOW


def test_each_message_is_one_of_the_program() -> None:
    (table,) = re.findall(r"\| it says \| do this \|\n\| --- \| --- \|\n(.*?)\n\n", PAGE, re.S)
    sources = "".join(path.read_text() for path in (PROJECT / "digest").rglob("*.py"))
    messages = re.findall(r"^\| (.*?) \| ", table, re.MULTILINE)
    assert len(messages) == 6
    assert [words for words in messages if words not in sources] == []


@pytest.mark.parametrize("link", re.findall(r"\]\(([\w./-]+)\)", PAGE))
def test_each_link_leads_somewhere(link: str) -> None:
    assert (PROJECT / "docs" / link).exists()

"""What the README says is true."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from digest.cli import cli
from digest.config.load import load_config
from digest.domain.keywords import Match, default_match
from digest.domain.settings import SmtpServer

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text()
CONTRIBUTING = (PROJECT / "CONTRIBUTING.md").read_text()


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    return re.findall(r"^\$ (.*)$", "".join(blocks(page, "console")), re.MULTILINE)


@pytest.mark.parametrize("example", blocks(README, "yaml"))
def test_each_example_is_a_configuration_without_faults_and_warnings(example: str, tmp_path: Path) -> None:
    file = tmp_path / "subscribers.yaml"
    file.write_text(example)
    config = load_config(file, {})
    assert config.subscribers
    assert config.warnings == ()


def test_a_keyword_is_looked_for_where_the_page_says() -> None:
    assert "several words matches if it is in the title OR the abstract" in README
    assert "(also a hyphenated\none such as self-play) matches only if it is in BOTH" in README
    assert default_match("self play") is Match.TITLE_OR_ABSTRACT
    assert default_match("self-play") is Match.TITLE_AND_ABSTRACT


@pytest.mark.parametrize(
    "block", [block for block in blocks(README, "console") if "SMTP" in block], ids=["address", "file"]
)
def test_each_way_to_name_the_mail_server_can_be_pasted_as_it_stands(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smtp-url").write_text("smtps://user:password@mail.example.org:465\n")
    (tmp_path / "smtp-url").chmod(0o644)
    (tmp_path / "subscribers.yaml").write_text(blocks(README, "yaml")[0] + "mail: {from: a@example.org}\n")
    pasted = "\n".join([*re.findall(r"^\$ (.*)$", block, re.MULTILINE), "env"])
    done = subprocess.run(["sh", "-ec", pasted], check=True, capture_output=True, text=True)
    named = dict(re.findall(r"^(DIGEST_SMTP_\w+)=(.*)$", done.stdout, re.MULTILINE))
    server = SmtpServer("mail.example.org", 465, "tls", "user", "password")
    assert load_config(Path("subscribers.yaml"), named).smtp == server


@pytest.mark.parametrize("command", ["daemon", "preview", "check", "doctor", "status"])
def test_make_calls_the_program_that_the_page_names_and_leaves_it_its_environment(command: str) -> None:
    assert "it is `.venv/bin/digest`" in README
    outside_make = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS")}
    done = subprocess.run(
        ["make", "--dry-run", command],
        cwd=PROJECT,
        env=outside_make,
        check=True,
        capture_output=True,
        text=True,
    )
    assert f".venv/bin/digest {command}" in done.stdout.splitlines()


@pytest.mark.parametrize("target", re.findall(r"\bmake (\w+)", "\n".join(commands(README + CONTRIBUTING))))
def test_each_make_target_exists_and_explains_itself(target: str) -> None:
    assert re.search(rf"^{target}:.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE)


def test_the_two_commands_stand_first() -> None:
    assert commands(README)[:3] == ["make demo", "make test", "make digest"]
    assert "\nmake demo\n" in (PROJECT / ".ci" / "run").read_text()
    assert "\nmake test\n" in (PROJECT / ".ci" / "run").read_text()


@pytest.mark.parametrize(
    "line", re.findall(r"digest ((?:--quiet )?(?:run|explain).*)$", README, re.MULTILINE)
)
def test_each_command_line_is_understood(line: str) -> None:
    words = line.split()
    done = CliRunner().invoke(cli, [*words, "--help"])
    assert done.exit_code == 0
    for option in (word for word in words if word.startswith("--") and word != "--quiet"):
        assert option in done.output


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"DIGEST_\w+", README))))
def test_each_variable_is_read(variable: str) -> None:
    sources = "".join(path.read_text() for path in (PROJECT / "digest").rglob("*.py"))
    assert f'"{variable}"' in sources


@pytest.mark.parametrize("link", re.findall(r"\]\(([\w./]+)\)", README + CONTRIBUTING))
def test_each_link_leads_somewhere(link: str) -> None:
    assert (PROJECT / link).exists()


def test_every_package_has_its_place_in_the_architecture() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text()
    packages = [
        path.parent.relative_to(PROJECT / "digest") for path in (PROJECT / "digest").rglob("__init__.py")
    ]
    assert [str(package) for package in packages if package.name and f"| `{package}/` |" not in page] == []

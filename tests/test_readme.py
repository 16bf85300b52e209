"""What the README says is true."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from digest.cli import cli
from digest.config.load import load_config

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text()
CONTRIBUTING = (PROJECT / "CONTRIBUTING.md").read_text()


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    return re.findall(r"^\$ (.*)$", "".join(blocks(page, "console")), re.MULTILINE)


@pytest.mark.parametrize("example", blocks(README, "yaml"))
def test_each_example_is_a_configuration_without_faults(example: str, tmp_path: Path) -> None:
    file = tmp_path / "subscribers.yaml"
    file.write_text(example)
    assert load_config(file, {}).subscribers


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


def test_every_module_has_its_place_in_the_architecture() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text()
    folders = {path.parent.name for path in (PROJECT / "digest").glob("*/__init__.py")}
    assert all(f"`{folder}/`" in page for folder in folders)

from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.errors import ConfigError

FILE = """\
subscribers:
  - {email: env:READER_ADA, name: env:NAME, keywords: [Reasoning]}
  - {email: bo@example.org, keywords: [Reasoning]}
mail: {from: env:SENDER, reply_to: env:READER_ADA, return_path: env:RETURN}
monitoring: {operator: env:READER_ADA}
"""
SET = {
    "READER_ADA": "ada@example.net",
    "NAME": "Ada Example",
    "SENDER": "Papers <papers@example.net>",
    "RETURN": "bounces@example.net",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "subscribers.yaml").write_text(FILE)
    return tmp_path / "subscribers.yaml"


def test_an_address_may_stand_in_the_environment(file: Path) -> None:
    config = load_config(file, SET)
    assert [(one.email, one.name) for one in config.subscribers] == [
        ("ada@example.net", "Ada Example"),
        ("bo@example.org", ""),
    ]
    assert (config.mail.sender, config.mail.reply_to, config.mail.return_path) == (
        "Papers <papers@example.net>",
        "ada@example.net",
        "bounces@example.net",
    )
    assert config.monitoring.operator == "ada@example.net"


def test_a_variable_that_is_missing_is_a_fault_with_its_line(file: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(file, {**SET, "READER_ADA": " "})
    assert [(fault.line, fault.path) for fault in caught.value.faults] == [
        (2, "subscribers[0].email"),
        (4, "mail.reply_to"),
        (5, "monitoring.operator"),
    ]
    assert {fault.problem for fault in caught.value.faults} == {
        "the environment has no READER_ADA; set it: in a workflow, as a secret and in a line below `env:`"
    }


def test_what_stands_in_a_variable_is_checked_as_in_the_file(file: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(file, {**SET, "READER_ADA": "bo@example.org"})
    assert [str(fault.line) + " " + fault.problem for fault in caught.value.faults] == [
        "3 the same mailbox as subscribers[0].email on line 2; merge the two subscribers"
    ]


def test_a_value_that_only_looks_like_a_variable_stays(file: Path) -> None:
    file.write_text("subscribers:\n  - {email: ada@example.org, keywords: ['env:X']}\n")
    assert load_config(file, {"X": "Reasoning"}).subscribers[0].keywords[0].name == "env:X"


@pytest.mark.parametrize("text", ["env:", "env:A-B", "env:1"])
def test_what_is_no_name_of_a_variable_is_told(file: Path, text: str) -> None:
    file.write_text(f"subscribers:\n  - {{email: '{text}', keywords: [Reasoning]}}\n")
    with pytest.raises(ConfigError, match="needs the name of a variable"):
        load_config(file, {})

"""An archive without subscribers is a whole configuration."""

from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.domain.archive_settings import ArchiveSettings
from digest.domain.settings import Config
from digest.errors import ConfigError
from tests.support.builders import keyword, schedule

ALONE = "subscribers: []\narchive: {keywords: [Reward Model]}\n"
NO_SENDER = {"DIGEST_SMTP_URL": "smtps://user:password@mail.example.org"}


def load(folder: Path, text: str, environment: dict[str, str] | None = None) -> Config:
    file = folder / "subscribers.yaml"
    file.write_text(text)
    return load_config(file, environment or {})


def test_it_has_its_keywords_and_the_schedule_of_all(tmp_path: Path) -> None:
    config = load(tmp_path, ALONE + "schedule: {at: 06:15, timezone: Europe/Berlin, days: weekdays}\n")
    assert config.subscribers == ()
    assert config.keywords == (keyword("Reward Model"),)
    assert config.archive == ArchiveSettings(
        tmp_path / "README.md",
        (keyword("Reward Model"),),
        100,
        schedule=schedule("06:15", "Europe/Berlin", frozenset(range(5))),
    )
    assert not config.sends_mail


def test_it_needs_no_sender_unless_the_operator_gets_mail(tmp_path: Path) -> None:
    load(tmp_path, ALONE, NO_SENDER)
    with pytest.raises(ConfigError, match=r"mail\.from: missing"):
        load(tmp_path, f"{ALONE}monitoring: {{operator: ada@example.org}}\n", NO_SENDER)


@pytest.mark.parametrize(
    "archive",
    ["", "archive: {}", "archive: {papers: 5}", "archive: {file: null, keywords: [a b]}"],
    ids=["none", "empty", "no keywords", "no file"],
)
def test_without_subscribers_there_are_keywords_of_the_archive(tmp_path: Path, archive: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, f"subscribers: []\n{archive}\n")
    (fault,) = raised.value.faults
    assert str(fault) == (
        f"{tmp_path}/subscribers.yaml:1:14: subscribers: an empty list; write one such as "
        "[{email: you@example.org, keywords: [Reasoning]}], or keywords below archive"
    )


def test_with_subscribers_it_has_no_schedule_of_its_own(tmp_path: Path) -> None:
    config = load(tmp_path, "subscribers: [{email: ada@example.org, keywords: [Reasoning]}]\n")
    assert config.archive.schedule is None


@pytest.mark.parametrize("name", ["../x", "/srv/x", "", ".", ".git", "a b", "a/b", "~"])
def test_its_folder_is_one_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, f"subscribers: []\narchive: {{keywords: [Reasoning], folder: '{name}'}}\n")
    (fault,) = raised.value.faults
    assert fault.problem == (
        f'"{name}": the name of one folder is needed, of letters, digits, hyphens and dots; '
        "write one such as archive"
    )


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("'yes'", '"yes": write true or false, without quotes'),
        ("3", '"3": write true or false, without quotes'),
        ("[true]", "a list: write true or false, without quotes"),
    ],
)
def test_a_switch_is_true_or_false(tmp_path: Path, value: str, problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, f"subscribers: []\narchive: {{keywords: [Reasoning], monthly: {value}}}\n")
    assert [fault.problem for fault in raised.value.faults] == [problem]


@pytest.mark.parametrize(
    ("settings", "papers"), [("papers: 7", 7), ("monthly: true", None), ("page: true", None)]
)
def test_what_keeps_everything_needs_all_papers(tmp_path: Path, settings: str, papers: int | None) -> None:
    config = load(tmp_path, f"subscribers: []\narchive: {{keywords: [Reasoning], {settings}}}\n")
    assert config.archive.papers_needed == papers

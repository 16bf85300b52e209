"""No two settings name one file, however it is spelled."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.config.paths import SETTINGS, path_keys
from digest.errors import ConfigError

_SUBSCRIBERS = "subscribers: [{email: ada@example.org, keywords: [Reasoning]}]\n"


def faults(folder: Path, settings: str, environment: dict[str, str]) -> list[str]:
    """The faults without the folder and the name of the file."""
    file = folder / "subscribers.yaml"
    file.write_text(_SUBSCRIBERS + settings)
    try:
        load_config(file, environment)
    except ConfigError as exc:
        return [str(fault).removeprefix(f"{file}:").replace(f"{folder}/", "") for fault in exc.faults]
    return []


def test_every_setting_with_a_path_is_looked_at() -> None:
    assert {setting.location for setting in SETTINGS} == path_keys().keys()


def test_the_usual_settings_have_a_file_each(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert faults(tmp_path, "templates: mine\nmonitoring: {metrics_file: out.prom}", {}) == []


def test_an_outbox_that_holds_the_configuration_may_hold_other_files_too(tmp_path: Path) -> None:
    assert faults(tmp_path, "outbox: .", {}) == []


@pytest.mark.parametrize(
    ("settings", "environment", "fault"),
    [
        ("archive: {file: ./state/../subscribers.yaml}", {}, "2:17: archive.file: * is the configuration"),
        ("archive: {file: state/digest.sqlite3}", {}, "2:17: archive.file: * is the state"),
        ("state: README.md", {}, "2:8: state: README.md is the archive"),
        (
            "state: a.db\narchive: {file: a.db}",
            {},
            "3:17: archive.file: a.db is the state (state on line 2)",
        ),
        ("archive: {file: state/run.lock}", {}, "2:17: archive.file: * is run.lock of the state"),
        ("archive: {file: state/backup.lock}", {}, "2:17: archive.file: * is backup.lock of the state"),
        ("archive: {file: state/digest.sqlite3-shm}", {}, "* is digest.sqlite3-shm of the state"),
        ("archive: {file: state/digest.sqlite3.new}", {}, "* is digest.sqlite3.new of the state"),
        ("state: state/daemon.lock", {}, "2:8: state: * is daemon.lock of the state (state on line 2)"),
        ("monitoring: {metrics_file: Readme.MD}", {}, "2:28: monitoring.metrics_file: * is the archive"),
        ("monitoring: {metrics_file: outbox/a.prom}", {}, "* is in the outbox, a folder for mails alone"),
        ("outbox: state", {}, "2:9: outbox: * holds the state; name a folder for mails alone"),
        ("templates: mine\narchive: {file: mine/digest.html}", {}, "* is a template (templates on line 2)"),
        ("", {"DIGEST_STATE": "README.md"}, "DIGEST_STATE: README.md is the archive"),
        ("archive: {file: a.db}", {"DIGEST_STATE": "a.db"}, "* a.db is the state (DIGEST_STATE)"),
        (
            "archive: {file: url}",
            {"DIGEST_SMTP_URL_FILE": "url"},
            "* is the secret file (DIGEST_SMTP_URL_FILE)",
        ),
        (
            "archive: {file: ca.pem}",
            {"DIGEST_SMTP_URL_FILE": "url"},
            "* is the certificate of the mail server",
        ),
        ("archive: {file: mine}", {}, "2:17: archive.file: mine is a folder; name a file in it"),
        ("outbox: url", {}, "2:9: outbox: url is a file; name a folder"),
        (
            "state: archive/a.db\narchive: {monthly: true}",
            {},
            "2:8: state: * is in the folder of the archive, a folder for what is published; name another",
        ),
        ("outbox: pages\narchive: {folder: pages}", {}, "2:9: outbox: * is the folder of the archive"),
    ],
)
def test_a_setting_that_names_the_file_of_another_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, environment: dict[str, str], fault: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "ca.pem").touch()
    (tmp_path / "url").write_text("smtps://ada%40example.org:password@mail.example.org?ca=ca.pem")
    (tmp_path / "url").chmod(0o600)
    (found,) = faults(tmp_path, settings, environment)
    begin, _, end = fault.rpartition("*")
    assert found.startswith(begin.strip())
    assert end in found


@pytest.mark.parametrize("link", [os.symlink, os.link])
@pytest.mark.parametrize("name", ["README.md", "other.prom"])
def test_a_link_is_what_it_leads_to(tmp_path: Path, link: Callable[[Path, Path], None], name: str) -> None:
    (tmp_path / "subscribers.yaml").touch()
    link(tmp_path / "subscribers.yaml", tmp_path / name)
    settings = "monitoring: {metrics_file: other.prom}"
    (found,) = faults(tmp_path, settings, {})
    assert f"{name} is the configuration; name another file" in found


def test_a_loop_of_links_and_a_folder_as_the_archive_by_itself_are_left_to_the_run(tmp_path: Path) -> None:
    (tmp_path / "README.md").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    assert faults(tmp_path, "monitoring: {metrics_file: loop}", {}) == []


def test_a_folder_named_archive_is_a_persons_until_the_archive_needs_one(tmp_path: Path) -> None:
    assert faults(tmp_path, "state: archive/a.db\narchive: {papers: 5}", {}) == []

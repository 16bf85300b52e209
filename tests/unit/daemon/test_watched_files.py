import os
import time
from pathlib import Path

import pytest

from digest.daemon.watched_files import file_version, why_unreadable
from digest.system.remedies import user_name

FILE_TIME_STEP_SECONDS = 0.02
"""Files that are changed further apart than this carry different times."""


def test_a_version_differs_after_a_write_a_replacement_and_a_change_of_permissions(tmp_path: Path) -> None:
    file, other = tmp_path / "file", tmp_path / "other"
    other.write_text("another")
    assert file_version(file) is None
    versions = set()
    for action in (
        lambda: file.write_text("one"),
        lambda: file.write_text("another"),
        lambda: file.chmod(0o600),
        lambda: other.replace(file),
    ):
        time.sleep(FILE_TIME_STEP_SECONDS)
        action()
        versions.add(file_version(file))
    assert len(versions) == 4


def test_a_version_stays_the_same_while_nothing_changes(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("one")
    first = file_version(file)
    file.read_text()
    assert file_version(file) == first


def test_a_file_that_can_be_read_has_no_cause(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("one")
    assert why_unreadable(tmp_path / "file") == ""


def test_a_file_that_is_missing_or_a_folder_is_named_as_such(tmp_path: Path) -> None:
    assert why_unreadable(tmp_path / "file") == "no such file or directory (make it, or correct the path)"
    assert why_unreadable(tmp_path) == (
        "it is a folder, not a file (correct the path: a file is where a folder should be, or the reverse)"
    )


def test_a_file_of_somebody_else_names_the_user_who_may_not_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_file: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied")

    file = tmp_path / "file"
    file.touch()
    file.chmod(0o600)
    monkeypatch.setattr(os, "open", refuse)
    me = user_name()
    assert why_unreadable(file) == (
        f"permission denied for user {me}: {file} belongs to {me}, mode 600 (run: chmod u+r {file})"
    )


def test_a_user_without_a_name_goes_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    assert user_name() == "4000000"

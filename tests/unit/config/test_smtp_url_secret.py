from pathlib import Path

import pytest

from digest.config.smtp_url import read_secret


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "smtp-url"
    file.touch(mode=0o600)
    return file


def test_the_one_line_is_read_without_its_line_end(file: Path) -> None:
    file.write_text("smtps://u:p@h\n")
    assert read_secret(file, None) == "smtps://u:p@h"


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o601], ids=oct)
def test_a_secret_that_others_can_reach_is_refused(file: Path, mode: int) -> None:
    file.write_text("smtps://u:p@h\n")
    file.chmod(mode)
    with pytest.raises(ValueError) as caught:
        read_secret(file, file.parent / "elsewhere")
    assert str(caught.value) == f"others may read this secret; run: chmod 600 {file}"


def test_a_credential_that_systemd_guards_may_have_any_permissions(file: Path) -> None:
    file.write_text("smtps://u:p@h\n")
    file.chmod(0o444)
    assert read_secret(file, file.parent) == "smtps://u:p@h"


@pytest.mark.parametrize(
    "text", ["", "\n\n", "smtps://u:p@h\nhunter2\n"], ids=["empty", "blank", "two lines"]
)
def test_a_file_without_exactly_one_line_is_refused(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(ValueError) as caught:
        read_secret(file, None)
    assert str(caught.value) == "must hold one line, the SMTP address; delete the rest or write it"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError) as caught:
        read_secret(tmp_path / "none", None)
    assert str(caught.value) == (
        "cannot be read (No such file or directory); mend the path or the permissions"
    )


def test_a_file_that_is_not_text_is_told(file: Path) -> None:
    file.write_bytes(b"hunter2\xff")
    with pytest.raises(ValueError) as caught:
        read_secret(file, None)
    assert str(caught.value) == "not UTF-8; write the SMTP address on its first line"

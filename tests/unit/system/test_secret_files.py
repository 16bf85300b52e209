"""Which files with a secret are read; tests/unit/config/test_mail_server.py has the faults."""

from pathlib import Path

import pytest

from digest.system.secret_files import is_guarded, is_private, secret_text


def test_a_secret_is_read_without_what_an_editor_adds(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.touch(mode=0o600)
    file.write_bytes(b"\xef\xbb\xbf s3cr3t\r\n")
    assert secret_text(file) == "s3cr3t"


def test_a_guarded_secret_may_have_any_permissions(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cr3t")
    file.chmod(0o644)
    assert secret_text(file, is_guarded=True) == "s3cr3t"
    with pytest.raises(ValueError, match=r"^others may read this secret; run: chmod 600 "):
        secret_text(file)


def test_a_file_is_guarded_below_the_folder_of_credentials(tmp_path: Path) -> None:
    assert is_guarded(tmp_path / "secret", tmp_path)
    assert not is_guarded(tmp_path / "secret", tmp_path / "elsewhere")
    assert not is_guarded(tmp_path / "secret", None)


@pytest.mark.parametrize(
    ("permissions", "owner", "user", "private"),
    [
        (0o600, 1000, 1000, True),
        (0o640, 1000, 1000, False),
        (0o440, 0, 1000, True),
        (0o444, 0, 1000, False),
        (0o640, 0, 0, False),
    ],
    ids=["its owner's", "of the group too", "root's, for a service", "for everybody", "root's, for root"],
)
def test_a_secret_is_for_its_user_alone(permissions: int, owner: int, user: int, private: bool) -> None:
    assert is_private(permissions, owner=owner, user=user) is private

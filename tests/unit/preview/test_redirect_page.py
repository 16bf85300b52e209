"""The page that leads a browser to the preview."""

import stat
from pathlib import Path

import pytest

from digest.preview.redirect_page import redirect_page

URL = "http://127.0.0.1:8000/secret/"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_address_is_in_a_page_that_only_its_owner_can_read_and_not_in_its_name(home: Path) -> None:
    with redirect_page(URL) as page:
        assert f'content="0; url={URL}"' in page.read_text()
        assert (mode(page), mode(page.parent)) == (0o600, 0o700)
        assert "secret" not in str(page)
        assert page.parent.parent == home
        assert not page.parent.name.startswith(".")
    assert list(home.iterdir()) == []


def test_without_a_home_folder_the_page_lies_in_one_for_temporary_files(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(home / "missing"))
    with redirect_page(URL) as page:
        assert page.exists()
    assert not page.parent.exists()

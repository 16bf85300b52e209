"""Where paths lead."""

import os
from pathlib import Path

import pytest

from digest.system.places import Kind, place_of


@pytest.mark.parametrize("other", ["./file", "folder/../file", "link", "hard", "folder/back/file"])
def test_paths_to_one_file_are_one_place(tmp_path: Path, other: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder" / "back").symlink_to("..")
    os.link(tmp_path / "file", tmp_path / "hard")
    assert place_of(tmp_path / other).is_same(place_of(tmp_path / "file"))


@pytest.mark.parametrize(("name", "other"), [("new", "New"), ("b\u00fc", "bu\u0308"), ("a/b", "A/B")])
def test_files_that_are_not_there_yet_are_one_place_if_only_case_differs(
    tmp_path: Path, name: str, other: str
) -> None:
    assert place_of(tmp_path / name).is_same(place_of(tmp_path / other))


def test_files_that_differ_are_two_places(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not place_of(tmp_path / "file").is_same(place_of(tmp_path / "other"))


def test_a_file_is_within_the_folders_on_its_way(tmp_path: Path) -> None:
    place = place_of(tmp_path / "not" / "there" / "file")
    assert place.is_within(place_of(tmp_path / "Not"))
    assert place.is_within(place_of(tmp_path))
    assert not place.is_within(place)
    assert not place.is_within(place_of(tmp_path / "there"))


def test_what_is_at_a_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    names = ("file", ".", "pipe", "loop", "none", "file/below")
    assert [place_of(tmp_path / name).kind for name in names] == [
        Kind.FILE,
        Kind.FOLDER,
        Kind.OTHER,
        Kind.OTHER,
        Kind.NOTHING,
        Kind.NOTHING,
    ]

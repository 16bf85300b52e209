from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from digest.commands.push import published_paths
from digest.publish.files import PublishedFile
from digest.publish.folder import ArchiveFolder
from digest.publish.mark import marked
from tests.support.builders import config


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("archive/reasoning.md", "papers/reasoning.md"):
        ArchiveFolder(tmp_path).write(PublishedFile(PurePosixPath(name), marked("A page.")))
    (tmp_path / "archive" / "notes.md").write_text("My own notes.\n")
    return tmp_path


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, ["README.md", "archive/reasoning.md"]),
        ({"folder": "papers"}, ["README.md", "papers/reasoning.md"]),
        ({"folder": "nothing-yet"}, ["README.md"]),
        ({"file": None}, []),
    ],
    ids=["a person's file is left out", "another folder", "no folder", "no archive"],
)
def test_what_the_program_has_published_is_pushed(
    home: Path, settings: dict[str, str | None], names: list[str]
) -> None:
    usual = config(home)
    archive = replace(usual.archive, **{"file": home / "README.md", **settings})  # type: ignore[arg-type]
    assert published_paths(replace(usual, archive=archive)) == [home / name for name in names]

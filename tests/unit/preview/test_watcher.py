"""A preview that is rebuilt when its files change."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from digest.errors import DigestError
from digest.preview.models import Preview, PreviewError, Tab
from digest.preview.watcher import Build, Watcher, fingerprint
from digest.system.places import templates_folder
from digest.system.templates import Templates


@dataclass
class Maker:
    """Makes a preview of one subscriber, or raises the error."""

    name: str = "Ada"
    error: DigestError | None = None
    made: list[str] = field(default_factory=list)

    def __call__(self) -> Preview:
        if self.error:
            raise self.error
        self.made.append(self.name)
        return Preview((Tab(self.name),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(templates_folder(), tmp_path / "templates"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "subscribers.yaml"
    file.write_text("first")
    return file


def watcher(maker: Callable[[], Preview], folder: Path, *more: Path) -> Watcher:
    return Watcher(maker, Templates(folder), [folder, *more])


def page(build: Build) -> str:
    return build.files["index.html"].decode()


def touch(file: Path) -> None:
    """Change the file, for sure at another time."""
    found = file.stat()
    os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns + 1_000_000))


def test_nothing_is_rebuilt_while_no_file_changes(folder: Path, config: Path) -> None:
    maker = Maker()
    shown = watcher(maker, folder, config)
    assert shown.latest_build() is shown.latest_build()
    assert maker.made == ["Ada"]


@pytest.mark.parametrize("name", ["subscribers.yaml", "templates/digest.css", "templates/preview.js"])
def test_a_changed_file_causes_a_new_build(tmp_path: Path, folder: Path, config: Path, name: str) -> None:
    maker = Maker()
    shown = watcher(maker, folder, config)
    first = shown.latest_build()
    maker.name = "Bo"
    touch(tmp_path / name)
    second = shown.latest_build()
    assert (first.version, second.version) == ("1", "2")
    assert ("Bo" in page(first), "Bo" in page(second)) == (False, True)


def test_an_error_is_shown_above_the_previous_mails_until_it_is_corrected(folder: Path, config: Path) -> None:
    maker = Maker()
    shown = watcher(maker, folder, config)
    maker.error = PreviewError("subscribers.yaml:3:5: broken", "mend it")
    touch(config)
    broken = page(shown.latest_build())
    assert all(words in broken for words in ("subscribers.yaml:3:5: broken", "mend it", "Ada"))
    maker.error = None
    touch(config)
    assert "broken" not in page(shown.latest_build())


def test_an_error_at_the_start_ends_the_preview(folder: Path) -> None:
    with pytest.raises(PreviewError, match="nothing to see"):
        watcher(Maker(error=PreviewError("nothing to see", "")), folder)


def test_the_template_of_the_preview_may_break_and_be_corrected(folder: Path) -> None:
    shown = watcher(Maker(), folder)
    template = folder / "preview.html"
    whole = template.read_text()
    template.write_text("{% if %}")
    broken = shown.latest_build()
    assert broken == Build("2", {}, broken.problem)
    assert broken.problem.startswith(f"{template}:1: ")
    template.write_text(whole)
    assert "Ada" in page(shown.latest_build())


def test_a_fingerprint_changes_when_files_come_change_or_go(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    states = [fingerprint([tmp_path, tmp_path / "nowhere"])]
    file.write_text("x")
    states.append(fingerprint([tmp_path]))
    touch(file)
    states.append(fingerprint([tmp_path]))
    assert len(set(states)) == 3
    file.unlink()
    assert fingerprint([tmp_path]) == states[0] == frozenset()

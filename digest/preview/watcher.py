"""Build the preview, and rebuild it when its templates or its configuration change."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from threading import Lock

from digest.errors import DigestError, RenderError
from digest.preview.models import Preview
from digest.preview.site import Files, site
from digest.system.templates import Templates

Fingerprint = frozenset[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Build:
    """The files of a preview. There are none if its own template is broken; `problem` says where."""

    version: str
    files: Files
    problem: str = ""


def fingerprint(places: Iterable[Path]) -> Fingerprint:
    """Name, time and size of these files and of those in these folders; changes when one of them does."""
    return frozenset(_file_states(places))


def _file_states(places: Iterable[Path]) -> Iterator[tuple[str, int, int]]:
    for place in places:
        for file in place.iterdir() if place.is_dir() else [place]:
            try:
                found = file.stat()
            except OSError:  # an editor is replacing it, or it is a link to itself
                continue
            yield str(file), found.st_mtime_ns, found.st_size


class Watcher:
    """Keeps the latest build of the preview; rebuilds it when a file in `places` (files, folders) changes.

    If `make` raises a DigestError, the constructor raises it too; later the page shows it above the previous
    mails, until the files are corrected. Thread-safe.
    """

    def __init__(self, make: Callable[[], Preview], templates: Templates, places: Iterable[Path]) -> None:
        self._make = make
        self._templates = templates
        self._places = tuple(places)
        self._numbers = count(1)
        self._lock = Lock()
        self._fingerprint = fingerprint(self._places)  # before reading them: no change slips through
        self._preview = make()
        self._build = self._built(self._preview)

    def latest_build(self) -> Build:
        """The latest build; the same object until a file changes."""
        with self._lock:
            found = fingerprint(self._places)
            if found != self._fingerprint:
                self._fingerprint = found
                self._build = self._built(self._remade())
            return self._build

    def _remade(self) -> Preview:
        try:
            self._preview = self._make()
        except DigestError as exc:
            return replace(self._preview, problem=str(exc), hint=exc.hint)
        return self._preview

    def _built(self, preview: Preview) -> Build:
        version = str(next(self._numbers))
        try:
            return Build(version, site(preview, self._templates, version))
        except RenderError as exc:
            return Build(version, {}, str(exc))

"""A preview that follows the files that it was made from."""

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
    """The preview as it is now. Without files its own template is broken: `problem` says where."""

    version: str
    files: Files
    problem: str = ""


def fingerprint(places: Iterable[Path]) -> Fingerprint:
    """Name, time and size of these files and of those in these folders; it changes when one of them does."""
    return frozenset(_seen(places))


def _seen(places: Iterable[Path]) -> Iterator[tuple[str, int, int]]:
    for place in places:
        for file in place.iterdir() if place.is_dir() else [place]:
            try:
                found = file.stat()
            except FileNotFoundError:  # an editor is about to put another one in its place
                continue
            yield str(file), found.st_mtime_ns, found.st_size


class Live:
    """Makes the preview, and makes it anew once the files in `places` (or folders) have changed.

    `make` raises DigestError: at first that ends the preview; later the page shows it, above the mails
    as they were before, until the files are mended. Several threads may ask.
    """

    def __init__(self, make: Callable[[], Preview], templates: Templates, places: Iterable[Path]) -> None:
        self._make = make
        self._templates = templates
        self._places = tuple(places)
        self._numbers = count(1)
        self._one_at_a_time = Lock()
        self._made_from = fingerprint(self._places)  # before reading them: no change slips through
        self._showing = make()
        self._edition = self._published(self._showing)

    def edition(self) -> Build:
        """The latest one, which is another only where a file has changed."""
        with self._one_at_a_time:
            found = fingerprint(self._places)
            if found != self._made_from:
                self._made_from = found
                self._edition = self._published(self._remade())
            return self._edition

    def _remade(self) -> Preview:
        try:
            self._showing = self._make()
        except DigestError as exc:
            return replace(self._showing, problem=str(exc), hint=exc.hint)
        return self._showing

    def _published(self, showing: Preview) -> Build:
        version = str(next(self._numbers))
        try:
            return Build(version, site(showing, self._templates, version))
        except RenderError as exc:
            return Build(version, {}, str(exc))

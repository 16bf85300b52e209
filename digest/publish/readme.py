"""Publish the archive page in the marked part of a README.md, within the size that GitHub shows."""

import errno
import re
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

from digest.domain.digests import ArchiveSection
from digest.errors import ArchiveError, RenderError
from digest.publish.markers import Surroundings, has_marker, split_at_markers
from digest.publish.page import ArchivePage
from digest.system.files import followed, remove_unfinished
from digest.system.remedies import remedy, said
from digest.system.shared_file import found
from digest.system.templates import Templates

# GitHub cuts off a README over 500 KiB:
# https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-readmes
LIMIT_BYTES = 512_000

MOST_BYTES = 10_000_000
"""Of a file that is read at all."""

_MOST_TRIES = 10  # a person who saves the file meanwhile costs one

_NO_PAGE = (errno.EFBIG, errno.EINVAL, errno.EISDIR, errno.ELOOP)
_NAME_ANOTHER = "name another file below `archive:`, as `file:`, or put a page of words there"
_PERMIT = "see that this user may read and write the file and its folder"

_NEW_FILE = b"# Daily Papers\n\nThank you to arXiv for use of its open access interoperability.\n"


class ReadmeArchive:
    """A pipeline.ports.Archive that keeps the archive page in `file` up to date.

    Of several folders of templates the first that has a template counts.
    """

    def __init__(self, file: Path, *templates: Path) -> None:
        self._file = file
        self._templates = Templates(*templates)

    def update(self, sections: Sequence[ArchiveSection]) -> bool:
        """Bring the page up to date; False if it already was, and then nothing is written.

        Shows as many papers of each section as fit into GitHub's limit. What somebody else writes into the
        file meanwhile stays. Raises ArchiveError.
        """
        text = cache(partial(_without_marker, ArchivePage(sections, self._templates)))
        with self._wrap_errors():
            target = followed(self._file)
            remove_unfinished(target.parent, re.escape(target.name))
            for _ in range(_MOST_TRIES):
                with found(self._file, MOST_BYTES) as file:
                    wanted = self._content(file.content, sections, text)
                    if wanted == file.content:
                        return False
                    if file.replace(wanted):
                        return True
        raise ArchiveError(
            f"{self._file}: another program writes it again and again",
            "nothing to do: the page comes up to date with the next run",
        )

    def check(self) -> None:
        """Raise ArchiveError if the file cannot be read, or its markers are not in order."""
        with self._wrap_errors(), found(self._file, MOST_BYTES) as file:
            self._around(file.content)

    def _around(self, content: bytes | None) -> Surroundings:
        return split_at_markers(_NEW_FILE if content is None else content, self._file)

    def _content(
        self, current: bytes | None, sections: Sequence[ArchiveSection], text: Callable[[int | None], str]
    ) -> bytes:
        """The file with as many papers of each section as fit; `text` is the page with so many."""
        around = self._around(current)
        content = cache(lambda newest: around.with_page(text(newest)))
        newest = _papers_that_fit(_longest(sections), _estimate(sections), lambda count: len(content(count)))
        if newest == 0:
            raise _no_room(self._file, len(around.before) + len(around.after))
        return content(newest)

    @contextmanager
    def _wrap_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            hint = _NAME_ANOTHER if exc.errno in _NO_PAGE else remedy(exc)
            raise ArchiveError(f"{self._file}: {said(exc)}", hint) from exc


def _without_marker(page: ArchivePage, newest: int | None) -> str:
    """The text of the page. Raises ArchiveError if a line of it is a marker, which would count as one of
    the file's own in the next run."""
    text = page.text(newest)
    if has_marker(text):
        raise ArchiveError(f"{page.template}: a line of the page is a marker", RenderError.hint)
    return text


def _papers_that_fit(longest: int, guess: int, length: Callable[[int | None], int]) -> int | None:
    """How many papers a section fit, at most; None: all of the `longest` section's.

    `length` is that of the file in bytes. Doubles the guess and then searches by halves, since each try
    fills in a page of up to half a megabyte.
    """
    too_many = guess
    while too_many < longest and length(too_many) <= LIMIT_BYTES:
        too_many *= 2
    if too_many >= longest and length(None) <= LIMIT_BYTES:
        return None
    return bisect(range(1, min(too_many, longest)), LIMIT_BYTES, key=length)


def _longest(sections: Sequence[ArchiveSection]) -> int:
    return max((len(section.papers) for section in sections), default=0)


def _estimate(sections: Sequence[ArchiveSection]) -> int:
    """About how many papers a section fill the limit, judged by their abstracts alone."""
    characters = sum(len(paper.abstract) for section in sections for paper in section.papers)
    return max(1, _longest(sections) * LIMIT_BYTES // max(characters, 1))


def _no_room(file: Path, words_bytes: int) -> ArchiveError:
    return ArchiveError(
        f"{file}: no room for papers: {words_bytes} of GitHub's {LIMIT_BYTES} bytes lie outside the markers",
        hint="shorten the words outside the markers, or archive fewer keywords",
    )

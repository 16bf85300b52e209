"""Publish the newest papers in the marked part of a README.md, within the size that GitHub shows."""

import errno
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from digest.domain.digests import ArchiveSection
from digest.errors import ArchiveError
from digest.publish.fit import LIMIT_BYTES, papers_that_fit
from digest.publish.markers import Surroundings, split_at_markers
from digest.publish.page import NO_LINKS, ArchivePages, Links
from digest.system.files import followed, remove_unfinished
from digest.system.remedies import remedy, said
from digest.system.shared_file import found

MOST_BYTES = 10_000_000
"""Of a file that is read at all."""

_MOST_TRIES = 10  # a person who saves the file meanwhile costs one

_NO_PAGE = (errno.EFBIG, errno.EINVAL, errno.EISDIR, errno.ELOOP)
_NAME_ANOTHER = "name another file below `archive:`, as `file:`, or put a page of words there"

_NEW_FILE = b"# Daily Papers\n\nThank you to arXiv for use of its open access interoperability.\n"

_Text = Callable[[int], str]


class Readme:
    """The part of `file` between the markers."""

    def __init__(self, file: Path, pages: ArchivePages) -> None:
        self._file = file
        self._pages = pages

    def update(self, sections: Sequence[ArchiveSection], links: Links = NO_LINKS) -> bool:
        """Bring the page up to date; False if it already was, and then nothing is written.

        Shows as many papers of each section as fit. What somebody else writes into the file meanwhile stays.
        Raises ArchiveError.
        """
        text = self._text(sections, links)
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

    def has_room(self, sections: Sequence[ArchiveSection]) -> bool:
        """Whether all papers of the sections fit beside the words around them. Raises ArchiveError."""
        with self._wrap_errors(), found(self._file, MOST_BYTES) as file:
            around = self._around(file.content)
        text = self._text(sections, NO_LINKS)
        return _newest_that_fit(sections, lambda count: around.with_page(text(count))) == _longest(sections)

    def check(self) -> None:
        """Raise ArchiveError if the file cannot be read, or its markers are not in order."""
        with self._wrap_errors(), found(self._file, MOST_BYTES) as file:
            self._around(file.content)

    def _around(self, content: bytes | None) -> Surroundings:
        return split_at_markers(_NEW_FILE if content is None else content, self._file)

    def _text(self, sections: Sequence[ArchiveSection], links: Links) -> _Text:
        """Makes the page with so many papers of each section."""
        longest = _longest(sections)
        return cache(
            lambda count: self._pages.readme_part(sections, count if count < longest else None, links)
        )

    def _content(self, current: bytes | None, sections: Sequence[ArchiveSection], text: _Text) -> bytes:
        """The file with as many papers of each section as fit."""
        around = self._around(current)
        content = cache(lambda newest: around.with_page(text(newest)))
        newest = _newest_that_fit(sections, content)
        if newest < 0:
            raise _no_room(self._file, len(around.before) + len(around.after))
        return content(newest)

    @contextmanager
    def _wrap_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            hint = _NAME_ANOTHER if exc.errno in _NO_PAGE else remedy(exc)
            raise ArchiveError(f"{self._file}: {said(exc)}", hint) from exc


def _newest_that_fit(sections: Sequence[ArchiveSection], content: Callable[[int], bytes]) -> int:
    """How many papers of each section fit; -1: not even none. `content` is the file with so many."""
    guess = _estimate(sections)
    return papers_that_fit(_longest(sections), lambda count: len(content(count)), guess)


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

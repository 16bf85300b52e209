"""Write an announcement: a title with the number of papers, and a list of them by keyword."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from digest.domain.digests import Entry, Section
from digest.domain.text import counted
from digest.publish.github.marker import marker
from digest.publish.github.text import plain, quiet, quiet_with_links

MOST_CHARACTERS = 65_000
"""GitHub takes 65,536 characters."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LONGEST_TITLE, _LONGEST_COMMENT, _LONGEST_NAME = 400, 400, 200

_THANKS = "Thank you to arXiv for use of its open access interoperability."


@dataclass(frozen=True, slots=True)
class Announcement:
    """New papers of one day, by keyword. `archive` is the web address of all papers, or empty."""

    day: date
    sections: tuple[Section, ...]
    archive: str = ""

    @property
    def papers(self) -> tuple[str, ...]:
        """The ids of the papers, each once."""
        return tuple(entry.paper.id for section in self.sections for entry in section.entries)

    def body(self, most: int = MOST_CHARACTERS) -> str:
        """The announcement as Markdown, of so many characters at most; cut between papers, and says so."""
        total = len(self.papers)
        last = f"{marker(self.day, self.papers, most // 3)}\n"
        room = most - len(last) - len(self._end(total))
        shown, count = [], 0
        for piece, papers in _pieces(self.sections):
            room -= len(piece)
            if room < 0:
                break
            shown.append(piece)
            count += papers
        return f"{''.join(shown)}{self._end(total - count)}{last}"

    def _end(self, left: int) -> str:
        """What stands below the papers; `left` are not shown."""
        archive = f"[the archive]({self.archive})" if self.archive else "the archive"
        more = f"**{counted(left, 'more paper')}** did not fit here: see {archive}.\n\n" if left else ""
        where = f" All papers: <{self.archive}>." if self.archive else ""
        return f"{more}{_THANKS}{where}\n\n"


def title(day: date, papers: int) -> str:
    """Such as `12 new papers – May 21, 2025`."""
    return f"{counted(papers, 'new paper')} – {_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _pieces(sections: Sequence[Section]) -> Iterator[tuple[str, int]]:
    """The parts of the list, each with the number of papers in it. A heading comes with its first paper."""
    for section in sections:
        heading = f"## {quiet(plain(section.keyword.name, _LONGEST_NAME))}\n\n"
        for entry in section.entries:
            end = "\n" if entry is section.entries[-1] else ""
            yield f"{heading}{_item(entry)}{end}", 1
            heading = ""


def _item(entry: Entry) -> str:
    """Two lines: the title, and what is said of it beneath. Two spaces break the line."""
    paper = entry.paper
    facts = [paper.updated.date().isoformat()]
    if comment := plain(paper.comment, _LONGEST_COMMENT):
        facts.append(quiet_with_links(comment))
    if entry.also:
        facts.append(f"also: {', '.join(quiet(plain(name, _LONGEST_NAME)) for name in entry.also)}")
    if entry.late:
        facts.append("announced earlier, found late")
    heading = quiet(plain(paper.title, _LONGEST_TITLE))
    return f"- [{heading}]({paper.url})  \n  {' · '.join(facts)}\n"

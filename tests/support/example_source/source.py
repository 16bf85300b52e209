"""Papers from a text file: a line has the number, the day of submission and the title, latest paper last."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from digest.domain.fetching import FetchRequest, FetchResult, KeywordMatch, Unavailable
from digest.domain.matching import Matcher
from digest.domain.papers import Paper
from digest.errors import SourceUnavailable

ANNOUNCEMENT = time(6, tzinfo=UTC)


class ExampleCalendar:
    """digest.pipeline.ports.Calendar: an announcement each day."""

    def latest_announcement(self, now: datetime) -> datetime:
        today = datetime.combine(now.astimezone(UTC), ANNOUNCEMENT)
        return today if today <= now else today - timedelta(days=1)

    def announcements_between(self, earlier: datetime, later: datetime) -> int:
        return max((self.latest_announcement(later) - self.latest_announcement(earlier)).days, 0)


class ExampleSource:
    """digest.pipeline.ports.Source over the file."""

    calendar = ExampleCalendar()

    def __init__(self, file: Path) -> None:
        self._file = file

    def fetch(self, requests: Sequence[FetchRequest], unavailable: Unavailable) -> Iterator[FetchResult]:
        try:
            papers = [_paper(line) for line in self._file.read_text("utf-8").splitlines()]
        except OSError as exc:
            problem = SourceUnavailable(f"{self._file.name}: {exc.strerror}")
            yield from (FetchResult(request.keyword, problem=problem) for request in requests)
            return
        matcher = Matcher(request.keyword for request in requests)
        found = [(paper, matcher.claims(paper)) for paper in papers]
        top = max((paper.order for paper in papers), default=0)
        for request in requests:
            matches = tuple(_match(paper, request) for paper, ids in found if request.keyword.id in ids)
            yield FetchResult(request.keyword, matches, baseline=top, high_water_mark=top, up_to_date=True)


def _match(paper: Paper, request: FetchRequest) -> KeywordMatch:
    known = request.known
    is_new = known.baseline is not None and paper.order > known.baseline and paper.id not in known.papers
    return KeywordMatch(paper, is_new)


def _paper(line: str) -> Paper:
    number, day, title = line.split(maxsplit=2)
    submitted = datetime.fromisoformat(day).replace(tzinfo=UTC)
    address = f"https://papers.example.org/{number}"
    return Paper(
        id=f"example-{number}",
        order=int(number),
        version=1,
        title=title,
        abstract="",
        authors=("Ada Example",),
        categories=(),
        comment="",
        submitted=submitted,
        updated=submitted,
        url=address,
        pdf_url=f"{address}.pdf",
    )

"""Write a state of several years in bulk, through the real schema, as runs would have left it."""

import json
import sqlite3
import string
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random

from digest.demo.papers import DemoPaper, Version
from digest.domain.keywords import Keyword
from digest.domain.subscribers import Subscriber
from digest.sources.arxiv.identifiers import announcement_order, page_url, pdf_url
from digest.store.column_types import written
from tests.bench.prose import Prose

Announced = Sequence[tuple[Keyword, DemoPaper]]
"""The papers of an announcement, in the order of identifiers, each with the keyword that finds it."""

_TEXTS = 2_000
_LETTERS_A_WORD = 8
_WEEKEND = (5, 6)


def mornings(last: datetime, announcements: int) -> list[datetime]:
    """The last `announcements` working days up to `last`, at its hour."""
    days = (last - timedelta(days=ago) for ago in count())
    working = (day for day in days if day.weekday() not in _WEEKEND)
    return [next(working) for _ in range(announcements)][::-1]


class Library:
    """Invents papers that one keyword each finds, as long and as varied as real ones."""

    def __init__(self, keywords: Sequence[Keyword], papers_each: int) -> None:
        self._keywords = keywords
        self._papers_each = papers_each
        self._prose, self._random = Prose(seed=1), Random(1)
        self._texts = [self._text() for _ in range(_TEXTS)]
        self._numbers: dict[str, Iterator[int]] = {}

    def announced(self, morning: datetime) -> Announced:
        """What arXiv announces in the night before this morning."""
        return [
            (keyword, self._paper(keyword, morning - timedelta(hours=7)))
            for keyword in self._keywords
            for _ in range(self._papers_each)
        ]

    def _paper(self, keyword: Keyword, announced: datetime) -> DemoPaper:
        month = announced.strftime("%y%m")
        number = next(self._numbers.setdefault(month, count(1)))
        title, abstract, comment, *authors = self._random.choice(self._texts)
        return DemoPaper(
            id=f"{month}.{number:05}",
            title=f"{title} {keyword.name}",
            abstract=abstract,
            authors=tuple(authors),
            categories=("cs.LG", "stat.ML"),
            comment=comment,
            versions=(Version(1, announced - timedelta(days=1), announced),),
        )

    def _text(self) -> tuple[str, ...]:
        """A title, an abstract, a comment and four authors."""
        prose = self._prose
        return prose.words(7), self._abstract(), prose.words(4), *(prose.words(2) for _ in range(4))

    def _abstract(self) -> str:
        """1,390 characters on average, of which zlib leaves 52 per cent, as it does of real ones: words of
        `Prose` alone repeat more than those of all authors do."""
        length = self._random.uniform(0.4, 1.6)
        words = self._prose.words(int(90 * length)).split()
        for _ in range(int(62 * length)):
            words.append("".join(self._random.choices(string.ascii_lowercase, k=_LETTERS_A_WORD)))
        self._random.shuffle(words)
        return " ".join(words)


class History:
    """Writes announcement after announcement, each mailed to every subscriber on its morning, into a state in
    which keywords and subscribers are enrolled. From `log_begins` on, mails and fetches are kept."""

    def __init__(
        self, connection: sqlite3.Connection, subscribers: Sequence[Subscriber], log_begins: datetime
    ) -> None:
        self._connection = connection
        self._keywords = dict(connection.execute("SELECT key, number FROM keywords"))
        numbers = dict(connection.execute("SELECT email, number FROM subscribers"))
        self._subscribers = [
            (numbers[subscriber.email], [keyword.id for keyword in subscriber.keywords])
            for subscriber in subscribers
        ]
        self._log_begins = log_begins
        self._papers, self._mails = count(1), count(1)

    def append(self, announced: Announced, morning: datetime) -> None:
        found: dict[str, list[int]] = {name: [] for name in self._keywords}
        last = 0
        for keyword, paper in announced:
            last = next(self._papers)
            found[keyword.id].append(last)
            self._insert("papers", [_row(last, paper, morning)])
            self._insert("sightings", [(last, self._keywords[keyword.id], last, True, written(morning))])
        mails = [next(self._mails) for _ in self._subscribers]
        self._insert("deliveries", self._deliveries(found, mails))
        if morning >= self._log_begins:
            self._log(mails, last, written(morning))

    def end(self, morning: datetime) -> None:
        """Record that all keywords are fetched and all subscribers served."""
        (top,) = self._connection.execute("SELECT max(announcement_order) FROM papers").fetchone()
        good = {"top": top, "now": written(morning)}
        self._connection.execute(
            "UPDATE keywords SET baseline = 0, covered = :top, last_good_at = :now, up_to_date_at = :now",
            good,
        )
        self._connection.execute("UPDATE subscriptions SET since = (SELECT max(number) FROM sightings)")
        self._connection.execute("UPDATE subscribers SET served_at = :now", good)

    def _deliveries(
        self, found: dict[str, list[int]], mails: Sequence[int]
    ) -> Iterator[tuple[int, int, int]]:
        for (subscriber, keys), mail in zip(self._subscribers, mails, strict=True):
            for name in keys:
                for paper in found[name]:
                    yield subscriber, paper, mail

    def _log(self, mails: Sequence[int], through: int, moment: str) -> None:
        self._connection.executemany(
            "INSERT INTO mails (number, subscriber, through, state, created_at, settled_at)"
            " VALUES (?, ?, ?, 'sent', ?, ?)",
            [
                (mail, subscriber, through, moment, moment)
                for (subscriber, _), mail in zip(self._subscribers, mails, strict=True)
            ],
        )
        self._connection.executemany(
            "INSERT INTO fetches (keyword, fetched_at, papers, fresh) VALUES (?, ?, 40, 4)",
            [(number, moment) for number in self._keywords.values()],
        )
        self._connection.execute(
            "INSERT INTO runs (started_at, ended_at, asked) VALUES (?, ?, ?)",
            (moment, moment, len(self._keywords)),
        )

    def _insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        columns = {"papers": 14, "sightings": 5, "deliveries": 3}
        marks = ", ".join("?" * columns[table])
        self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _row(number: int, paper: DemoPaper, recorded_at: datetime) -> tuple[object, ...]:
    submitted = written(paper.submitted)
    return (
        number,
        paper.id,
        announcement_order(paper.id),
        1,
        paper.title,
        zlib.compress(paper.abstract.encode()),
        json.dumps(paper.authors),
        json.dumps(paper.categories),
        paper.comment,
        submitted,
        submitted,
        written(recorded_at),
        page_url(paper.id, 1),
        pdf_url(paper.id, 1),
    )

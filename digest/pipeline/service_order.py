"""Whose turn it is in a dispatch, and who has a second one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from digest.domain.runs import MailOutcome
from digest.domain.subscribers import Subscriber

_LOOK_AHEAD = 200
"""How many are looked through for somebody who follows other keywords: ten thousand may follow the same."""


class ServiceOrder:
    """Subscribers in order. While refusals are not judged, those come first who follow other keywords: their
    mails show whether the server refuses us or a paper."""

    def __init__(self, subscribers: Sequence[Subscriber]) -> None:
        self.down: MailOutcome | None = None
        """Set when the mail server turns out to be down: nobody has a turn any more."""
        self._waiting = list(subscribers)
        self._aside: list[Subscriber] = []

    def in_turn(self) -> Iterator[Subscriber]:
        while self._waiting and not self.down:
            yield self._waiting.pop(self._next())

    def put_aside(self, subscriber: Subscriber) -> None:
        """They have another turn after all others."""
        self._aside.append(subscriber)

    def begin_again(self) -> None:
        """The second turn of those who were put aside."""
        self._waiting += self._aside
        self._aside = []

    def left_out(self) -> Iterator[MailOutcome]:
        """The outcomes of those who have no turn since the server is down."""
        if self.down:
            for subscriber in (*self._waiting, *self._aside):
                yield replace(self.down, label=subscriber.label)
            self._waiting, self._aside = [], []

    def _next(self) -> int:
        refused = {keyword.id for subscriber in self._aside for keyword in subscriber.keywords}
        unrelated = (
            place
            for place, subscriber in enumerate(islice(self._waiting, _LOOK_AHEAD))
            if refused.isdisjoint(keyword.id for keyword in subscriber.keywords)
        )
        return next(unrelated, 0)

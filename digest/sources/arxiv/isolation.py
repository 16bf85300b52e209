"""Fetch in parts what fails as a whole, until the one part that spoils it is alone.

arXiv cannot show some papers, and fails at every page or list that would have one of them, for weeks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from digest.errors import AnswerBroken, AnswerFailed

Part = TypeVar("Part")
Answer = TypeVar("Answer")

SPOILED = (AnswerBroken, AnswerFailed)
"""Errors that one item of an answer may cause."""

TRIES = 2
"""How often the whole is asked for before its parts, and a single item before it is a culprit."""

_MOST_CULPRITS = 10
_FAILURES_UNTIL_PROBE = 2


@dataclass(frozen=True, slots=True)
class Culprit(Generic[Part]):
    """A part that cannot be divided and cannot be fetched."""

    part: Part
    problem: AnswerBroken | AnswerFailed


@dataclass(frozen=True, slots=True)
class Isolated(Generic[Answer, Part]):
    """The answers to the parts, in no order, and the parts that have none."""

    answers: tuple[Answer, ...]
    culprits: tuple[Culprit[Part], ...] = ()


@dataclass(frozen=True, slots=True)
class _Suspect(Generic[Part]):
    part: Part
    tries: int
    """How often it has failed."""


class Isolation(Generic[Part, Answer]):
    """One whole, fetched in as few parts as possible: for one culprit among n items in at most 2 log2 n
    requests more, beside those for the whole and the culprit alone.

    `fetch` takes a part and the number of tries. `divide` gives two parts or more, or none if the part has
    one item; the one that is most likely good comes first. `probe` raises SourceError if arXiv answers
    nothing at all. After `hopeless_after` parts without an answer, if given, it is the request that is at
    fault.
    """

    def __init__(
        self,
        fetch: Callable[[Part, int], Answer],
        divide: Callable[[Part], Sequence[Part]],
        probe: Callable[[], None],
        hopeless_after: int | None = None,
    ) -> None:
        self._fetch = fetch
        self._divide = divide
        self._probe = probe
        self._hopeless_after = hopeless_after
        self._tried = 0
        self._answers: list[Answer] = []
        self._culprits: list[Culprit[Part]] = []
        self._failures = 0  # since the last answer

    def run(self, whole: Part, tries: int = TRIES) -> Isolated[Answer, Part]:
        """Raises SourceError if arXiv as a whole or the request fails, or there are many culprits."""
        problem = self._try(whole, tries)
        if problem is None:
            return Isolated(tuple(self._answers))
        suspects = [_Suspect(whole, tries)]
        while suspects:
            suspect = suspects.pop(0)
            parts = self._divide(suspect.part)
            if len(parts) > 1:
                suspects += self._spoiled(parts, first=suspect.part is whole)
            else:
                self._judge(suspect, problem, tries)
            hopeless = not self._answers and self._hopeless_after and self._tried >= self._hopeless_after
            if hopeless or len(suspects) + len(self._culprits) > _MOST_CULPRITS:
                raise problem
        return Isolated(tuple(self._answers), tuple(self._culprits))

    def _spoiled(self, parts: Sequence[Part], *, first: bool) -> list[_Suspect[Part]]:
        """The parts that fail. If all others are good, the last one must be it and need not be tried.

        But the `first` time all parts may be good: the whole can fail by chance.
        """
        failed = [_Suspect(part, 1) for part in parts[:-1] if self._try(part, 1)]
        if not failed and not first:
            return [_Suspect(parts[-1], 0)]
        return [*failed, _Suspect(parts[-1], 1)] if self._try(parts[-1], 1) else failed

    def _judge(self, suspect: _Suspect[Part], problem: AnswerBroken | AnswerFailed, tries: int) -> None:
        """A single item is a culprit once it has failed often enough, while arXiv answers at all."""
        if suspect.tries < tries:
            again = self._try(suspect.part, tries - suspect.tries)
            if again is None:
                return
            problem = again
        if self._failures:
            self._probe()
            self._failures = 0
        self._culprits.append(Culprit(suspect.part, problem))

    def _try(self, part: Part, tries: int) -> AnswerBroken | AnswerFailed | None:
        self._tried += 1
        try:
            self._answers.append(self._fetch(part, tries))
        except SPOILED as exc:
            self._failures += 1
            if self._failures > _FAILURES_UNTIL_PROBE:
                self._probe()
                self._failures = 0
            return exc
        self._failures = 0
        return None

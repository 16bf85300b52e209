"""Random text with the statistics of English: few words often, most of them rarely, in many forms."""

from itertools import accumulate
from random import Random

_VOCABULARY = 20_000
_SYLLABLES = ("ba", "con", "de", "fer", "gra", "ho", "lin", "mo", "per", "ra", "sti", "tu", "ver", "xi")
_ENDINGS = ("", "", "s", "ed", "ing", "ation", "ally")


class Prose:
    """Writes words at random, the nth most common one with a share of 1/n (Zipf's law)."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._vocabulary = [self._invented_word() for _ in range(_VOCABULARY)]
        self._weights = list(accumulate(1 / rank for rank in range(1, _VOCABULARY + 1)))

    def words(self, count: int) -> str:
        return " ".join(self._random.choices(self._vocabulary, cum_weights=self._weights, k=count))

    def phrase(self) -> str:
        """One to four words that occur about as often as what people ask for: none of the commonest."""
        length = self._random.choice((1, 2, 2, 3, 4))
        return " ".join(self._random.choices(self._vocabulary[100:], k=length))

    def _invented_word(self) -> str:
        stem = "".join(self._random.choices(_SYLLABLES, k=self._random.choice((1, 2, 2, 3, 3, 4))))
        return stem + self._random.choice(_ENDINGS)

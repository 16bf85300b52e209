"""Match 2,000 papers against 10,000 keywords."""

from time import perf_counter

from digest.domain.matching import Matcher
from tests.bench.prose import Prose
from tests.support.builders import keyword, paper

_KEYWORDS = 10_000
_PAPERS = 2_000
_ABSTRACT_WORDS = 200


def measure() -> str:
    """In a fresh process no word has been stemmed yet, as at the start of a run."""
    prose = Prose(seed=1)
    keywords = [keyword(prose.phrase()) for _ in range(_KEYWORDS)]
    papers = [paper(title=prose.words(10), abstract=prose.words(_ABSTRACT_WORDS)) for _ in range(_PAPERS)]
    start = perf_counter()
    matcher = Matcher(keywords)
    built = perf_counter()
    claims = sum(len(matcher.claims(one)) for one in papers)
    seconds = perf_counter() - built
    return (
        f"matching: {_KEYWORDS:,} keywords x {_PAPERS:,} papers in {seconds:.2f} s, "
        f"{_PAPERS / seconds:,.0f} papers/s, {claims:,} matches "
        f"({built - start:.2f} s to prepare the keywords)"
    )

"""Decide which keywords the papers belong to, and measure where arXiv's search and the matcher differ."""

import logging
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest.domain.fetching import FetchRequest
from digest.domain.matching import Described, Matcher
from digest.domain.papers import Paper
from digest.domain.text import counted
from digest.errors import SourceError
from digest.sources.arxiv.api import ArxivApi
from digest.sources.arxiv.findings import FoundPapers
from digest.sources.arxiv.query import query_of_any, searched

logger = logging.getLogger(__name__)

_SIGN = re.compile(r"[^\w\s]|_")

_FEW_ROWS = 10
"""Fewer rows do not show how arXiv reads a query."""


class Matchers:
    """The keywords' own rule, and the rule by which arXiv reads what it is asked for."""

    def __init__(self, requests: Sequence[FetchRequest]) -> None:
        keywords = [request.keyword for request in requests]
        self._own = Matcher(keywords)
        self._arxivs = Matcher(keywords, searched)

    def claims(self, described: Described) -> frozenset[str]:
        """The ids of the keywords that want the paper."""
        return self._own.claims(described)

    def explains(self, paper: Paper) -> frozenset[str]:
        """The ids of the keywords whose query finds the paper."""
        return self._arxivs.claims(paper)


@dataclass(frozen=True, slots=True)
class Claims:
    """The papers of one keyword, and on how many of the rows `compared` arXiv and the matcher differ."""

    papers: tuple[Paper, ...] = ()
    compared: int = 0
    differing: int = 0
    disputed: tuple[str, ...] = ()
    """Papers that arXiv gives to the keyword, and that are not believed to be its."""


@dataclass(slots=True)
class _Tally:
    papers: dict[str, Paper] = field(default_factory=dict)
    compared: set[str] = field(default_factory=set)
    differing: set[str] = field(default_factory=set)
    disputed: set[str] = field(default_factory=set)


def is_believable(differing: int, compared: int) -> bool:
    """Whether arXiv may be right about rows that the matcher does not claim: not if they are the majority,
    as they are when arXiv reads phrases as loose words."""
    return differing < _FEW_ROWS or 2 * differing <= compared


def believed(keyword_id: str, papers: Sequence[Paper], matchers: Matchers) -> Claims:
    """What a search for one keyword alone brings it."""
    claimed = [paper for paper in papers if keyword_id in matchers.claims(paper)]
    differing = [paper for paper in papers if keyword_id not in matchers.explains(paper)]
    if is_believable(len(differing), len(papers)):
        return Claims((*claimed, *differing), len(papers), len(differing))
    disputed = tuple(paper.id for paper in differing)
    return Claims(tuple(claimed), len(papers), len(differing), disputed)


class Claimant:
    """Assigns the papers of one fetch to the keywords that were fetched before."""

    def __init__(
        self, api: ArxivApi, known: Sequence[FetchRequest], matchers: Matchers, searched: FoundPapers
    ) -> None:
        self._api = api
        self._known = known
        self._matchers = matchers
        self._searched = searched
        self._answered = [one for one in known if one.keyword.id not in searched.failed_queries]
        self._tallies = {request.keyword.id: _Tally() for request in known}
        self._requests_left = 1 + 2 * math.ceil(math.log2(len(known))) if known else 0

    def claims(self, listed: FoundPapers) -> Mapping[str, Claims]:
        """The claims of each keyword, by its id; those of keywords without state from lists and feed only.

        Papers that the search shows and no keyword's query explains are searched again for halves of the
        keywords: a disagreement with arXiv costs requests, and never a paper.
        """
        pool = {**self._searched.papers, **listed.papers}
        others: dict[str, _Tally] = {}
        for paper in pool.values():
            for keyword_id in self._matchers.claims(paper):
                tally = self._tallies.get(keyword_id) or others.setdefault(keyword_id, _Tally())
                tally.papers[paper.id] = paper
        self._compare(listed)
        seen = self._keep_known(pool)
        decided = frozenset().union(*(request.known.disputed for request in self._known))
        unexplained = [
            paper.id
            for paper in self._searched.papers.values()
            if paper.id not in seen | decided and not self._matchers.explains(paper)
        ]
        self._assign(pool, unexplained)
        tallies = {**others, **self._tallies}
        return {keyword_id: _claims_of(tally) for keyword_id, tally in tallies.items()}

    def _keep_known(self, pool: Mapping[str, Paper]) -> set[str]:
        """A known paper stays with its keyword, also under a new title."""
        seen: set[str] = set()
        for request in self._known:
            known = pool.keys() & request.known.papers
            self._tallies[request.keyword.id].papers.update((one, pool[one]) for one in known)
            seen |= known
        return seen

    def _compare(self, listed: FoundPapers) -> None:
        """Count the new papers of each keyword that the search shows, or should have shown."""
        for request in self._answered:
            tally = self._tallies[request.keyword.id]
            for paper_id in tally.papers.keys() - request.known.papers:
                if paper_id in self._searched.papers:
                    tally.compared.add(paper_id)
                elif paper_id in listed.papers and self._searched.should_show(listed.papers[paper_id]):
                    tally.compared.add(paper_id)
                    tally.differing.add(paper_id)

    def _assign(self, pool: Mapping[str, Paper], unexplained: Sequence[str]) -> None:
        found: dict[str, set[str]] = {}
        try:
            for paper_id, keyword_id in self._explanations(pool, unexplained):
                found.setdefault(keyword_id, set()).add(paper_id)
        except SourceError as exc:
            papers = counted(len(unexplained), "paper")
            logger.warning("the keywords of %s stay unknown until the next search: %s", papers, exc)
        for request in self._known:
            ids = found.get(request.keyword.id, set())
            tally = self._tallies[request.keyword.id]
            tally.compared |= ids
            tally.differing |= ids
            differing = request.known.differing + len(tally.differing)
            if is_believable(differing, request.known.compared + len(tally.compared)):
                tally.papers.update((paper_id, pool[paper_id]) for paper_id in ids)
            else:
                tally.disputed |= ids

    def _explanations(
        self, pool: Mapping[str, Paper], unexplained: Sequence[str]
    ) -> Iterator[tuple[str, str]]:
        """Pairs of a paper's id and the id of a keyword whose query finds it.

        Keywords that would match if every sign divided words are asked first; mostly that explains all.
        """
        papers = [_in_single_words(pool[paper_id]) for paper_id in unexplained]
        ids = frozenset().union(*map(self._matchers.explains, papers))
        near = [one for one in self._answered if one.keyword.id in ids]
        left = set(unexplained)
        for group in (near, [one for one in self._answered if one not in near]):
            for paper_id, keyword_id in self._match_in_halves(group, sorted(left)):
                left.discard(paper_id)
                yield paper_id, keyword_id

    def _match_in_halves(
        self, known: Sequence[FetchRequest], ids: Collection[str]
    ) -> Iterator[tuple[str, str]]:
        """Which keywords find these papers, by arXiv's rule: pairs of a paper's id and a keyword's id."""
        middle = (len(known) + 1) // 2
        for half in filter(None, (known[:middle], known[middle:])) if ids else ():
            found = self._matching(half, sorted(ids))
            if len(half) == 1:
                yield from ((paper_id, half[0].keyword.id) for paper_id in found)
            else:
                yield from self._match_in_halves(half, found)

    def _matching(self, half: Sequence[FetchRequest], ids: Sequence[str]) -> frozenset[str]:
        if not self._requests_left:
            raise SourceError("arXiv and the matcher differ for too many keywords")
        self._requests_left -= 1
        return self._api.matching(query_of_any(request.spelled for request in half), ids)


def _in_single_words(paper: Paper) -> Paper:
    """The paper with a space for each sign: `AI:Agents`, which is one word to us, is two."""
    return replace(paper, title=_SIGN.sub(" ", paper.title), abstract=_SIGN.sub(" ", paper.abstract))


def _claims_of(tally: _Tally) -> Claims:
    disputed = tuple(sorted(tally.disputed))
    return Claims(tuple(tally.papers.values()), len(tally.compared), len(tally.differing), disputed)

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.demo.query import parse
from digest.domain.analyzer import searchable
from digest.domain.expressions import Field, Term, Without
from digest.domain.keywords import Keyword, Match, default_match
from digest.domain.names import whole_words
from digest.sources.arxiv.query import query_of, submitted_since
from digest.sources.arxiv.query_grammar import Combined, Node
from digest.sources.arxiv.query_grammar import Term as QueryTerm
from tests.support.builders import keyword

PHRASES = st.text(st.characters(codec="ascii", exclude_characters='"', exclude_categories=["Cc"])).filter(
    searchable
)
NAMES = st.lists(st.text("abXYZ'", min_size=2, max_size=4).filter(searchable), min_size=1).map(" ".join)
KEYWORDS = st.builds(
    Keyword,
    name=st.just("any"),
    any=st.lists(PHRASES, max_size=3).map(tuple),
    all=st.lists(PHRASES, max_size=2).map(tuple),
    exclude=st.lists(PHRASES, max_size=2).map(tuple),
    authors=st.lists(NAMES, max_size=2).map(tuple),
    categories=st.lists(st.sampled_from(["cs.*", "cs.LG", "math-ph"]), max_size=2).map(tuple),
    match=st.none() | st.sampled_from(Match),
).filter(lambda k: bool(k.any or k.all or k.authors or k.categories))


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (keyword("Reward Model"), '(ti:"Reward Model" OR abs:"Reward Model")'),
        (keyword("Reasoning"), '(ti:"Reasoning" AND abs:"Reasoning")'),
        (keyword("Reasoning", match=Match.TITLE), 'ti:"Reasoning"'),
        (keyword("Reasoning", match=Match.ABSTRACT), 'abs:"Reasoning"'),
        (keyword("Q-learning"), '(ti:"Q learning" AND abs:"Q learning")'),
        (
            keyword("x", any=("a b", "c d"), all=("e f",), exclude=("g h", "i")),
            (
                '((((ti:"a b" OR abs:"a b") OR (ti:"c d" OR abs:"c d")) AND (ti:"e f" OR abs:"e f"))'
                ' ANDNOT ((ti:"g h" OR abs:"g h") OR (ti:"i" OR abs:"i")))'
            ),
        ),
        (
            keyword("x", any=(), authors=("del Maestro",), categories=("cs.*", "eess.SY")),
            '(au:"del Maestro" AND (cat:cs.* OR cat:eess.SY))',
        ),
        (
            keyword("Schrödinger bridge", match=Match.TITLE),
            '(ti:"Schrödinger bridge" OR ti:"Schrodinger bridge")',
        ),
        (keyword("μ-calculus", match=Match.TITLE), 'ti:"μ calculus"'),
        (keyword("Llama 3.1", match=Match.TITLE), 'ti:"Llama 3.1"'),
        (keyword("Learning to Rank", match=Match.TITLE), 'ti:"Learning to Rank"'),
        (keyword("As Written", match=Match.TITLE, exact=True), 'ti:"As Written"'),
        (keyword("x", any=(), authors=("Hinton, G.",)), 'au:"Hinton"'),
        (keyword("x", any=(), authors=("Hinton", "G.")), 'au:"Hinton"'),
        (keyword("x", any=(), authors=("Hinton_Geoffrey",)), 'au:"Hinton Geoffrey"'),
        (keyword("x", any=(), authors=("Ming-Hsuan Yang",)), 'au:"Ming-Hsuan Yang"'),
        (
            keyword(
                any=(),
                query=Without(Term(Field.TITLE, "robot"), Term(Field.AUTHOR, "A. Example")),
            ),
            'ti:"robot"',
        ),
    ],
    ids=[
        "two words",
        "one word",
        "title",
        "abstract",
        "hyphen",
        "any, all and exclude",
        "author in categories",
        "an accent",
        "a letter of another script",
        "a version",
        "a stop word",
        "exact words",
        "an initial",
        "an initial alone, beside another name",
        "an underscore",
        "a hyphen in a name",
        "an exclusion that arXiv would read too widely",
    ],
)
def test_a_query_has_every_part_in_parentheses(definition: Keyword, expected: str) -> None:
    assert query_of(definition) == expected


def terms(node: Node) -> set[QueryTerm]:
    match node:
        case Combined(_, left, right):
            return terms(left) | terms(right)
        case QueryTerm():
            return {node}
    raise AssertionError("a keyword has no dates")


def reads(node: Node, true: set[QueryTerm]) -> bool:
    """What arXiv makes of a query, given the terms that hold."""
    match node:
        case Combined("AND", left, right):
            return reads(left, true) and reads(right, true)
        case Combined("OR", left, right):
            return reads(left, true) or reads(right, true)
        case Combined(_, left, right):
            return reads(left, true) and not reads(right, true)
    return node in true


def means(keyword: Keyword, true: set[QueryTerm]) -> bool:
    """What a person means by a keyword, given the terms that hold."""

    def holds(phrase: str, match: Match) -> bool:
        title, abstract = (QueryTerm(field, searchable(phrase)) in true for field in ("ti", "abs"))
        return {
            Match.TITLE: title,
            Match.ABSTRACT: abstract,
            Match.TITLE_OR_ABSTRACT: title or abstract,
            Match.TITLE_AND_ABSTRACT: title and abstract,
        }[match]

    conditions = [
        [holds(phrase, keyword.match or default_match(phrase)) for phrase in keyword.any],
        *([holds(phrase, keyword.match or default_match(phrase))] for phrase in keyword.all),
        [QueryTerm("au", whole_words(author)) in true for author in keyword.authors],
        [QueryTerm("cat", category) in true for category in keyword.categories],
    ]
    excluded = any(holds(phrase, Match.TITLE_OR_ABSTRACT) for phrase in keyword.exclude)
    return all(any(condition) for condition in conditions if condition) and not excluded


@given(KEYWORDS, st.data())
def test_a_grammar_without_precedence_reads_the_query_as_it_is_meant(
    wanted: Keyword, data: st.DataObject
) -> None:
    query = parse(query_of(wanted))
    true = data.draw(st.sets(st.sampled_from(sorted(terms(query), key=str))))
    assert reads(query, true) == means(wanted, true)


def test_a_query_can_be_limited_to_later_submissions() -> None:
    query = submitted_since(
        query_of(keyword("Reasoning", match=Match.TITLE)), datetime(2026, 6, 1, 7, tzinfo=UTC)
    )
    assert query == '(ti:"Reasoning" AND submittedDate:[202606010700 TO 209912312359])'
    assert isinstance(parse(query), Combined)

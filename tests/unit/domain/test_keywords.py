from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.demo.query import Combined, Node, Term, parse
from digest.domain.keywords import Keyword, Match, default_match, distinct, searchable
from digest.sources.arxiv import categories
from digest.sources.arxiv.query import expression, submitted_since
from tests.support.builders import keyword

PHRASES = st.text(st.characters(exclude_characters='"', exclude_categories=("Cs", "Cc")), max_size=30).filter(
    searchable
)
KEYWORDS = st.builds(
    Keyword,
    name=st.just("any"),
    any=st.lists(PHRASES, max_size=3).map(tuple),
    all=st.lists(PHRASES, max_size=2).map(tuple),
    exclude=st.lists(PHRASES, max_size=2).map(tuple),
    authors=st.lists(PHRASES, max_size=2).map(tuple),
    categories=st.lists(st.sampled_from(["cs", "cs.LG", "math-ph"]), max_size=2).map(tuple),
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
            keyword("x", any=(), authors=("del Maestro",), categories=("cs.*", "cs.SY")),
            '(au:"del Maestro" AND (cat:cs.* OR cat:eess.SY))',
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
    ],
)
def test_a_keyword_is_asked_for_with_every_part_in_parentheses(definition: Keyword, expected: str) -> None:
    assert expression(definition) == expected


def terms(node: Node) -> set[Term]:
    match node:
        case Combined(_, left, right):
            return terms(left) | terms(right)
        case Term():
            return {node}
    raise AssertionError("a keyword asks for no dates")


def reads(node: Node, true: set[Term]) -> bool:
    """What arXiv makes of a query, given the terms that hold."""
    match node:
        case Combined("AND", left, right):
            return reads(left, true) and reads(right, true)
        case Combined("OR", left, right):
            return reads(left, true) or reads(right, true)
        case Combined(_, left, right):
            return reads(left, true) and not reads(right, true)
    return node in true


def means(keyword: Keyword, true: set[Term]) -> bool:
    """What a person means by a keyword, given the terms that hold."""

    def stands(phrase: str, match: Match) -> bool:
        title, abstract = (Term(field, searchable(phrase)) in true for field in ("ti", "abs"))
        return {
            Match.TITLE: title,
            Match.ABSTRACT: abstract,
            Match.TITLE_OR_ABSTRACT: title or abstract,
            Match.TITLE_AND_ABSTRACT: title and abstract,
        }[match]

    conditions = [
        [stands(phrase, keyword.match or default_match(phrase)) for phrase in keyword.any],
        *([stands(phrase, keyword.match or default_match(phrase))] for phrase in keyword.all),
        [Term("au", searchable(author)) in true for author in keyword.authors],
        [Term("cat", category) in true for category in keyword.categories],
    ]
    excluded = any(stands(phrase, Match.TITLE_OR_ABSTRACT) for phrase in keyword.exclude)
    return all(any(condition) for condition in conditions if condition) and not excluded


@given(KEYWORDS, st.data())
def test_a_grammar_without_precedence_reads_what_was_meant(wanted: Keyword, data: st.DataObject) -> None:
    query = parse(expression(wanted))
    true = data.draw(st.sets(st.sampled_from(sorted(terms(query), key=str))))
    assert reads(query, true) == means(wanted, true)


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("Reward Model", "Reward Model"),
        ("  Q-learning ", "Q learning"),
        ("C++", "C"),
        ("Bayes's theorem", "Bayes's theorem"),
        ("Bayes’s theorem", "Bayes's theorem"),
        ("nai\u0308ve", "naïve"),
        ("snake_case AND (x)", "snake case AND x"),
        ("naïve Φ-divergence", "naïve Φ divergence"),
        ("'' -- ''", ""),
    ],
)
def test_only_the_words_of_a_phrase_are_asked_for(phrase: str, words: str) -> None:
    assert searchable(phrase) == words


def test_case_and_name_do_not_make_another_question() -> None:
    first, again = keyword("Reward Model"), keyword("RM", any=("reward model",))
    assert first.id == again.id
    assert distinct([first, again, keyword("Reasoning")]) == (first, keyword("Reasoning"))


@pytest.mark.parametrize(
    ("category", "pattern"),
    [
        ("cs", "cs.*"),
        ("cs.LG", "cs.LG"),
        ("quant-ph", "quant-ph"),
        ("cond-mat", "cond-mat.*"),
        ("cs.NA", "math.NA"),
    ],
)
def test_an_archive_stands_for_its_classes_and_an_alias_for_its_category(category: str, pattern: str) -> None:
    assert categories.pattern(category) == pattern


def test_a_query_can_be_narrowed_to_what_was_submitted_since() -> None:
    query = submitted_since(
        expression(keyword("Reasoning", match=Match.TITLE)), datetime(2026, 6, 1, 7, tzinfo=UTC)
    )
    assert query == '(ti:"Reasoning" AND submittedDate:[202606010700 TO 209912312359])'
    assert isinstance(parse(query), Combined)

"""What a keyword's `query` means, and what is wrong with one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.domain.expressions import AllOf, AnyOf, Expression, Field, Term, Without, any_of, holds, terms_of
from digest.domain.keywords import Keyword
from digest.sources.arxiv.query import query_of
from digest.sources.arxiv.query_grammar import MalformedQuery
from digest.sources.arxiv.query_language import expression_of_query

ROBOT, WALK, SURVEY = (
    Term(Field.TITLE, "robot"),
    Term(Field.ABSTRACT, "legged walk"),
    Term(Field.ABSTRACT, "survey"),
)
KNOWN = "use ti, abs, au, cat or all"
VISION, ADA = Term(Field.CATEGORY, "cs.CV"), Term(Field.AUTHOR, "Ada Example")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ti:robot", ROBOT),
        ('abs:"legged  walk"', WALK),
        (
            'cat:cs.CV AND (ti:robot OR abs:"legged walk") ANDNOT abs:survey',
            AllOf((VISION, Without(AnyOf((ROBOT, WALK)), SURVEY))),
        ),
        ("cat:cs.CV AND ti:robot OR abs:survey", AllOf((VISION, AnyOf((ROBOT, SURVEY))))),
        ("ti:robot abs:survey", AnyOf((ROBOT, SURVEY))),
        ('ti:robot OR (abs:survey OR abs:"legged walk")', AnyOf((ROBOT, SURVEY, WALK))),
        ("au:Ada_Example", ADA),
        ('au:"Ada Example"', ADA),
        (
            "robot",
            AnyOf((ROBOT, Term(Field.ABSTRACT, "robot"), Term(Field.AUTHOR, "robot"))),
        ),
        ("all:R", AnyOf((Term(Field.TITLE, "R"), Term(Field.ABSTRACT, "R")))),
        ("cat:cs.*", Term(Field.CATEGORY, "cs.*")),
        ("cat:cs", Term(Field.CATEGORY, "cs.*")),
        ("cat:cs.SY", Term(Field.CATEGORY, "eess.SY")),
        ("cat:quant-ph", Term(Field.CATEGORY, "quant-ph")),
        ("ti:robot ANDNOT abs:survey", Without(ROBOT, SURVEY)),
        ('ti:"is P = NP?"', Term(Field.TITLE, "is P = NP?")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_query_means_what_arxiv_makes_of_it(text: str, expected: Expression) -> None:
    assert expression_of_query(text) == expected


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("", 1, "a term is missing"),
        ("ti:robot and ti:arm", 10, "and is read as a word here; write AND"),
        ("ti:robot AND NOT ti:arm", 14, "NOT is read as a word here; write ANDNOT"),
        ("ti:robot && ti:arm", 10, "&& is read as a word here; write AND"),
        ("ti:robot -survey", 10, "- has no meaning here; write AND or ANDNOT and a space"),
        ("ti:robo*", 8, "* has no meaning here; delete it (endings are found without it)"),
        ("ti:“robot arm”", 4, "“ has no meaning here; delete it (arXiv does not read it)"),
        (
            "ti:robot AND abs:the",
            14,
            "the has only words and signs that arXiv's search ignores; use other words",
        ),
        ('ti:""', 1, "this has only words and signs that arXiv's search ignores; use other words"),
        ("au:G.", 1, "an initial alone names nobody; write the surname too"),
        ("ti:robot AND cat:cs.cv", 14, "unknown category cs.cv; did you mean cs.CV?"),
        ("cat:poetry", 1, "unknown category poetry; they are listed at https://arxiv.org/category_taxonomy"),
        ("cat:cs.C*", 1, "cs.C* is no archive; write one such as cs.*"),
        ("title:robot", 1, "arXiv has no field title; did you mean ti?"),
        ("TI:robot", 1, "arXiv has no field TI; did you mean ti?"),
        ("color:red", 1, "arXiv has no field color; use ti, abs, au, cat or all"),
        (
            "ti:robot AND co:accepted",
            14,
            f"the field co cannot be used: arXiv's announcements have no comments; {KNOWN}",
        ),
        (
            "id:2606.00001",
            1,
            f"the field id cannot be used: arXiv's announcements have no search by identifier; {KNOWN}",
        ),
        (
            "lastUpdatedDate:[202606010000 TO 202606020000]",
            1,
            f"the field lastUpdatedDate cannot be used: arXiv's announcements have no dates; {KNOWN}",
        ),
        (
            " ".join(["ti:a OR ti:b AND"] * 30) + " ti:c",
            1,
            "more than 50 changes between AND, OR and ANDNOT; use fewer",
        ),
    ],
    ids=lambda value: value[:30] or "nothing" if isinstance(value, str) else None,
)
def test_what_cannot_be_answered_is_refused_with_column_and_remedy(
    text: str, column: int, problem: str
) -> None:
    with pytest.raises(MalformedQuery) as refusal:
        expression_of_query(text)
    assert (str(refusal.value), refusal.value.column) == (problem, column)


TEXTS = st.sampled_from(["robot", "legged walk", "Llama 3.1", "learning to rank", "Schrödinger bridge"])
LEAVES = (
    st.builds(Term, st.sampled_from([Field.TITLE, Field.ABSTRACT]), TEXTS)
    | st.builds(Term, st.just(Field.AUTHOR), st.sampled_from(["Ada Example", "Bo"]))
    | st.builds(Term, st.just(Field.CATEGORY), st.sampled_from(["cs.CV", "math.*", "hep-th"]))
)


def _trees(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    some = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.builds(AllOf, some) | st.builds(AnyOf, some) | st.builds(Without, parts, parts)


TREES: st.SearchStrategy[Expression] = st.recursive(LEAVES, _trees, max_leaves=8)


@given(TREES, st.data())
def test_what_is_sent_is_read_back_as_the_same(tree: Expression, data: st.DataObject) -> None:
    read = expression_of_query(query_of(Keyword("any", query=tree)))
    known = sorted({*terms_of(tree), *terms_of(read)}, key=str)
    true = data.draw(st.sets(st.sampled_from(known)))
    assert holds(read, true | _accented(true)) == holds(tree, true | _accented(true))


def _accented(true: set[Term]) -> set[Term]:
    """A text in one spelling holds in the other too, as for the matcher."""
    pair = ("Schrödinger bridge", "Schrodinger bridge")
    return {Term(term.field, text) for term in true if term.text in pair for text in pair}


def column_of_problem(text: str) -> int | None:
    try:
        expression_of_query(text)
    except MalformedQuery as exc:
        return exc.column
    return None


PIECES = st.sampled_from(
    ["ti:", "cat:cs.CV", "au:", '"', "(", ")", " ", "AND", "OR", "ANDNOT", "*", "robot", "the", "-"]
)


@given(st.lists(PIECES).map("".join) | st.text())
def test_any_text_is_either_a_query_or_refused_at_a_column_of_it(text: str) -> None:
    assert column_of_problem(text) in {None, *range(1, max(len(text), 1) + 1)}


@given(st.lists(PIECES).map("".join))
@example('cat:cs.CV"ti:"')
def test_what_is_read_is_read_the_same_once_it_was_sent(text: str) -> None:
    if column_of_problem(text) is None:
        sent = expression_of_query(query_of(Keyword("any", query=expression_of_query(text))))
        again = expression_of_query(query_of(Keyword("any", query=sent)))
        assert again == sent


def test_a_long_query_needs_no_deep_recursion() -> None:
    found = expression_of_query(" OR ".join(["ti:robot"] * 5_000))
    assert found == any_of((ROBOT,) * 5_000)

"""What arXiv's grammar means, after https://info.arxiv.org/help/api/user-manual.html#query_details"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.arxiv.query_grammar import Combined, MalformedQuery, Node, Range, Term, leaves, parse

A, B, C = Term("ti", "a"), Term("abs", "b"), Term("all", "c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("ti:a", A),
        ('ti:"a"', A),
        ("c", C),
        ('au:"del ejemplo"', Term("au", "del ejemplo")),
        ("cat:cs.*", Term("cat", "cs.*")),
        ('ti:""', Term("ti", "")),
        ("ti:a AND abs:b OR c", Combined("AND", A, Combined("OR", B, C))),
        ("ti:a ANDNOT abs:b AND c", Combined("ANDNOT", A, Combined("AND", B, C))),
        ("(ti:a AND abs:b) OR c", Combined("OR", Combined("AND", A, B), C)),
        ("ti:a abs:b", Combined("OR", A, B)),
        ("ti:a c AND abs:b", Combined("OR", A, Combined("AND", C, B))),
        ("ti:a(abs:b)", Combined("OR", A, B)),
        (" ( ( ti:a ) ) ", A),
        ("ti:a AND(abs:b)", Combined("AND", A, B)),
        ("ANDROID", Term("all", "ANDROID")),
        ("ti:a and abs:b", Combined("OR", A, Combined("OR", Term("all", "and"), B))),
        (
            "submittedDate:[202606010000 TO 202606022359]",
            Range("submittedDate", "202606010000 TO 202606022359"),
        ),
        ("au:del_maestro", Term("au", "del_maestro")),
    ],
    ids=[
        "a word in a field",
        "a phrase of one word is a word",
        "without a field everything is searched",
        "a phrase keeps its words",
        "a pattern for categories",
        "an empty phrase",
        "AND does not bind closer than OR",
        "ANDNOT takes all that follows",
        "parentheses bind",
        "a missing operator is OR",
        "a missing operator binds no closer than others",
        "a parenthesis begins an operand",
        "parentheses within parentheses",
        "an operator may touch a parenthesis",
        "a word may begin like an operator",
        "operators are upper-case",
        "a range",
        "an underscore stays for others to read",
    ],
)
def test_a_query_is_read_without_precedence_from_the_right(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "problem", "column"),
    [
        ("", "a term is missing", 1),
        ("ti:a AND", "a term is missing", 8),
        ("OR ti:a", "a term is missing", 1),
        ("ti:a AND OR ti:b", "a term is missing", 10),
        ("()", "a term is missing", 2),
        ("ti:x OR (ti:a", "a parenthesis is not closed", 9),
        ("ti:a )", "a parenthesis is closed that was not opened", 6),
        ('ti:a OR abs:"reward model', "a quote is opened and not closed", 13),
        ("ti:(a OR b)", "a field belongs to one word or one phrase in quotes, not to parentheses", 4),
        ("ti: a", "a word or a phrase in quotes is missing", 4),
        ("ti:[2026", "a range is opened and not closed", 4),
        ("a::b", "cannot be read from here on: a::b", 3),
        ("(" * 102 + "a" + ")" * 102, "more than 100 parentheses within each other", 102),
    ],
    ids=lambda value: value[:20] or "nothing" if isinstance(value, str) else None,
)
def test_what_is_not_a_query_is_refused_with_reason_and_column(text: str, problem: str, column: int) -> None:
    with pytest.raises(MalformedQuery) as refusal:
        parse(text)
    assert (str(refusal.value), refusal.value.column) == (problem, column)


def test_each_term_has_its_column() -> None:
    found = list(leaves(parse('  ti:a AND (abs:"b c" OR submittedDate:[x]) d')))
    assert [leaf.column for leaf in found] == [3, 13, 26, 45]
    assert [getattr(leaf, "is_quoted", None) for leaf in found] == [False, True, None, False]


def written(node: Node) -> str:
    """The tree as a query in which every combination is in parentheses."""
    match node:
        case Term(field, words):
            return f'{field}:"{words}"'
        case Range(field, limits):
            return f"{field}:[{limits}]"
        case Combined(operator, left, right):
            return f"({written(left)} {operator} {written(right)})"


FIELDS = st.sampled_from(["ti", "abs", "au", "co", "cat", "all"])
OPERATORS = st.sampled_from(["AND", "OR", "ANDNOT"])
TERMS = st.builds(Term, FIELDS, st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"])))
LIMITS = st.text(st.characters(exclude_characters="]", exclude_categories=["Cs"]))
LEAVES: st.SearchStrategy[Node] = TERMS | st.builds(Range, st.just("submittedDate"), LIMITS)
TREES = st.recursive(LEAVES, lambda nodes: st.builds(Combined, OPERATORS, nodes, nodes), max_leaves=8)


@given(TREES)
def test_a_query_with_all_its_parentheses_is_read_as_it_was_meant(tree: Node) -> None:
    assert parse(written(tree)) == tree


@given(st.lists(st.tuples(TERMS, OPERATORS)), TERMS)
def test_a_query_without_parentheses_leans_to_the_right(terms: list[tuple[Term, str]], last: Term) -> None:
    text = "".join(f"{written(term)} {operator} " for term, operator in terms) + written(last)
    tree: Node = last
    for term, operator in reversed(terms):
        tree = Combined(operator, term, tree)
    assert parse(text) == tree


def column_of_problem(text: str) -> int | None:
    try:
        parse(text)
    except MalformedQuery as exc:
        return exc.column
    return None


@given(st.text(st.sampled_from('()":[]* ANDOTRi1é')) | st.text())
def test_any_text_is_either_a_query_or_malformed_at_a_column_of_it(text: str) -> None:
    assert column_of_problem(text) in {None, *range(1, max(len(text), 1) + 1)}


def test_a_long_query_needs_no_deep_recursion() -> None:
    assert len(list(leaves(parse(" OR ".join(["a"] * 5_000))))) == 5_000

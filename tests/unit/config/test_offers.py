"""What is offered in place of a phrase that is a search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.offers import as_query, offered_definition, scalar
from digest.config.schema import read_keyword
from digest.config.yaml_document import parse
from digest.domain.expressions import Expression, holds, terms_of
from digest.domain.keywords import Keyword, expression_of
from digest.sources.arxiv.query_language import expression_of_query


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('NeRF OR "Gaussian Splatting"', ["any: [NeRF, Gaussian Splatting]"]),
        ("NeRF OR Gaussian Splatting", ["any: [NeRF, Gaussian Splatting]"]),
        ("nerf or robot", ["any: [nerf, robot]"]),
        ("NeRF | 3DGS", ["any: [NeRF, 3DGS]"]),
        ("“a b” || c", ["any: [a b, c]"]),
        ("transform* OR bert*", ["any: [transform, bert]"]),
        ("all:electron", ["any: [electron]"]),
        ("Gaussian Splatting + dark", ["all: [Gaussian Splatting, dark]"]),
        ("LLM && agent", ["all: [LLM, agent]"]),
        ('"a b" "c d"', ["all: [a b, c d]"]),
        ("(NeRF OR robot) AND folds", ["any: [NeRF, robot]", "all: [folds]"]),
        ("NeRF AND pose OR SLAM", ["any: [pose, SLAM]", "all: [NeRF]"]),
        ("robot ANDNOT survey", ["any: [robot]", "exclude: [survey]"]),
        ("robot NOT survey", ["any: [robot]", "exclude: [survey]"]),
        ("robot and not survey", ["any: [robot]", "exclude: [survey]"]),
        ("robot -survey", ["any: [robot]", "exclude: [survey]"]),
        ("robot AND NOT (survey OR review)", ["any: [robot]", "exclude: [survey, review]"]),
        ("cat:cs.CV AND robot", ["any: [robot]", "categories: [cs.CV]"]),
        ("cat:cs.CV robot arm", ["any: [robot arm]", "categories: [cs.CV]"]),
        ("cat:cs.LG OR cat:stat.*", ["categories: [cs.LG, stat]"]),
        ("au:Hinton OR au:Bengio", ["authors: [Hinton, Bengio]"]),
        (
            "au:del_maestro AND ti:checkerboard",
            ["any: [checkerboard]", "authors: [del maestro]", "match: title"],
        ),
        ("ti: reward model", ["any: [reward model]", "match: title"]),
        ("abs:Nope OR abs:1.5", ["any: [Nope, '1.5']", "match: abstract"]),
        ("ti:nerf AND abs:robot", ["query: 'ti:nerf AND abs:robot'"]),
        ("cat:cs.CV OR robot arm", ["query: 'cat:cs.CV OR \"robot arm\"'"]),
        ("NeRF OR", []),
        ("co:accepted OR robot", []),
        ("ti:robot AND cat:cs.QQ", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_search_is_offered_as_a_definition(text: str, lines: list[str]) -> None:
    assert list(offered_definition(text)) == lines


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Gaussian Splatting", "Gaussian Splatting"),
        ("C++", "C++"),
        ("state-of-the-art", "state-of-the-art"),
        ("Llama 3.1", "Llama 3.1"),
        ("NO", "'NO'"),
        ("3.1", "'3.1'"),
        ("don't: [a]", "'don''t: [a]'"),
        ("A*", "'A*'"),
        ("x -", "'x -'"),
        ("κ", "κ"),
    ],
)
def test_a_text_is_quoted_where_yaml_needs_it(text: str, written: str) -> None:
    assert scalar(text) == written


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_yaml_reads_a_written_text_as_it_was(text: str) -> None:
    document, _ = parse("s.yaml", f"[{scalar(text)}, {scalar(text, always=True)}]")
    assert document.content == [text, text]


PIECES = st.sampled_from(
    ["robot", "Gaussian Splatting", '"a b"', "cat:cs.CV", "cat:cs", "au:Hinton", "ti:nerf", "abs:survey"]
)
SIGNS = st.sampled_from(
    [" AND ", " OR ", " or ", " NOT ", " ANDNOT ", " | ", " + ", " ", " AND (", ") OR ", " -"]
)
SEARCHES = st.lists(st.tuples(PIECES, SIGNS), max_size=4).flatmap(
    lambda pairs: PIECES.map(lambda last: "".join(f"{piece}{sign}" for piece, sign in pairs) + last)
)


def offered_keyword(lines: tuple[str, ...]) -> Keyword:
    section = read_keyword(parse("s.yaml", "\n".join(lines))[0].content)
    assert section is not None
    values = {name: getattr(section, name) for name in type(section).model_fields}
    return Keyword(name="any", **values)


def texts(expression: Expression) -> set[str]:
    return {term.text.casefold() for term in terms_of(expression)}


@given(SEARCHES, st.data())
def test_what_is_offered_finds_what_the_search_says(text: str, data: st.DataObject) -> None:
    lines = offered_definition(text)
    if not lines:
        return
    asked = expression_of_query(as_query(text))
    offered = expression_of(offered_keyword(lines))
    true = data.draw(st.sets(st.sampled_from(sorted(texts(asked)))))
    facts = {term for term in {*terms_of(asked), *terms_of(offered)} if term.text.casefold() in true}
    assert holds(offered, facts) == holds(asked, facts)

import pytest

from digest.config.build import Definitions, definitions
from digest.config.schema import KeywordPart
from digest.config.yaml_document import parse
from digest.domain.keywords import Keyword

_RLHF = Keyword("RLHF", any=("human feedback",))
_DEFINED = Definitions({"RLHF": KeywordPart(any=["human feedback"]), "Broken": None})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RLHF", _RLHF),
        (" rlhf ", _RLHF),
        ("broken", None),
        ("RLHF  paper", Keyword("RLHF paper", any=("RLHF paper",))),
    ],
    ids=["exactly", "case and spaces aside", "defined with faults", "a phrase"],
)
def test_a_text_means_what_is_defined_or_itself(text: str, expected: Keyword | None) -> None:
    assert _DEFINED.keyword(text) == expected


def test_a_name_need_not_be_searchable() -> None:
    assert Definitions({"C++!": KeywordPart(categories=["cs"]), "?": KeywordPart(any=["x"])}).keyword(
        "?"
    ) == Keyword("?", any=("x",))


def test_a_text_that_is_neither_defined_nor_searchable_is_refused() -> None:
    with pytest.raises(ValueError) as caught:
        _DEFINED.keyword("?")
    assert str(caught.value) == '"?" has no letter or digit to search for; write a word'


def test_sound_definitions_are_there_beside_faulty_ones() -> None:
    document, _ = parse("s.yaml", "keywords: {RLHF: {any: human feedback}, Broken: {any: 3}}")
    defined = definitions(document)
    assert (defined.keyword("RLHF"), defined.keyword("Broken")) == (_RLHF, None)


def test_a_file_without_definitions_has_none() -> None:
    document, _ = parse("s.yaml", "keywords: [RLHF]")
    assert definitions(document).keyword("RLHF") == Keyword("RLHF", any=("RLHF",))

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.phrases import phrase
from digest.domain.analyzer import searchable

NO_QUOTE = "a quote cannot be searched for"
OFFER = "    any: [NeRF, Gaussian Splatting]"


def test_a_phrase_has_single_spaces() -> None:
    assert phrase(" reward\u00a0 model ") == "reward model"


def test_a_phrase_may_have_two_hundred_characters() -> None:
    assert phrase("x" * 200) == "x" * 200


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("?!", '"?!" has no letter or digit to search for; write a word'),
        ("  ", "empty; write a text or delete this"),
        ("x" * 201, "201 characters long; shorten it to 200"),
        ("a\nb", '"a\\nb" has the invisible character U+000A; type it again, on one line'),
        ("a\u200bb", '"a\\u200bb" has the invisible character U+200B; type it again, on one line'),
        ('"Reward Model"', "'\"Reward Model\"': a phrase needs no quotes; delete them"),
        (
            'the "best',
            f"'the \"best': {NO_QUOTE}; delete it, or write a search under `query` in a definition",
        ),
        (
            'NeRF OR "Gaussian Splatting"',
            f"'NeRF OR \"Gaussian Splatting\"': {NO_QUOTE}; if a search is meant, write:\n{OFFER}",
        ),
    ],
    ids=lambda value: ascii(value)[1:30],
)
def test_a_text_that_is_no_phrase_says_what_to_do(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        phrase(text)
    assert str(caught.value) == problem


def test_where_a_keyword_is_named_the_whole_definition_is_offered() -> None:
    with pytest.raises(ValueError) as caught:
        phrase('NeRF OR "Gaussian Splatting"', is_name=True)
    assert str(caught.value).splitlines()[1:] == [
        "    keywords:",
        "      'NeRF OR \"Gaussian Splatting\"':",
        "        any: [NeRF, Gaussian Splatting]",
    ]


@given(st.text(max_size=250))
def test_a_phrase_is_searchable_or_refused(text: str) -> None:
    try:
        tidy = phrase(text)
    except ValueError:
        return
    assert searchable(tidy)
    assert tidy.isprintable()
    assert phrase(tidy) == tidy

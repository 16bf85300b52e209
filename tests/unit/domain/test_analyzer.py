import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.analyzer import Stems, exact_words, phrase_stems, stems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Llama 3.1, GPT-3.5", ("llama", "3.1", "gpt", "3.5")),
        ("1,000 and 1, 2", ("1,000", None, "1", "2")),
        ("foo_bar __ _x_", ("foo_bar", "_x_")),
        ("don't don’t", ("don't", "don't")),
        ("models' and Bayes's", ("model", None, "bay")),
        ("state-of-the-art", ("state", None, None, "art")),
        ("e.g. this", ("e.g", None)),
        ("k-NN in O(1)", ("k", "nn", None, "o", "1")),
        ("A* is IT", (None, None, None)),
        ("Schrödinger Φ", ("schroding", "φ")),
        ("在线高精", ("在", "线", "高", "精")),
        ("x\u0302_t", ("x_t",)),
        ("$\\alpha$-divergence", ("alpha", "diverg")),
        ("", ()),
    ],
)
def test_a_text_is_split_and_stemmed_as_arxivs_search_does(text: str, expected: Stems) -> None:
    assert stems(text) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("LLM for Security", ("llm", None, "secur")),
        ("The Model", ("model",)),
        ("to be or not to be", ()),
        ("C++", ("c",)),
    ],
)
def test_a_phrase_begins_and_ends_with_a_word_that_is_no_stop_word(phrase: str, expected: Stems) -> None:
    assert phrase_stems(phrase) == expected


def test_exact_words_keep_their_endings_and_stop_words() -> None:
    assert exact_words("LLMs for Bayes’s Sécurité") == ("llms", "for", "bayes", "securite")


@given(st.text("aàéñÖß’s -_.1"))
def test_the_stems_do_not_depend_on_how_accents_are_written(text: str) -> None:
    assert stems(unicodedata.normalize("NFD", text)) == stems(unicodedata.normalize("NFC", text))


@given(st.text())
def test_stems_and_exact_words_have_the_same_places(text: str) -> None:
    assert len(stems(text)) == len(exact_words(text))

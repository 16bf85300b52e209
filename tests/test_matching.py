import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.matching import Segment, mark


def marked(text: str, *phrases: str) -> str:
    return "".join(f"[{part.text}]" if part.marked else part.text for part in mark(text, phrases))


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("Reward models and a reward, model", "reward model", "[Reward models] and a [reward, model]"),
        ("Good reasons for reasoned reasoning", "Reasoning", "Good [reasons] for [reasoned] [reasoning]"),
        ("A fine-tuned model", "fine tuned", "A [fine-tuned] model"),
        ("A fine tuned model", "fine-tuned", "A [fine tuned] model"),
        ("On Bayes's theorem", "Bayes theorem", "On [Bayes's theorem]"),
        ("Schrödinger’s cats", "schrodinger cat", "[Schrödinger’s cats]"),
        ("GPT-4 and GPT-40", "GPT-4", "[GPT-4] and GPT-40"),
        ("C++ and C#", "C++", "[C]++ and [C]#"),
        ("A q-function and Q learning", "Q", "A [q]-function and [Q] learning"),
        ("An Α-divergence", "α divergence", "An [Α-divergence]"),
        ("snake_case", "case", "snake_[case]"),
        ("rewarding the model", "reward model", "rewarding the model"),
        ("nothing of the kind", "reward", "nothing of the kind"),
        ("no words asked for", "--", "no words asked for"),
    ],
    ids=[
        "plural and punctuation", "stems", "hyphen in the text", "hyphen in the phrase", "possessive",
        "accent", "digits", "C++", "a single letter", "Greek", "underscore", "not adjacent", "absent",
        "no words",
    ],
)  # fmt: skip
def test_a_phrase_is_found_by_the_rule_of_arxivs_search(text: str, phrase: str, expected: str) -> None:
    assert marked(text, phrase) == expected


def test_overlapping_phrases_are_marked_as_one() -> None:
    assert (
        marked("deep reward model training", "deep reward", "reward model") == "[deep reward model] training"
    )


def test_phrases_side_by_side_stay_apart() -> None:
    assert mark("a b", ["a", "b"]) == (Segment("a", True), Segment(" ", False), Segment("b", True))


@given(st.text(), st.lists(st.text(max_size=5), max_size=3))
def test_marking_changes_no_text(text: str, phrases: list[str]) -> None:
    assert "".join(part.text for part in mark(text, phrases)) == unicodedata.normalize("NFC", text)

"""Where a sentence of an abstract ends, and where a dot means something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.content.sentences import sentence_starts, sentences
from tests.support.cost import require_cheap


@pytest.mark.parametrize(
    "found",
    [
        ("One.", "Two!", "Three?", "Four"),
        ("It works (mostly).", "Then it stops."),
        ("He called it “a nut.”", "Later he did not."),
        ("The gain is 3.5.", "We do not know why."),
        ("It is 40%.", "The rest is lost."),
        ("We follow Sample et al.", "The model is theirs."),
        ("We use nuts, bolts, etc.", "The rest is glue."),
        ("It needs vitamin C.", "We add some."),
        ("Tools are old.", "iTool is new."),
        ("Old models grow.", "7B is small."),
        ("It ends…", "Nobody knows."),
        ("Is it so?", "“Yes,” they say."),
    ],
)
def test_a_sentence_ends_at_a_mark_before_a_word_that_can_begin_one(found: tuple[str, ...]) -> None:
    assert sentences(" ".join(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "Sample et al. (2026) knew it.",
        "Sample et al. Example found it.",
        "Some tools, e.g. Hammer, are old.",
        "Some tools, e. g. Hammer, are old.",
        "A tool, i.e. The Hammer, is old.",
        "See Fig. 3 and Figs. 4 and Sec. V of it.",
        "By Eq. (2) and Ref. [7] it holds.",
        "It is 3.5 times 0.25 of it.",
        "Hammers vs. Tongs is a song.",
        "A. B. Example and C. Sample wrote it.",
        "The method of J. Example is old.",
        "We read papyrus PHerc. 1667 and vol. 3 of it.",
        "Pinus sylvestris var. mongolica grows in St. Sample.",
        "It is at example.org and in node.js today.",
        "Of approx. 30 samples (cf. Table 2) none is i.i.d. at all.",
    ],
)
def test_a_dot_within_a_sentence_does_not_end_it(text: str) -> None:
    assert sentences(text) == (text,)


def test_a_forgotten_space_hides_no_sentence() -> None:
    assert sentences("Tools are old.We make new ones.To do so, we dig.") == (
        "Tools are old.",
        "We make new ones.",
        "To do so, we dig.",
    )


def test_an_empty_text_has_one_empty_sentence() -> None:
    assert sentences("") == ("",)


@given(st.text())
def test_sentences_lie_one_after_another(text: str) -> None:
    starts = sentence_starts(text)
    assert starts[0] == 0
    assert sorted(set(starts)) == list(starts)


@pytest.mark.parametrize("piece", [". A", "...", "A.", "( ", ".”]", "e.g. "])
def test_a_long_text_is_cheap(piece: str) -> None:
    require_cheap(lambda: sentence_starts(piece * 1000))

"""No text of 1 MB takes long to be made readable."""

import pytest
from hypothesis import given, settings

from digest.tex.accents import with_letters
from digest.tex.readable import LONGEST, readable
from tests.support.cost import require_cheap
from tests.support.long_texts import PIECES, long_texts, repeated


@pytest.mark.exhaustive
@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_a_megabyte_of_one_piece_is_cheap(piece: str) -> None:
    text = repeated(piece)
    require_cheap(lambda: (readable(text), with_letters(text)))


@pytest.mark.exhaustive
@settings(max_examples=60, deadline=None)
@given(long_texts())
def test_a_megabyte_of_several_pieces_is_cheap(text: str) -> None:
    require_cheap(lambda: (readable(text), with_letters(text)))


def test_what_is_beyond_all_abstracts_stays_as_it_was_written() -> None:
    text = r"\alpha " + "a" * LONGEST + r"\beta"
    assert readable(text) == "α " + "a" * LONGEST + r"\beta"

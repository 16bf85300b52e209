"""No text of 1 MB takes long to be escaped, and no paper takes the room of all others."""

import pytest
from hypothesis import given, settings

from digest.publish.markdown import escape, escape_prose
from tests.support.cost import require_cheap
from tests.support.long_texts import PIECES, long_texts, repeated


@pytest.mark.exhaustive
@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_a_megabyte_of_one_piece_is_cheap(piece: str) -> None:
    text = repeated(piece)
    require_cheap(lambda: (escape(text), escape_prose(text)))


@pytest.mark.exhaustive
@settings(max_examples=40, deadline=None)
@given(long_texts())
def test_a_megabyte_of_several_pieces_is_cheap(text: str) -> None:
    require_cheap(lambda: (escape(text), escape_prose(text)))

"""No paper with texts of 1 MB takes long to be shown in a mail, or to be matched."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from digest.domain.digests import Digest, Entry, Section
from digest.domain.matching import mark
from digest.domain.settings import MailSettings
from digest.domain.text import one_line
from digest.domain.tokens import Signer
from digest.mail.builder import DigestMailBuilder
from digest.mail.content.render import MailRenderer
from digest.system.places import templates_folder
from tests.support.builders import NOON, keyword, paper, subscriber
from tests.support.cost import require_cheap
from tests.support.long_texts import PIECES, long_texts, repeated

SETTINGS = MailSettings(sender="Daily Papers <papers@example.org>")
MODEL = keyword("Reward Model")
ADA = subscriber("ada@example.org", MODEL)


def build(text: str) -> None:
    """A mail with one paper, all of whose texts are this one."""
    one = replace(paper("2606.00001"), title=text, abstract=text, comment=text, authors=(text, "Ada"))
    digest = Digest(ADA, date(2026, 6, 22), (Section(MODEL, (Entry(one, (), welcome=False),)),))
    builder = DigestMailBuilder(MailRenderer(SETTINGS, templates_folder()), SETTINGS, Signer(b"k" * 32))
    assert len(builder.build(digest, NOON)) == 1


@pytest.mark.exhaustive
@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_a_mail_with_a_megabyte_of_one_piece_is_cheap(piece: str) -> None:
    text = repeated(piece)
    require_cheap(lambda: build(text))


@pytest.mark.exhaustive
@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_a_megabyte_of_one_piece_is_searched_and_cleaned_in_no_time(piece: str) -> None:
    text = repeated(piece)
    require_cheap(lambda: (one_line(text), mark(text, MODEL.phrases)))


@pytest.mark.exhaustive
@settings(max_examples=30, deadline=None)
@given(long_texts())
def test_a_mail_with_a_megabyte_of_several_pieces_is_cheap(text: str) -> None:
    require_cheap(lambda: build(text))

"""The messages of the corpus, and how many of them are understood."""

from collections import Counter

import pytest

from digest.domain.fault import Fault
from digest.domain.tokens import token_in
from digest.mail.inbound.answers import Bounce, UnsubscribeRequest
from digest.mail.inbound.parser import read
from tests.unit.mail.inbound.corpus import CORPUS, Case, Verdict
from tests.unit.mail.inbound.corpus.case import MAIL, PLACES, TOKEN

HARD = {Verdict.STRUCK_OFF, Verdict.COUNTED}


def verdict(case: Case) -> Verdict:
    """What the message does to the subscriber with the address of the corpus."""
    found = read(case.message)
    if isinstance(found, UnsubscribeRequest):
        if TOKEN not in found.tokens and MAIL not in map(token_in, found.message_ids):
            return Verdict.NOTHING  # the token of a return path is none of a reader
        return Verdict.COMPLAINT if found.is_complaint else Verdict.WISH
    if not isinstance(found, Bounce):
        return Verdict.NOTHING
    assert found.mail == MAIL
    if found.fault in {Fault.OURS, Fault.MESSAGE}:
        return Verdict.NOT_CHARGED
    theirs = found.recipient in {"", PLACES["to"]}
    return Verdict.STRUCK_OFF if found.fault is Fault.GONE and theirs else Verdict.COUNTED


@pytest.mark.parametrize("case", CORPUS, ids=[case.name for case in CORPUS])
def test_a_message_does_what_it_is_to_do(case: Case) -> None:
    assert verdict(case) is case.verdict


def test_the_corpus_is_large_and_its_messages_differ() -> None:
    assert len({case.message for case in CORPUS}) == len({case.name for case in CORPUS}) == len(CORPUS)
    counts = Counter(case.verdict for case in CORPUS)
    assert len(CORPUS) >= 120
    assert min(counts[kind] for kind in (*HARD, Verdict.NOT_CHARGED, Verdict.NOTHING)) >= 20


def test_dead_addresses_are_noticed_and_nobody_is_charged_without_reason() -> None:
    """The figures that the project promises, whatever single rows say."""
    found = [(case.verdict, verdict(case)) for case in CORPUS]
    hard = [does for is_to_do, does in found if is_to_do in HARD]
    assert sum(does in HARD for does in hard) >= 0.95 * len(hard)
    assert [does for is_to_do, does in found if is_to_do is Verdict.NOT_CHARGED and does in HARD] == []
    assert {does for is_to_do, does in found if is_to_do is Verdict.NOTHING} == {Verdict.NOTHING}

from datetime import date

from digest.domain.compose import compose
from digest.domain.digests import Digest, Entry, PendingPaper, Section, Unanswered
from digest.domain.keywords import Keyword
from tests.support.builders import NOON, keyword, paper, subscriber

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
SUBSCRIBER = subscriber("reader@example.org", MODEL, REASONING)
TODAY = date(2026, 6, 22)


def candidate(id: str, *keywords: Keyword, welcome: bool = False) -> PendingPaper:
    return PendingPaper(paper(id), frozenset(k.id for k in keywords), welcome)


def test_sections_follow_the_subscribers_keywords_and_papers_the_announcements() -> None:
    waiting = [
        candidate("2606.00001", REASONING),
        candidate("2512.00009", MODEL, welcome=True),
        candidate("2606.00002", MODEL),
    ]
    assert compose(SUBSCRIBER, waiting, TODAY, {}) == Digest(
        SUBSCRIBER,
        TODAY,
        (
            Section(
                MODEL,
                (
                    Entry(paper("2606.00002"), also=(), welcome=False),
                    Entry(paper("2512.00009"), also=(), welcome=True),
                ),
            ),
            Section(REASONING, (Entry(paper("2606.00001"), also=(), welcome=False),)),
        ),
    )


def test_a_paper_of_several_keywords_is_listed_once_and_names_the_others() -> None:
    waiting = [candidate("2606.00001", REASONING, MODEL)]
    assert compose(SUBSCRIBER, waiting, TODAY, {}).sections == (
        Section(MODEL, (Entry(paper("2606.00001"), also=("Reasoning",), welcome=False),)),
    )


def test_nothing_waiting_makes_an_empty_digest() -> None:
    assert compose(SUBSCRIBER, [], TODAY, {}) == Digest(SUBSCRIBER, TODAY, ())


def test_a_digest_names_those_of_its_keywords_whose_fetch_failed() -> None:
    unanswered = {REASONING.id: NOON, keyword("somebody else's").id: None}
    assert compose(SUBSCRIBER, [], TODAY, unanswered).unanswered == (Unanswered(REASONING, NOON),)

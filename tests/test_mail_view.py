"""A digest as its templates see it."""

import time
from datetime import UTC, date, datetime

from digest.mail.view import DigestView, PaperView, SectionView, digest_view
from digest.matching import Segment
from digest.models import Digest, Entry, MailSettings, Section, Unanswered
from tests.builders import keyword, paper, schedule, subscriber

MONDAY = date(2026, 6, 22)
SETTINGS = MailSettings("Daily Papers <papers@example.org>", reply_to=None, when_empty="skip")
REWARD, REASONING = keyword("Reward Model"), keyword("Reasoning")


def test_a_digest_becomes_ready_values() -> None:
    found = paper(
        version=2,
        title="Reward Models",
        abstract="They reason. https://github.com/a/b",
        comment="9 pages",
        updated=datetime(2026, 6, 21, 23, 59, tzinfo=UTC),
    )
    digest = Digest(
        subscriber("r@example.org", REWARD, REASONING),
        MONDAY,
        (Section(REWARD, (Entry(found, ("Reasoning",), welcome=False),)),),
    )
    assert digest_view(digest, SETTINGS, "q7") == DigestView(
        subject="1 new paper: Reward Model · 22 Jun",
        date="Monday, 22 June 2026",
        amount="1 new paper in 1 keyword",
        contents=("Reward Model: 1",),
        sections=(
            SectionView(
                name="Reward Model",
                amount="1 new paper",
                papers=(
                    PaperView(
                        number=1,
                        link="https://arxiv.org/abs/2606.00001v2",
                        title="Reward Models",
                        title_segments=(Segment("Reward Models", marked=True),),
                        authors="Ada Example, Bo Sample",
                        facts=("21 June 2026", "cs.LG, stat.ML"),
                        comment="9 pages",
                        pdf="https://arxiv.org/pdf/2606.00001v2",
                        code="https://github.com/a/b",
                        abstract="They reason. https://github.com/a/b",
                        abstract_segments=(
                            Segment("They ", marked=False),
                            Segment("reason", marked=True),
                            Segment(". ", marked=False),
                            Segment("https://github.com/a/b", marked=False),
                        ),
                        reason="“Reward Model” in title",
                        also=("Reasoning",),
                    ),
                ),
            ),
        ),
        notices=(),
        subscribed=("Reward Model", "Reasoning"),
        contact="papers@example.org",
        unsubscribe_subject="unsubscribe q7",
        unsubscribe_url="mailto:papers@example.org?subject=unsubscribe%20q7",
    )


def test_papers_are_numbered_through_all_sections() -> None:
    entries = tuple(Entry(paper(f"2606.0000{n}"), (), welcome=True) for n in (1, 2, 3))
    digest = Digest(subscriber(), MONDAY, (Section(REWARD, entries[:2]), Section(REASONING, entries[2:])))
    view = digest_view(digest, SETTINGS, "q7")
    assert [shown.number for section in view.sections for shown in section.papers] == [1, 2, 3]
    assert view.amount == "3 papers to begin with"


def test_a_web_address_is_never_marked_in_part() -> None:
    arxiv = keyword("arXiv")
    text = "On arXiv: arxiv.org/abs/2606.00009 and https://example.org/arxiv."
    entry = Entry(paper(abstract=text), (), welcome=False)
    view = digest_view(
        Digest(subscriber("r@example.org", arxiv), MONDAY, (Section(arxiv, (entry,)),)), SETTINGS, "q7"
    )
    segments = view.sections[0].papers[0].abstract_segments
    assert [segment.text for segment in segments if segment.marked] == ["arXiv"]
    assert "".join(segment.text for segment in segments) == text


def test_a_very_long_word_takes_no_longer_than_its_letters() -> None:
    entry = Entry(paper(abstract="x" * 100_000), (), welcome=False)
    digest = Digest(subscriber(), MONDAY, (Section(REWARD, (entry,)),))
    start = time.perf_counter()
    view = digest_view(digest, SETTINGS, "q7")
    assert view.sections[0].papers[0].abstract_segments == (Segment("x" * 100_000, marked=False),)
    assert time.perf_counter() - start < 5


def test_a_title_of_unseen_characters_gives_way_to_the_identifier() -> None:
    entry = Entry(paper(title="\x00\u202e"), (), welcome=False)
    view = digest_view(Digest(subscriber(), MONDAY, (Section(REWARD, (entry,)),)), SETTINGS, "q7")
    assert view.sections[0].papers[0].title == "arXiv:2606.00001"


def test_what_arxiv_did_not_tell_is_said_in_the_readers_own_time() -> None:
    digest = Digest(
        subscriber("r@example.org", REWARD, REASONING, schedule=schedule(timezone="Asia/Tokyo")),
        MONDAY,
        (),
        (Unanswered(REWARD, datetime(2026, 6, 21, 21, 12, tzinfo=UTC)), Unanswered(REASONING, None)),
    )
    assert digest_view(digest, SETTINGS, "q7").notices == (
        (
            "arXiv did not tell everything for Reward Model today; its last good answer was on 22 June 2026 "
            "at 06:12. Nothing is lost: those papers come with the next digest."
        ),
        "arXiv has not answered for Reasoning yet. Nothing is lost: its papers come with a later digest.",
    )

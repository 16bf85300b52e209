"""The values that the mail templates show."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from digest.domain.digests import Digest, Entry, Section, Unanswered
from digest.domain.keywords import Keyword
from digest.domain.links import PaperLink
from digest.domain.matching import Segment
from digest.domain.papers import Paper
from digest.domain.settings import MailSettings
from digest.mail.content.actions import digest_actions
from digest.mail.content.fit import FULL_DETAIL, DetailLevel, DetailLimits
from digest.mail.content.view import DigestView, PaperView, SectionView, digest_view
from tests.support.builders import keyword, paper, schedule, subscriber

MONDAY = date(2026, 6, 22)
SETTINGS = MailSettings("Daily Papers <papers@example.org>", reply_to=None, when_empty="skip")
REWARD, REASONING = keyword("Reward Model"), keyword("Reasoning")
FULL, SHORTENED, NO_ABSTRACT, TITLE_ONLY = DetailLevel


@pytest.mark.parametrize("limits", [FULL_DETAIL, DetailLimits(card_share=0.0)], ids=["a card", "a title"])
def test_a_late_paper_says_so_at_every_level(limits: DetailLimits) -> None:
    entries = (Entry(paper(), (), welcome=False, late=True), Entry(paper("2606.00002"), (), welcome=False))
    digest = Digest(subscriber("r@example.org", REWARD), MONDAY, (Section(REWARD, entries),))
    (section,) = digest_view(digest, SETTINGS, "q7", limits).sections
    words = "announced earlier; arXiv's search did not show it"
    assert [one.late for one in section.papers] == [words, ""]


def test_a_digest_becomes_ready_values() -> None:
    found = paper(
        version=2,
        title="Reward Models",
        abstract="They reason. https://github.com/a/b",
        comment="a note",
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
        place="",
        amount="1 new paper in 1 keyword",
        contents=("Reward Model: 1",),
        notes=(),
        notices=(),
        sections=(
            SectionView(
                name="Reward Model",
                amount="1 new paper",
                papers=(
                    PaperView(
                        level=FULL,
                        number=1,
                        id="2606.00001",
                        link="https://arxiv.org/abs/2606.00001v2",
                        title="Reward Models",
                        title_segments=(Segment("Reward Models", marked=True),),
                        authors="Ada Example, Bo Sample",
                        facts=("21 June 2026", "cs.LG"),
                        comment="a note",
                        pdf="https://arxiv.org/pdf/2606.00001v2",
                        links=(PaperLink("Code", "a/b", "https://github.com/a/b"),),
                        abstract="They reason. https://github.com/a/b",
                        abstract_segments=(
                            Segment("They ", marked=False),
                            Segment("reason", marked=True),
                            Segment(". ", marked=False),
                            Segment("https://github.com/a/b", marked=False),
                        ),
                        reason="“Reward Model” in title",
                        unmarked_reason="",
                        also=("Reasoning",),
                    ),
                ),
            ),
        ),
        subscribed=("Reward Model", "Reasoning"),
        contact="papers@example.org",
        unsubscribe_subject="unsubscribe q7",
        unsubscribe_url="mailto:papers@example.org?subject=unsubscribe%20q7",
        actions=digest_actions(digest, SETTINGS, "q7", ["Reward Model", "Reasoning"]),
        archive_url="",
    )


def digest_of(*papers: Paper, asked: Keyword = REWARD, welcome: bool = False) -> Digest:
    entries = tuple(Entry(each, (), welcome) for each in papers)
    return Digest(subscriber("r@example.org", asked), MONDAY, (Section(asked, entries),))


def only_paper(paper: Paper, limits: DetailLimits = FULL_DETAIL, asked: Keyword = REWARD) -> PaperView:
    (section,) = digest_view(digest_of(paper, asked=asked), SETTINGS, "q7", limits).sections
    return section.papers[0]


def test_papers_are_numbered_through_all_sections() -> None:
    entries = tuple(Entry(paper(f"2606.0000{n}"), (), welcome=True) for n in (1, 2, 3))
    digest = Digest(subscriber(), MONDAY, (Section(REWARD, entries[:2]), Section(REASONING, entries[2:])))
    view = digest_view(digest, SETTINGS, "q7")
    assert [shown.number for section in view.sections for shown in section.papers] == [1, 2, 3]
    assert view.amount == "3 papers to begin with"


def test_one_of_several_mails_says_which_it_is() -> None:
    view = digest_view(replace(digest_of(paper()), part=2, parts=3), SETTINGS, "q7")
    assert (view.place, view.amount) == ("mail 2 of 3", "1 new paper in 1 keyword")


def test_a_web_address_is_never_marked_in_part() -> None:
    text = "On arXiv: arxiv.org/abs/2606.00009 and https://example.org/arxiv."
    segments = only_paper(paper(abstract=text), asked=keyword("arXiv")).abstract_segments
    assert [segment.text for segment in segments if segment.marked] == ["arXiv"]
    assert "".join(segment.text for segment in segments) == text


def test_a_very_long_word_takes_no_longer_than_its_letters() -> None:
    start = time.perf_counter()
    shown = only_paper(paper(abstract="x" * 100_000))
    assert shown.abstract_segments == (Segment(f"{'x' * 2_799}…", marked=False),)
    assert time.perf_counter() - start < 5


def test_a_title_of_invisible_characters_is_replaced_by_the_identifier() -> None:
    assert only_paper(paper(title="\x00\u202e")).title == "arXiv:2606.00001"


def test_tex_is_made_readable_before_words_are_marked() -> None:
    shown = only_paper(
        paper(
            title=r"\emph{Reward} models of $\mathcal{O}(\alpha)$",
            abstract=r"A {reward} model, 8.7\% better. \url{https://github.com/a/b\_c}",
            authors=(r"J\"org Example",),
            comment=r"a note, 10$^{3}$ nuts",
        )
    )
    assert shown.title_segments[0] == Segment("Reward models", marked=True)
    assert (shown.title, shown.authors, shown.comment) == (
        "Reward models of O(α)",
        "Jörg Example",
        "a note, 10³ nuts",
    )
    assert shown.abstract == "A reward model, 8.7% better. https://github.com/a/b_c"
    assert shown.links == (PaperLink("Code", "a/b_c", "https://github.com/a/b_c"),)


def test_the_texts_of_a_paper_are_cut_to_their_limits() -> None:
    asked = keyword(any=(), authors=tuple(f"Author{n}" for n in range(60)))
    shown = only_paper(
        paper(
            title="t" * 700,
            comment="c" * 700,
            categories=("g" * 700,),
            authors=("a" * 700, *(f"Author{n}" for n in range(60))),
        ),
        asked=asked,
    )
    assert (shown.title, shown.comment) == (f"{'t' * 599}…", f"{'c' * 299}…")
    assert shown.facts == ("20 June 2026", f"{'g' * 79}…")
    assert shown.authors == f"{'a' * 79}…, Author0, Author1, Author2, Author3 and 56 more"
    assert (len(shown.reason), shown.reason[-1]) == (200, "…")


def test_a_reason_is_repeated_beside_marked_words_only_if_they_do_not_show_it() -> None:
    asked = keyword(authors=("Ada",))
    seen, unseen = paper(title="A reward model"), paper()
    assert only_paper(seen, asked=asked).reason == "“Reward Model” in title; by Ada Example"
    assert only_paper(seen, asked=asked).unmarked_reason == ""
    assert only_paper(unseen, asked=asked).unmarked_reason == "by Ada Example"


ABSTRACT = "The first sentence. The second one."
WHY = (
    "because mail programs cut off long mails. Click a title for the abstract, or ask for narrower keywords."
)


@pytest.mark.parametrize(
    ("limits", "levels", "abstracts", "note"),
    [
        (DetailLimits(), [FULL] * 4, [ABSTRACT] * 4, ()),
        (DetailLimits(100), [FULL] * 4, [ABSTRACT] * 4, ()),
        (
            DetailLimits(25),
            [SHORTENED] * 4,
            ["The first sentence.\u00a0…"] * 4,
            (f"Abstracts are shortened, {WHY}",),
        ),
        (
            DetailLimits(25, 0.6),
            [*[SHORTENED] * 3, NO_ABSTRACT],
            [*["The first sentence.\u00a0…"] * 3, ""],
            (f"Some abstracts are shortened or left out, {WHY}",),
        ),
        (
            DetailLimits(25, 0.0, 0.1),
            [NO_ABSTRACT, *[TITLE_ONLY] * 3],
            [""] * 4,
            (f"Abstracts are left out, and some papers are shown by title only, {WHY}",),
        ),
        (
            DetailLimits(25, 0.0, 0.0),
            [TITLE_ONLY] * 4,
            [""] * 4,
            (f"Only titles are shown, {WHY}",),
        ),
    ],
    ids=["everything", "short abstracts", "shortened", "some without", "some titles", "titles"],
)
def test_a_mail_shows_what_its_limits_allow_and_says_what_it_leaves_out(
    limits: DetailLimits, levels: list[DetailLevel], abstracts: list[str], note: tuple[str, ...]
) -> None:
    papers = (paper(f"2606.0000{n}", abstract=ABSTRACT) for n in range(4))
    view = digest_view(digest_of(*papers), SETTINGS, "q7", limits)
    (section,) = view.sections
    assert [shown.level for shown in section.papers] == levels
    assert [shown.abstract for shown in section.papers] == abstracts
    assert (view.notes, view.amount) == (note, "4 new papers in 1 keyword")


def test_a_paper_shown_by_title_only_has_nothing_else() -> None:
    assert only_paper(paper(title="A title"), DetailLimits(card_share=0.0)) == PaperView(
        level=TITLE_ONLY,
        number=1,
        id="2606.00001",
        link="https://arxiv.org/abs/2606.00001v1",
        title="A title",
        title_segments=(Segment("A title", marked=False),),
    )


def test_a_paper_that_has_no_abstract_is_shown_in_full() -> None:
    assert only_paper(paper(abstract=""), DetailLimits(abstract_share=0.0)).level is FULL


@pytest.mark.parametrize(
    ("digest", "note"),
    [
        (
            digest_of(paper(), welcome=True),
            "Welcome! Here are the latest papers for your keywords. From now on you will get new ones only.",
        ),
        (
            Digest(subscriber(), MONDAY, ()),
            "Nothing new today: arXiv announced no paper that your keywords find.",
        ),
        (
            Digest(subscriber(), MONDAY, (), (Unanswered(REWARD, None),)),
            "As far as arXiv answered today, it announced no paper that your keywords find.",
        ),
    ],
    ids=["welcome", "nothing new", "nothing known"],
)
def test_a_mail_says_what_is_unusual_about_it(digest: Digest, note: str) -> None:
    assert digest_view(digest, SETTINGS, "q7").notes == (note,)


def test_an_incomplete_answer_is_dated_in_the_time_zone_of_the_subscriber() -> None:
    digest = Digest(
        subscriber("r@example.org", REWARD, REASONING, schedule=schedule(timezone="Asia/Tokyo")),
        MONDAY,
        (),
        (Unanswered(REWARD, datetime(2026, 6, 21, 21, 12, tzinfo=UTC)), Unanswered(REASONING, None)),
    )
    assert digest_view(digest, SETTINGS, "q7").notices == (
        (
            "arXiv gave no complete answer for Reward Model today; its last good one was on 22 June 2026 "
            "at 06:12. Nothing is lost: those papers come with the next digest."
        ),
        "arXiv has not answered for Reasoning yet. Nothing is lost: its papers come with a later digest.",
    )


def test_an_outage_is_reported_once_and_not_for_each_keyword() -> None:
    keywords = [keyword(f"Keyword {number}") for number in range(200)]
    unanswered = tuple(Unanswered(each, datetime(2026, 6, 21, 21, 12, tzinfo=UTC)) for each in keywords)
    (notice,) = digest_view(
        Digest(subscriber("r@example.org", *keywords), MONDAY, (), unanswered), SETTINGS, "q7"
    ).notices
    assert notice.startswith("arXiv gave no complete answer for Keyword 0, Keyword 1, Keyword 2, ")
    assert " Keyword 9 and 190 more today; its last good one was on 21 June 2026 at " in notice

"""The values that the mail templates show."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from digest.domain.digests import Digest, Entry, Latest, Section, Unanswered
from digest.domain.keywords import Keyword
from digest.domain.links import PaperLink
from digest.domain.matching import Segment
from digest.domain.papers import Paper
from digest.domain.scoring import Part, Score, ScorePart
from digest.domain.settings import MailSettings
from digest.mail.content.actions import digest_actions
from digest.mail.content.fit import FULL_DETAIL, LEAST_DETAIL, Detail
from digest.mail.content.paper_view import PaperView
from digest.mail.content.view import DigestView, SectionView, digest_view
from digest.sources.arxiv.pages import paper_forms
from tests.support.builders import keyword, paper, schedule, subscriber

MONDAY = date(2026, 6, 22)
SETTINGS = MailSettings("Daily Papers <papers@example.org>", reply_to=None, when_empty="skip")
REWARD, REASONING = keyword("Reward Model"), keyword("Reasoning")
CARDS, LINES = Detail(), Detail(cards=0)


@pytest.mark.parametrize(
    "detail", [FULL_DETAIL, CARDS, LINES, LEAST_DETAIL], ids=["abstract", "card", "line", "title"]
)
def test_a_late_paper_says_so_in_every_place(detail: Detail) -> None:
    entries = (Entry(paper(), (), welcome=False, late=True), Entry(paper("2606.00002"), (), welcome=False))
    digest = Digest(subscriber("r@example.org", REWARD), MONDAY, (Section(REWARD, entries),))
    (section,) = digest_view(digest, SETTINGS, "q7", detail).sections
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
    actions = digest_actions(digest, SETTINGS, "q7", ["Reward Model", "Reasoning"])
    assert digest_view(digest, SETTINGS, "q7") == DigestView(
        subject="1 new paper: Reward Model · 22 Jun",
        preview="First: Reward Models",
        date="Monday, 22 June 2026",
        amount="1 new paper",
        contents=(),
        notes=(),
        notices=(),
        start=None,
        sections=(
            SectionView(
                name="Reward Model",
                amount="",
                cards=(
                    PaperView(
                        number=1,
                        id="2606.00001",
                        link="https://arxiv.org/abs/2606.00001v2",
                        title="Reward Models",
                        title_segments=(Segment("Reward Models", marked=True),),
                        facts=("Ada Example, Bo Sample", "cs.LG"),
                        comment="a note",
                        forms=(PaperLink("PDF", "2606.00001", "https://arxiv.org/pdf/2606.00001v2"),),
                        links=(PaperLink("Code", "a/b", "https://github.com/a/b"),),
                        abstract="They reason. https://github.com/a/b",
                        abstract_segments=(
                            Segment("They ", marked=False),
                            Segment("reason", marked=True),
                            Segment(". ", marked=False),
                            Segment("https://github.com/a/b", marked=False),
                        ),
                        also=("Reasoning",),
                    ),
                ),
                mute=actions.keywords[REWARD],
            ),
        ),
        sender=(
            "You get this mail every day at 07:00 (UTC) for: Reward Model, Reasoning. "
            "To change that, write to papers@example.org, who runs this digest."
        ),
        order="",
        contact="papers@example.org",
        unsubscribe_subject="unsubscribe q7",
        unsubscribe_url="mailto:papers@example.org?subject=unsubscribe%20q7",
        actions=actions.foot,
        archive_url="",
        feed_url="",
    )


def digest_of(*papers: Paper, asked: Keyword = REWARD, welcome: bool = False) -> Digest:
    entries = tuple(Entry(each, (), welcome) for each in papers)
    return Digest(subscriber("r@example.org", asked), MONDAY, (Section(asked, entries),))


def only_paper(paper: Paper, detail: Detail = FULL_DETAIL, asked: Keyword = REWARD) -> PaperView:
    (section,) = digest_view(digest_of(paper, asked=asked), SETTINGS, "q7", detail).sections
    return section.papers[0]


def test_papers_are_numbered_through_all_sections() -> None:
    entries = tuple(Entry(paper(f"2606.0000{n}"), (), welcome=True) for n in (1, 2, 3))
    digest = Digest(subscriber(), MONDAY, (Section(REWARD, entries[:2]), Section(REASONING, entries[2:])))
    view = digest_view(digest, SETTINGS, "q7")
    assert [shown.number for section in view.sections for shown in section.papers] == [1, 2, 3]
    assert view.amount == "3 papers to begin with"


def test_one_of_several_mails_says_which_papers_it_has_and_their_numbers_go_on() -> None:
    whole = tuple(Entry(paper(f"2606.{n:05}"), (), welcome=False) for n in range(1, 4))
    part = replace(digest_of(paper("2606.00003")), part=2, parts=2, before=2, whole=whole)
    view = digest_view(part, SETTINGS, "q7")
    assert (view.amount, view.sections[0].papers[0].number) == ("3 new papers, here 3", 3)


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
    assert (shown.title, shown.facts[0], shown.comment) == (
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
    assert shown.facts == (
        f"{'a' * 79}…, Author0, Author1, Author2, Author3 and 56 more",
        f"{'g' * 79}…",
    )
    assert (len(shown.why), shown.why[-1]) == (200, "…")


def test_a_card_says_why_it_is_there_where_marked_words_do_not() -> None:
    asked = keyword(authors=("Ada",))
    seen, unseen = paper(title="A reward model"), paper()
    assert only_paper(seen, asked=asked).why == ""
    assert only_paper(unseen, asked=asked).why == "by Ada Example"


ABSTRACT = (
    "Much is known of this, and more is said about it. In this paper we propose a thing. " + "More. " * 40
)


def test_a_card_has_the_whole_abstract_or_the_sentence_that_says_what_the_paper_does() -> None:
    whole, card, line = (
        only_paper(paper(abstract=ABSTRACT), detail) for detail in (FULL_DETAIL, CARDS, LINES)
    )
    assert whole.abstract == ABSTRACT.strip()
    assert card.abstract.startswith("In this paper we propose a thing. More.")
    assert (len(card.abstract) <= 200, card.abstract[-5:], line.abstract) == (True, "More.", "")


def test_an_author_without_a_name_is_none() -> None:
    assert only_paper(paper(authors=("\u200b", "Bo Sample", "")), LINES).facts == ("Bo Sample", "cs.LG")
    assert only_paper(paper(authors=("",), categories=()), LINES).facts == ()


def test_a_line_has_the_first_author_the_category_the_venue_and_code() -> None:
    found = paper(title="A title", comment="Accepted at ICML 2026. Code: https://github.com/a/b")
    shown = PaperView(
        number=1,
        id="2606.00001",
        link="https://arxiv.org/abs/2606.00001v1",
        title="A title",
        title_segments=(Segment("A title", marked=False),),
        facts=("Ada Example et al.", "cs.LG"),
        venue="ICML 2026",
        links=(PaperLink("Code", "a/b", "https://github.com/a/b"),),
    )
    assert only_paper(found, LINES) == shown
    assert only_paper(found, LEAST_DETAIL) == replace(shown, facts=(), venue="", links=())


def test_a_card_links_every_form_of_the_paper_while_there_is_room() -> None:
    def kinds(detail: Detail) -> list[str]:
        view = digest_view(digest_of(paper()), SETTINGS, "q7", detail, paper_forms)
        return [form.kind for form in view.sections[0].cards[0].forms]

    assert kinds(CARDS) == ["PDF", "HTML", "BibTeX"]
    assert kinds(Detail(forms=False)) == ["PDF"]


def scored(number: int, *, in_title: bool) -> Entry:
    part = ScorePart(
        Part.KEYWORD, 3.0 if in_title else 1.0, "“Reward Model” in title", "Reward Model", in_title
    )
    return Entry(paper(f"2606.{number:05}"), (), welcome=False, score=Score((part,)))


def test_a_broad_keyword_has_cards_for_its_best_and_lists_for_the_others() -> None:
    entries = tuple(scored(n, in_title=n < 7) for n in range(20))
    digest = Digest(
        subscriber("r@example.org", REWARD), MONDAY, (Section(REWARD, entries),), picks=entries[:2]
    )
    view = digest_view(digest, SETTINGS, "q7", Detail(cards=3))
    assert view.start is not None
    assert (view.start.name, view.start.amount) == ("Start here", "2 of 20")
    assert [pick.why for pick in view.start.cards] == ["“Reward Model” in title"] * 2
    (section,) = view.sections
    assert (section.amount, [card.number for card in section.cards]) == (
        "20 new papers, 2 of them above",
        [3, 4, 5],
    )
    assert [(each.name, [one.number for one in each.papers]) for each in section.lists] == [
        ("In the title · 2", [6, 7]),
        ("In the abstract only · 13", list(range(8, 21))),
    ]


def test_what_is_not_ranked_is_in_one_list() -> None:
    papers = [paper(f"2606.{n:05}") for n in range(20)]
    (section,) = digest_view(digest_of(*papers), SETTINGS, "q7", CARDS).sections
    assert (len(section.cards), [each.name for each in section.lists]) == (5, ["More · 15"])


def test_narrow_keywords_come_first_and_keep_their_cards() -> None:
    broad = tuple(scored(n, in_title=True) for n in range(40))
    narrow = tuple(scored(100 + n, in_title=False) for n in range(3))
    digest = Digest(subscriber(), MONDAY, (Section(REWARD, broad), Section(REASONING, narrow)))
    view = digest_view(digest, SETTINGS, "q7", Detail(cards=3))
    assert view.contents == ("Reasoning 3", "Reward Model 40")
    assert [(section.name, len(section.cards)) for section in view.sections] == [
        ("Reasoning", 3),
        ("Reward Model", 3),
    ]


def test_the_latest_papers_of_a_new_keyword_are_called_so_and_dated() -> None:
    sections = (
        Section(REWARD, (Entry(paper(), (), welcome=False),)),
        Section(REASONING, (Entry(paper("2606.00002"), (), welcome=True),)),
    )
    digest = Digest(subscriber(), MONDAY, sections)
    view = digest_view(digest, SETTINGS, "q7")
    assert [(section.name, section.cards[0].facts) for section in view.sections] == [
        ("Reward Model", ("Ada Example, Bo Sample", "cs.LG")),
        ("Latest on Reasoning", ("Ada Example, Bo Sample", "20 June 2026", "cs.LG")),
    ]
    assert (view.notes, view.amount) == ((), "1 new paper and 1 to begin with")
    first = digest_view(replace(digest, is_first=True), SETTINGS, "q7")
    assert first.sections[1].name == "Reasoning"


WELCOME = (
    "Welcome! This digest comes every day at 07:00 (UTC) when there are new papers. "
    "To change that or your keywords, write to papers@example.org, who runs it."
)
LATEST = "Here are the latest papers for your keywords. From now on you will get new ones only."
NOTHING = "arXiv has no recent paper yet that your keywords find. No earlier one is known."
MORE = "To get more, ask also for other words for the same thing, or for a shorter phrase."


@pytest.mark.parametrize(
    ("digest", "notes", "preview"),
    [
        (digest_of(paper(), welcome=True), (WELCOME, LATEST), "First: An invented paper numbered 2606.00001"),
        (
            Digest(subscriber(), MONDAY, (), latest=(Latest(REWARD, None),)),
            (WELCOME, NOTHING, MORE),
            f"{WELCOME[:139]}…",
        ),
    ],
    ids=["with papers", "without papers"],
)
def test_a_first_mail_says_what_it_is(digest: Digest, notes: tuple[str, ...], preview: str) -> None:
    view = digest_view(replace(digest, is_first=True), SETTINGS, "q7")
    assert (view.notes, view.preview) == (notes, preview)


def test_a_quiet_mail_is_previewed_by_what_it_says() -> None:
    quiet = Digest(subscriber(), MONDAY, (), latest=(Latest(REWARD, date(2026, 6, 16)),), announced=1_432)
    view = digest_view(quiet, SETTINGS, "q7")
    said = (
        "arXiv announced 1,432 papers; none has “Reward Model” in title or abstract. "
        "The last one was submitted on 16 June 2026."
    )
    assert (view.notes, view.preview) == ((said, MORE), f"{said} To get more, ask al…")


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

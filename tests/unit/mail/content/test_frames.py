"""What frames the papers leaves them room: lists of keywords, notices, notes."""

from dataclasses import replace
from datetime import date, timedelta

from digest.domain.digests import Digest, Entry, Section, Showing, Unanswered
from digest.domain.settings import MailSettings
from digest.domain.tokens import Signer
from digest.mail.builder import DigestMailBuilder
from digest.mail.content.render import MailRenderer
from digest.mail.content.view import DigestView, digest_view
from digest.system.places import templates_folder
from tests.support.builders import NOON, keyword, paper, subscriber

SETTINGS = MailSettings(sender="Daily Papers <papers@example.org>")
KEYWORDS = tuple(keyword(f"Модели вознаграждения и предпочтения, список {number}") for number in range(200))
ADA = subscriber("ada@example.org", *KEYWORDS)
OTHERS = tuple(one.name for one in KEYWORDS[1:])
ENTRY = Entry(paper("2606.00001", title="A Reward Model"), OTHERS, welcome=False)
FAILING = tuple(Unanswered(one, NOON - timedelta(hours=n)) for n, one in enumerate(KEYWORDS))
DIGEST = Digest(ADA, date(2026, 6, 22), (Section(KEYWORDS[0], (ENTRY,)),), FAILING)


def view(digest: Digest) -> DigestView:
    return digest_view(digest, SETTINGS, "token")


def test_two_hundred_keywords_with_long_names_fit_into_one_mail() -> None:
    builder = DigestMailBuilder(MailRenderer(SETTINGS, templates_folder()), SETTINGS, Signer(b"k" * 32))
    assert [mail.papers for mail in builder.build(DIGEST, NOON)] == [("2606.00001",)]


def test_long_lists_name_the_first_keywords_and_count_the_others() -> None:
    shown = view(DIGEST)
    assert shown.sender.count(", список") == 20
    assert ", and 180 more. " in shown.sender
    also = shown.sections[0].papers[0].also
    assert (len(also), also[-1]) == (5, "and 195 more")


def test_notices_about_many_moments_are_gathered_in_a_last_one() -> None:
    notices = view(DIGEST).notices
    assert len(notices) == 5
    assert notices[-1] == (
        "arXiv gave no complete answer for 196 more keywords today. "
        "Nothing is lost: those papers come with the next digest."
    )


def test_one_name_of_a_keyword_is_cut() -> None:
    long = keyword("w" * 500)
    shown = view(replace(DIGEST, sections=(Section(long, (ENTRY,)),)))
    assert shown.sections[0].name == "w" * 79 + "…"


def test_after_a_refusal_a_mail_names_no_keyword_but_those_of_its_papers() -> None:
    shown = view(replace(DIGEST, showing=Showing.FULL))
    assert f" for: {KEYWORDS[0].name}. " in shown.sender
    assert shown.notices == ()


def test_a_refused_paper_comes_by_its_title_and_then_by_its_number() -> None:
    title, link = (view(replace(DIGEST, showing=showing)) for showing in (Showing.TITLE, Showing.LINK))
    assert title.notes == (
        "The mail server refused a mail with this paper, so here is only its title, with a link.",
    )
    assert link.notes == (
        "The mail server refused a mail with this paper, so here is only its number, with a link.",
    )
    assert link.sections[0].papers[0].title == "arXiv:2606.00001"


def test_what_waits_and_what_was_given_up_is_counted() -> None:
    assert view(replace(DIGEST, waiting=40, given_up=1)).notes == (
        "40 more papers will come with the next digests: this is enough for one day.",
        (
            "1 paper could not be sent, because the mail server refused every attempt. "
            "The person who runs this digest can say which."
        ),
    )

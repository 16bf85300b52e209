"""From a digest to the finished mail: the templates' words, the subscriber's address, the papers' ids."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.domain.digests import Digest, Entry, Section
from digest.domain.mails import Rendered
from digest.domain.settings import MailSettings
from digest.domain.text import one_line
from digest.domain.tokens import Signer
from digest.errors import RenderError
from digest.mail.builder import DigestMailBuilder
from digest.mail.content.fit import FULL_DETAIL, HTML_BYTES, MESSAGE_BYTES, Detail
from digest.mail.content.render import MailRenderer
from digest.system.places import templates_folder
from tests.support.builders import NOON, keyword, paper, subscriber
from tests.unit.mail.test_mime import bodies, read

TITLE = "An invented title of about ninety characters that says what an invented paper is about, or so"
PROSE = "We invent a sentence of about a hundred characters, so that an abstract has the usual length. " * 14
SETTINGS = MailSettings("Daily Papers <papers@example.org>", reply_to=None, when_empty="skip")
RENDERER = MailRenderer(SETTINGS, templates_folder())
SIGNER = Signer(bytes(range(32)))
BUILDER = DigestMailBuilder(RENDERER, SETTINGS, SIGNER)
ADA = subscriber("ada@example.org", keyword("Reward Model"), keyword("Reasoning"), name="Ada Example")


def entry(paper_id: str) -> Entry:
    return Entry(paper(paper_id), also=(), welcome=False)


DIGEST = Digest(
    ADA,
    NOON.date(),
    (
        Section(ADA.keywords[0], (entry("2606.00003"), entry("2606.00001"))),
        Section(ADA.keywords[1], (entry("2606.00002"),)),
    ),
)


def test_a_mail_carries_the_rendered_digest_to_its_subscriber_and_knows_its_papers() -> None:
    [mail] = BUILDER.build(DIGEST, NOON)
    token = SIGNER.unsubscribe_token("ada@example.org")
    message, rendered = read(mail.content), RENDERER.render(DIGEST, token)

    assert (mail.recipient, mail.sender) == ("ada@example.org", "papers@example.org")
    assert mail.papers == ("2606.00003", "2606.00001", "2606.00002")
    assert (message["To"], message["Message-ID"]) == ("Ada Example <ada@example.org>", mail.message_id)
    assert (message["Date"].datetime, message["Subject"]) == (NOON, rendered.subject)
    assert bodies(message) == [("text/plain", rendered.text), ("text/html", rendered.html)]


def test_the_subscriber_unsubscribes_with_a_token_of_their_own() -> None:
    [mail], token = BUILDER.build(DIGEST, NOON), SIGNER.unsubscribe_token("ada@example.org")
    message = read(mail.content)
    link = f"mailto:papers@example.org?subject=unsubscribe%20{token}"
    (_, text), (_, page) = bodies(message)
    assert (message["List-Unsubscribe"], f'href="{link}"' in page) == (f"<{link}>", True)
    assert f"\n    unsubscribe {token}\n" in text


def test_a_mail_is_identified_by_its_subscriber_its_moment_and_its_papers() -> None:
    upside_down = replace(
        DIGEST, sections=tuple(replace(each, entries=each.entries[::-1]) for each in DIGEST.sections)
    )
    fewer = replace(DIGEST, sections=DIGEST.sections[:1])
    identifier = BUILDER.build(DIGEST, NOON)[0].message_id

    assert identifier == SIGNER.message_id(
        "ada@example.org", "2026-06-22T12:00:00+00:00 2606.00001 2606.00002 2606.00003", "example.org"
    )
    assert BUILDER.build(upside_down, NOON)[0].message_id == identifier
    others = {
        BUILDER.build(DIGEST, NOON + timedelta(microseconds=1))[0].message_id,
        BUILDER.build(fewer, NOON)[0].message_id,
        BUILDER.build(replace(DIGEST, subscriber=subscriber("bo@example.org")), NOON)[0].message_id,
        DigestMailBuilder(RENDERER, SETTINGS, Signer(bytes(32))).build(DIGEST, NOON)[0].message_id,
    }
    assert len(others - {identifier}) == 4


class Counted(MailRenderer):
    """A renderer that waits for a second thread, and counts how many are in it at once."""

    def __init__(self) -> None:
        super().__init__(SETTINGS, templates_folder())
        self.inside = self.most = 0
        self.second = threading.Event()

    def render(self, digest: Digest, token: str, detail: Detail = FULL_DETAIL) -> Rendered:
        with self._counted():
            self.second.wait(0.05)
            return super().render(digest, token, detail)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.inside > 1:
            self.second.set()
        yield
        self.inside -= 1


def test_threads_make_their_mails_one_after_the_other() -> None:
    renderer = Counted()
    mail_builder = DigestMailBuilder(renderer, SETTINGS, SIGNER)
    subscribers = [replace(DIGEST, subscriber=subscriber(f"r{number}@example.org")) for number in range(3)]
    with ThreadPoolExecutor(3) as threads:
        mails = [mail for [mail] in threads.map(lambda digest: mail_builder.build(digest, NOON), subscribers)]

    assert [mail.recipient for mail in mails] == ["r0@example.org", "r1@example.org", "r2@example.org"]
    assert renderer.most == 1


def test_a_digest_of_nothing_is_a_mail_without_papers() -> None:
    [mail] = BUILDER.build(replace(DIGEST, sections=()), NOON)
    assert mail.papers == ()


def long_digest(count: int) -> Digest:
    """Of so many papers in three keywords, each as long as arXiv's are on average."""
    wanted = [keyword("Reward Model"), keyword("Reasoning"), keyword("Graph Neural Network")]
    sections = []
    for place, each in enumerate(wanted):
        numbers = range(place, count, len(wanted))
        papers = [paper(f"2606.{number + 1:05}", abstract=PROSE, title=TITLE) for number in numbers]
        sections.append(Section(each, tuple(Entry(one, also=(), welcome=False) for one in papers)))
    return Digest(replace(ADA, keywords=tuple(wanted)), NOON.date(), tuple(s for s in sections if s.entries))


@pytest.mark.parametrize(
    ("count", "mails"),
    [
        (1, 1),
        (12, 1),
        (80, 1),
        pytest.param(300, 1, marks=pytest.mark.exhaustive),
        pytest.param(1000, 4, marks=pytest.mark.exhaustive),
    ],
)
def test_mails_are_never_clipped_and_no_paper_is_left_out(count: int, mails: int) -> None:
    made = BUILDER.build(long_digest(count), NOON)
    assert len(made) <= mails
    shown: list[str] = []
    for mail in made:
        (_, text), (_, page) = bodies(read(mail.content))
        assert len(mail.content) <= MESSAGE_BYTES
        assert len(page.encode()) <= HTML_BYTES
        in_page = re.findall(r"arxiv\.org/abs/(\d{4}\.\d{5})v1\"", page)
        assert in_page == re.findall(r"arxiv\.org/abs/(\d{4}\.\d{5})v1\n", text)
        assert sorted(in_page) == sorted(mail.papers)
        shown += in_page
    assert sorted(shown) == [f"2606.{number:05}" for number in range(1, count + 1)]
    assert len({mail.message_id for mail in made}) == len(made)


@pytest.mark.exhaustive
def test_the_parts_of_a_digest_belong_together_and_their_numbers_go_on() -> None:
    made = [read(mail.content) for mail in BUILDER.build(long_digest(1000), NOON)]
    assert [str(message["Subject"]).partition(":")[0] for message in made] == [
        f"{part} of {len(made)} · 1000 new papers" for part in range(1, len(made) + 1)
    ]
    assert [message["References"] for message in made] == [None, *[made[0]["Message-ID"]] * (len(made) - 1)]
    numbers: list[int] = []
    for message in made:
        (_, text), _ = bodies(message)
        here = [int(number) for number in re.findall(r"(?m)^(\d+)\. +An invented title", text)]
        assert f"1000 new papers, here {here[0]}–{here[-1]}\n" in text
        numbers += here
    assert numbers == list(range(1, 1001))


@pytest.mark.exhaustive
def test_after_an_absence_one_mail_names_the_best_and_the_archive_has_the_others() -> None:
    settings = replace(SETTINGS, archive_url="https://example.org/papers", archive_has_all=True)
    mail_builder = DigestMailBuilder(MailRenderer(settings, templates_folder()), settings, SIGNER)
    away = replace(long_digest(1000), since=NOON.date() - timedelta(days=14))
    [mail] = mail_builder.build(away, NOON)
    (_, text), _ = bodies(read(mail.content))
    shown = text.count("arxiv.org/abs/")
    assert (len(mail.papers), shown > 300) == (1000, True)
    assert f"{1000 - shown} more papers would be too much for one mail: see the archive." in one_line(text)
    of_newest = replace(settings, archive_has_all=False)
    assert (
        len(
            DigestMailBuilder(MailRenderer(of_newest, templates_folder()), of_newest, SIGNER).build(
                away, NOON
            )
        )
        > 1
    )
    assert len(BUILDER.build(away, NOON)) <= 4


def test_one_paper_that_no_mail_can_hold_is_an_error() -> None:
    class Gigantic(MailRenderer):
        def render(self, digest: Digest, token: str, detail: Detail = FULL_DETAIL) -> Rendered:
            return Rendered("", "x" * 200_000, "")

    mail_builder = DigestMailBuilder(Gigantic(SETTINGS, templates_folder()), SETTINGS, SIGNER)
    with pytest.raises(RenderError, match="one paper alone takes more room than a mail has"):
        mail_builder.build(DIGEST, NOON)

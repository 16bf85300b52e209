"""From a digest to the finished mail: the templates' words, the reader's address, the papers' ids."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from digest.mail.fit import WHOLE, Detail
from digest.mail.mailer import DigestMailer
from digest.mail.render import MailRenderer
from digest.models import Digest, Entry, MailSettings, Rendered, Section
from digest.signing import Signer
from digest.templating import templates_folder
from tests.builders import NOON, keyword, paper, subscriber
from tests.test_mail_message import bodies, read

SETTINGS = MailSettings("Daily Papers <papers@example.org>", reply_to=None, when_empty="skip")
RENDERER = MailRenderer(SETTINGS, templates_folder())
SIGNER = Signer(bytes(range(32)))
MAILER = DigestMailer(RENDERER, SETTINGS, SIGNER)
READER = subscriber("ada@example.org", keyword("Reward Model"), keyword("Reasoning"), name="Ada Example")


def entry(paper_id: str) -> Entry:
    return Entry(paper(paper_id), also=(), welcome=False)


DIGEST = Digest(
    READER,
    NOON.date(),
    (
        Section(READER.keywords[0], (entry("2606.00003"), entry("2606.00001"))),
        Section(READER.keywords[1], (entry("2606.00002"),)),
    ),
)


def test_a_mail_carries_the_rendered_digest_to_its_reader_and_knows_its_papers() -> None:
    [mail] = MAILER.make(DIGEST, NOON)
    token = SIGNER.unsubscribe_token("ada@example.org")
    message, rendered = read(mail.content), RENDERER.render(DIGEST, token)

    assert (mail.recipient, mail.sender) == ("ada@example.org", "papers@example.org")
    assert mail.papers == ("2606.00003", "2606.00001", "2606.00002")
    assert (message["To"], message["Message-ID"]) == ("Ada Example <ada@example.org>", mail.message_id)
    assert (message["Date"].datetime, message["Subject"]) == (NOON, rendered.subject)
    assert bodies(message) == [("text/plain", rendered.text), ("text/html", rendered.html)]


def test_the_reader_unsubscribes_with_a_token_of_their_own() -> None:
    [mail], token = MAILER.make(DIGEST, NOON), SIGNER.unsubscribe_token("ada@example.org")
    message = read(mail.content)
    link = f"mailto:papers@example.org?subject=unsubscribe%20{token}"
    (_, text), (_, page) = bodies(message)
    assert (message["List-Unsubscribe"], f'href="{link}"' in page) == (f"<{link}>", True)
    assert f"\n    unsubscribe {token}\n" in text


def test_a_mail_is_identified_by_its_reader_its_moment_and_its_papers() -> None:
    upside_down = replace(
        DIGEST, sections=tuple(replace(each, entries=each.entries[::-1]) for each in DIGEST.sections)
    )
    fewer = replace(DIGEST, sections=DIGEST.sections[:1])
    identifier = MAILER.make(DIGEST, NOON)[0].message_id

    assert identifier == SIGNER.message_id(
        "ada@example.org", "2026-06-22T12:00:00+00:00 2606.00001 2606.00002 2606.00003"
    )
    assert MAILER.make(upside_down, NOON)[0].message_id == identifier
    others = {
        MAILER.make(DIGEST, NOON + timedelta(microseconds=1))[0].message_id,
        MAILER.make(fewer, NOON)[0].message_id,
        MAILER.make(replace(DIGEST, subscriber=subscriber("bo@example.org")), NOON)[0].message_id,
        DigestMailer(RENDERER, SETTINGS, Signer(bytes(32))).make(DIGEST, NOON)[0].message_id,
    }
    assert len(others - {identifier}) == 4


class Counted(MailRenderer):
    """A renderer that waits for company, and knows how many were in it at once."""

    def __init__(self) -> None:
        super().__init__(SETTINGS, templates_folder())
        self.inside = self.most = 0
        self.company = threading.Event()

    def render(self, digest: Digest, token: str, detail: Detail = WHOLE) -> Rendered:
        with self._counted():
            self.company.wait(0.05)
            return super().render(digest, token, detail)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.inside > 1:
            self.company.set()
        yield
        self.inside -= 1


def test_threads_make_their_mails_one_after_the_other() -> None:
    renderer = Counted()
    mailer = DigestMailer(renderer, SETTINGS, SIGNER)
    readers = [replace(DIGEST, subscriber=subscriber(f"r{number}@example.org")) for number in range(3)]
    with ThreadPoolExecutor(3) as threads:
        mails = [mail for [mail] in threads.map(lambda digest: mailer.make(digest, NOON), readers)]

    assert [mail.recipient for mail in mails] == ["r0@example.org", "r1@example.org", "r2@example.org"]
    assert renderer.most == 1


def test_a_digest_of_nothing_is_a_mail_without_papers() -> None:
    [mail] = MAILER.make(replace(DIGEST, sections=()), NOON)
    assert mail.papers == ()

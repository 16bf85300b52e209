"""From a digest to the finished mail: the templates' words, the reader's address, the papers' ids."""

from dataclasses import replace

from digest.mail.mailer import DigestMailer
from digest.mail.render import MailRenderer
from digest.models import Digest, Entry, MailSettings, Section
from digest.templating import templates_folder
from tests.builders import NOON, keyword, paper, subscriber
from tests.test_mail_message import bodies, read

SETTINGS = MailSettings("Daily Papers <papers@example.org>", reply_to=None, when_empty="skip")
RENDERER = MailRenderer(templates_folder(), SETTINGS)
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
    mail = DigestMailer(RENDERER, SETTINGS).make(DIGEST, NOON)
    message, rendered = read(mail.content), RENDERER.render(DIGEST)

    assert (mail.recipient, mail.sender) == ("ada@example.org", "papers@example.org")
    assert mail.papers == ("2606.00003", "2606.00001", "2606.00002")
    assert (message["To"], message["Message-ID"]) == ("Ada Example <ada@example.org>", mail.message_id)
    assert (message["Date"].datetime, message["Subject"]) == (NOON, rendered.subject)
    assert bodies(message) == [("text/plain", rendered.text), ("text/html", rendered.html)]


def test_each_mail_has_an_identifier_of_its_own_at_the_senders_domain() -> None:
    mailer = DigestMailer(RENDERER, SETTINGS)
    identifiers = {mailer.make(DIGEST, NOON).message_id for _ in range(3)}
    assert len(identifiers) == 3
    assert {identifier.partition("@")[2] for identifier in identifiers} == {"example.org>"}


def test_a_digest_of_nothing_is_a_mail_without_papers() -> None:
    assert DigestMailer(RENDERER, SETTINGS).make(replace(DIGEST, sections=()), NOON).papers == ()

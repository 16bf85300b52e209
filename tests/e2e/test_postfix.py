"""Deliver to Postfix: to its test server with all faults that it can simulate, and to a real instance."""

import re
import smtplib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digest.demo.papers import DemoPaper, load_papers
from digest.demo.scenario import DAYS
from digest.demo.server import ArxivServer
from digest.domain.mails import Mail
from digest.domain.settings import SmtpServer
from digest.errors import (
    ContentRefused,
    DeliveryUnknown,
    MailCutOff,
    MessageRefused,
    MessageTooLarge,
    PolicyRefused,
    RecipientDeferred,
    RecipientRefused,
    TransportError,
    TransportUnavailable,
)
from digest.mail.smtp.transport import SmtpTransport
from tests.support.home import Home
from tests.support.ledger import (
    ADA,
    BO,
    LATER,
    PAPERS,
    SUBSCRIBER,
    SUBSCRIBERS,
    accused,
    hand_over_to,
    ledger,
    paper_count,
    run_here,
    states,
)
from tests.support.postfix import Dumped, Postfix, make_certificate, postfix, smtp_sink
from tests.support.variations import variations

CONTENT = (
    b"From: Daily Papers <digest@example.org>\r\nTo: ada@example.org\r\nSubject: Dots\r\n"
    b"Message-ID: <invented@daily-papers.invalid>\r\n\r\n"
    b"A line.\r\n.\r\n..\r\n.hidden\r\n\r\n.\r\nThe end\r\n"
)
MAIL = Mail("<invented@daily-papers.invalid>", "ada@example.org", "digest@example.org", CONTENT)
WHOLE = [Dumped("ada@example.org", CONTENT.replace(b"\r\n", b"\n"))]

EVE = "eve@example.org"


def attempt(port: int) -> tuple[type[TransportError] | None, bool]:
    """The error of delivering MAIL, if any, and whether the end of data was announced."""
    announced = []
    transport = SmtpTransport(SmtpServer("127.0.0.1", port, "plain"), helo="example.org")
    try:
        transport.deliver(MAIL, lambda: announced.append("end of data"))
    except TransportError as exc:
        return type(exc), announced == ["end of data"]
    finally:
        transport.close()
    return None, announced == ["end of data"]


BEFORE_END_OF_DATA = [
    (("-f", "CONNECT"), TransportUnavailable),
    (("-r", "CONNECT"), TransportUnavailable),
    (("-q", "CONNECT"), TransportUnavailable),
    (("-Q", "CONNECT"), TransportUnavailable),
    (("-f", "EHLO,HELO"), TransportUnavailable),
    (("-q", "EHLO"), TransportUnavailable),
    (("-Q", "EHLO"), TransportUnavailable),
    (("-f", "MAIL"), TransportUnavailable),
    (("-r", "MAIL"), TransportUnavailable),
    (("-q", "MAIL"), TransportUnavailable),
    (("-Q", "MAIL"), TransportUnavailable),
    (("-f", "RCPT"), MessageRefused),
    (("-f", "RCPT", "-B", "550 5.1.1 Nobody here"), RecipientRefused),
    (("-r", "RCPT"), RecipientDeferred),
    (("-q", "RCPT"), MailCutOff),
    (("-Q", "RCPT"), TransportUnavailable),
    (("-f", "RCPT", "-B", "550 5.7.1 Not from you"), PolicyRefused),
    (("-r", "RCPT", "-b", "450 4.7.1 Greylisted"), RecipientDeferred),
    (("-f", "DATA"), ContentRefused),
    (("-r", "DATA"), RecipientDeferred),
    (("-q", "DATA"), MailCutOff),
    (("-Q", "DATA"), TransportUnavailable),
]
AFTER_END_OF_DATA = [
    (("-f", "."), ContentRefused),
    (("-r", "."), RecipientDeferred),
    (("-q", "."), DeliveryUnknown),
    (("-Q", "."), RecipientDeferred),
    (("-f", ".", "-B", "552 5.2.2 Mailbox full"), RecipientRefused),
    (("-f", ".", "-B", "554 5.7.1 Not such words"), ContentRefused),
    (("-f", ".", "-B", "552 5.3.4 Too big"), MessageTooLarge),
]
HARMLESS = [
    ("-f", "RSET"),
    ("-f", "QUIT"),
    ("-q", "QUIT"),
    ("-Q", "QUIT"),
    ("-8",),
    ("-E",),
    ("-e",),
    ("-P",),
]


FAULTS = [
    *((*row, False) for row in BEFORE_END_OF_DATA),
    *((*row, True) for row in AFTER_END_OF_DATA),
    *((flags, None, True) for flags in HARMLESS),
]


@pytest.mark.parametrize(("flags", "error", "announced"), FAULTS, ids=[" ".join(row[0]) for row in FAULTS])
def test_a_fault_of_smtp_sink_has_its_own_error(
    flags: tuple[str, ...], error: type[TransportError] | None, announced: bool
) -> None:
    with smtp_sink(*flags) as sink:
        assert attempt(sink.port) == (error, announced)
        assert sink.mails() == (WHOLE if announced else [])


def test_smtp_sink_without_faults_takes_dots_as_they_are() -> None:
    with smtp_sink() as sink:
        assert attempt(sink.port) == (None, True)
        assert sink.mails() == WHOLE


RUNS = [
    (("-Q", "CONNECT"), 75, {ADA: ["pending"]}),
    (("-r", "RCPT"), 1, {ADA: ["deferred"], BO: ["deferred"]}),
    (("-q", "."), 1, {ADA: ["unknown"], BO: ["unknown"]}),
]


@pytest.mark.parametrize(
    ("flags", "status", "state"),
    variations(RUNS, ["-q ."], ids=[" ".join(row[0]) for row in RUNS]),
)
def test_after_a_fault_the_next_run_brings_everything_once(
    home: Home, flags: tuple[str, ...], status: int, state: dict[str, list[str]]
) -> None:
    home.write(SUBSCRIBERS)
    with smtp_sink(*flags) as faulty:
        hand_over_to(home, faulty.port)
        assert home.digest("run").returncode == status
        assert states(home) == state
    home.at(LATER)
    with smtp_sink() as healthy:
        hand_over_to(home, healthy.port)
        assert run_here(home) == []
        taken = healthy.mails()
    assert {mail.recipient: paper_count(mail.content) for mail in taken} == PAPERS
    assert len(taken) == len(PAPERS)
    assert {name: last for name, (*_, last) in states(home).items()} == {ADA: "sent", BO: "sent"}


@pytest.mark.exhaustive
def test_a_server_that_refused_all_content_gets_every_paper_once_when_it_is_well(home: Home) -> None:
    home.write(SUBSCRIBERS)
    with smtp_sink("-f", ".") as faulty:
        hand_over_to(home, faulty.port)
        assert home.digest("run").returncode == 75
    home.at(LATER)
    with smtp_sink() as healthy:
        hand_over_to(home, healthy.port)
        assert run_here(home) == []
        taken = healthy.mails()
    counts = Counter[str]()
    for mail in taken:
        counts[mail.recipient] += paper_count(mail.content)
    assert counts == PAPERS
    assert {name: last for name, (*_, last) in states(home).items()} == {ADA: "sent", BO: "sent"}


# ---- a real Postfix

TO_ADA = (
    "smtpd_recipient_restrictions = "
    "check_recipient_access inline:{{ {{ ada@example.org = {} }} }}, permit_mynetworks, reject"
)
ENTRANCES = {
    "open": (),
    "greylisting": (TO_ADA.format("450 4.7.1 Greylisted, come back later"),),
    "distrusting": (TO_ADA.format("554 5.7.1 No bulk mail from you"),),
    "strict": (
        "smtpd_delay_reject = no",
        "smtpd_sender_restrictions = check_sender_access inline:{ { digest@example.org = REJECT } }",
    ),
    "narrow": ("message_size_limit = 25000",),
}


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postfix]:
    certificate = make_certificate(tmp_path_factory.mktemp("tls"))
    with postfix(certificate, boxes=("ada", "bo"), entrances=ENTRANCES) as running:
        yield running


@pytest.fixture
def subscribers(home: Home, relay: Postfix) -> Home:
    relay.empty_mailboxes()
    home.write(SUBSCRIBERS)
    return home


def test_hostile_digests_arrive_with_their_bodies_intact(tmp_path: Path, relay: Postfix) -> None:
    relay.empty_mailboxes()
    with ArxivServer(hostile_papers(), DAYS[0]) as arxiv:
        home = Home(tmp_path, arxiv)
        home.write(SUBSCRIBERS)
        hand_over_to(home, relay.ports["open"], relay.certificate)
        done = home.digest("run")
    assert done.returncode == 0, done.stderr
    for name, frozen in ((entry.recipient.split("@")[0], entry.content) for entry in ledger(home)):
        (delivered,) = relay.mailbox(name, mails=1)
        trace, sent, rest = delivered.partition(frozen.replace(b"\r\n", b"\n"))
        assert (bool(sent), rest) == (True, b"")
        assert re.findall(rb"^([A-Z][\w-]*):", trace, re.MULTILINE) == TRACE
        assert b"with ESMTPS id" in trace
        assert paper_count(delivered) == PAPERS[f"{name}@example.org"]
    assert any(re.search(rb"^\.", entry.content, re.MULTILINE) for entry in ledger(home))


def test_this_postfix_does_refuse_a_bare_newline(relay: Postfix) -> None:
    with smtplib.SMTP("127.0.0.1", relay.ports["open"], "example.org") as client:
        client.ehlo()
        client.mail("digest@example.org")
        client.rcpt(ADA)
        client.docmd("DATA")
        client.send(b"Subject: bare\r\n\r\na\nb\r\n.\r\n")
        assert client.getreply() == (550, b"5.5.2 relay.example.net Error: bare <LF> received")


def test_an_address_that_postfix_does_not_know_affects_no_other_subscriber(
    subscribers: Home, relay: Postfix
) -> None:
    subscribers.write(
        SUBSCRIBERS.replace("subscribers:\n", "subscribers:\n" + SUBSCRIBER.format(EVE, "Reasoning"))
    )
    hand_over_to(subscribers, relay.ports["open"])
    done = subscribers.digest("run")
    assert done.returncode == 1
    assert "error: the mail to subscribers[0] was not delivered: " in done.stderr
    assert "550 5.1.1 <address>: Recipient address rejected: User unknown" in done.stderr
    assert states(subscribers) == {EVE: ["failed"], ADA: ["sent"], BO: ["sent"]}
    assert accused(subscribers) == {EVE}
    assert len(relay.mailbox("ada", mails=1)) == len(relay.mailbox("bo", mails=1)) == 1


@pytest.mark.parametrize(
    ("entrance", "status", "state"),
    [
        ("greylisting", 1, {ADA: ["deferred"], BO: ["sent"]}),
        ("distrusting", 1, {ADA: ["deferred"], BO: ["sent"]}),
        ("strict", 75, {ADA: ["pending"]}),
        ("narrow", 0, {ADA: ["failed", "sent", "sent"], BO: ["sent"]}),  # in two mails
    ],
)
def test_what_postfix_refused_is_delivered_later_and_once(
    subscribers: Home, relay: Postfix, entrance: str, status: int, state: dict[str, list[str]]
) -> None:
    hand_over_to(subscribers, relay.ports[entrance])
    assert subscribers.digest("run").returncode == status
    assert (states(subscribers), accused(subscribers)) == (state, set())
    subscribers.at(LATER)
    hand_over_to(subscribers, relay.ports["open"])
    assert run_here(subscribers) == []
    for subscriber, name in ((ADA, "ada"), (BO, "bo")):
        mails = relay.mailbox(name, mails=max(1, states(subscribers)[subscriber].count("sent")))
        assert sum(map(paper_count, mails)) == PAPERS[subscriber]


TRACE = [b"Return-Path", b"X-Original-To", b"Delivered-To", b"Received"]
DOTS = "." * 400
HOSTILE = (
    ".",
    "..",
    "\n.\nQUIT\n",
    "\n.\n.\n..\n",
    DOTS,
    "=?utf-8?q?x=0d=0aBcc=3a_mallory=40example.org?=",
    "\nBcc: mallory@example.org\n\n",
    "From the other side",
    "\x85\u2028\u2029.",
    "\u202e\u2066 turned \U0001f469\u200d\U0001f52c",
    "w" * 5000,
    "\n--===============\n",
)


def hostile_papers() -> list[DemoPaper]:
    """The papers of the demonstration, mixed with text that must not break a mail."""
    return [
        replace(
            paper,
            title=f"{HOSTILE[number % len(HOSTILE)]} {paper.title}",
            abstract=f"{paper.abstract} {HOSTILE[(number + 1) % len(HOSTILE)]} {DOTS}",
        )
        for number, paper in enumerate(load_papers())
    ]

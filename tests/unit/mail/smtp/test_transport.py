"""Deliver mails to a server that fails in every phase and in every way."""

import contextlib
import threading
import time
from dataclasses import astuple, dataclass, replace
from typing import Any

import pytest

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
from digest.mail.smtp.limits import Timeouts
from digest.mail.smtp.login_advice import LOGIN_WANTED
from digest.mail.smtp.transport import SmtpTransport
from tests.support.hostile_smtp import (
    CLOSE,
    HANG,
    RESET,
    TAKE_AND_CLOSE,
    Accepted,
    HostileServer,
    Reply,
    Script,
)

ADDRESS = "ada@example.org"
SENDER = "digest@example.net"
CONTENT = b"Subject: Two papers\r\n\r\n.One\r\n..\r\n.\r\nEnd.\r\n"
LONG = CONTENT + b"A line of a long mail. ".ljust(998, b"-").join([b"", b"\r\n"]) * 10_000
LONG_TIMEOUTS = Timeouts(*[5.0] * 6)
SHORT = 0.2  # seconds


def mail(content: bytes = CONTENT, recipient: str = ADDRESS, sender: str = SENDER) -> Mail:
    return Mail(message_id="<1@example.net>", recipient=recipient, sender=sender, content=content)


def transport(server: HostileServer, timeouts: Timeouts = LONG_TIMEOUTS, **options: Any) -> SmtpTransport:
    plain = SmtpServer("localhost", server.port, "plain")
    return SmtpTransport(plain, "digest.example.net", timeouts=timeouts, **options)


@dataclass
class Announced:
    """Counts how often the end of data was announced (`before_end_of_data`)."""

    times: int = 0

    def __call__(self) -> None:
        self.times += 1


def failure(server: HostileServer, sender: SmtpTransport, sent: Mail, announced: Announced) -> TransportError:
    with pytest.raises(TransportError) as raised:
        sender.deliver(sent, announced)
    sender.close()
    assert str(raised.value).startswith(f"the mail server localhost:{server.port} ")
    return raised.value


def words(server: HostileServer, error: TransportError) -> str:
    """What it says after `the mail server localhost:PORT`."""
    return str(error).removeprefix(f"the mail server localhost:{server.port} ")


def verbs(server: HostileServer) -> list[list[str]]:
    return [[line.split()[0].lower() for line in lines] for lines in server.commands]


def test_mails_arrive_byte_for_byte_on_one_connection() -> None:
    announced = Announced()
    with HostileServer(extensions=()) as server:
        sender = transport(server)
        sender.deliver(mail(), announced)
        sender.deliver(mail(b"no line end", recipient="bo@example.org"), announced)
        sender.close()

    assert server.commands == [
        [
            "ehlo digest.example.net",
            *(f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{ADDRESS}>", "DATA"),
            *(f"MAIL FROM:<{SENDER}>", "RCPT TO:<bo@example.org>", "DATA"),
            "QUIT",
        ]
    ]
    assert server.accepted == [
        Accepted(SENDER, ADDRESS, CONTENT, 1),
        Accepted(SENDER, "bo@example.org", b"no line end\r\n", 1),
    ]
    assert announced.times == 2


UNAVAILABLE, DEFERRED, UNKNOWN = TransportUnavailable, RecipientDeferred, DeliveryUnknown
CUT_OFF = MailCutOff
NO_RECIPIENT, POLICY = RecipientRefused, PolicyRefused
NO_CONTENT, TOO_LARGE = ContentRefused, MessageTooLarge
TWICE = "closed the connection in the middle of a mail, twice: "
SILENT = "had the whole mail, but never answered: "
CLOSED, TIMED_OUT = "it closed the connection", "timed out"
GARBAGE, NONSENSE = "what is that?", "(not a reply) what is that?"


@dataclass(frozen=True)
class Fails:
    """How a mail fails: the error, the connections, and how often the end of data was announced."""

    error: type[TransportError]
    words: str
    connections: int = 1
    announced: int = 0
    accepted: int = 0


FAULTS: dict[str, tuple[str, str | Reply, Fails]] = {
    "greeting 4yz": ("greeting", "450 busy", Fails(UNAVAILABLE, "refused to serve: 450 busy")),
    "greeting 5yz": ("greeting", "554 no", Fails(UNAVAILABLE, "refused to serve: 554 no")),
    "greeting 421": ("greeting", "421 busy", Fails(UNAVAILABLE, "refused to serve: 421 busy")),
    "greeting closes": ("greeting", CLOSE, Fails(UNAVAILABLE, f"cannot be used: {CLOSED}")),
    # the second connection only sees whether the port wants TLS
    "greeting hangs": ("greeting", HANG, Fails(UNAVAILABLE, f"cannot be used: {TIMED_OUT}", 2)),
    "greeting garbage": ("greeting", GARBAGE, Fails(UNAVAILABLE, f"refused to serve: {NONSENSE}")),
    "ehlo 4yz": ("ehlo", "451 later", Fails(UNAVAILABLE, "refused to serve: 451 later")),
    "ehlo 421": ("ehlo", "421 bye", Fails(UNAVAILABLE, "refused to serve: 421 bye")),
    "ehlo closes": ("ehlo", CLOSE, Fails(UNAVAILABLE, f"cannot be used: {CLOSED}")),
    "ehlo hangs": ("ehlo", HANG, Fails(UNAVAILABLE, f"cannot be used: {TIMED_OUT}")),
    "ehlo garbage": ("ehlo", GARBAGE, Fails(UNAVAILABLE, f"refused to serve: {NONSENSE}")),
    "mail 4yz": ("mail", "451 later", Fails(UNAVAILABLE, "refused a mail from our sender: 451 later")),
    "mail 5yz": ("mail", "553 who?", Fails(UNAVAILABLE, "refused a mail from our sender: 553 who?")),
    "mail 421": ("mail", "421 bye", Fails(UNAVAILABLE, f"{TWICE}421 bye", 2)),
    "mail closes": ("mail", CLOSE, Fails(UNAVAILABLE, TWICE + CLOSED, 2)),
    "mail hangs": ("mail", HANG, Fails(UNAVAILABLE, TWICE + TIMED_OUT, 2)),
    "mail garbage": ("mail", GARBAGE, Fails(UNAVAILABLE, f"refused a mail from our sender: {NONSENSE}")),
    "mail too long": (
        "mail", "552 5.3.4 too long", Fails(TOO_LARGE, "refused a mail from our sender: 552 5.3.4 too long")
    ),
    "rcpt 4yz": ("rcpt", "450 4.2.1 full", Fails(DEFERRED, "refused the recipient: 450 4.2.1 full")),
    "rcpt 5yz": ("rcpt", "550 5.1.1 who?", Fails(NO_RECIPIENT, "refused the recipient: 550 5.1.1 who?")),
    "rcpt policy": ("rcpt", "554 5.7.1 no", Fails(POLICY, "refused the recipient: 554 5.7.1 no")),
    "rcpt 421": ("rcpt", "421 bye", Fails(UNAVAILABLE, f"{TWICE}421 bye", 2)),
    "rcpt closes": ("rcpt", CLOSE, Fails(CUT_OFF, TWICE + CLOSED, 2)),
    "rcpt hangs": ("rcpt", HANG, Fails(CUT_OFF, TWICE + TIMED_OUT, 2)),
    "rcpt garbage": ("rcpt", GARBAGE, Fails(UNAVAILABLE, f"refused the recipient: {NONSENSE}")),
    "data 4yz": ("data", "451 later", Fails(DEFERRED, "refused the mail unseen: 451 later")),
    "data 5yz": ("data", "554 5.6.0 no", Fails(NO_CONTENT, "refused the mail unseen: 554 5.6.0 no")),
    "data 250": ("data", "250 fine", Fails(UNAVAILABLE, "refused the mail unseen: 250 fine")),
    "data 421": ("data", "421 bye", Fails(UNAVAILABLE, f"{TWICE}421 bye", 2)),
    "data closes": ("data", CLOSE, Fails(CUT_OFF, TWICE + CLOSED, 2)),
    "data hangs": ("data", HANG, Fails(CUT_OFF, TWICE + TIMED_OUT, 2)),
    "data garbage": ("data", GARBAGE, Fails(UNAVAILABLE, f"refused the mail unseen: {NONSENSE}")),
    "dot 4yz": ("dot", "451 later", Fails(DEFERRED, "refused the mail: 451 later", announced=1)),
    "dot 5yz": ("dot", "552 5.3.4 long", Fails(TOO_LARGE, "refused the mail: 552 5.3.4 long", announced=1)),
    "dot address": (
        "dot", "550 5.1.1 who?", Fails(NO_RECIPIENT, "refused the mail: 550 5.1.1 who?", announced=1)
    ),
    "dot policy": ("dot", "550 5.7.26 no", Fails(NO_CONTENT, "refused the mail: 550 5.7.26 no", announced=1)),
    "dot 421": ("dot", "421 bye", Fails(DEFERRED, "refused the mail: 421 bye", announced=1)),
    "dot closes": ("dot", CLOSE, Fails(UNKNOWN, SILENT + CLOSED, announced=1)),
    "dot takes, closes": ("dot", TAKE_AND_CLOSE, Fails(UNKNOWN, SILENT + CLOSED, announced=1, accepted=1)),
    "dot resets": (
        "dot", RESET, Fails(UNKNOWN, f"{SILENT}Connection reset by peer", announced=1)
    ),
    "dot hangs": ("dot", HANG, Fails(UNKNOWN, SILENT + TIMED_OUT, announced=1)),
    "dot garbage": (
        "dot", GARBAGE, Fails(UNKNOWN, f"had the whole mail, and answered {NONSENSE}", announced=1)
    ),
    "dot 354": ("dot", "354 more", Fails(UNKNOWN, "had the whole mail, and answered 354 more", announced=1)),
}  # fmt: skip


@pytest.mark.parametrize(("phase", "reply", "fails"), FAULTS.values(), ids=FAULTS.keys())
def test_each_failure_has_the_error_of_the_side_that_caused_it(
    phase: str, reply: str | Reply, fails: Fails
) -> None:
    hasty = {"data": "data", "dot": "end_of_data"}.get(phase, "command")
    timeouts = replace(LONG_TIMEOUTS, **({hasty: SHORT} if reply is HANG else {}))
    announced, began = Announced(), time.monotonic()
    with HostileServer({phase: reply}) as server:
        error = failure(server, transport(server, timeouts), mail(), announced)

    assert time.monotonic() - began < LONG_TIMEOUTS.command
    assert Fails(
        type(error), words(server, error), server.connections, announced.times, len(server.accepted)
    ) == (fails)


EARLY: dict[str, tuple[str | Reply, Fails]] = {
    "4yz": ("452 4.3.1 disk full", Fails(DEFERRED, "refused the mail unseen: 452 4.3.1 disk full")),
    "5yz": ("552 5.3.4 long", Fails(TOO_LARGE, "refused the mail unseen: 552 5.3.4 long")),
    "421": ("421 bye", Fails(UNAVAILABLE, f"{TWICE}421 bye", 2)),
    "250": ("250 taken", Fails(UNAVAILABLE, "refused the mail unseen: 250 taken")),
    "354": ("354 more", Fails(UNAVAILABLE, f"{TWICE}it answered before the end of the mail", 2)),
    "garbage": (GARBAGE, Fails(UNAVAILABLE, f"refused the mail unseen: {NONSENSE}")),
}


@pytest.mark.parametrize(("reply", "fails"), EARLY.values(), ids=EARLY.keys())
def test_a_reply_before_the_end_of_data_is_no_reply_to_it(reply: str, fails: Fails) -> None:
    """Nor is any command sent after it: the server would read it as a part of the mail."""
    announced, began = Announced(), time.monotonic()
    with HostileServer({"body": reply}) as server:
        error = failure(server, transport(server), mail(LONG), announced)

    assert time.monotonic() - began < LONG_TIMEOUTS.command, "it waited for a reply that could not come"
    assert Fails(
        type(error), words(server, error), server.connections, announced.times, len(server.accepted)
    ) == (fails)


@pytest.mark.parametrize("end", [CLOSE, RESET], ids=["closed", "reset"])
def test_a_connection_lost_within_the_content_delivers_nothing(end: Reply) -> None:
    announced = Announced()
    with HostileServer({"body": end}) as server:
        error = failure(server, transport(server), mail(LONG), announced)

    assert words(server, error).startswith(TWICE)
    assert (type(error), server.connections, announced.times, server.received) == (CUT_OFF, 2, 0, [])


def test_a_content_that_the_server_does_not_read_is_given_up_in_time() -> None:
    with HostileServer({"body": HANG}) as server:
        sender, began = transport(server, replace(LONG_TIMEOUTS, block=SHORT)), time.monotonic()
        error = failure(server, sender, mail(LONG), Announced())

    assert words(server, error) == TWICE + TIMED_OUT
    assert time.monotonic() - began < LONG_TIMEOUTS.data


def test_the_end_of_data_is_announced_after_the_content_and_before_it_is_sent() -> None:
    phases: list[str] = []
    arrived = threading.Event()

    def note(phase: str, connection: int) -> None:
        phases.append(phase)
        if phase == "body":
            arrived.set()

    def announce() -> None:
        assert arrived.wait(5), "the content is still on its way"
        phases.append("announced")

    with HostileServer(on_command=note, body_bytes=len(CONTENT)) as server:
        sender = transport(server)
        sender.deliver(mail(), announce)
        sender.close()

    assert phases[2:8] == ["mail", "rcpt", "data", "body", "announced", "dot"]


@pytest.mark.parametrize("problem", [RuntimeError("no state"), KeyboardInterrupt()], ids=["error", "Ctrl-C"])
def test_an_error_before_the_end_of_data_prevents_the_delivery(problem: BaseException) -> None:
    def refuse() -> None:
        raise problem

    with HostileServer() as server:
        sender = transport(server)
        with pytest.raises(type(problem)) as raised:
            sender.deliver(mail(), refuse)
        assert raised.value is problem
        sender.deliver(mail(), Announced())
        sender.close()

    assert (server.connections, len(server.received), verbs(server)[0][-1]) == (2, 1, "data")


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "body"])
@pytest.mark.parametrize("end", [CLOSE, Reply(b"421 4.3.2 restart\r\n", closing=True)], ids=["closed", "421"])
def test_a_connection_lost_before_the_end_of_data_is_opened_again(phase: str, end: Reply) -> None:
    announced = Announced()
    with HostileServer({phase: end}, {}) as server:
        sender = transport(server)
        sender.deliver(mail(LONG if phase == "body" else CONTENT), announced)
        sender.close()

    assert (server.connections, announced.times, len(server.accepted)) == (2, 1, 1)


@pytest.mark.parametrize("end", [CLOSE, RESET, Reply(b"421 4.4.2 idle for too long\r\n", closing=True)])
def test_a_connection_that_was_closed_since_the_last_mail_is_opened_again(end: Reply) -> None:
    announced = Announced()
    with HostileServer({"answered": end}) as server:
        sender = transport(server)
        for _ in range(3):
            sender.deliver(mail(), announced)
        sender.close()

    assert (server.connections, announced.times, len(server.accepted)) == (3, 3, 3)


def test_a_server_that_takes_few_mails_a_connection_gets_them_all() -> None:
    announced = Announced()
    with HostileServer(mails_per_connection=2) as server:
        sender = transport(server)
        for _ in range(5):
            sender.deliver(mail(), announced)
        sender.close()

    assert [taken.connection for taken in server.accepted] == [1, 1, 2, 2, 3]
    assert announced.times == 5


def test_a_server_that_is_lost_between_two_mails_and_in_the_next_is_unavailable() -> None:
    with HostileServer({"answered": CLOSE}, {"mail": CLOSE}, {}) as server:
        sender = transport(server)
        sender.deliver(mail(), Announced())
        with pytest.raises(TransportUnavailable):
            sender.deliver(mail(), Announced())
        sender.deliver(mail(), Announced())
        sender.close()

    assert [taken.connection for taken in server.accepted] == [1, 3]


def test_a_connection_carries_so_many_mails_and_no_more() -> None:
    with HostileServer(recipients={"bo@example.org": "550 5.1.1 unknown"}) as server:
        sender = transport(server, mails_per_connection=2)
        for recipient in (ADDRESS, "bo@example.org", ADDRESS, ADDRESS, ADDRESS):
            with contextlib.suppress(RecipientRefused):
                sender.deliver(mail(recipient=recipient), Announced())
        sender.close()

    assert [taken.connection for taken in server.accepted] == [1, 2, 2, 3]
    assert [lines[-1] for lines in verbs(server)] == ["quit"] * 3


@pytest.mark.parametrize(
    "answer", ["554 no", "421 bye", GARBAGE, CLOSE, RESET, HANG, Reply(b"2", for_ever=True)]
)
def test_an_error_at_quit_changes_nothing(answer: str | Reply) -> None:
    with HostileServer({"quit": answer}) as server:
        sender = transport(server, replace(LONG_TIMEOUTS, quit=SHORT))
        sender.deliver(mail(), Announced())
        sender.close()
        sender.close()

    assert (len(server.accepted), verbs(server)[0][-1]) == (1, "quit")


@pytest.mark.parametrize(
    ("phase", "reply"),
    [
        ("rcpt", "550 5.1.1 unknown"), ("rcpt", "450 4.7.1 later"), ("rcpt", "550 5.7.1 no"),
        ("data", "554 5.6.0 no"), ("dot", "451 later"), ("dot", "554 5.6.0 no"),
    ],
    ids=["address", "greylisted", "policy", "unseen", "later", "message"],
)  # fmt: skip
def test_after_a_refusal_the_next_mail_goes_on_the_same_connection(phase: str, reply: str) -> None:
    with HostileServer({phase: reply}) as server:
        sender = transport(server)
        for _ in range(2):
            with pytest.raises((RecipientRefused, RecipientDeferred, PolicyRefused, MessageRefused)):
                sender.deliver(mail(), Announced())
        sender.close()

    attempt = ["mail", "rcpt", "data"][: 2 if phase == "rcpt" else 3]
    assert verbs(server) == [["ehlo", *attempt, "rset", *attempt, "rset", "quit"]]


@pytest.mark.parametrize(
    "answer", [CLOSE, HANG, "500 what?", "421 bye"], ids=["closed", "hangs", "500", "421"]
)
def test_a_connection_that_cannot_be_reset_is_replaced(answer: str | Reply) -> None:
    with HostileServer({"rcpt": "550 5.1.1 unknown", "rset": answer}, {}) as server:
        sender = transport(server, replace(LONG_TIMEOUTS, command=SHORT * 2))
        with pytest.raises(RecipientRefused):
            sender.deliver(mail(), Announced())
        sender.deliver(mail(), Announced())
        sender.close()

    assert [taken.connection for taken in server.accepted] == [2]


@pytest.mark.parametrize(
    "script",
    [{"mail": "451 later"}, {"data": "250 fine"}, {"dot": CLOSE}, {"dot": GARBAGE}, {"dot": "421 bye"}],
    ids=["sender refused", "out of step", "unknown", "garbage", "closing"],
)
def test_after_any_other_failure_the_next_mail_gets_a_new_connection(script: Script) -> None:
    with HostileServer(script, {}) as server:
        sender = transport(server)
        with pytest.raises((TransportUnavailable, DeliveryUnknown, RecipientDeferred)):
            sender.deliver(mail(), Announced())
        sender.deliver(mail(), Announced())
        sender.close()

    assert [taken.connection for taken in server.accepted] == [2]
    assert "rset" not in verbs(server)[0]


def test_only_the_reply_to_the_end_of_data_has_the_long_timeout() -> None:
    with HostileServer({"dot": Reply(b"250 fine\r\n", after_seconds=2 * SHORT)}) as server:
        sender = transport(server, replace(LONG_TIMEOUTS, command=SHORT, data=SHORT))
        sender.deliver(mail(), Announced())
        sender.close()

    assert len(server.accepted) == 1


def test_closing_sends_no_quit_in_the_middle_of_a_mail() -> None:
    with HostileServer() as server:
        sender = transport(server)
        sender.deliver(mail(), sender.close)
        sender.close()
    assert [accepted.content for accepted in server.accepted] == [CONTENT]


def test_the_timeouts_are_those_of_the_rfc_and_fifty_minutes_for_a_mail() -> None:
    assert astuple(Timeouts()) == (60, 300, 120, 180, 600, 10, 3000, 5)


@pytest.mark.parametrize(
    ("bomb", "problem"),
    [
        (b"250-more\r\n", "its reply has more than 1000 lines"),
        (b"250 one line for ever ", "its reply is longer than 32768 bytes"),
        (b"\0", "its reply is longer than 32768 bytes"),
    ],
    ids=["lines without end", "a line without end", "zeros"],
)
def test_a_reply_without_end_is_given_up(bomb: bytes, problem: str) -> None:
    with HostileServer({"rcpt": Reply(bomb * 1000, for_ever=True)}) as server:
        error = failure(server, transport(server), mail(), Announced())

    assert words(server, error) == f"{TWICE}{problem}"


def test_a_reply_that_comes_byte_by_byte_is_given_up_in_time() -> None:
    with HostileServer({"dot": Reply(b"2", after_seconds=0.02, for_ever=True)}) as server:
        began = time.monotonic()
        error = failure(
            server, transport(server, replace(LONG_TIMEOUTS, end_of_data=SHORT)), mail(), Announced()
        )

    assert words(server, error) == SILENT + TIMED_OUT
    assert time.monotonic() - began < 2


TOO_SLOW = "is too slow: a mail was not taken in 0 minutes"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ({"greeting": Reply(b"2", after_seconds=0.02, for_ever=True)}, "cannot be used: timed out"),
        ({"ehlo": Reply(b"250-x\r\n", after_seconds=0.02, for_ever=True)}, "cannot be used: timed out"),
        ({"rcpt": Reply(b"250-x\r\n", after_seconds=0.02, for_ever=True)}, TOO_SLOW),
        ({"data": Reply(b"3", after_seconds=0.02, for_ever=True)}, TOO_SLOW),
        ({"body": HANG}, TOO_SLOW),
    ],
    ids=[
        "greeting byte by byte",
        "lines without end",
        "lines at RCPT",
        "DATA byte by byte",
        "unread content",
    ],
)
def test_a_mail_has_one_deadline_up_to_the_end_of_data(script: Script, said: str) -> None:
    announced = Announced()
    with HostileServer(script) as server:
        sender = transport(server, replace(LONG_TIMEOUTS, mail=SHORT))
        error = failure(server, sender, mail(LONG), announced)

    assert (type(error), words(server, error)) == (TransportUnavailable, said)
    assert (announced.times, server.accepted) == (0, [])


def test_the_deadline_of_a_mail_does_not_shorten_the_wait_for_the_last_reply() -> None:
    with HostileServer({"dot": Reply(b"250 fine\r\n", after_seconds=2 * SHORT)}) as server:
        sender = transport(server, replace(LONG_TIMEOUTS, mail=SHORT))
        sender.deliver(mail(), Announced())
        sender.close()

    assert (len(server.accepted), verbs(server)[0][-1]) == (1, "quit")


def test_each_mail_of_a_connection_has_a_deadline_of_its_own() -> None:
    with HostileServer() as server:
        sender = transport(server, replace(LONG_TIMEOUTS, mail=SHORT))
        for _ in range(2):
            sender.deliver(mail(), lambda: time.sleep(SHORT))
        sender.close()

    assert (server.connections, len(server.accepted)) == (1, 2)


def test_each_reply_and_each_block_is_a_sign_of_life() -> None:
    signs = Announced()
    with HostileServer() as server:
        sender = transport(server, on_step=signs)
        sender.deliver(mail(LONG), Announced())
        sender.close()

    replies = len(["greeting", "ehlo", "mail", "rcpt", "data", "dot", "quit"])
    assert signs.times == replies + -(-len(LONG) // 65_536)


UTF8_MAIL = mail("Subject: Zwei Aufsätze\r\n\r\nText\r\n".encode())
ALL = ("8BITMIME", "SMTPUTF8", "SIZE")
PARAMETERS = {
    "nothing offered": (mail(), (), ""),
    "size": (mail(), ("SIZE 1000",), " SIZE=42"),
    "ASCII": (mail(), ALL, " SIZE=42"),
    "body beyond ASCII": (mail("s: x\r\n\r\nä\r\n".encode()), ALL, " SIZE=12 BODY=8BITMIME"),
    "headers beyond ASCII": (UTF8_MAIL, ALL, " SIZE=33 BODY=8BITMIME SMTPUTF8"),
    "recipient": (mail(recipient="jürgen@example.org"), ALL, " SIZE=42 BODY=8BITMIME SMTPUTF8"),
    "sender": (mail(sender="bücher@example.net"), ALL, " SIZE=42 BODY=8BITMIME SMTPUTF8"),
}


@pytest.mark.parametrize(("sent", "extensions", "parameters"), PARAMETERS.values(), ids=PARAMETERS.keys())
def test_the_parameters_of_mail_are_those_that_the_server_offers(
    sent: Mail, extensions: tuple[str, ...], parameters: str
) -> None:
    with HostileServer(extensions=extensions) as server:
        sender = transport(server)
        sender.deliver(sent, Announced())
        sender.close()

    assert server.commands[0][1:3] == [
        f"MAIL FROM:<{sent.sender}>{parameters}",
        f"RCPT TO:<{sent.recipient}>",
    ]


CANNOT = "cannot carry a mail that is not ASCII (no "
UNCARRIED = {
    "recipient": (mail(recipient="jürgen@example.org"), ("8BITMIME",), "SMTPUTF8)"),
    "sender": (mail(sender="bücher@example.net"), ("8BITMIME",), "SMTPUTF8)"),
    "headers": (UTF8_MAIL, ("8BITMIME",), "SMTPUTF8)"),
    "half an extension": (UTF8_MAIL, ("SMTPUTF8",), "8BITMIME)"),
    "body": (mail("s: x\r\n\r\nä\r\n".encode()), ("SMTPUTF8",), "8BITMIME)"),
}


@pytest.mark.parametrize(("sent", "extensions", "lacks"), UNCARRIED.values(), ids=UNCARRIED.keys())
def test_a_mail_that_the_server_cannot_carry_is_refused_before_it_is_begun(
    sent: Mail, extensions: tuple[str, ...], lacks: str
) -> None:
    announced = Announced()
    with HostileServer(extensions=extensions) as server:
        sender = transport(server)
        with pytest.raises(MessageRefused) as raised:
            sender.deliver(sent, announced)
        sender.deliver(mail(), announced)
        sender.close()

    assert words(server, raised.value) == CANNOT + lacks
    assert (verbs(server), announced.times) == ([["ehlo", "rset", "mail", "rcpt", "data", "quit"]], 1)


@pytest.mark.parametrize(
    ("phase", "reply", "hint"),
    [
        ("mail", "550 5.7.1 no", PolicyRefused.hint),
        ("mail", "552 5.3.4 long", MessageTooLarge.hint),
        ("greeting", "554 no", TransportUnavailable.hint),
        ("rcpt", "550 5.7.1 no", PolicyRefused.hint),
        ("mail", "530 5.7.57 Client not authenticated to send mail", LOGIN_WANTED),
        ("rcpt", "530 5.7.0 Must issue a STARTTLS command first", LOGIN_WANTED),
    ],
    ids=["sender", "too long", "service", "policy", "login", "encryption"],
)
def test_the_hint_fits_the_failure(phase: str, reply: str, hint: str) -> None:
    with HostileServer({phase: reply}) as server:
        assert failure(server, transport(server), mail(), Announced()).hint == hint


@pytest.mark.parametrize(
    ("phase", "problem"),
    [("mail", "refused a mail from our sender"), ("rcpt", "refused the recipient")],
)
def test_no_error_shows_the_recipient_nor_the_local_part(phase: str, problem: str) -> None:
    with HostileServer({phase: "550 5.1.1 ada (ada@example.org): ada unknown"}) as server:
        error = failure(server, transport(server), mail(), Announced())

    assert words(server, error) == f"{problem}: 550 5.1.1 <address> (<address>): <address> unknown"


def test_nothing_of_the_dialogue_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    with HostileServer({"dot": CLOSE}) as server:
        failure(server, transport(server), mail(), Announced())

    assert capfd.readouterr() == ("", "")

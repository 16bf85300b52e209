"""Answers on a real IMAP server: Dovecot, with a certificate of its own, on the loopback interface."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from digest.demo.scenario import DAYS
from tests.e2e.test_daemon import ended, running
from tests.e2e.test_unsubscribe import checked, report, request
from tests.support.dovecot import PASSWORD, Dovecot, dovecot
from tests.support.home import TWO, Home
from tests.support.postfix import make_certificate
from tests.support.pseudo_terminal import pseudo_terminal
from tests.support.systemd import Systemd

pytestmark = pytest.mark.exhaustive

NOT_UNDERSTOOD = ["1 not understood, please read:", "  message 3 of the inbox (no date): hello"]
READ, LEFT = "$DailyPapersRead", "$DailyPapersLeft"
ADA_LEFT = "subscribers[0] wants no more mail"
NOTHING = b"Subject: hello\r\n\r\nHow are you?\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with dovecot(make_certificate(tmp_path_factory.mktemp("certificate"))) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Answered:
    """A home whose subscribers got a mail, and their answers on a server."""

    home: Home
    server: Dovecot

    def inbox(self, url: str = "", *options: str) -> tuple[int, list[str], str]:
        done = self.home.digest("inbox", *options, *filter(None, [url]))
        return done.returncode, done.stdout.splitlines(), done.stderr.replace(self.place, "HOST")

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server.tls_port}"

    def configure(self, url: str = "") -> None:
        """Name the inbox in the configuration, and its password in a file."""
        secret = self.home.folder / "inbox-password"
        secret.write_text(PASSWORD + "\n")
        secret.chmod(0o600)
        self.home.environment.pop("DIGEST_INBOX_PASSWORD", None)
        self.home.write(
            f"{TWO}mail:\n  inbox: {url or self.server.url()}\n  inbox_password_file: inbox-password\n"
        )


@pytest.fixture
def answered(served: Home, server: Dovecot) -> Answered:
    """Ada asks to leave, Bo's address does not exist, and somebody says hello."""
    server.empty()
    server.empty("Handled")
    server.deliver(
        request(served), report(served, recipient="bo@example.org").replace(b"\n", b"\r\n"), NOTHING
    )
    served.environment["DIGEST_INBOX_PASSWORD"] = PASSWORD
    return Answered(served, server)


def test_answers_are_acted_on_once_and_stay_there_unseen(answered: Answered) -> None:
    server = answered.server
    assert answered.inbox(server.url()) == (
        0,
        [
            "a mail to subscribers[0] came back (5.1.1)",
            ADA_LEFT,
            "3 messages: 2 acted on, 0 acted on before, 1 not understood",
            *NOT_UNDERSTOOD,
        ],
        "",
    )
    assert server.flags() == [READ, READ, LEFT]
    nothing = "0 messages: 0 acted on, 0 acted on before, 0 not understood"
    assert answered.inbox(server.url()) == (0, [nothing], "")
    again = "3 messages: 0 acted on, 2 acted on before, 1 not understood"
    assert answered.inbox(server.url(), "--again") == (0, [again, *NOT_UNDERSTOOD], "")
    assert checked(answered.home)[0].startswith("subscribers[0] gets no mail since")


@pytest.mark.parametrize("scheme", ["imap", "imap+starttls"])
def test_every_scheme_reads_the_same(answered: Answered, scheme: str) -> None:
    status, lines, _ = answered.inbox(answered.server.url(scheme=scheme))
    assert (status, lines[1]) == (0, ADA_LEFT)


def test_what_was_handled_moves_where_that_is_wanted_and_what_was_not_stays(answered: Answered) -> None:
    answered.inbox(answered.server.url(options="&handled=Handled"))
    assert (answered.server.flags(), answered.server.flags("Handled")) == ([LEFT], ["", ""])


def test_a_folder_may_have_a_name_in_any_language(answered: Answered) -> None:
    with answered.server.client() as client:
        client.create('"Antworten &APw-ber &- so/neu"')
    answered.server.deliver(request(answered.home), folder="Antworten &APw-ber &- so/neu")
    status, lines, _ = answered.inbox(answered.server.url("Antworten%20%C3%BCber%20%26%20so/neu"))
    assert (status, lines[0]) == (0, ADA_LEFT)


def test_a_missing_folder_and_a_wrong_password_are_told_in_a_line(answered: Answered) -> None:
    status, _, err = answered.inbox(answered.server.url("Nowhere"))
    assert (status, err) == (
        1,
        (
            "error: the inbox at HOST has no such folder as its address names\n"
            "hint: correct the folder in the address; at a terminal, this lists those that there are\n"
        ),
    )
    answered.home.environment["DIGEST_INBOX_PASSWORD"] = "wrong"
    status, _, err = answered.inbox(answered.server.url())
    assert (status, err.splitlines()[0]) == (1, "error: the inbox at HOST refused our user and password")
    assert "wrong" not in err


def test_a_terminal_shows_what_the_server_says_of_it(answered: Answered) -> None:
    answered.home.environment["DIGEST_INBOX_PASSWORD"] = "wrong"
    with pseudo_terminal() as terminal:
        process = answered.home.start("inbox", answered.server.url(), stderr=terminal.program_end)
        terminal.hand_over()
        shown = terminal.read_all()
        process.communicate()
    assert (
        "refused our user and password\r\nit says: [AUTHENTICATIONFAILED] Authentication failed.\r\n" in shown
    )


def test_a_certificate_that_is_not_verified_ends_it_before_the_password(answered: Answered) -> None:
    status, _, err = answered.inbox(answered.server.url().partition("?")[0])
    assert (status, "its certificate is refused: self-signed certificate" in err) == (75, True)
    assert "hint: if the server is your own, add ?ca=FILE to the inbox address" in err


def test_a_server_that_is_not_there_is_tried_later(answered: Answered) -> None:
    url = answered.server.url().replace(str(answered.server.tls_port), "9")
    status, lines, err = answered.inbox(url)
    assert (status, lines) == (75, ["0 messages: 0 acted on, 0 acted on before, 0 not understood"])
    assert err.startswith("error: the inbox at 127.0.0.1:9 cannot be used: Connection refused\nhint: ")


def test_a_password_in_the_address_is_refused_and_never_shown(answered: Answered) -> None:
    url = answered.server.url().replace("@127", ":hunter2@127")
    status, _, err = answered.inbox(url)
    assert (status, "the inbox address must not hold a password" in err) == (2, True)
    answered.configure(url)
    check = answered.home.digest("check").stdout
    assert "mail.inbox: the inbox address must not hold a password" in check
    assert "hunter2" not in check + err + answered.inbox()[2]


def test_a_run_reads_the_configured_inbox_first(answered: Answered) -> None:
    answered.configure()
    answered.home.at(DAYS[1])
    mails = len(list(answered.home.mails()))
    done = answered.home.digest("run")
    assert (done.returncode, "warning" in done.stderr) == (0, False)
    assert done.stdout.splitlines()[1:3] == [
        ADA_LEFT,
        "1 message in the inbox not understood: please read it",
    ]
    assert [mail["To"] for mail in list(answered.home.mails())[mails:]] == ["bo@example.org"]


def test_a_run_goes_on_where_the_inbox_cannot_be_read(answered: Answered) -> None:
    answered.configure(answered.server.url().replace(str(answered.server.tls_port), "9"))
    answered.home.at(DAYS[1])
    mails = len(list(answered.home.mails()))
    done = answered.home.digest("run")
    assert (done.returncode, len(list(answered.home.mails())) - mails) == (1, 2)
    first, hint, *_ = done.stderr.splitlines()
    assert first == "warning: the inbox at 127.0.0.1:9 cannot be used: Connection refused"
    assert hint.startswith("hint: see that host, port and scheme are right")


def test_doctor_looks_at_the_inbox_and_changes_nothing(answered: Answered) -> None:
    answered.configure()
    lines = answered.home.digest("doctor").stdout.splitlines()
    assert f"✓ the inbox at {answered.place} can be read" in lines
    assert answered.server.flags() == ["", "", ""]
    answered.configure(answered.server.url("Nowhere"))
    lines = answered.home.digest("doctor").stdout.splitlines()
    assert f"✗ the inbox at {answered.place} cannot be read" in lines


def test_the_daemon_reads_it_by_itself(answered: Answered, systemd: Systemd) -> None:
    answered.configure()
    answered.home.at(DAYS[0] + timedelta(hours=2))  # nobody is due
    with running(answered.home) as process:
        systemd.wait_for("STATUS=")  # at the end of its first tick
        assert answered.server.flags() == [READ, READ, LEFT]
        _, err = ended(process)
    assert checked(answered.home)[0].startswith("subscribers[0] gets no mail since")
    assert f"INFO {ADA_LEFT}\n" in err
    assert "@example" not in err


def test_thousands_of_messages_are_read_at_once(answered: Answered) -> None:
    box = answered.server.folder / "mail" / "digest@example.org" / "new"
    for number in range(3_000):
        (box / f"{1_700_000_000 + number}.M{number}P1.host").write_bytes(
            f"Subject: number {number}\n\nhello\n".encode()
        )
    for file in box.iterdir():
        file.chmod(0o666)
    status, lines, _ = answered.inbox(answered.server.url())
    assert status == 0
    assert any(line.startswith("3003 messages: 2 acted on") for line in lines)
    answered.server.empty()

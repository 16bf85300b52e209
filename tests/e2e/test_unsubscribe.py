"""Unsubscribing without a web server: from the link in a mail to the mail that does not come."""

import mailbox
import os
import sqlite3
import subprocess
import zlib
from contextlib import closing
from email.message import EmailMessage
from urllib.parse import unquote

import pytest

from digest.demo.scenario import DAYS
from digest.system.locks import exclusive_lock
from tests.support.home import LEAST, TWO, Home

ADA, BO = "ada@example.org", "bo@example.org"
REMEDY = "`digest resubscribe EMAIL` sends them mail again"


def mail_to(home: Home, email: str) -> EmailMessage:
    """The latest mail in the outbox to that address."""
    return [mail for mail in home.mails() if mail["To"] == email][-1]


def request(home: Home, email: str = ADA, **headers: str) -> bytes:
    """What a mail program writes when the link in the mail's List-Unsubscribe is followed."""
    link = mail_to(home, email)["List-Unsubscribe"].strip("<>")
    address, _, subject = link.removeprefix("mailto:").partition("?subject=")
    message = EmailMessage()
    message["From"] = "Somebody <somebody@example.net>"
    message["To"] = address
    message["Subject"] = unquote(subject)
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("\n")
    return message.as_bytes()


def token(home: Home, email: str = ADA) -> str:
    return str(mail_to(home, email)["List-Unsubscribe"]).rpartition("%20")[2].strip(">")


def piped(home: Home, message: bytes) -> subprocess.CompletedProcess[str]:
    """`digest inbox -` with the message on standard input, as a mail server pipes it."""
    file, before = home.folder / "piped", os.dup(0)
    file.write_bytes(message)
    try:
        with file.open("rb") as stream:
            os.dup2(stream.fileno(), 0)
            return home.digest("inbox", "-")
    finally:
        os.dup2(before, 0)
        os.close(before)


def fed(home: Home, message: bytes) -> list[str]:
    """What `digest inbox` says to a file with this message."""
    file = home.folder / "message"
    file.write_bytes(message)
    done = home.digest("inbox", "message")
    assert (done.returncode, done.stderr) == (0, "")
    file.unlink()
    return done.stdout.splitlines()


def complaint(home: Home, kind: str = "abuse") -> bytes:
    """A feedback report about Bo's latest mail."""
    start = "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n"
    fields = f"Content-Type: message/feedback-report\n\nFeedback-Type: {kind}\n\n--b\n"
    returned = b"Content-Type: message/rfc822\n\n" + mail_to(home, BO).as_bytes()
    return (start + fields).encode() + returned + b"\n--b--\n"


def receivers(home: Home) -> list[str]:
    """Who gets a mail of the next run."""
    before = len(list(home.mails()))
    assert home.digest("run").returncode == 0
    return sorted(mail["To"] for mail in list(home.mails())[before:])


def checked(home: Home) -> list[str]:
    """What `digest check` says of subscribers who get no mail."""
    done = home.digest("check")
    assert done.returncode == 0
    return [line for line in done.stdout.splitlines() if not line.startswith(("  ", "subscribers.yaml"))]


def report(home: Home, status: str = "5.1.1", recipient: str = ADA) -> bytes:
    """A delivery status notification for Ada's latest mail."""
    return (
        f"""\
From: MAILER-DAEMON@mx.example.net
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {status}

--b
Content-Type: message/rfc822

""".encode()
        + mail_to(home, ADA).as_bytes()
        + b"\n--b--\n"
    )


@pytest.mark.exhaustive
def test_the_link_in_a_mail_unsubscribes_until_somebody_resubscribes(served: Home) -> None:
    assert piped(
        served, b"From somebody Tue Jun 23 07:10:00 2026\n" + request(served)
    ).stdout.splitlines() == [
        "subscribers[0] wants no more mail",
        "1 message: 1 acted on, 0 acted on before, 0 not understood",
    ]
    assert checked(served) == [
        "subscribers[0] gets no mail since 2026-06-23 07:00 UTC: they unsubscribed",
        REMEDY,
    ]
    lines = served.digest("status").stdout.splitlines()
    assert "ada@example.org gets no mail since 2026-06-23 07:00 UTC: they unsubscribed" in lines
    served.at(DAYS[1])
    assert receivers(served) == [BO]
    again = served.digest("resubscribe", "ADA@example.org")
    assert (again.returncode, again.stdout) == (
        0,
        "subscribers[0] gets mail again; there was none because they unsubscribed\n",
    )
    assert checked(served) == []
    served.at(DAYS[2])
    assert ADA in receivers(served)


@pytest.mark.exhaustive
def test_the_same_message_is_acted_on_once_whatever_it_is_kept_in(served: Home) -> None:
    message = request(served)
    box = mailbox.Maildir(served.folder / "Maildir")
    box.add(b"Subject: lunch?\n\n")
    box.add(message)
    kept = mailbox.mbox(served.folder / "mbox")
    kept.add(message)
    kept.add(b"Subject: dinner?\n\n")
    kept.close()
    before = sorted((path, path.read_bytes()) for path in (served.folder / "Maildir").rglob("*:*"))
    lunch = next(
        path for path in (served.folder / "Maildir" / "new").iterdir() if b"lunch" in path.read_bytes()
    )
    strange = [
        "2 not understood, please read:",
        f"  Maildir/new/{lunch.name} (no date): lunch?",
        "  mbox, message 2 (no date): dinner?",
    ]
    done = served.digest("inbox", "Maildir", "mbox")
    assert done.stdout.splitlines() == [
        "subscribers[0] wants no more mail",
        "4 messages: 1 acted on, 1 acted on before, 2 not understood",
        *strange,
    ]
    served.digest("resubscribe", ADA)
    again = served.digest("inbox", "Maildir", "mbox")
    assert again.stdout.splitlines() == [
        "4 messages: 0 acted on, 2 acted on before, 2 not understood",
        *strange,
    ]
    assert checked(served) == []
    assert sorted((path, path.read_bytes()) for path in (served.folder / "Maildir").rglob("*:*")) == before


@pytest.mark.exhaustive
def test_only_the_token_counts(served: Home) -> None:
    nothing = "1 message: 0 acted on, 0 acted on before, 1 not understood"
    noise = "1 message: 0 acted on, 0 acted on before, 1 automatic with nothing to do, 0 not understood"
    assert fed(served, f"From: {ADA}\nSubject: unsubscribe\n\nunsubscribe\n".encode())[0] == nothing
    answer = EmailMessage()
    answer["From"], answer["Subject"] = ADA, f"Re: {mail_to(served, ADA)['Subject']}"
    text = mail_to(served, ADA).get_body(("plain",))
    assert text
    answer.set_content("Thank you!\n\n" + text.get_content())
    assert fed(served, answer.as_bytes())[0] == nothing
    assert fed(served, mail_to(served, ADA).as_bytes()) == [noise]
    answer["Auto-Submitted"] = "auto-replied"
    answer.set_content(f"unsubscribe {token(served)}")
    assert fed(served, answer.as_bytes()) == [noise]
    del answer["Auto-Submitted"]
    answer.replace_header("Subject", "stop")
    answer.set_content(f"\nunsubscribe {token(served)}\n\n> {text.get_content()}")
    assert checked(served) == []
    assert fed(served, answer.as_bytes())[0] == "subscribers[0] wants no more mail"


@pytest.mark.exhaustive
def test_the_command_takes_a_token_or_an_address(served: Home) -> None:
    first = served.digest("unsubscribe", token(served).upper())
    assert first.stdout == "subscribers[0] gets no more mail; `digest resubscribe EMAIL` undoes it\n"
    second = served.digest("unsubscribe", "Ada@example.ORG")
    assert (second.returncode, second.stdout) == (
        0,
        "subscribers[0] already gets no mail since 2026-06-23 07:00 UTC: they unsubscribed\n",
    )
    served.at(DAYS[1])
    assert receivers(served) == [BO]
    none = served.digest("resubscribe", BO)
    assert (none.returncode, none.stdout) == (0, "subscribers[1] gets mail already: nothing to do\n")


@pytest.mark.exhaustive
@pytest.mark.parametrize("command", ["unsubscribe", "resubscribe", "forget"])
@pytest.mark.parametrize("word", ["eve@example.org", "a" * 32], ids=["address", "token"])
def test_nobody_knows_a_stranger(home: Home, command: str, word: str) -> None:
    done = home.digest(command, word)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == (
        "Error: neither the configuration nor the state knows a subscriber of this address or token"
    )
    assert word not in done.stderr


@pytest.mark.exhaustive
def test_a_subscriber_may_unsubscribe_before_the_first_run(home: Home) -> None:
    assert home.digest("unsubscribe", ADA).returncode == 0
    assert receivers(home) == []


@pytest.mark.exhaustive
def test_an_address_that_does_not_exist_gets_no_more_mail(served: Home) -> None:
    assert fed(served, report(served, recipient=BO))[0] == "a mail to subscribers[0] came back (5.1.1)"
    assert checked(served) == []
    assert fed(served, report(served))[0] == "the address of subscribers[0] does not exist (5.1.1)"
    why = "a mail server said that there is no such address (5.1.1)"
    assert checked(served) == [f"subscribers[0] gets no mail since 2026-06-23 07:00 UTC: {why}", REMEDY]
    served.at(DAYS[1])
    assert receivers(served) == [BO]


@pytest.mark.exhaustive
def test_a_bare_word_and_a_complaint_end_the_mails_until_somebody_resubscribes(served: Home) -> None:
    answer = EmailMessage()
    answer["Subject"], answer["In-Reply-To"] = "Re: 1 new paper", mail_to(served, ADA)["Message-ID"]
    answer.set_content("Abmelden, danke!")
    assert fed(served, answer.as_bytes())[0] == "subscribers[0] wants no more mail"
    assert fed(served, complaint(served))[0] == "subscribers[1] reported a mail as spam"
    since = "gets no mail since 2026-06-23 07:00 UTC:"
    assert checked(served) == [
        f"subscribers[0] {since} they unsubscribed",
        f"subscribers[1] {since} they reported a mail as spam",
        REMEDY,
    ]
    assert f"{BO} {since} they reported a mail as spam" in served.digest("status").stdout.splitlines()
    again = served.digest("resubscribe", BO)
    assert (
        again.stdout
        == "subscribers[1] gets mail again; there was none because they reported a mail as spam\n"
    )
    served.at(DAYS[1])
    assert receivers(served) == [BO]


@pytest.mark.exhaustive
def test_requests_are_acted_on_during_a_run(served: Home) -> None:
    with exclusive_lock(served.folder / "state" / "run.lock", wait=False):
        assert fed(served, request(served))[0] == "subscribers[0] wants no more mail"
        assert served.digest("resubscribe", ADA).returncode == 0
        assert served.digest("unsubscribe", ADA).returncode == 0
        refused = served.digest("forget", ADA)
    assert refused.returncode == 75
    assert refused.stderr.splitlines()[-1].startswith("hint: no more mail goes to them; repeat the command")
    assert served.digest("forget", ADA).returncode == 0


def test_what_is_not_there_is_a_mistake(served: Home) -> None:
    missing = served.digest("inbox", "nowhere")
    assert missing.returncode == 2
    assert "'nowhere' does not exist" in missing.stderr
    (served.folder / "empty").mkdir()
    folder = served.digest("inbox", "empty")
    assert folder.returncode == 2
    assert "empty is a folder, but not a Maildir: it has no new/ and cur/" in folder.stderr
    assert served.digest("inbox").returncode == 2


def test_an_empty_inbox_is_no_mistake(served: Home) -> None:
    nothing = "0 messages: 0 acted on, 0 acted on before, 0 not understood\n"
    done = piped(served, b"")
    assert (done.returncode, done.stdout, done.stderr) == (0, nothing, "")


def test_check_does_without_a_state_that_it_cannot_read(served: Home) -> None:
    state = served.folder / "state" / "digest.sqlite3"
    state.write_bytes(b"no database" * 1000)
    assert checked(served) == [
        f"cannot say who gets no mail: {state}: the state cannot be used: the file is not a database"
    ]


def everything_kept(home: Home) -> bytes:
    """The state's and the outbox's bytes, the finished mails in the state unpacked."""
    files = [
        path for name in ("state", "outbox") for path in (home.folder / name).rglob("*") if path.is_file()
    ]
    with closing(sqlite3.connect(home.folder / "state" / "digest.sqlite3")) as connection:
        packed = [content for (content,) in connection.execute("SELECT content FROM mails")]
    return b"".join([*(path.read_bytes() for path in files), *map(zlib.decompress, packed)])


@pytest.mark.exhaustive
def test_a_forgotten_subscriber_leaves_no_trace_and_does_not_come_back(served: Home) -> None:
    served.at(DAYS[1])
    served.digest("run")
    traces = [ADA.encode(), token(served).encode(), str(mail_to(served, ADA)["Message-ID"]).encode()]
    assert all(trace in everything_kept(served) for trace in traces)
    done = served.digest("forget", ADA)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "subscribers[0] is forgotten: nothing of them is left in the state and the outbox",
        "their address is still on line 2 of subscribers.yaml: delete that entry",
    ]
    assert [trace for trace in traces if trace in everything_kept(served)] == []
    assert BO.encode() in everything_kept(served)
    served.at(DAYS[2])
    assert receivers(served) == [BO]
    assert [trace for trace in traces if trace in everything_kept(served)] == []
    assert checked(served)[0] == (
        "subscribers[0] gets no mail since 2026-06-24 07:00 UTC: they asked to be forgotten"
    )
    served.write(TWO.replace(LEAST, "subscribers:\n"))
    twice = served.digest("forget", ADA)
    assert (
        twice.stdout
        == "a former subscriber is forgotten: nothing of them is left in the state and the outbox\n"
    )


@pytest.mark.exhaustive
def test_neither_addresses_nor_tokens_are_logged(served: Home) -> None:
    message = request(served)
    (served.folder / "message").write_bytes(message)
    said = [
        served.digest("--verbose", *arguments)
        for arguments in (
            ["inbox", "message"],
            ["check"],
            ["resubscribe", ADA],
            ["unsubscribe", ADA],
            ["run"],
        )
    ]
    output = "".join(done.stdout + done.stderr for done in said)
    assert ADA not in output
    assert token(served) not in output


def test_a_file_that_cannot_be_read_is_named_and_the_next_is_read(served: Home) -> None:
    (served.folder / "message").write_bytes(request(served))
    done = served.digest("inbox", "/proc/self/mem", "message")  # there, and readable, but not at its start
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "subscribers[0] wants no more mail",
        "1 message: 1 acted on, 0 acted on before, 0 not understood",
    ]
    assert done.stderr.splitlines() == [
        "error: 1 file could not be read, all others were; the first is /proc/self/mem: Input/output error",
        "hint: its disk fails: `dmesg` says more; copy what is on it while that is possible",
    ]


@pytest.mark.exhaustive
def test_a_request_from_before_the_return_is_told_once(served: Home) -> None:
    message = request(served, Date="Mon, 22 Jun 2026 07:00:00 +0000")
    served.digest("resubscribe", ADA)
    said, counts = fed(served, message)
    assert said.startswith("subscribers[0] wanted no more mail, but was subscribed again after that: ")
    assert counts == "1 message: 0 acted on, 0 acted on before, 1 out of date, 0 not understood"
    assert fed(served, message) == ["1 message: 0 acted on, 1 acted on before, 0 not understood"]
    assert checked(served) == []

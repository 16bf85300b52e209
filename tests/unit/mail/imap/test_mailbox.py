"""Reading a mailbox: what is sent to a server, and what a strange server can and cannot do."""

import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from digest.domain.settings import ImapServer
from digest.errors import InboxError, InboxUnavailable
from digest.mail.deadline import Deadline
from digest.mail.imap.mailbox import Dialogue, Mailbox, opened_mailbox
from tests.support.scripted_imap import (
    GREETING,
    Answer,
    ScriptedImap,
    closing,
    dripping,
    endless,
    scripted_imap,
    silent,
)

PASSWORD = "a secret"
TOO_MUCH = "cannot be used: it sends more than it was asked for"
HIDDEN = "$DailyPapersRead UNKEYWORD $DailyPapersLeft"


def at(
    server: ScriptedImap, *, security: str = "plain", folder: str = "INBOX", handled: str | None = None
) -> ImapServer:
    return ImapServer("127.0.0.1", server.port, security, "ada", folder, handled)


def dialogue(step_seconds: float = 10.0, seconds: float = 10.0) -> Dialogue:
    return Dialogue(Deadline.after(seconds), 1_000, 10_000, step_seconds=step_seconds)


@contextmanager
def opened(
    server: ScriptedImap, *, folder: str = "INBOX", handled: str | None = None, read_only: bool = False
) -> Iterator[Mailbox]:
    place = at(server, folder=folder, handled=handled)
    with opened_mailbox(place, PASSWORD, dialogue(), read_only=read_only) as mailbox:
        yield mailbox


def refused(server: ImapServer, password: str | None = PASSWORD, seconds: float = 10.0) -> InboxError:
    """What opening and searching it comes to."""
    limits = dialogue(seconds=seconds)
    with pytest.raises(InboxError) as caught, opened_mailbox(server, password, limits) as mailbox:
        list(mailbox.uids(again=True))
    return caught.value


def problem(answers: Mapping[str, Answer], step_seconds: float = 10.0) -> InboxError:
    """What reading everything there comes to."""
    limits = dialogue(step_seconds)
    with (
        scripted_imap(answers) as server,
        pytest.raises(InboxError) as caught,
        opened_mailbox(at(server), PASSWORD, limits) as mailbox,
    ):
        for uids in mailbox.uids(again=False):
            mailbox.settle([uid for uid, _ in mailbox.messages(uids)], [])
    text = str(caught.value).replace(f"127.0.0.1:{server.port}", "HOST")
    return type(caught.value)(text, caught.value.hint, caught.value.detail)


def test_messages_are_read_unseen_latest_first_and_marked_and_nothing_is_deleted() -> None:
    with scripted_imap() as server, opened(server) as mailbox:
        (uids,) = mailbox.uids(again=False)
        read = mailbox.messages(uids)
        mailbox.settle([2], [1])
    assert (uids, read, mailbox.validity) == ([2, 1], [(2, b"two"), (1, b"one")], 7)
    assert server.commands == [
        "CAPABILITY",
        "AUTHENTICATE",
        'SELECT "INBOX"',
        "CAPABILITY",
        f"UID SEARCH 1:2 UNKEYWORD {HIDDEN}",
        "UID FETCH 2,1 (BODY.PEEK[]<0.1000>)",
        "UID STORE 1 +FLAGS.SILENT ($DailyPapersLeft)",
        "UID STORE 2 +FLAGS.SILENT ($DailyPapersRead)",
        "LOGOUT",
    ]


def test_what_is_marked_is_searched_too_if_that_is_wanted() -> None:
    with scripted_imap() as server, opened(server) as mailbox:
        list(mailbox.uids(again=True))
    assert [command for command in server.commands if "SEARCH" in command] == ["UID SEARCH 1:2 ALL"]


def test_a_large_mailbox_is_searched_by_the_thousand() -> None:
    many = {"SELECT": b"* 2500 EXISTS\r\nTAG OK [READ-WRITE] done\r\n"}
    with scripted_imap(many) as server, opened(server) as mailbox:
        list(mailbox.uids(again=True))
    searched = [command.split()[2] for command in server.commands if "SEARCH" in command]
    assert searched == ["1501:2500", "501:1500", "1:500"]


@pytest.mark.parametrize(
    ("answers", "handled", "expected"),
    [
        (
            {"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN MOVE\r\nTAG OK done\r\n"},
            "Done",
            ['UID MOVE 1 "Done"'],
        ),
        ({}, "Done", ['UID COPY 1 "Done"', "UID STORE 1 +FLAGS.SILENT ($DailyPapersRead)"]),
        ({"SELECT": b"* 2 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen)] k\r\nTAG OK done\r\n"}, None, []),
        (
            {"SELECT": b"* 2 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen)] k\r\nTAG OK done\r\n"},
            "Done",
            [],
        ),
        ({"SELECT": b"* 2 EXISTS\r\n* OK [READ-ONLY] so\r\nTAG OK [READ-ONLY] done\r\n"}, None, []),
    ],
    ids=["moved", "copied and marked", "no keywords", "no keywords and no MOVE", "read-only"],
)
def test_what_was_handled_is_put_away_as_far_as_the_server_can(
    answers: Mapping[str, Answer], handled: str | None, expected: list[str]
) -> None:
    with scripted_imap(answers) as server, opened(server, handled=handled) as mailbox:
        mailbox.settle([1], [])
    assert [word for word in server.commands if word.startswith(("UID", "EXPUNGE", "CLOSE"))] == expected


def test_a_server_that_refuses_to_mark_is_asked_once_and_goes_on_being_read() -> None:
    with scripted_imap({"UID STORE": b"TAG NO over quota\r\n"}) as server, opened(server) as mailbox:
        mailbox.settle([1], [])
        mailbox.settle([2], [])
        assert (mailbox.marks, mailbox.refusal) == (False, "store failed: over quota")
    assert sum("STORE" in command for command in server.commands) == 1


def test_a_folder_may_have_any_name() -> None:
    with scripted_imap() as server, opened(server, folder='Über "uns"/A & B'):
        pass
    assert r'SELECT "&ANw-ber \"uns\"/A &- B"' in server.commands


def test_only_looking_changes_nothing() -> None:
    with scripted_imap() as server, opened(server, read_only=True) as mailbox:
        mailbox.settle([1], [2])
    assert 'EXAMINE "INBOX"' in server.commands
    assert not any("STORE" in command or "SELECT" in command for command in server.commands)


def test_a_message_that_is_gone_or_has_no_content_is_left_out() -> None:
    odd = b"* 1 FETCH (UID 1 BODY[]<0> NIL)\r\n* 9 FETCH (FLAGS (\\Seen))\r\nTAG OK done\r\n"
    with scripted_imap({"UID FETCH": odd}) as server, opened(server) as mailbox:
        assert mailbox.messages([2, 1]) == []


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({GREETING: closing}, "cannot be used: it closed the connection"),
        ({GREETING: b"220 mail.example.org ESMTP\r\n"}, "ended the connection"),
        ({GREETING: b"* BYE too busy\r\n"}, "refused to go on"),
        ({GREETING: endless(b"*" * 9_000)}, TOO_MUCH),
        (
            {GREETING: endless(b"* OK " + b"x" * 60_000 + b"\r\n")},
            TOO_MUCH,
        ),
        ({"CAPABILITY": b"* CAPABILITY \xff\r\nTAG OK done\r\n"}, "sent what is no IMAP"),
        ({"SELECT": b"TAG NO [INUSE] locked\r\n"}, "refused to go on"),
        ({"UID SEARCH": b"* BYE going down\r\n"}, "ended the connection"),
        ({"UID SEARCH": b"TAG NO [UNAVAILABLE] later\r\n"}, "refused to go on"),
        ({"UID SEARCH": b"* SEARCH one two\r\nTAG OK done\r\n"}, "sent what is no IMAP"),
        (
            {"UID SEARCH": endless(b"* SEARCH" + b" 1" * 30_000 + b"\r\n")},
            TOO_MUCH,
        ),
        ({"UID FETCH": closing}, "cannot be used: it closed the connection"),
        (
            {"UID FETCH": b"* 1 FETCH (UID 1 BODY[]<0> {99999999999}\r\n"},
            TOO_MUCH,
        ),
        ({"UID FETCH": b"* 1 FETCH " + b"(" * 20_000 + b"\r\nTAG OK done\r\n"}, "sent what is no IMAP"),
        ({"UID STORE": closing}, "cannot be used: it closed the connection"),
    ],
    ids=count(),
)
def test_a_strange_server_is_unavailable_and_nothing_else(answers: Mapping[str, Answer], says: str) -> None:
    found = problem(answers)
    assert (type(found), str(found)) == (InboxUnavailable, f"the inbox at HOST {says}")
    assert found.hint


@pytest.mark.parametrize("name", [GREETING, "CAPABILITY", "AUTHENTICATE", "UID SEARCH", "UID FETCH"])
@pytest.mark.parametrize("behaviour", [silent, dripping], ids=["silent", "dripping"])
def test_a_slow_server_has_the_time_of_a_step(name: str, behaviour: Answer) -> None:
    assert str(problem({name: behaviour}, step_seconds=0.05)) == "the inbox at HOST cannot be used: timed out"


def test_a_literal_that_is_shorter_than_it_says_is_waited_for_no_longer() -> None:
    short = b"* 1 FETCH (UID 1 BODY[]<0> {5}\r\nab)\r\nTAG OK done\r\n"
    assert str(problem({"UID FETCH": short}, step_seconds=0.05)).endswith("cannot be used: timed out")


def test_a_server_that_answers_for_ever_has_the_time_of_the_dialogue() -> None:
    with scripted_imap({"SELECT": b"* 4000000000 EXISTS\r\nTAG OK done\r\n"}) as server:
        assert "timed out" in str(refused(at(server), seconds=0.2))


@pytest.mark.exhaustive
def test_an_endless_answer_takes_little_memory() -> None:
    tracemalloc.start()
    problem({"UID FETCH": endless(b"* 1 FETCH (UID 1 BODY[]<0> {900}\r\n" + b"x" * 900 + b")\r\n")})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 30_000_000


def test_a_refused_login_shows_the_server_s_words_apart_and_never_the_password() -> None:
    no = b"TAG NO [AUTHENTICATIONFAILED] Invalid credentials a secret AGFkYQBhIHNlY3JldA==\r\n"
    found = problem({"AUTHENTICATE": no})
    assert (type(found), str(found)) == (InboxError, "the inbox at HOST refused our user and password")
    assert found.detail == "it says: [AUTHENTICATIONFAILED] Invalid credentials <secret> <secret>"
    assert found.hint.startswith("see that user and password are right")


def test_nor_does_a_server_show_it_that_repeats_it_later() -> None:
    found = problem({"SELECT": b"* BYE a secret, YSBzZWNyZXQ=, 6120736563726574\r\n"})
    assert found.detail == "it says: command: SELECT => <secret>, <secret>, <secret>"


def test_a_server_without_passwords_here_is_named() -> None:
    found = problem({"CAPABILITY": b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nTAG OK done\r\n"})
    assert str(found) == "the inbox at HOST takes no password on this connection (LOGINDISABLED)"
    assert found.hint == "use imaps:// or imap+starttls:// in the address"


def test_a_missing_folder_is_named_with_those_that_there_are() -> None:
    listed = b'* LIST () "/" INBOX\r\n* LIST () "/" "&ANw-ber uns"\r\nTAG OK done\r\n'
    answers = iter([b"TAG OK done\r\n", listed])
    found = problem(
        {
            "SELECT": b"TAG NO there is none\r\n",
            "LIST": lambda connection, tag: connection.sendall(next(answers).replace(b"TAG", tag)),
        }
    )
    assert (type(found), str(found)) == (
        InboxError,
        "the inbox at HOST has no such folder as its address names",
    )
    assert found.detail == "there are INBOX, Über uns"


def test_without_a_password_nobody_is_asked() -> None:
    with scripted_imap() as server:
        assert str(refused(at(server), None)).startswith("there is no password for the inbox at")
    assert "AUTHENTICATE" not in server.commands


def test_encryption_that_is_wanted_and_not_offered_sends_no_password() -> None:
    with scripted_imap() as server:
        assert "offers no encryption" in str(refused(at(server, security="starttls")))
    assert server.commands == ["CAPABILITY"]


def test_unencrypted_data_after_starttls_ends_the_dialogue() -> None:
    answers = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\nTAG OK done\r\n",
        "STARTTLS": b"TAG OK go\r\n* OK injected\r\n",
    }
    with scripted_imap(answers) as server:
        assert "it went on unencrypted after STARTTLS" in str(refused(at(server, security="starttls")))


def test_a_host_without_an_address_is_told(tmp_path: Path) -> None:
    nowhere = refused(ImapServer("nowhere.invalid", 993, "tls", "ada"))
    assert str(nowhere).startswith("the inbox at nowhere.invalid:993 cannot be used: ")
    broken = refused(ImapServer("127.0.0.1", 993, "tls", "ada", ca_file=tmp_path / "none.pem"))
    assert str(broken).startswith("the certificate file")

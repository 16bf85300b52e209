"""Reading an inbox: what has an effect is recorded before it is marked, and nothing is read for ever."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from digest.domain.settings import Config, ImapServer
from digest.domain.tokens import Signer
from digest.errors import InboxUnavailable
from digest.store.database import Database
from digest.store.store import SqlStore
from digest.subscribers.reading import MailboxReader, Reading, read_configured
from tests.support.builders import config, subscriber
from tests.support.fakes import FakeClock
from tests.support.scripted_imap import Answer, ScriptedImap, closing, scripted_imap

ADA = "ada@example.org"
ACTED_ON = "subscribers[0] wants no more mail"
STRANGE = "1 message in the inbox not understood: please read it"
READ_ONLY = b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] k\r\n* OK [READ-ONLY] so\r\nTAG OK [READ-ONLY] done\r\n"


@pytest.fixture
def request_of_ada(tmp_path: Path) -> bytes:
    store = SqlStore.over(Database.open(config(tmp_path).state))
    token = Signer(store.suppressions.signing_key()).unsubscribe_token(ADA)
    store.close()
    return f"Subject: unsubscribe {token}\r\n\r\n".encode()


Serve = Callable[[Mapping[str, Answer]], ScriptedImap]


@pytest.fixture
def serve(request_of_ada: bytes) -> Iterator[Serve]:
    """Starts a server with Ada's request, and a message that is nothing."""
    started: list[ScriptedImap] = []
    length = str(len(request_of_ada)).encode()

    def start(answers: Mapping[str, Answer]) -> ScriptedImap:
        fetched = (
            b"* 1 FETCH (UID 1 BODY[]<0> {" + length + b"}\r\n" + request_of_ada + b")\r\n"
            b"* 2 FETCH (UID 2 BODY[]<0> {5}\r\nhello)\r\nTAG OK done\r\n"
        )
        server = stack.enter_context(scripted_imap({"UID FETCH": fetched, **answers}))
        started.append(server)
        return server

    with ExitStack() as stack:
        yield start


def settings(folder: Path, server: ScriptedImap) -> Config:
    inbox = ImapServer("127.0.0.1", server.port, "plain", "ada")
    return config(folder, subscriber(ADA, label="subscribers[0]"), inbox=inbox, inbox_password="x")


def read(folder: Path, server: ScriptedImap, how: MailboxReader | None = None) -> Reading:
    return read_configured(settings(folder, server), FakeClock(), how or MailboxReader(seconds=10))


def test_what_was_understood_is_marked_as_read_and_the_rest_as_left(serve: Serve, tmp_path: Path) -> None:
    server = serve({})
    assert read(tmp_path, server) == Reading((ACTED_ON, STRANGE))
    assert [command for command in server.commands if "STORE" in command] == [
        "UID STORE 2 +FLAGS.SILENT ($DailyPapersLeft)",
        "UID STORE 1 +FLAGS.SILENT ($DailyPapersRead)",
    ]


def test_effects_are_recorded_before_anything_is_marked(serve: Serve, tmp_path: Path) -> None:
    cut_off = read(tmp_path, serve({"UID STORE": closing}))
    assert (cut_off.lines, type(cut_off.problem)) == ((ACTED_ON, STRANGE), InboxUnavailable)
    assert read(tmp_path, serve({})) == Reading((STRANGE,))


def test_a_server_that_keeps_no_marks_is_remembered(serve: Serve, tmp_path: Path) -> None:
    server, how = serve({"SELECT": READ_ONLY, "EXAMINE": READ_ONLY}), MailboxReader(seconds=10)
    assert [read(tmp_path, server, how), read(tmp_path, server, how)] == [
        Reading((ACTED_ON, STRANGE)),
        Reading(),
    ]
    assert sum("FETCH" in command for command in server.commands) == 1


def test_a_server_that_refuses_to_mark_is_a_problem_after_everything_was_read(
    serve: Serve, tmp_path: Path
) -> None:
    server, how = serve({"UID STORE": b"TAG NO over quota\r\n"}), MailboxReader(seconds=10)
    first, second = (read(tmp_path, server, how) for _ in range(2))
    assert (first.lines, second.lines) == ((ACTED_ON, STRANGE), ())
    assert "does not mark or move what was read" in str(first.problem)


def test_new_numbers_for_the_same_messages_are_read_again_and_acted_on_once(
    serve: Serve, tmp_path: Path
) -> None:
    how = MailboxReader(seconds=10)
    read(tmp_path, serve({"SELECT": READ_ONLY, "EXAMINE": READ_ONLY}), how)
    renumbered = READ_ONLY.replace(b"VALIDITY 7", b"VALIDITY 8")
    again = read(tmp_path, serve({"SELECT": renumbered, "EXAMINE": renumbered}), how)
    assert again == Reading((STRANGE,))


def test_without_time_the_rest_is_left(serve: Serve, tmp_path: Path) -> None:
    server = serve({})
    how = MailboxReader(seconds=10)
    how.on_step = lambda: setattr(how, "seconds", 1_000.0)  # of which no fifth is left
    assert read(tmp_path, server, how) == Reading(complete=False)
    assert not any("FETCH" in command for command in server.commands)


def test_a_local_mailbox_is_read_once_as_long_as_it_stays_the_same(
    tmp_path: Path, request_of_ada: bytes
) -> None:
    box = tmp_path / "box"
    box.write_bytes(b"From a@b\n" + request_of_ada + b"\nFrom a@b\nSubject: hello\n\n")
    local = config(tmp_path, subscriber(ADA, label="subscribers[0]"), inbox=box)
    how = MailboxReader()
    readings = [read_configured(local, FakeClock(), how) for _ in range(2)]
    box.write_bytes(box.read_bytes() + b"\nFrom a@b\nSubject: hello again\n\n")
    readings.append(read_configured(local, FakeClock(), how))
    two = "2 messages in the inbox not understood: please read them"
    assert readings == [Reading((ACTED_ON, STRANGE)), Reading(), Reading((two,))]


def test_a_mailbox_that_is_not_there_is_a_problem_and_none_is_not(tmp_path: Path) -> None:
    missing = read_configured(config(tmp_path, inbox=tmp_path / "none"), FakeClock(), MailboxReader())
    assert str(missing.problem) == f"the inbox cannot be read: {tmp_path / 'none'}: No such file or directory"
    assert read_configured(config(tmp_path), FakeClock(), MailboxReader()) == Reading()

"""The disk or the state fails at a step of a run, for real, and is mended afterwards: then what the mail
server took is what the state says, nobody has anything twice, and what was said is of use.

Each fault is one of tests/support/faulty_disk.py; each step is one of tests/support/ambush.py.
"""

import errno
import re
import signal
import sqlite3
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from digest.demo.scenario import DAYS
from digest.store.database import Database
from tests.support.ambush import Ambush
from tests.support.faulty_disk import failing_disk, full_disk, locked
from tests.support.forked import ended, start
from tests.support.home import Home
from tests.support.hostile_smtp import Accepted, HostileServer
from tests.support.ledger import ADA, BO, LATER, SUBSCRIBERS, hand_over_to, states, surroundings
from tests.support.variations import variations

SCHEMA_3 = Path(__file__).parents[1] / "support" / "data" / "state_of_schema_3.sql"
STATE = Path("state") / "digest.sqlite3"
LOST = "what became of the mail to subscribers[0] can be kept nowhere; if it was sent, it is sent again"


@dataclass(frozen=True, slots=True)
class Switch:
    on: Callable[[], object]
    off: Callable[[], object]


@contextmanager
def full(folder: Path) -> Iterator[Switch]:
    with full_disk(folder) as disk:
        yield Switch(disk.fill, disk.free)


@contextmanager
def failing(folder: Path, error: int) -> Iterator[Switch]:
    with failing_disk(folder) as disk:
        yield Switch(lambda: disk.fail_after(0, error), disk.heal)


@contextmanager
def busy(folder: Path) -> Iterator[Switch]:
    """A thread holds the lock: SQLite's connections stay in theirs."""
    held, over, holders = threading.Event(), threading.Event(), list[threading.Thread]()

    def hold() -> None:
        with locked(folder / STATE):
            held.set()
            over.wait()

    def on() -> None:
        holders.append(threading.Thread(target=hold, daemon=True))
        holders[0].start()
        assert held.wait(10)

    def off() -> None:
        over.set()
        for holder in holders:
            holder.join(10)

    with ExitStack() as at_the_end:
        at_the_end.callback(off)
        yield Switch(on, off)


FAULTS: dict[str, Callable[[Path], AbstractContextManager[Switch]]] = {
    "locked": busy,
    "full": full,
    "read-only": lambda folder: failing(folder, errno.EROFS),
    "EIO": lambda folder: failing(folder, errno.EIO),
}

STEPS = {
    "fetch": "record",
    "freeze": "enqueue",
    "claim": "claim",
    "before the dot": "mark_unconfirmed",
    "after the dot": "record_result",
    "settle": "record_result",
    "archive": "update",
    "outbox": "deliver",
    "outbox, written": "record_result",
    "upkeep": "tidy",
}
"""Where the fault begins. It lasts until the program has ended; at `settle` only until the second attempt."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run with a fault: the mails that were taken, and those of the state at its end."""

    status: int
    said: str
    taken: list[Accepted]
    left: dict[str, list[str]]

    @property
    def errors(self) -> list[str]:
        return [line for line in self.said.splitlines() if line.startswith("error: ")]

    @property
    def hints(self) -> list[str]:
        return [line for line in self.said.splitlines() if line.startswith("hint: ")]

    def __str__(self) -> str:
        """Its part of a line of the matrix."""
        taken = " ".join(sorted(mail.recipient.split("@")[0] for mail in self.taken))
        left = " ".join(f"{email.split('@')[0]}:{'+'.join(found)}" for email, found in self.left.items())
        return f"exit {self.status} | {taken or '-'} | {left or '-'} | {''.join(self.errors[:1]) or '-'}"


@pytest.fixture
def subscribers(home: Home) -> Home:
    home.environment["DIGEST_RETRY_SCALE"] = "1"
    home.write(SUBSCRIBERS)
    Database.open(home.folder / STATE).close()
    return home


def start_ambushed(home: Home, points: str) -> subprocess.Popen[str]:
    command, pipe = ("tests.support.ambush", points, "run"), subprocess.PIPE
    return start(*command, cwd=home.folder, env=surroundings(home), stdout=pipe, stderr=pipe)


def ambushed(home: Home, points: str) -> subprocess.CompletedProcess[str]:
    return ended(start_ambushed(home, points))


def run_with(home: Home, step: str, switch: Switch) -> Outcome:
    """A run in which the fault begins at that step."""
    with HostileServer() as server, Ambush(switch.on) as begin, Ambush(switch.off) as end:
        if not step.startswith("outbox"):
            hand_over_to(home, server.port)
        points = f"{STEPS[step]} @{begin.port}"
        if step == "settle":
            points += f", record_result 2 @{end.port}"
        done = ambushed(home, points)
    switch.off()
    return Outcome(done.returncode, done.stderr, server.accepted, states(home))


def run_again(home: Home) -> list[Accepted]:
    """A run that nothing disturbs, long enough after that."""
    home.at(LATER)
    with HostileServer() as server:
        if "DIGEST_SMTP_URL" in home.environment:
            hand_over_to(home, server.port)
        done = home.digest("--quiet", "run")
        server.wait()
    assert (done.returncode, done.stderr) == (0, "")
    return server.accepted


def show(step: str, fault: str, outcome: Outcome) -> None:
    """A line of the matrix, which pytest shows where a test fails, and with `-rP`."""
    print(f"{step} | {fault} | {outcome}")  # noqa: T201


def assert_sensible(outcome: Outcome, folder: Path) -> None:
    """Each error is a line that names a file, and a line says what to do, which is not to start over."""
    assert not re.search(r"Traceback|a bug|move it away|restore it|@example\.org", outcome.said), outcome.said
    assert bool(outcome.errors) == bool(outcome.hints) == bool(outcome.status), outcome.said
    assert all(str(folder) in line for line in outcome.errors), outcome.said
    assert outcome.status in (0, 1, 75), outcome.said


def assert_sound(home: Home) -> None:
    with closing(sqlite3.connect(home.folder / STATE)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)


QUICK = ["settle, locked"]


@pytest.mark.parametrize(
    ("step", "fault"),
    variations(
        [(step, fault) for step in STEPS for fault in FAULTS],
        QUICK,
        ids=[f"{step}, {fault}" for step in STEPS for fault in FAULTS],
    ),
)
def test_what_was_taken_is_what_the_state_says_whatever_fails_when(
    subscribers: Home, step: str, fault: str
) -> None:
    with FAULTS[fault](subscribers.folder) as switch:
        first = run_with(subscribers, step, switch)
        show(step, fault, first)
        taken = Counter(mail.recipient for mail in first.taken + run_again(subscribers))
        assert_sound(subscribers)
        outbox = Counter(str(mail["To"]) for mail in subscribers.mails())
        assert states(subscribers) == {ADA: ["sent"], BO: ["sent"]}
    doubtful = LOST in first.said and first.left[ADA] == ["unknown"]
    assert (taken or outbox) == {ADA: 2 if doubtful else 1, BO: 1}
    assert_sensible(first, subscribers.folder)
    left = [file.read_bytes().strip() for file in (subscribers.folder / "state").glob("*-results")]
    assert left in ([], [b""])  # a disk that fails keeps the file itself


@pytest.mark.exhaustive
@pytest.mark.parametrize("fault", FAULTS)
def test_a_backup_to_a_disk_that_fails_leaves_the_one_before(served: Home, fault: str) -> None:
    file = served.folder / "copy.sqlite3"
    assert served.digest("backup", str(file)).returncode == 0
    with FAULTS[fault](served.folder) as switch:
        switch.on()
        done = served.digest("backup", str(file))
        switch.off()
        found = Outcome(done.returncode, done.stderr, [], {})
        show("backup", fault, found)
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    assert_sensible(found, served.folder)
    assert found.status == (0 if fault == "locked" else 1)


@pytest.mark.exhaustive
@pytest.mark.parametrize("fault", FAULTS)
def test_a_migration_that_fails_is_done_by_the_next_run(home: Home, fault: str) -> None:
    home.write(SUBSCRIBERS)
    (home.folder / STATE).parent.mkdir()
    with closing(sqlite3.connect(home.folder / STATE)) as connection:
        connection.executescript(SCHEMA_3.read_text())
    home.at(DAYS[2])
    with FAULTS[fault](home.folder) as switch, HostileServer() as server:
        hand_over_to(home, server.port)
        with Ambush(switch.on) as begin:
            if fault == "locked":  # by the migration, later
                switch.on()
            done = ambushed(home, f"migrate @{begin.port}")
        switch.off()
        first = Outcome(done.returncode, done.stderr, list(server.accepted), {})
        show("migration", fault, first)
        again = home.digest("--quiet", "run")
        assert_sound(home)
    assert (again.returncode, again.stderr.count("\n")) == (0, 1)
    assert "7 subscribers are missing from the configuration" in again.stderr  # that old state has more
    assert first.taken == []
    assert Counter(mail.recipient for mail in server.accepted) == {ADA: 1, BO: 1}
    assert_sensible(first, home.folder)
    assert first.status in (1, 75)


@pytest.mark.exhaustive
def test_a_lock_of_a_minute_from_the_reply_on_neither_ends_the_run_nor_repeats_a_mail(
    subscribers: Home,
) -> None:
    """The only one that waits as long as the program does."""
    releases: list[threading.Timer] = []
    with busy(subscribers.folder) as switch:

        def lock(phase: str, connection: int) -> None:
            if phase == "dot" and not releases:
                switch.on()
                releases.append(threading.Timer(60, switch.off))
                releases[0].start()

        with HostileServer(on_command=lock) as server:
            hand_over_to(subscribers, server.port)
            done = ended(subscribers.start("--quiet", "run"), within=300)
        releases[0].join()
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("what became of the mail to subscribers[0] is kept beside the state") == 1
    assert Counter(mail.recipient for mail in server.accepted) == {ADA: 1, BO: 1}
    assert states(subscribers) == {ADA: ["sent"], BO: ["sent"]}
    assert run_again(subscribers) == []


KILLED_OR_STOPPED = [(signal.SIGKILL, -signal.SIGKILL, "unknown"), (signal.SIGTERM, 130, "sent")]
"""What the program gets while it waits for the lock, how it ends, and how Ada's mail stands then."""


@pytest.mark.parametrize(
    ("number", "status", "left"), variations(KILLED_OR_STOPPED, [], ids=["killed", "stopped"])
)
def test_who_waits_for_the_lock_of_the_state_may_be_ended_and_no_mail_is_repeated(
    subscribers: Home, number: int, status: int, left: str
) -> None:
    victims: list[subprocess.Popen[str]] = []

    with busy(subscribers.folder) as switch, HostileServer() as server:

        def end() -> None:
            victims[0].send_signal(number)
            switch.off()

        with Ambush(switch.on) as begin, Ambush(end) as then:
            hand_over_to(subscribers, server.port)
            points = f"record_result @{begin.port}, record_result 2 @{then.port}"
            victims.append(start_ambushed(subscribers, points))
            said = ended(victims[0]).stderr
    assert victims[0].returncode == status
    assert states(subscribers)[ADA] == [left]
    assert "what became of the mail to subscribers[0] is kept beside the state" in said
    assert Counter(mail.recipient for mail in server.accepted + run_again(subscribers)) == {ADA: 1, BO: 1}


@pytest.mark.exhaustive
def test_every_command_that_opens_the_state_knows_what_is_kept_beside_it(subscribers: Home) -> None:
    with busy(subscribers.folder) as switch:
        run_with(subscribers, "after the dot", switch)
    assert states(subscribers) == {ADA: ["unknown"]}
    dry = subscribers.digest("run", "--dry-run")
    assert (dry.returncode, states(subscribers)) == (0, {ADA: ["unknown"]})
    assert subscribers.digest("backup", "copy.sqlite3").returncode == 0
    assert states(subscribers) == {ADA: ["sent"]}
    with closing(sqlite3.connect(subscribers.folder / "copy.sqlite3")) as connection:
        assert connection.execute("SELECT state FROM mails").fetchall() == [("sent",)]

"""The state on its branch, handed from one machine to the next: each clone is such a machine."""

import gzip
import json
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.errors import GitError, PushRefused, SavedStateError, StateRestored, StoreError
from digest.publish.github.branch import Branch
from digest.publish.github.saved_state import About, SavedState, Taken, refuse_unsafe
from digest.store.database import Database
from digest.store.restore import accept_restored, refuse_restored
from digest.store.store import SqlStore
from tests.support.builders import NOON, config
from tests.support.repositories import clone_of, new_remote

pytestmark = pytest.mark.exhaustive  # each machine is a clone, and each day some twenty calls of git

LATER = NOON + timedelta(days=1)
NO_DATABASE = "on the branch digest-state the state cannot be used: the file is not a database"
BEGIN_ANEW = "delete the branch digest-state to begin anew: everybody then gets a first mail again"


class Machine:
    """One that is new each time, and has a clone."""

    def __init__(self, remote: Path, folder: Path, key: str = "") -> None:
        self.folder = folder
        self.saved = SavedState(Branch(clone_of(remote, folder), "digest-state", lambda _: None), key)
        self.state = folder / "state" / "digest.sqlite3"

    def take(self, *, mails: bool = True) -> Taken:
        return self.saved.take(self.state, NOON, mails=mails)

    def bring_back(self) -> About:
        return self.saved.bring_back(self.state, LATER)

    def live(self, now: datetime = NOON) -> None:
        """A run."""
        with closing(SqlStore.over(Database.open(self.state))) as store:
            refuse_restored(store.database)
            store.subscriptions.sync(config(self.folder), NOON)
            store.suppressions.signing_key()
            store.runs.begin(now)

    def day(self) -> About:
        self.take()
        self.live()
        return self.bring_back()


class Machines:
    """As many as a test needs, of one repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remote = new_remote(folder)
        self._made = 0

    def new(self, key: str = "") -> Machine:
        self._made += 1
        return Machine(self.remote, self.folder / f"machine {self._made}", key)

    def tamper(self, **changes: bytes | None) -> None:
        """Change files of the branch, by name up to the first dot."""
        branch = self.new().saved.branch
        commit = branch.fetched()
        assert commit
        files = {name: changes.get(name.partition(".")[0], old) for name, old in branch.files(commit).items()}
        branch.replace(commit, {name: content for name, content in files.items() if content is not None}, "x")


@pytest.fixture
def machines(tmp_path: Path) -> Machines:
    return Machines(tmp_path)


def test_the_first_run_begins_with_nothing(machines: Machines) -> None:
    machine = machines.new()
    assert machine.take() == Taken(About(), is_newest=True)
    assert not machine.state.exists()


def test_each_run_goes_on_where_the_one_before_has_ended(machines: Machines) -> None:
    assert [machines.new().day().latest_run for _ in range(3)] == [1, 2, 3]
    assert machines.new().take() == Taken(About(3, LATER), is_newest=True)


def test_a_run_that_took_the_state_is_known(machines: Machines) -> None:
    machines.new().day()
    machines.new().take()
    assert machines.new().take() == Taken(About(1, LATER, in_use_since=NOON), is_newest=False)


def test_a_state_that_was_not_brought_back_waits_for_the_decision_of_a_person(
    machines: Machines,
) -> None:
    machines.new().day()
    lost, next_one = machines.new(), machines.new()
    lost.take()
    lost.live()
    next_one.take()
    with pytest.raises(StateRestored):
        next_one.live()
    with pytest.raises(StateRestored):
        next_one.bring_back()
    with closing(Database.open(next_one.state)) as database:
        accept_restored(database, LATER, send=False)
    next_one.live()
    assert next_one.bring_back() == About(2, LATER)


def test_where_nobody_is_mailed_nobody_is_asked(machines: Machines) -> None:
    machines.new().day()
    machines.new().take(mails=False)
    machine = machines.new()
    assert machine.take(mails=False).is_newest
    machine.live()


def test_a_first_run_that_was_lost_is_told(machines: Machines) -> None:
    machines.new().take()
    with pytest.raises(SavedStateError) as caught:
        machines.new().take()
    assert str(caught.value) == (
        "the first run, of 2026-06-22 12:00 UTC, did not save its state: it may have sent mails"
    )
    assert machines.new().take(mails=False).is_newest


def test_a_first_run_that_never_began_gives_the_branch_back(machines: Machines) -> None:
    machine = machines.new()
    machine.take()
    with pytest.raises(StoreError, match="there is no state yet"):
        machine.bring_back()
    assert machines.new().take() == Taken(About(), is_newest=True)


def test_a_state_without_a_new_run_is_saved_and_told(machines: Machines) -> None:
    machines.new().day()
    machine = machines.new()
    machine.take()
    with pytest.raises(SavedStateError, match="no newer than the one before: no run is in it"):
        machine.bring_back()
    assert machines.new().take().is_newest


def test_a_state_is_saved_only_where_it_was_taken(machines: Machines) -> None:
    machine = machines.new()
    machine.live()
    with pytest.raises(SavedStateError, match="was not taken from its branch here"):
        machine.bring_back()


def test_a_state_that_is_there_is_not_replaced(machines: Machines) -> None:
    machine = machines.new()
    machine.live()
    with pytest.raises(SavedStateError, match="there is a state already"):
        machine.take()


def test_of_two_runs_at_once_only_one_saves(machines: Machines) -> None:
    machines.new().day()
    slow, fast = machines.new(), machines.new()
    slow.take()
    fast.take(mails=False)
    slow.live(NOON)
    fast.live(LATER)  # two runs at the same moment would have the same state, and nothing to refuse
    fast.bring_back()
    with pytest.raises(PushRefused):
        slow.bring_back()


def test_a_repository_that_takes_no_push_is_found_out_before_the_run(machines: Machines) -> None:
    machines.new().day()
    machine = machines.new()
    hook = machines.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho read only >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GitError):
        machine.take()
    assert not machine.state.exists()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"about": b"{"}, "about.json on the branch digest-state is damaged"),
        ({"about": None}, "about.json on the branch digest-state is damaged"),
        ({"state": None}, "the branch digest-state has no state in it"),
        ({"state": b"garbage"}, "the saved state is damaged: Not a gzipped file (b'ga')"),
        (
            {"state": gzip.compress(b"garbage")},
            NO_DATABASE,
        ),
    ],
    ids=["half an about.json", "no about.json", "no state", "no gzip", "no database"],
)
def test_a_damaged_branch_is_told_and_stays_as_it_is(
    machines: Machines, changes: dict[str, bytes | None], problem: str
) -> None:
    machines.new().day()
    machines.tamper(**changes)
    machine = machines.new()
    before = machine.saved.branch.fetched()
    with pytest.raises(SavedStateError) as caught:
        machine.take()
    assert (str(caught.value), caught.value.hint) == (problem, BEGIN_ANEW)
    assert (machine.saved.branch.fetched(), machine.state.exists()) == (before, False)


def test_an_older_state_that_was_put_there_is_told(machines: Machines) -> None:
    machines.new().day()
    about = {"latest_run": 7, "saved_at": None, "in_use_since": None}
    machines.tamper(about=json.dumps(about).encode())
    with pytest.raises(SavedStateError, match="ends with run 1, and its branch speaks of run 7"):
        machines.new().take()


def test_what_the_branch_lost_on_its_way_is_found_out(machines: Machines) -> None:
    """The server takes the push and then has something else, as a hook of it may do."""
    machine = machines.new()
    machine.take()
    machine.live()
    hook = machines.remote / "hooks" / "post-receive"
    hook.write_text("#!/bin/sh\ngit update-ref refs/heads/digest-state main\n")
    hook.chmod(0o755)
    with pytest.raises(SavedStateError, match="the branch digest-state does not hold what was saved"):
        machine.bring_back()


def test_with_a_key_the_whole_state_is_saved_for_those_alone_who_have_the_key(machines: Machines) -> None:
    key = "an invented key of some words"
    machines.new(key).day()
    again = machines.new(key)
    assert again.take().is_newest
    with closing(SqlStore.over(Database.open(again.state))) as store:
        assert store.suppressions.of(["reader@example.org"]) == {}
        assert addresses(store) == ["reader@example.org"]
    with pytest.raises(SavedStateError, match="is encrypted, and DIGEST_STATE_KEY is not set"):
        machines.new().take(mails=False)
    with pytest.raises(SavedStateError, match="cannot be decrypted"):
        machines.new("another key of some words").take(mails=False)


def test_without_a_key_nobody_is_in_what_is_saved(machines: Machines) -> None:
    machines.new().day()
    machine = machines.new()
    machine.take()
    with closing(SqlStore.over(Database.open(machine.state))) as store:
        assert addresses(store) == []


def addresses(store: SqlStore) -> list[str]:
    with store.database.transaction() as connection:
        return [str(row.email) for row in connection.exec_driver_sql("SELECT email FROM subscribers")]


def test_nothing_is_left_beside_the_state(machines: Machines) -> None:
    machine = machines.new()
    machine.day()
    names = {file.name for file in machine.state.parent.iterdir()}
    assert names - {"backup.lock"} == {"digest.sqlite3"}


@pytest.mark.parametrize(
    ("key", "mails", "has_server", "problem"),
    [
        ("", True, True, "there are subscribers and no key: who got what could not be saved"),
        ("k" * 20, True, False, "there are subscribers and no mail server: the mails would be lost"),
        ("short", False, False, "DIGEST_STATE_KEY has less than 20 characters"),
    ],
)
def test_what_would_lose_or_repeat_mails_is_refused(
    key: str, mails: bool, has_server: bool, problem: str
) -> None:
    with pytest.raises(SavedStateError) as caught:
        refuse_unsafe(key, mails=mails, has_server=has_server)
    assert str(caught.value) == problem


def test_a_whole_home_and_an_archive_without_secrets_are_not_refused() -> None:
    refuse_unsafe("k" * 20, mails=True, has_server=True)
    refuse_unsafe("", mails=False, has_server=False)

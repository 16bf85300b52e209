"""A state that is restored from a copy: nobody gets a mail again unless somebody decides so."""

import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from digest.demo.scenario import DAYS
from tests.e2e.test_run import papers_in
from tests.support.home import LEAST, TWO, Home

HINT = (
    "hint: `digest run --after-restore` goes on and mails nobody what was announced in between; "
    "`--after-restore=send` mails all of it, perhaps again"
)
THEN = "2026-06-23 07:00 UTC"
OF_A_BACKUP = f"the state was restored from the backup of {THEN}"
AGAIN = "people who unsubscribed since then get mail again: read their messages with `digest inbox --again`"


def state(home: Home) -> Path:
    return home.folder / "state" / "digest.sqlite3"


def back_up(home: Home) -> None:
    assert home.digest("backup", "copy").returncode == 0


def restore(home: Home) -> None:
    shutil.copy(home.folder / "copy", state(home))


def got(home: Home) -> Counter[tuple[str, str]]:
    """How often each subscriber got each paper."""
    return Counter((mail["To"], paper) for mail in home.mails() for paper in papers_in(mail))


@pytest.mark.exhaustive
def test_a_restored_backup_sends_nothing_until_a_person_decides(home: Home) -> None:
    home.digest("run")
    back_up(home)
    for day in DAYS[1:]:
        home.at(day)
        assert home.digest("run").returncode == 0
    restore(home)
    before, asked = got(home), len(home.arxiv.requests)
    for _ in range(2):
        done = home.digest("run")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines() == [f"error: {state(home)}: {OF_A_BACKUP}", HINT]
    assert (got(home), len(home.arxiv.requests)) == (before, asked)


@pytest.mark.exhaustive
def test_after_a_restore_nobody_gets_a_paper_twice_and_new_ones_arrive(home: Home) -> None:
    """Bo has come, and Ada has got mail, since the copy was made."""
    home.digest("run")
    back_up(home)
    home.write(TWO)
    home.at(DAYS[1])
    home.digest("run")
    restore(home)
    before = got(home)
    decided = home.digest("run", "--after-restore")
    assert decided.returncode == 0
    assert decided.stderr.splitlines()[:2] == [
        f"{OF_A_BACKUP}; what was announced since then is mailed to nobody",
        AGAIN,
    ]
    assert "no mail to send" in decided.stdout
    assert got(home) == before
    home.at(DAYS[2])
    assert home.digest("run").returncode == 0
    assert set(got(home).values()) == {1}
    new = got(home) - before
    assert Counter(subscriber for subscriber, _ in new) == {"ada@example.org": 4, "bo@example.org": 1}


@pytest.mark.exhaustive
def test_what_waited_or_was_on_its_way_when_the_copy_was_made_is_not_sent(home: Home) -> None:
    home.write(LEAST + "mail:\n  from: Daily Papers <digest@example.org>\n")
    home.environment["DIGEST_SMTP_URL"] = "smtp://127.0.0.1:9"
    assert home.digest("run").returncode == 75
    back_up(home)
    home.environment.clear()
    home.at(DAYS[0] + timedelta(hours=1))
    assert home.digest("run").returncode == 0
    before = got(home)
    assert len(before) == 18
    restore(home)
    assert home.digest("run", "--after-restore").returncode == 0
    for day in DAYS[1:]:
        home.at(day)
        assert home.digest("run").returncode == 0
    assert set(got(home).values()) == {1}
    assert len(got(home)) == 18 + 5 + 4


@pytest.mark.exhaustive
def test_if_it_is_so_decided_all_is_sent_perhaps_again(home: Home) -> None:
    home.digest("run")
    back_up(home)
    home.at(DAYS[1])
    home.digest("run")
    restore(home)
    home.at(DAYS[2])
    decided = home.digest("run", "--after-restore=send")
    assert decided.returncode == 0
    assert decided.stderr.splitlines()[:2] == [
        f"{OF_A_BACKUP}; what was announced since then is mailed, perhaps again",
        AGAIN,
    ]
    assert Counter(got(home).values()) == {1: 18 + 4, 2: 5}
    assert home.digest("run").returncode == 0


@pytest.mark.exhaustive
def test_a_backup_can_be_restored_twice(home: Home) -> None:
    home.digest("run")
    back_up(home)
    home.at(DAYS[1])
    home.digest("run")
    for _ in range(2):
        restore(home)
        assert home.digest("run").returncode == 2
        assert home.digest("run", "--after-restore").returncode == 0
    assert set(got(home).values()) == {1}


@pytest.mark.exhaustive
def test_without_a_backup_there_is_nothing_to_decide(home: Home) -> None:
    for _ in range(2):
        done = home.digest("run", "--after-restore")
        assert done.returncode == 0
        assert done.stderr.splitlines()[0] == (
            "the state was not restored from a backup: there is nothing to decide"
        )
    assert len(got(home)) == 18
    assert home.digest("--quiet", "run", "--after-restore").stderr == ""


@pytest.mark.exhaustive
def test_a_copy_made_by_other_means_is_restored_by_way_of_a_backup(home: Home) -> None:
    """While no process has it open, the state is one file."""
    home.digest("run")
    shutil.copy(state(home), home.folder / "snapshot")
    home.at(DAYS[1])
    home.digest("run")
    shutil.copy(home.folder / "snapshot", state(home))
    back_up(home)
    restore(home)
    assert home.digest("run").returncode == 2
    assert home.digest("run", "--after-restore").returncode == 0
    assert set(got(home).values()) == {1}


def test_a_dry_run_takes_no_decision(home: Home) -> None:
    done = home.digest("run", "--dry-run", "--after-restore")
    assert done.returncode == 2
    assert "--after-restore decides for good, which --dry-run never does" in done.stderr


@pytest.mark.exhaustive
def test_looking_is_allowed_before_the_decision(home: Home) -> None:
    home.digest("run")
    back_up(home)
    restore(home)
    for command in (["status"], ["run", "--dry-run"], ["check"], ["doctor"], ["explain", "2606.13871"]):
        assert home.digest(*command).returncode == 0


@pytest.mark.exhaustive
def test_the_daemon_does_not_begin_on_a_restored_state(home: Home) -> None:
    home.digest("run")
    back_up(home)
    restore(home)
    done = home.digest("daemon")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"error: {state(home)}: {OF_A_BACKUP}", HINT]


@pytest.mark.exhaustive
def test_a_new_state_needs_no_decision(home: Home) -> None:
    home.digest("run")
    state(home).unlink()
    done = home.digest("run")
    assert done.returncode == 0
    assert set(got(home).values()) == {2}  # everyone is welcomed again


@pytest.mark.exhaustive
def test_a_run_that_is_killed_is_no_restored_state(home: Home) -> None:
    for seconds in (0.6, 0.9, 1.2):
        home.killed_after(seconds, "run")
    assert home.digest("run").returncode == 0
    assert set(got(home).values()) == {1}


@pytest.mark.exhaustive
def test_a_log_of_the_state_before_is_an_error_and_not_read(home: Home) -> None:
    """That state's last run was killed; only its file was replaced."""
    home.digest("run")
    back_up(home)
    log = state(home).with_name("digest.sqlite3-wal")
    with closing(sqlite3.connect(state(home))) as connection:
        connection.execute("UPDATE subscribers SET email = 'eve@example.org'")
        connection.commit()
        left = log.read_bytes()
    restore(home)
    log.write_bytes(left)
    for command in ("status", "run"):
        done = home.digest(command)
        assert done.returncode == 1
        assert done.stderr.splitlines() == [
            f"error: {log}: this log belongs to another state, and would damage the one beside it",
            "hint: remove it, and the -shm file beside it: they belong to the state that was there before",
        ]
    log.unlink()
    assert home.digest("run", "--after-restore").returncode == 0
    assert set(got(home).values()) == {1}

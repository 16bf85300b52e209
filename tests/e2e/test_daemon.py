"""`digest daemon` as a process: what it sends to systemd, when it mails, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from digest.demo.scenario import DAYS
from tests.support.home import LEAST, PROJECT, Home
from tests.support.hostile_smtp import HostileServer
from tests.support.ledger import ADA, BO, SUBSCRIBERS, hand_over_to, ledger, run_here
from tests.support.systemd import Systemd
from tests.support.variations import variations

MINUTES = timedelta(minutes=1)
SHORTLY_BEFORE = timedelta(seconds=4)


@contextmanager
def running(home: Home) -> Iterator[subprocess.Popen[str]]:
    """The daemon; killed at the end unless it has ended."""
    process = home.start("daemon")
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit status and what it logged, after SIGTERM."""
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    return process.returncode, err


def until(condition: Callable[[], object], what: str) -> None:
    ends_at = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends_at, f"in half a minute there was no {what}"
        time.sleep(0.02)


@pytest.fixture
def second_morning(home: Home) -> Home:
    """After a run on the first day; it is a few seconds before seven on the second."""
    home.at(DAYS[0])
    assert home.digest("run").returncode == 0
    home.at(DAYS[1] - SHORTLY_BEFORE)
    return home


@pytest.mark.exhaustive
def test_it_notifies_ready_mails_at_the_minute_and_notifies_stopping(
    second_morning: Home, systemd: Systemd
) -> None:
    with running(second_morning) as process:
        systemd.wait_for("STATUS=serving 1 subscriber; the next hour is 2026-06-24 07:00 UTC")
        asked = len(second_morning.arxiv.requests)
        until(lambda: len(list(second_morning.mails())) == 2, "second mail")
        systemd.wait_for("STATUS=serving 1 subscriber; the next hour is 2026-06-25 07:00 UTC")
        status, _ = ended(process)
        systemd.wait_for("STOPPING=1")
    mail = list(second_morning.mails())[-1]
    late = parsedate_to_datetime(mail["Date"]) - DAYS[1]
    assert timedelta(0) <= late < timedelta(seconds=2)
    assert (status, asked) == (0, len(second_morning.arxiv.requests))
    assert {"READY=1", "WATCHDOG=1", "STOPPING=1"} <= set(systemd.received)


@pytest.mark.exhaustive
def test_a_broken_edit_is_logged_and_the_mail_is_sent_all_the_same(
    second_morning: Home, systemd: Systemd
) -> None:
    with running(second_morning) as process:
        systemd.wait_for("READY=1")
        second_morning.write("subscribers:\n  - email: ada\n")
        process.send_signal(signal.SIGHUP)
        systemd.wait_for("READY=1", times=2)
        until(lambda: len(list(second_morning.mails())) == 2, "second mail")
        status, err = ended(process)
    assert status == 0
    assert "subscribers.yaml:2:12: a mistake; `digest check` explains it" in err
    assert "still using the version from 2026-06-24 " in err


@pytest.mark.exhaustive
def test_a_reload_signal_applies_a_good_edit_at_once(second_morning: Home, systemd: Systemd) -> None:
    with running(second_morning) as process:
        systemd.wait_for("READY=1")
        second_morning.write(LEAST + "    at: 12:00\n")
        process.send_signal(signal.SIGHUP)
        systemd.wait_for("READY=1", times=2)
        systemd.wait_for("STATUS=serving 1 subscriber; the next hour is 2026-06-24 12:00 UTC")
        status, err = ended(process)
    assert status == 0
    assert "configuration reloaded: 1 subscriber" in err
    assert len(list(second_morning.mails())) == 1


@pytest.mark.exhaustive
def test_warnings_are_logged_at_the_start_and_again_after_an_edit(
    second_morning: Home, systemd: Systemd
) -> None:
    warning = 'subscribers[0].keywords[1]: "A*": nothing is left of it to search for'
    second_morning.write(LEAST.replace("Reasoning", "A*"))
    with running(second_morning) as process:
        systemd.wait_for("READY=1")
        process.send_signal(signal.SIGHUP)
        systemd.wait_for("READY=1", times=2)
        _, err = ended(process)
    assert err.count(warning) == 2


@pytest.mark.exhaustive
def test_a_signal_during_a_fetch_ends_it_at_once_and_loses_nothing(second_morning: Home) -> None:
    second_morning.arxiv.misbehave(lambda reply: replace(reply, delay_seconds=20))
    with running(second_morning) as process:
        before = len(second_morning.arxiv.requests)
        until(lambda: len(second_morning.arxiv.requests) > before, "request")
        status, _ = ended(process)
    assert status == 0
    second_morning.at(DAYS[1])
    assert second_morning.digest("run").returncode == 0
    assert len(list(second_morning.mails())) == 2


PHASES = ("greeting", "ehlo", "mail", "rcpt", "data", "body", "dot", "answered")


@pytest.mark.exhaustive
@pytest.mark.parametrize("phase", variations(PHASES, ["dot"]))
def test_a_mail_that_the_server_accepted_is_recorded_when_a_signal_comes(home: Home, phase: str) -> None:
    """SIGTERM in each phase of the first SMTP transaction: that mail is finished, and no other is begun."""
    home.write(SUBSCRIBERS)
    home.at(DAYS[0] - MINUTES * 30)
    home.environment["DIGEST_SMTP_URL"] = "smtp://127.0.0.1:9"
    assert home.digest("run").returncode == 75  # so that both mails are queued, or their papers pending
    home.at(DAYS[0])
    victims: list[subprocess.Popen[str]] = []

    def end(reached: str, connection: int) -> None:
        if reached == phase and connection == 1 and victims[0].poll() is None:
            os.kill(victims[0].pid, signal.SIGTERM)
            time.sleep(0.1)

    with HostileServer(on_command=end) as server:
        hand_over_to(home, server.port)
        victims.append(home.start("daemon"))
        _, err = victims[0].communicate(timeout=60)
        server.wait()
    assert victims[0].returncode == 0, err
    accepted = [mail.recipient for mail in server.accepted]
    assert accepted == [entry.recipient for entry in ledger(home) if entry.state == "sent"]
    assert len(accepted) <= 1
    with HostileServer() as again:
        hand_over_to(home, again.port)
        assert run_here(home) == []
        again.wait()
    everything = Counter(mail.recipient for mail in (*server.accepted, *again.accepted))
    assert everything == {ADA: 1, BO: 1}


@pytest.mark.exhaustive
def test_a_day_with_two_outages_loses_no_mail_and_no_memory(tmp_path: Path) -> None:
    """arXiv is down from 04:00 to 08:20, and then the mail server until 10:05."""
    (tmp_path / "subscribers.yaml").write_text(
        LEAST + "mail:\n  from: Daily Papers <digest@example.org>\n", encoding="utf-8"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "TZ": "UTC"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.timelapse", str(tmp_path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    lapse = json.loads(done.stdout)
    first, second = lapse["delivered_at"]
    assert first == "2026-06-23T07:00:00+00:00"
    assert "2026-06-24T10:05" <= second <= "2026-06-24T10:16"
    warm, last = lapse["hours"][3], lapse["hours"][-1]
    assert last["handles"] == warm["handles"]
    assert last["kilobytes"] - warm["kilobytes"] < 8_000
    assert "Traceback" not in done.stderr

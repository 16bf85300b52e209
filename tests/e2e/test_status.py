"""What `digest status` shows of a state that runs have made."""

import json
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from digest.daemon.liveness import HEARTBEAT_TIMEOUT
from digest.demo.scenario import DAYS
from digest.system.locks import exclusive_lock
from tests.support.home import LEAST, SENDER, TWO, Home
from tests.support.variations import variations

LONG = "Reinforcement Learning from Human and Other Feedback"


def tables(printed: str) -> list[list[str]]:
    """The lines between empty lines."""
    return [part.splitlines() for part in printed.split("\n\n")]


def test_status_shows_keywords_subscribers_and_services(second_day: Home) -> None:
    done = second_day.digest("status")
    assert (done.returncode, done.stderr) == (0, "")
    head, keywords, subscribers, services = tables(done.stdout)
    assert head == ["Wednesday, 24 June 2026, 07:00. All times are in UTC.", "No daemon is running."]
    assert keywords == [
        "Keyword               last good answer  new today  7 days   failing since",
        "Reward Model          today 07:00               2  ······▂",
        "Reasoning             today 07:00               3  ······▃",
        "Graph Neural Network  today 07:00               1  ······▁",
    ]
    assert subscribers == [
        "Subscriber       last mail    next due   waiting  failed",
        "ada@example.org  today 07:00  Thu 07:00        0       0",
        "bo@example.org   today 07:00  Thu 07:00        0       0",
    ]
    assert services[0] == "Service      last good run  last problem  what it was"
    assert [line.split("  ")[0] for line in services[1:]] == ["arXiv", "mail server"]


def test_status_as_json_has_the_same_facts_and_more(second_day: Home) -> None:
    found = json.loads(second_day.digest("status", "--json").stdout)
    assert found["keywords"][2] | {"last_good_at": ""} == {
        "name": "Graph Neural Network",
        "last_good_at": "",
        "new": 1,
        "papers": 7,
        "failing_since": None,
        "problem": "",
        "new_today": 1,
        "week": [0, 0, 0, 0, 0, 0, 1],
        "never_had_a_paper": False,
        "search_problem": "",
        "compared": 7,
        "differing": 0,
    }
    assert found["subscribers"][1] | {"last_mail_at": ""} == {
        "email": "bo@example.org",
        "last_mail_at": "",
        "papers": 7,
        "waiting": 0,
        "on_the_way": None,
        "retry_at": None,
        "failed": 0,
        "problem": "",
        "given_up": [],
        "suppressed": None,
        "preferences": [],
        "next_due": "2026-06-25T07:00:00+00:00",
    }
    assert found["services"].keys() == {"arxiv", "mail"}
    assert found["services"]["mail"].keys() == {"last_trouble", "last_good_run"}
    assert found["daemon"] == {"running": False, "looked_at": None}


@pytest.mark.exhaustive
def test_status_says_in_words_what_waits_and_what_failed(second_day: Home) -> None:
    second_day.at(DAYS[2])
    second_day.write(TWO + SENDER)
    second_day.environment["DIGEST_SMTP_URL"] = "smtp://127.0.0.1:9"
    second_day.digest("run")
    second_day.digest("unsubscribe", "bo@example.org")
    *_, subscribers, _, notes = tables(second_day.digest("status").stdout)
    assert subscribers[1:] == [
        "ada@example.org  Wed 24 Jun  now                 0       0",
        "bo@example.org   Wed 24 Jun  gets no mail        1       0",
    ]
    ada, bo = notes
    assert ada.startswith("ada@example.org: a mail waits (pending): the mail server 127.0.0.1:9 ")
    assert bo == "bo@example.org gets no mail since 2026-06-25 07:00 UTC: they unsubscribed"


def test_keywords_that_fail_alike_share_one_line(second_day: Home) -> None:
    second_day.at(DAYS[2])
    second_day.environment["DIGEST_ARXIV_API"] = "http://127.0.0.1:9/api/query"
    second_day.digest("run")
    _, keywords, *_, notes = tables(second_day.digest("status").stdout)
    assert keywords[1] == "Reward Model          Wed 24 Jun                0  ·····▂·  today 07:00"
    assert len(notes) == 1
    named = "Reward Model, Reasoning, Graph Neural Network: failing since 2026-06-25 07:00 UTC: "
    assert notes[0].startswith(named)


@pytest.mark.parametrize(
    ("environment", "width"),
    variations([({}, 80), ({"COLUMNS": "70"}, 70)], ["a pipe"], ids=["a pipe", "70"]),
)
def test_long_names_are_cut_to_the_width(home: Home, environment: dict[str, str], width: int) -> None:
    home.write(LEAST.replace("Reasoning", LONG).replace("ada@", "ada.with.quite.a.long.name.of.her.own@"))
    home.digest("run")
    home.environment |= environment
    _, keywords, subscribers, services, notes = tables(home.digest("status").stdout)
    assert notes[0].startswith(f"{LONG}: never had a paper; ")
    assert max(map(len, [*keywords, *subscribers])) == width
    assert max(map(len, services)) <= width
    assert "…" in keywords[2]
    assert "…" in subscribers[1]


def test_before_the_first_run_there_is_no_status(home: Home) -> None:
    done = home.digest("status")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"error: {home.folder}/state/digest.sqlite3: there is no state yet",
        "hint: it comes with the first `digest run`",
    ]


def lock_of(home: Home) -> Path:
    return home.folder / "state" / "daemon.lock"


def test_a_daemon_that_looks_at_the_clock_is_alive(home: Home) -> None:
    with exclusive_lock(lock_of(home), wait=False):
        done = home.digest("status", "--alive")
    assert done.returncode == 0
    assert done.stdout.startswith("the daemon is alive: it last looked at the clock ")
    assert done.stdout.count("\n") == 1


def test_a_daemon_that_hangs_or_is_gone_is_not_alive(home: Home) -> None:
    gone = home.digest("status", "--alive")
    assert (gone.returncode, gone.stdout) == (1, "no daemon is running\n")
    with exclusive_lock(lock_of(home), wait=False):
        long_ago = time.time() - (HEARTBEAT_TIMEOUT + timedelta(minutes=1)).total_seconds()
        os.utime(lock_of(home), (long_ago, long_ago))
        hangs = home.digest("status", "--alive")
    assert hangs.returncode == 1
    assert hangs.stdout.startswith("the daemon hangs: it last looked at the clock 156")
    assert home.digest("status", "--alive").stdout == "no daemon is running\n"

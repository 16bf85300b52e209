"""`digest run` is killed wherever it matters, and then simply run again."""

import signal
import subprocess
from collections import Counter
from datetime import timedelta

import pytest

from digest.demo.scenario import DAYS
from tests.support.forked import ended, start
from tests.support.home import Home
from tests.support.hostile_smtp import CLOSE, Accepted, HostileServer, Script
from tests.support.ledger import (
    ADA,
    BO,
    LATER,
    PAPERS,
    SUBSCRIBERS,
    hand_over_to,
    ledger,
    paper_count,
    run_here,
    states,
    surroundings,
)
from tests.support.variations import variations

SOON = DAYS[0] + timedelta(minutes=10)
"""Before a mail that may have arrived is repeated, which is after an hour."""


@pytest.fixture
def subscribers(home: Home) -> Home:
    home.environment["DIGEST_RETRY_SCALE"] = "1"
    home.write(SUBSCRIBERS)
    return home


def sabotaged(home: Home, point: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command, or else a run, that dies there."""
    command = ("tests.support.saboteur", point, *(arguments or ("run",)))
    pipe = subprocess.PIPE
    return ended(start(*command, cwd=home.folder, env=surroundings(home), stdout=pipe, stderr=pipe))


def killed(home: Home, point: str) -> list[Accepted]:
    """Let a run die at this point; returns what the mail server took of it."""
    with HostileServer() as server:
        hand_over_to(home, server.port)
        died = sabotaged(home, point)
        assert died.returncode == -signal.SIGKILL, died.stderr
        server.wait()
    return server.accepted


def killed_by_network(home: Home, phase: str, script: Script) -> list[Accepted]:
    """The same for a point in the conversation with the server, which then goes on by its script."""
    victims: list[subprocess.Popen[str]] = []

    def kill(reached: str, connection: int) -> None:
        if reached == phase:
            victims[0].kill()

    with HostileServer(script, on_command=kill) as server:
        hand_over_to(home, server.port)
        victims.append(home.start("run"))
        errors = victims[0].communicate(timeout=60)[1]
        assert victims[0].returncode == -signal.SIGKILL, errors
        server.wait()
    return server.accepted


def run_again(home: Home) -> list[Accepted]:
    """A run that nothing disturbs; returns what the mail server took of it."""
    with HostileServer() as server:
        hand_over_to(home, server.port)
        assert run_here(home) == []
        server.wait()
    return server.accepted


def copies(accepted: list[Accepted]) -> Counter[str]:
    """How often each subscriber got their mail; all copies of it must be the same bytes."""
    assert len({mail.content for mail in accepted}) == len({mail.recipient for mail in accepted})
    return Counter(mail.recipient for mail in accepted)


def assert_all_is_well(home: Home, accepted: list[Accepted]) -> None:
    """Everybody has every paper, the state agrees with what the server took, the archive is complete."""
    entries = ledger(home)
    assert {mail.recipient: paper_count(mail.content) for mail in accepted} == PAPERS
    assert {(entry.recipient, entry.content) for entry in entries} == {
        (mail.recipient, mail.content) for mail in accepted
    }
    assert states(home) == {ADA: ["sent"], BO: ["sent"]}
    sections = home.readme.split("\n## ")[1:]
    assert [section.partition("\n")[0] for section in sections] == [
        "Reward Model",
        "Reasoning",
        "Graph Neural Network",
    ]
    assert home.readme.count("https://arxiv.org/abs/") == 16 + 17 + 6


STORE_POINTS = [
    ("before enqueue", {}, 1),
    ("before claim", {ADA: ["pending"]}, 1),
    ("after claim", {ADA: ["sending"]}, 1),
    ("before mark_unconfirmed", {ADA: ["sending"]}, 1),
    ("after mark_unconfirmed", {ADA: ["unknown"]}, 1),
    ("before record_result", {ADA: ["unknown"]}, 2),
    ("after record_result", {ADA: ["sent"]}, 1),
    ("after claim 2", {ADA: ["sent"], BO: ["sending"]}, 1),
    ("before replace", {ADA: ["sent"], BO: ["sent"]}, 1),
    ("after replace", {ADA: ["sent"], BO: ["sent"]}, 1),
]
"""Where the program dies, how the mails then stand, and how many copies Ada gets in the end."""


QUICK_POINTS = ["after claim", "before record_result"]


@pytest.mark.exhaustive
@pytest.mark.parametrize(("point", "left", "adas"), variations(STORE_POINTS, QUICK_POINTS))
def test_a_run_that_dies_at_a_step_of_its_own_is_simply_run_again(
    subscribers: Home, point: str, left: dict[str, list[str]], adas: int
) -> None:
    accepted = killed(subscribers, point)
    assert states(subscribers) == left
    subscribers.at(LATER)
    accepted += run_again(subscribers)
    assert copies(accepted) == {ADA: adas, BO: 1}
    assert_all_is_well(subscribers, accepted)


TAKES: Script = {}
LOSES: Script = {"dot": CLOSE}
NETWORK_POINTS = [
    ("mail", TAKES, {"sending"}, {1}),
    ("rcpt", TAKES, {"sending"}, {1}),
    ("data", TAKES, {"sending"}, {1}),
    # The program may be ahead of what the server has read, by then, and of its own death.
    ("body", TAKES, {"sending", "unknown"}, {1, 2}),
    ("dot", LOSES, {"unknown"}, {1}),
    ("dot", TAKES, {"unknown"}, {2}),
    ("answered", TAKES, {"unknown", "sent"}, {1, 2}),
]
"""Where the program dies, what the server does then, how Ada's mail may stand, and her copies in the end."""


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("phase", "script", "left", "adas"),
    variations(
        NETWORK_POINTS,
        ["dot"],
        ids=[f"{row[0]}{', which is lost' if row[1] else ''}" for row in NETWORK_POINTS],
    ),
)
def test_a_run_that_dies_in_the_middle_of_a_conversation_is_simply_run_again(
    subscribers: Home, phase: str, script: Script, left: set[str], adas: set[int]
) -> None:
    accepted = killed_by_network(subscribers, phase, script)
    (state,) = states(subscribers)[ADA]
    assert state in left
    subscribers.at(LATER)
    accepted += run_again(subscribers)
    assert copies(accepted)[ADA] in adas
    assert_all_is_well(subscribers, accepted)


@pytest.mark.exhaustive
def test_a_mail_that_may_have_arrived_waits_an_hour_and_delays_nobody_else(subscribers: Home) -> None:
    accepted = killed(subscribers, "before record_result")
    subscribers.at(SOON)
    with HostileServer() as server:
        hand_over_to(subscribers, server.port)
        done = subscribers.digest("run")
        server.wait()
    assert done.returncode == 1
    assert "error: the mail to subscribers[0] may have arrived, or not: " in done.stderr
    assert copies(server.accepted) == {BO: 1}
    subscribers.at(LATER)
    accepted += server.accepted + run_again(subscribers)
    assert copies(accepted) == {ADA: 2, BO: 1}
    assert_all_is_well(subscribers, accepted)


@pytest.mark.exhaustive
def test_a_mail_that_may_have_arrived_is_not_repeated_where_that_is_not_wanted(subscribers: Home) -> None:
    subscribers.write(SUBSCRIBERS.replace("subscribers:", "  when_unconfirmed: never\nsubscribers:"))
    accepted = killed(subscribers, "before record_result")
    subscribers.at(LATER)
    with HostileServer() as server:
        hand_over_to(subscribers, server.port)
        first = subscribers.digest("run")
        again = subscribers.digest("run")
        server.wait()
    assert (first.returncode, again.returncode) == (1, 0)
    assert "error: the mail to subscribers[0] may have arrived, or not: " in first.stderr
    assert copies(accepted + server.accepted) == {ADA: 1, BO: 1}
    assert states(subscribers) == {ADA: ["unknown"], BO: ["sent"]}


@pytest.mark.exhaustive
def test_a_mail_that_may_have_arrived_twice_is_reported_and_not_sent_a_third_time(subscribers: Home) -> None:
    accepted = killed(subscribers, "before record_result")
    subscribers.at(LATER)
    accepted += killed(subscribers, "before record_result 2")  # Bo comes first, since Ada's mail failed
    subscribers.at(LATER + timedelta(hours=2))
    with HostileServer() as server:
        hand_over_to(subscribers, server.port)
        done = subscribers.digest("run")
        server.wait()
    assert done.returncode == 1
    assert "may have arrived, or not: " in done.stderr
    assert copies(accepted + server.accepted) == {ADA: 2, BO: 1}

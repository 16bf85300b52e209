"""`digest run` for many subscribers with mail servers that fail in many ways.

In every case the state records exactly the mails that a server accepted.
"""

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.support.home import Home
from tests.support.hostile_smtp import CLOSE, TAKE_AND_CLOSE, Accepted, HostileServer
from tests.support.ledger import LATER, SENDER, SUBSCRIBER, accused, hand_over_to, ledger, run_here, states
from tests.support.variations import variations

SUBSCRIBERS = [f"subscriber{number:02}@example.org" for number in range(50)]
FIRST, *OTHERS = FEW = SUBSCRIBERS[:10]

one_or_four_connections = pytest.mark.parametrize(
    "connections", variations([1, 4], ["one"], ids=["one", "four"])
)


def subscribe(home: Home, subscribers: Sequence[str], connections: int = 4) -> None:
    """Subscribe them all to the same keyword."""
    settings = SENDER.replace("subscribers:", f"  connections: {connections}\nsubscribers:")
    home.write(
        settings
        + "".join(SUBSCRIBER.format(subscriber, "Graph Neural Network") for subscriber in subscribers)
    )


def run(home: Home, server: HostileServer, status: int) -> str:
    """Run once; returns its standard error."""
    hand_over_to(home, server.port)
    done = home.digest("run")
    assert done.returncode == status, done.stderr
    assert not any(subscriber in done.stderr for subscriber in SUBSCRIBERS)
    server.wait()
    return done.stderr


def assert_state_agrees(home: Home, accepted: Sequence[Accepted], doubtful: Sequence[str] = ()) -> None:
    """Nothing that was taken is unrecorded, nothing recorded as sent was refused; only mails to the
    `doubtful` may have been taken without our knowing, or twice."""
    taken = Counter((mail.recipient, mail.content) for mail in accepted)
    entries = {(entry.recipient, entry.content): entry.state for entry in ledger(home)}
    sent = {mail for mail, state in entries.items() if state == "sent"}
    assert sent <= taken.keys() <= entries.keys()
    assert {subscriber for subscriber, _ in taken.keys() - sent} <= set(doubtful)
    assert {subscriber for (subscriber, _), copies in taken.items() if copies > 1} <= set(doubtful)


def assert_next_run_serves(home: Home, subscribers: Sequence[str], accepted: Sequence[Accepted]) -> None:
    """Later, with a healthy server, those who have nothing yet get it, and nobody else gets anything."""
    home.at(LATER)
    with HostileServer() as healthy:
        hand_over_to(home, healthy.port)
        assert run_here(home) == []
        healthy.wait()
    assert Counter(mail.recipient for mail in healthy.accepted) == Counter(subscribers)
    assert_state_agrees(home, [*accepted, *healthy.accepted])
    assert {last for (*_, last) in states(home).values()} == {"sent"}


@pytest.mark.exhaustive
@one_or_four_connections
def test_a_refused_recipient_affects_no_other(home: Home, connections: int) -> None:
    subscribe(home, SUBSCRIBERS, connections)
    refusals = {
        SUBSCRIBERS[3]: ("550 5.1.1 nobody here", "failed"),
        SUBSCRIBERS[11]: ("450 4.2.0 busy, come back", "deferred"),
        SUBSCRIBERS[17]: ("452 4.2.2 mailbox full", "deferred"),
        SUBSCRIBERS[23]: ("551 5.1.6 has moved", "failed"),
        SUBSCRIBERS[31]: ("500 5.5.1 what?", "failed"),
        SUBSCRIBERS[42]: ("451 4.7.1 greylisted", "deferred"),
    }
    replies = {subscriber: reply for subscriber, (reply, _) in refusals.items()}
    with HostileServer(recipients=replies) as server:
        errors = run(home, server, 1)
    assert server.connections == connections
    assert errors.count("error: the mail to subscribers[") == len(refusals)
    left = {
        subscriber: [refusals[subscriber][1] if subscriber in refusals else "sent"]
        for subscriber in SUBSCRIBERS
    }
    assert states(home) == left
    assert accused(home) == {SUBSCRIBERS[3], SUBSCRIBERS[23]}
    assert_state_agrees(home, server.accepted)
    assert_next_run_serves(home, list(refusals), server.accepted)


@pytest.mark.exhaustive
def test_a_server_that_has_enough_after_some_mails_gets_the_rest_on_new_connections(home: Home) -> None:
    subscribe(home, SUBSCRIBERS)
    with HostileServer(mails_per_connection=7) as server:
        run(home, server, 0)
    assert Counter(mail.recipient for mail in server.accepted) == Counter(SUBSCRIBERS)
    assert max(Counter(mail.connection for mail in server.accepted).values()) == 7
    assert_state_agrees(home, server.accepted)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "script",
    [
        {"greeting": "554 5.3.2 no service"},
        {"mail": "550 5.1.8 bad sender"},
    ],
    ids=["down", "against our sender"],
)
def test_a_server_that_serves_nobody_is_asked_once_and_accuses_nobody(
    home: Home, script: dict[str, str]
) -> None:
    subscribe(home, SUBSCRIBERS)
    with HostileServer(script) as server:
        run(home, server, 75)
    assert (server.connections, len(_all(server, "MAIL"))) == (1, int("greeting" not in script))
    assert (states(home), accused(home)) == ({FIRST: ["pending"]}, set())


@pytest.mark.exhaustive
def test_a_server_that_refuses_all_by_policy_at_once_is_left_alone_after_some(home: Home) -> None:
    subscribe(home, SUBSCRIBERS)
    with HostileServer({"rcpt": "550 5.7.1 not from you"}) as server:
        run(home, server, 75)
    tried = len(_all(server, "MAIL"))
    assert 3 <= tried <= 6
    assert (list(states(home).values()), accused(home)) == ([["pending"]] * tried, set())


@pytest.mark.exhaustive
def test_a_server_that_refuses_all_after_the_same_mail_is_tried_with_smaller_ones(home: Home) -> None:
    """The paper that all of them wait for may be what it refuses: ten mails, then twenty of their halves."""
    subscribe(home, SUBSCRIBERS)
    with HostileServer({"dot": "554 5.7.1 not from you"}) as server:
        run(home, server, 75)
    assert (len(_all(server, "MAIL")) <= 40, accused(home)) == (True, set())
    home.at(LATER)
    with HostileServer() as healthy:
        hand_over_to(home, healthy.port)
        assert run_here(home) == []
        healthy.wait()
    assert {mail.recipient for mail in healthy.accepted} == set(SUBSCRIBERS)
    assert_state_agrees(home, healthy.accepted)


@pytest.mark.exhaustive
def test_a_server_that_refuses_our_password_accuses_nobody_and_loses_nothing(home: Home) -> None:
    subscribe(home, FEW)
    with HostileServer(login=("digest", "right-and-secret")) as server:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://digest:wrong-and-secret@127.0.0.1:{server.port}"
        done = home.digest("run")
        server.wait()
    assert done.returncode == 75, done.stderr
    assert "wrong-and-secret" not in done.stderr + done.stdout
    assert (server.connections, _all(server, "MAIL")) == (1, [])
    assert (states(home), accused(home)) == ({FIRST: ["pending"]}, set())
    assert_next_run_serves(home, FEW, [])


@pytest.mark.exhaustive
def test_a_policy_against_the_first_recipient_alone_stops_no_other_mail(home: Home) -> None:
    subscribe(home, FEW)
    policy = {FIRST: "550 5.7.1 not to this one"}
    with HostileServer(recipients=policy) as server:
        run(home, server, 1)
    assert states(home) == {FIRST: ["deferred"]} | {subscriber: ["sent"] for subscriber in OTHERS}
    assert_state_agrees(home, server.accepted)
    assert_next_run_serves(home, [FIRST], server.accepted)


@pytest.mark.exhaustive
@one_or_four_connections
def test_a_server_that_accepts_a_mail_and_hangs_up_leaves_one_unknown(home: Home, connections: int) -> None:
    subscribe(home, FEW, connections)
    with HostileServer({"dot": TAKE_AND_CLOSE}, {}) as server:
        run(home, server, 1)
    assert states(home) == {FIRST: ["unknown"]} | {subscriber: ["sent"] for subscriber in OTHERS}
    assert_state_agrees(home, server.accepted, doubtful=[FIRST])
    home.at(LATER)
    with HostileServer() as healthy:
        run(home, healthy, 0)
    in_doubt = [mail.content for mail in server.accepted if mail.recipient == FIRST]
    assert [mail.content for mail in healthy.accepted] == in_doubt
    assert_state_agrees(home, [*server.accepted, *healthy.accepted], doubtful=[FIRST])


@pytest.mark.exhaustive
def test_a_server_that_always_hangs_up_after_the_end_of_data_gets_each_mail_once_more(home: Home) -> None:
    subscribe(home, FEW)
    with HostileServer({"dot": CLOSE}) as server:
        run(home, server, 1)
    assert (server.accepted, len(server.received)) == ([], len(FEW))
    assert states(home) == {subscriber: ["unknown"] for subscriber in FEW}
    assert_next_run_serves(home, FEW, [])


def _all(server: HostileServer, verb: str) -> list[str]:
    return [line for lines in server.commands for line in lines if line.upper().startswith(verb)]

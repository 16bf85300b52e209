"""What real mail servers return, read as it comes back."""

import time
from collections.abc import Sequence
from email import message_from_bytes

import pytest

from tests.support.home import Home
from tests.support.hostile_smtp import Accepted, HostileServer
from tests.support.ledger import SUBSCRIBER, hand_over_to
from tests.support.relays import Relay, exim, opensmtpd, postfix_relay

pytestmark = pytest.mark.exhaustive

NAMES = ("dead", "full", "blocked")
ADDRESSES = [f"{name}@reader.example" for name in NAMES]
REPLIES = dict(
    zip(
        ADDRESSES,
        [
            "550 5.1.1 User unknown",
            "452 4.2.2 Mailbox full",
            "550 5.7.1 Service unavailable; client host [192.0.2.1] blocked using list.example",
        ],
        strict=True,
    )
)
OURS = "because of our sender, account or mail server (5.7.1); nobody is charged for it"
SENDER = "mail: {from: Daily Papers <digest@sender.example>}\nsubscribers:\n"
PATIENCE_SECONDS = 120


def bounces_to(sink: HostileServer, count: int) -> Sequence[Accepted]:
    """What the relay returned, once that many have come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(sink.accepted) < count:
        assert time.monotonic() < deadline, f"{len(sink.accepted)} of {count} bounces came"
        time.sleep(0.1)
    return sink.accepted


def read_back(home: Home, bounces: Sequence[Accepted]) -> list[str]:
    """What `digest inbox` says of them, in the order of the subscribers."""
    for folder in ("new", "cur", "tmp"):
        (home.folder / "Maildir" / folder).mkdir(parents=True)
    for number, bounce in enumerate(bounces):
        (home.folder / "Maildir" / "new" / str(number)).write_bytes(bounce.content)
    *said, counts, event = home.digest("inbox", "Maildir").stdout.splitlines()
    assert counts == "3 messages: 3 acted on, 0 acted on before, 0 not understood"
    assert event.startswith("subscribers[0] gets no more mail: ")
    return sorted(said, key=lambda line: line.partition("subscribers[")[2])


@pytest.mark.parametrize(
    ("relay", "full"),
    [(postfix_relay, "4.2.2"), (exim, "4.2.2"), (opensmtpd, "4.4.7")],
    ids=["Postfix", "Exim", "OpenSMTPD"],
)
def test_a_dead_address_is_struck_off_a_full_mailbox_counted_and_our_own_trouble_charged_to_nobody(
    home: Home, relay: Relay, full: str
) -> None:
    home.write(SENDER + "".join(SUBSCRIBER.format(address, "Reward Model") for address in ADDRESSES))
    with HostileServer(recipients=REPLIES) as sink, relay(sink.port) as port:
        hand_over_to(home, port)
        assert home.digest("run").returncode == 0
        bounces = bounces_to(sink, len(NAMES))
    assert {message_from_bytes(bounce.content)["To"] for bounce in bounces} == {"digest@sender.example"}
    assert read_back(home, bounces) == [
        "the address of subscribers[0] does not exist (5.1.1)",
        f"a mail to subscribers[1] came back ({full})",
        f"a mail to subscribers[2] was returned {OURS}",
    ]
    checked = home.digest("check").stdout
    assert [f"subscribers[{number}] gets no mail" in checked for number in range(3)] == [True, False, False]

"""A state that the version before wrote is carried over: nobody gets a paper twice, and nobody misses one.

`state_of_schema_3.sql` was written on two days beside the demo arXiv, and all mails of the first day arrived.
Then hal unsubscribed, jo was forgotten, and the address of ivy was refused for the fifth day. On the second
day the mail server deferred the mail to eve, refused that to finn, lost the connection behind the end of data
of that to gil, and was down before that to kim. What is expected on the third day is what the version before
sent then, on the same state.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest import bootstrap
from digest.config.load import load_config
from digest.demo.scenario import DAYS
from digest.domain.settings import Config
from digest.domain.subscribers import SuppressionReason
from digest.pipeline.run import run
from digest.subscribers.registry import open_registry
from digest.system.clock import SystemClock
from tests.support.fakes import FakeTransport
from tests.support.home import Home
from tests.support.ledger import surroundings

pytestmark = pytest.mark.exhaustive

_DUMP = Path(__file__).parents[1] / "support" / "data" / "state_of_schema_3.sql"

_SUBSCRIBERS = """\
mail:
  from: Daily Papers <digest@example.org>
welcome: 3
archive:
  file: none
keywords:
  Rewards:
    any: [Reward Model, preferences]
  Preferences:  # the same as Rewards, in another order: one keyword from now on
    any: [Preferences, reward model]
  Titles:
    all: [reasoning]
    match: title
  Graphs:
    any: [Graph Neural Network, self-play]
    exclude: [molecules, Protein Design]
    categories: [cs, stat.ML]
  People:
    authors: [Ada Example]
    categories: [cs.LG]
  Abstracts:
    all: [graph, network]
    match: abstract
subscribers:
  - {email: ada@example.org, keywords: [Rewards, Reasoning]}
  - {email: bo@example.org, keywords: [Preferences, Graph Neural Network]}
  - {email: cy@example.org, keywords: [Titles, Graphs, People]}
  - {email: dee@example.org, keywords: [Preferences, Abstracts]}
  - {email: eve@example.org, keywords: [Reasoning]}
  - {email: finn@example.org, keywords: [Rewards]}
  - {email: gil@example.org, keywords: [Preferences]}
  - {email: hal@example.org, keywords: [Reasoning, Policy Gradient]}
  - {email: ivy@example.org, keywords: [Rewards, Reasoning]}
  - {email: jo@example.org, keywords: [Reasoning]}
  - {email: kim@example.org, keywords: [Reasoning, Rewards]}
"""

_THIRD_DAY = {
    "ada": [["15104", "15290", "15623", "15808"]],
    "bo": [["15104", "15411", "15623", "15808"]],
    "cy": [["15290", "15411", "15623"]],
    "dee": [["15104", "15411", "15623", "15808"]],
    "eve": [["13871", "14208", "14530"], ["15290", "15623"]],
    "finn": [["14015", "14377", "15104", "15623", "15808"]],
    "gil": [["14015", "14377"], ["15104", "15623", "15808"]],
    "kim": [["13871", "14015", "14208", "14377", "14530"], ["15104", "15290", "15623", "15808"]],
}
"""For each subscriber the papers of each mail, without the `2606.` of their ids."""

_IVYS = [["13871", "14015", "14208", "14377", "14530", "15104", "15290", "15623", "15808"]]
"""What waited for ivy on two days."""


@pytest.fixture
def upgraded(home: Home) -> Config:
    """The configuration of the old state, on the third day."""
    home.write(_SUBSCRIBERS)
    home.at(DAYS[2])
    config = load_config(home.folder / "subscribers.yaml", surroundings(home))
    config.state.parent.mkdir()
    with closing(sqlite3.connect(config.state)) as connection:
        connection.executescript(_DUMP.read_text())
    return config


@pytest.fixture
def send(upgraded: Config) -> Callable[[timedelta], FakeTransport]:
    def send(later: timedelta) -> FakeTransport:
        """A run so much later on the third day; returns what was delivered."""
        transport = FakeTransport()
        with bootstrap.open_run(upgraded, SystemClock(DAYS[2] + later), nullcontext) as context:
            report = run(replace(context, transports=[transport]), upgraded.subscribers)
        assert report.problems.lines == ()
        return transport

    return send


def papers(transport: FakeTransport) -> dict[str, list[list[str]]]:
    """As in _THIRD_DAY."""
    found: dict[str, list[list[str]]] = {}
    for mail in transport.delivered:
        ids = sorted(paper.removeprefix("2606.") for paper in mail.papers)
        found.setdefault(mail.recipient.removesuffix("@example.org"), []).append(ids)
    return found


def queued_bodies() -> Iterator[tuple[str, str, bytes]]:
    """Recipient, Message-ID and compressed body of each mail in the queue of the old state."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_DUMP.read_text())
        yield from connection.execute(
            "SELECT email, message_id, content FROM mails JOIN subscribers "
            "ON subscribers.number = mails.subscriber WHERE settled_at IS NULL"
        )


def test_the_next_run_sends_exactly_what_the_version_before_would_have_sent(
    send: Callable[[timedelta], FakeTransport],
) -> None:
    assert papers(send(timedelta())) == _THIRD_DAY
    assert papers(send(timedelta(minutes=5))) == {}


def test_queued_mails_are_sent_with_the_same_bytes(send: Callable[[timedelta], FakeTransport]) -> None:
    queued = {(to, message_id, zlib.decompress(body)) for to, message_id, body in queued_bodies()}
    delivered = {(mail.recipient, mail.message_id, mail.content) for mail in send(timedelta()).delivered}
    assert len(queued) == 3
    assert queued <= delivered


@pytest.mark.exhaustive
def test_suppressions_and_tokens_still_hold(
    upgraded: Config, send: Callable[[timedelta], FakeTransport]
) -> None:
    send(timedelta())
    with open_registry(upgraded, SystemClock(DAYS[2])) as registry:
        found = {name: registry.find(f"{name}@example.org") for name in ("ada", "hal", "ivy", "jo")}
        reasons = {name: known and registry.suppression(known) for name, known in found.items()}
        assert registry.find("ai4avxr3gjctq7jco4xf3jvebcljuyy6") == found["ada"]
    assert {name: entry and entry.reason for name, entry in reasons.items()} == {
        "ada": None,
        "hal": SuppressionReason.UNSUBSCRIBED,
        "ivy": SuppressionReason.REFUSED,
        "jo": SuppressionReason.FORGOTTEN,
    }


@pytest.mark.exhaustive
def test_what_waited_for_a_refused_address_comes_when_it_is_back(
    upgraded: Config, send: Callable[[timedelta], FakeTransport]
) -> None:
    send(timedelta())
    with open_registry(upgraded, SystemClock(DAYS[2])) as registry:
        ivy = registry.find("ivy@example.org")
        assert ivy
        registry.resubscribe(ivy)
    assert papers(send(timedelta(minutes=5))) == {"ivy": _IVYS}

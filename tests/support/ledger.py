"""Two subscribers, what they are to get, runs for them, and what the state says of each of their mails."""

import os
import sqlite3
import zlib
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from digest import bootstrap
from digest.config.load import load_config
from digest.demo.scenario import DAYS
from digest.pipeline.run import run
from digest.system.clock import SystemClock
from tests.e2e.test_run import papers_in
from tests.support.home import PROJECT, Home

ADA, BO = "ada@example.org", "bo@example.org"
SENDER = "mail:\n  from: Daily Papers <digest@example.org>\nsubscribers:\n"
SUBSCRIBER = "  - email: {}\n    keywords: [{}]\n"
SUBSCRIBERS = (
    SENDER + SUBSCRIBER.format(ADA, "Reward Model, Reasoning") + SUBSCRIBER.format(BO, "Graph Neural Network")
)
PAPERS = {ADA: 18, BO: 6}
"""How many papers each of them gets to begin with."""
LATER = DAYS[0] + timedelta(hours=5)
"""Past the first pause of any mail, and before arXiv's next announcement."""

_MAILS = """\
SELECT email, state, message_id, content
FROM mails JOIN subscribers ON subscribers.number = mails.subscriber ORDER BY mails.number
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored mail: `state` is a value of digest.domain.mails.MailState."""

    recipient: str
    state: str
    message_id: str
    content: bytes


def surroundings(home: Home) -> dict[str, str]:
    """The environment in which the program runs there."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "DIGEST_ARXIV_API": home.arxiv.api_url,
        "DIGEST_ARXIV_FEED": home.arxiv.feed_url,
        "DIGEST_ARXIV_INTERVAL": "0",
        "DIGEST_NOW": home.arxiv.now.isoformat(),
        **home.environment,
    }


def run_here(home: Home) -> list[str]:
    """What `digest run` does, in this process, which is quicker; returns the problems that it tells of."""
    config = load_config(home.folder / "subscribers.yaml", surroundings(home))
    with bootstrap.open_run(config, SystemClock(home.arxiv.now), nullcontext) as context:
        return list(run(context, config.subscribers).problems.lines)


def ledger(home: Home) -> list[Entry]:
    """All mails, oldest first; none where there is no state yet."""
    return [
        Entry(recipient, state, message_id, zlib.decompress(content))
        for recipient, state, message_id, content in _rows(home, _MAILS)
    ]


def states(home: Home) -> dict[str, list[str]]:
    """For each subscriber the states of their mails, oldest first."""
    found: dict[str, list[str]] = {}
    for entry in ledger(home):
        found.setdefault(entry.recipient, []).append(entry.state)
    return found


def accused(home: Home) -> set[str]:
    """Whose address was counted as refused."""
    query = "SELECT email FROM refusals JOIN subscribers ON subscribers.number = refusals.subscriber"
    return {row[0] for row in _rows(home, query)}


def hand_over_to(home: Home, port: int, certificate: Path | None = None) -> None:
    """Let mails go to that port of this machine; encrypted, if that is the certificate to trust."""
    plain, encrypted = f"smtp://127.0.0.1:{port}", f"smtp+starttls://127.0.0.1:{port}?ca={certificate}"
    home.environment["DIGEST_SMTP_URL"] = encrypted if certificate else plain


def paper_count(content: bytes) -> int:
    """How many papers the mail tells of."""
    return len(papers_in(message_from_bytes(content, policy=policy.default)))


def _rows(home: Home, query: str) -> list[tuple[Any, ...]]:
    file = home.folder / "state" / "digest.sqlite3"
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()

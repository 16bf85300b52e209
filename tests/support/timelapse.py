"""Run the daemon through a day and more in less than a minute: `python -m tests.support.timelapse FOLDER`.

The command, its state, a small arXiv and a mail server are real; only the clock is not: it advances as fast
as the program sleeps. arXiv is down for some hours of the second morning, and after that the mail server.
Prints as JSON when mails were delivered, and the memory and open file handles of the process at each hour.
"""

import json
import logging
import os
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import schedule

from digest import cli
from digest.demo.papers import load_papers
from digest.demo.scenario import DAYS
from digest.demo.server import ArxivServer, Reply, Request
from digest.system.clock import SystemClock
from digest.system.signals import Interrupted
from tests.support.hostile_smtp import HostileServer

START, END = DAYS[0] - timedelta(minutes=30), DAYS[1] + timedelta(hours=5)
ARXIV_IS_DOWN = (DAYS[1] - timedelta(hours=3), DAYS[1] + timedelta(minutes=80))
MAIL_IS_DOWN = (DAYS[1] + timedelta(minutes=80), DAYS[1] + timedelta(minutes=185))


def _within(now: datetime, hours: tuple[datetime, datetime]) -> bool:
    return hours[0] <= now < hours[1]


class Arxiv(ArxivServer):
    """Answers 503 while it is down."""

    def _answer(self, request: Request) -> Reply:
        unavailable = Reply(503, b"", "text/plain")
        return unavailable if _within(self.now, ARXIV_IS_DOWN) else super()._answer(request)


class Lapse:
    """The clock, and what changes outside the program as time passes."""

    def __init__(self, arxiv: ArxivServer, mail: HostileServer) -> None:
        self.now = START
        self.arxiv, self.mail = arxiv, mail
        self.delivered_at: list[str] = []
        self.hours: list[dict[str, int]] = []

    def pass_time(self, seconds: float) -> None:
        before = self.now
        self.now += timedelta(seconds=max(seconds, 0.001))
        self.arxiv.now = self.now
        down = _within(self.now, MAIL_IS_DOWN)
        self.mail.scripts = ({"greeting": "421 4.3.2 closed for now"},) if down else ({},)
        delivered = len(self.mail.accepted) - len(self.delivered_at)
        self.delivered_at += [before.isoformat()] * delivered
        if before.hour != self.now.hour:
            self.hours.append(
                {"kilobytes": _resident(), "handles": len(list(Path("/proc/self/fd").iterdir()))}
            )
        if self.now >= END:
            raise Interrupted


def _resident() -> int:
    """Resident memory in kilobytes (proc(5), /proc/pid/status)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0])


def _replace_clocks(lapse: Lapse) -> None:
    """Let every clock of the program show the time of the lapse."""

    def sleep(clock: SystemClock, seconds: float) -> None:
        lapse.pass_time(seconds)
        clock.on_wait(0.0)

    class Now(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return lapse.now.replace(tzinfo=None)

    for name, method in {
        "now": lambda _clock: lapse.now,
        "epoch_seconds": lambda _clock: lapse.now.timestamp(),
        "sleep": sleep,
    }.items():
        setattr(SystemClock, name, method)
    scheduling: Any = schedule
    scheduling.datetime.datetime = Now


def main(folder: Path) -> None:
    logging.captureWarnings(capture=True)
    with Arxiv(load_papers(), START) as arxiv, HostileServer() as mail:
        lapse = Lapse(arxiv, mail)
        _replace_clocks(lapse)
        os.environ |= {
            "DIGEST_CONFIG": str(folder / "subscribers.yaml"),
            "DIGEST_ARXIV_API": arxiv.api_url,
            "DIGEST_ARXIV_FEED": arxiv.feed_url,
            "DIGEST_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
        }
        sys.argv = ["digest", "daemon"]
        with suppress(SystemExit):
            cli.main()
        print(json.dumps({"delivered_at": lapse.delivered_at, "hours": lapse.hours}))  # noqa: T201 - its purpose


if __name__ == "__main__":
    main(Path(sys.argv[1]))

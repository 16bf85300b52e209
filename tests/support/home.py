"""The program as people run it: a process of its own, in a folder, beside a small arXiv."""

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from digest.demo.server import ArxivServer
from tests.support.forked import ended, interpreted, start

PROJECT = Path(__file__).parents[2]
LEAST = "subscribers:\n  - email: ada@example.org\n    keywords: [Reward Model, Reasoning]\n"
SENDER = "mail:\n  from: Daily Papers <digest@example.org>\n"
TWO = LEAST + "  - email: bo@example.org\n    keywords: [Graph Neural Network]\n"


@dataclass
class Home:
    """A folder with a configuration; `digest` runs a command there, as of arXiv's virtual time."""

    folder: Path
    arxiv: ArxivServer
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, subscribers: str) -> None:
        (self.folder / "subscribers.yaml").write_text(subscribers)

    def at(self, moment: datetime) -> None:
        self.arxiv.now = moment

    def start(self, *arguments: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """A process that a fork server has ready: a real one, without the time that imports take."""
        return start("digest", *arguments, **self._surroundings(stderr))

    def digest(
        self, *arguments: str, stderr: int = subprocess.PIPE, stdout: int = subprocess.PIPE
    ) -> subprocess.CompletedProcess[str]:
        return ended(start("digest", *arguments, **self._surroundings(stderr) | {"stdout": stdout}))

    def digest_by_interpreter(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same with an interpreter of its own, as users start it."""
        return ended(interpreted("digest", *arguments, **self._surroundings(subprocess.PIPE)))

    def _surroundings(self, stderr: int) -> dict[str, Any]:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT),
            "DIGEST_ARXIV_API": self.arxiv.api_url,
            "DIGEST_ARXIV_FEED": self.arxiv.feed_url,
            "DIGEST_ARXIV_OAI": self.arxiv.oai_url,
            "DIGEST_ARXIV_INTERVAL": "0",
            "DIGEST_RETRY_SCALE": "0",
            "DIGEST_DNS_SERVER": "127.0.0.1:9",  # where nobody answers
            "DIGEST_NOW": self.arxiv.now.isoformat(),
            **self.environment,
        }
        return {"cwd": self.folder, "env": environment, "stdout": subprocess.PIPE, "stderr": stderr}

    def killed_after(self, seconds: float, *arguments: str) -> int:
        """Run a command and kill it, without mercy, unless it is done by then."""
        process = self.start(*arguments)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        return process.returncode

    def mails(self) -> Iterator[EmailMessage]:
        """What lies in the outbox, oldest first."""
        for file in sorted((self.folder / "outbox").glob("*.eml")):
            yield message_from_bytes(file.read_bytes(), policy=policy.default)

    @property
    def readme(self) -> str:
        return (self.folder / "README.md").read_text()

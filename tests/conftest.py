"""Guards that no test may cross: the network beyond this machine, real waiting, the home folder."""

import socket
import time
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["tests.support.browser"]

_LONGEST_SLEEP_SECONDS = 0.2


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            raise AssertionError(f"a test wants to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = time.sleep

    def guarded(seconds: float) -> None:
        if seconds > _LONGEST_SLEEP_SECONDS:
            raise AssertionError(f"a test wants to sleep for {seconds} s")
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", guarded)


@pytest.fixture(autouse=True)
def _nobody_at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "no-home"))
    for name in ("DIGEST_CONFIG", "DIGEST_STATE", "DIGEST_SMTP_URL", "DIGEST_SMTP_URL_FILE", "DIGEST_OUTBOX"):
        monkeypatch.delenv(name, raising=False)

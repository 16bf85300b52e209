"""Guards that no test may cross: the network beyond this machine, real waiting, the home folder; and how
thoroughly, and where, a session tests."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import memory

pytest_plugins = ["tests.support.browser"]

# Quick is for everybody who changes something: the same few examples each time, so that what fails is the
# change and not bad luck. Thorough finds what nobody thought of: other examples each time, and those again
# that failed once. A machine may be busy, which is no fault of an example.
settings.register_profile(
    "quick", max_examples=20, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "thorough",
    max_examples=100,
    derandomize=False,
    deadline=timedelta(seconds=2),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("quick")  # unless --hypothesis-profile names another one

_VARIABLES = (
    "DIGEST_CONFIG",
    "DIGEST_STATE",
    "DIGEST_SMTP_URL",
    "DIGEST_SMTP_URL_FILE",
    "DIGEST_INBOX_PASSWORD",
    "DIGEST_INBOX_PASSWORD_FILE",
    "DIGEST_OUTBOX",
)
_LONGEST_SLEEP_SECONDS = 0.2
_SLOW_FIXTURES = {"browser", "relay"}
"""Chromium and a whole Postfix: what needs them is exhaustive."""


def pytest_addoption(parser: pytest.Parser) -> None:
    words = "keep temporary folders in memory, where there is room, and keep none of them at the end"
    parser.addoption("--in-memory", action="store_true", help=words)


@pytest.hookimpl(tryfirst=True)  # before pytest chooses a folder; the workers of xdist get theirs in it
def pytest_configure(config: pytest.Config) -> None:
    wanted = config.option.in_memory and not (hasattr(config, "workerinput") or config.option.basetemp)
    if wanted and (folder := memory.new_folder()):
        config.option.basetemp = str(folder / "session")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.hookimpl(tryfirst=True)  # before others choose by markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _SLOW_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("exhaustive")


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
def _umask_stays() -> Iterator[None]:
    """The command line sets it, also where a test calls it in this process."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def _nobody_at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "no-home"))
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)

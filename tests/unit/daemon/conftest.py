import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.daemon.notify_socket import NotifySocket


@pytest.fixture(params=["path", "abstract"])
def notify_socket(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifySocket]:
    address = f"@daily-papers-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify")
    notify_socket = NotifySocket(address)
    yield notify_socket
    notify_socket.close()

import socket
import time
from pathlib import Path

import pytest


def test_no_test_reaches_beyond_this_machine() -> None:
    with socket.socket() as beyond, pytest.raises(AssertionError, match=r"reach 192\.0\.2\.1"):
        beyond.connect(("192.0.2.1", 80))


def test_no_test_waits_for_real() -> None:
    with pytest.raises(AssertionError, match=r"sleep for 1 s"):
        time.sleep(1)


def test_no_test_finds_a_home_folder() -> None:
    assert not Path.home().exists()

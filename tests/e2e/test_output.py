"""Output that cannot be encoded or written: the work is done all the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.home import LEAST, PROJECT, Home

FULL = "error: standard output cannot be written: No space left on device"


def shell(home: Home, script: str) -> subprocess.CompletedProcess[str]:
    """A line for the shell; `digest` is the program with an interpreter of its own."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), **home.environment}
    program = f'set -o pipefail; digest() {{ {sys.executable} -W error -m digest "$@"; }}; '
    return subprocess.run(
        ["bash", "-c", program + script],
        cwd=home.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_whose_output_is_lost_has_done_its_work(home: Home) -> None:
    with Path("/dev/full").open("w") as full:
        done = home.digest("run", stdout=full.fileno())
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == (
        "warning: standard output cannot be written: No space left on device; the work is done"
    )
    assert [mail["To"] for mail in home.mails()] == ["ada@example.org"]


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "arguments", [["check"], ["status"], ["status", "--json"], ["explain", "2606.00001"]]
)
def test_a_command_that_only_tells_has_failed_when_nobody_hears_it(home: Home, arguments: list[str]) -> None:
    home.digest("unsubscribe", "ada@example.org")  # makes a state
    with Path("/dev/full").open("w") as full:
        done = home.digest(*arguments, stdout=full.fileno())
    assert (done.returncode, done.stderr.splitlines()) == (1, [FULL])


def test_a_status_that_says_more_is_kept(home: Home) -> None:
    home.write(LEAST.replace("ada@example.org", "ada"))
    with Path("/dev/full").open("w") as full:
        assert home.digest("check", stdout=full.fileno()).returncode == 2


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("script", "status", "stderr"),
    [
        ("digest check | head -c 1", 0, ""),
        ("digest check >&-", 1, "error: standard output cannot be written: Bad file descriptor\n"),
        ("digest check 2>&-", 0, ""),
        ("digest check <&- >&- 2>&-", 1, ""),
        ("digest run 2>/dev/full", 75, ""),
        ("digest run --nonsense 2>/dev/full", 2, ""),
        ("digest inbox - <&-", 75, "Error: Could not open file '-': Bad file descriptor\n"),
        ("PYTHONIOENCODING=latin-1 digest doctor 2>/dev/null", 1, ""),
    ],
)
def test_streams_that_are_closed_full_or_not_read_are_no_bug(
    home: Home, script: str, status: int, stderr: str
) -> None:
    home.environment |= {
        "DIGEST_ARXIV_API": "http://127.0.0.1:9/",
        "DIGEST_ARXIV_FEED": "http://127.0.0.1:9/",
    }
    home.environment |= {"DIGEST_RETRY_SCALE": "0", "DIGEST_ARXIV_INTERVAL": "0"}
    done = shell(home, script)
    assert (done.returncode, done.stderr) == (status, stderr)

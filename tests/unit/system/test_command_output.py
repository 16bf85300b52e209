"""Commands that are run for what they print; tests/unit/mail/smtp/test_token.py has those that fail."""

import time
from pathlib import Path

import pytest

from digest.system.command_output import Output, command_output


def test_a_command_prints_to_both_outputs_and_has_a_status(tmp_path: Path) -> None:
    words = ["sh", "-c", "echo out; echo err >&2; exit 3"]
    assert command_output(words, tmp_path, 5) == Output(b"out\n", b"err\n", 3)


def test_a_command_runs_in_its_folder_and_has_nothing_to_read(tmp_path: Path) -> None:
    assert command_output(["sh", "-c", "pwd; cat"], tmp_path, 5).stdout.decode() == f"{tmp_path}\n"


def test_what_a_command_has_started_ends_with_it(tmp_path: Path) -> None:
    started = command_output(["sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"], tmp_path, 5).stdout
    status = Path(f"/proc/{int(started)}/stat")
    for _ in range(100):
        if not status.exists() or status.read_text().split()[2] == "Z":
            return
        time.sleep(0.01)
    pytest.fail("it is still there")


@pytest.mark.parametrize("output", ["", " >&2"], ids=["standard output", "standard error"])
def test_output_without_end_is_cut_off(tmp_path: Path, output: str) -> None:
    with pytest.raises(OSError, match=r"^it prints more than 100,000 bytes$"):
        command_output(["sh", "-c", f"yes{output}"], tmp_path, 5)

"""A forked command is, to all that may be seen of it, what an interpreter of its own makes of it."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.forked import PROJECT, Forked, ForkServer, ended, interpreted, start
from tests.support.home import Home
from tests.support.variations import variations

Start = Callable[..., subprocess.Popen[str]]
MINIMUM = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)}
PROBE = "tests.support.probe"
BOTH_WAYS = pytest.mark.parametrize("begin", [interpreted, Forked], ids=["interpreter", "forked"])


def run(begin: Start, *command: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    files = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": MINIMUM, **options}
    return ended(begin(*command, cwd=cwd, **files))


def said(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    """Its exit status and all that it wrote, without the time of each log line."""
    return done.returncode, done.stdout, re.sub(r"^\S+ \S+(?= [A-Z]+ )", "…", done.stderr, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "line",
    variations(
        ["--version", "--help", "nonsense", "check", "status", "run --dry-run", "explain x"], ["nonsense"]
    ),
)
def test_both_ways_a_command_says_and_answers_the_same(home: Home, line: str) -> None:
    arguments = line.split()
    forked, interpreter = home.digest(*arguments), home.digest_by_interpreter(*arguments)
    assert said(forked) == said(interpreter)
    assert forked.stdout + forked.stderr


@pytest.mark.exhaustive
def test_both_ways_a_run_writes_the_same(home: Home) -> None:
    written = []
    for begin in (home.digest, home.digest_by_interpreter):
        said_now = said(begin("run"))
        written.append((said_now, [mail["Subject"] for mail in home.mails()], home.readme))
        for folder in ("outbox", "state"):
            shutil.rmtree(home.folder / folder)
        (home.folder / "README.md").unlink()
    assert written[0] == written[1]


def test_both_ways_a_process_has_the_same_surroundings(tmp_path: Path) -> None:
    """tests/support/probe.py lists what they are."""
    environment = {**MINIMUM, "TZ": "Asia/Kathmandu", "ODD": "\udce4"}
    found = []
    before = os.umask(0o027)
    try:
        for begin in (interpreted, Forked):
            with open(os.devnull) as nothing:
                done = run(begin, PROBE, "a", "-b", cwd=tmp_path, env=environment, stdin=nothing)
            found.append(json.loads(done.stdout))
    finally:
        os.umask(before)
    assert found[0] == found[1]
    assert found[0]["folder"] == str(tmp_path)
    assert (found[0]["descriptors"], found[0]["threads"]) == ([0, 1, 2], 1)


@BOTH_WAYS
def test_a_kill_without_mercy_shows_in_the_exit_status(begin: Start, tmp_path: Path) -> None:
    process = begin(PROBE, "sleep", cwd=tmp_path, env=MINIMUM, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.communicate()[0] == ""
    assert (process.returncode, process.poll(), process.wait()) == (-signal.SIGKILL,) * 3
    process.kill()  # nobody is there any more


@BOTH_WAYS
def test_a_signal_and_an_exception_end_it_as_they_end_python(begin: Start, tmp_path: Path) -> None:
    process = begin(PROBE, "sleep", cwd=tmp_path, env=MINIMUM, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    process.terminate()
    assert ended(process).returncode == -signal.SIGTERM
    failed = run(begin, PROBE, "fail", cwd=tmp_path)
    assert (failed.returncode, failed.stderr.splitlines()[-1]) == (1, "ValueError: as was wished")


@BOTH_WAYS
def test_standard_input_may_be_a_pipe(begin: Start, tmp_path: Path) -> None:
    process = begin(PROBE, "cat", cwd=tmp_path, env=MINIMUM, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.communicate("ä\r\nb\n")[0] == "ä\nb\n"


def test_nobody_but_the_process_has_its_pipes(tmp_path: Path) -> None:
    with Forked(PROBE, "close", cwd=tmp_path, env=MINIMUM, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.read() == ""  # while it lives
        assert process.poll() is None
        process.kill()


def test_who_is_no_longer_wanted_is_killed(tmp_path: Path) -> None:
    process = Forked(PROBE, "sleep", cwd=tmp_path, env=MINIMUM, stdout=subprocess.PIPE)
    assert process.stdout
    with process.stdout as stream:
        stream.readline()
        ForkServer.stop()
        assert stream.read() == ""
    assert process.wait() == -signal.SIGKILL
    assert not Path(f"/proc/{process.pid}").exists()


@pytest.mark.parametrize(
    "variable", [{"PYTHONPATH": "/elsewhere"}, {"LC_ALL": "C.UTF-8"}, {"PYTHONUTF8": "1"}], ids=str
)
def test_what_only_a_starting_interpreter_reads_gets_one(tmp_path: Path, variable: dict[str, str]) -> None:
    process = start("http", cwd=tmp_path, env={**MINIMUM, **variable}, stderr=subprocess.PIPE)
    assert not isinstance(process, Forked)
    assert ended(process).returncode == 1


# ---- as users start them


def test_an_interpreter_of_its_own_tells_the_version(home: Home) -> None:
    done = home.digest_by_interpreter("--version")
    assert (done.returncode, done.stdout[:7], done.stderr) == (0, "digest,", "")


@pytest.mark.exhaustive
def test_an_interpreter_of_its_own_runs(home: Home) -> None:
    done = home.digest_by_interpreter("run")
    assert (done.returncode, len(list(home.mails()))) == (0, 1), done.stderr


@pytest.mark.exhaustive
def test_an_interpreter_of_its_own_shows_the_demo(home: Home) -> None:
    home.environment["TMPDIR"] = str(home.folder)
    done = home.digest_by_interpreter("--quiet", "demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(home.folder.glob("daily-papers-demo-*/**/*.html"))

"""The files in deploy/ are what systemd, Docker and cron take them for, and docs/running.md is true."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from digest.cli import cli
from digest.config.load import load_config
from digest.demo.papers import load_papers
from digest.demo.scenario import DAYS
from digest.demo.server import ArxivServer
from digest.domain.settings import SmtpServer
from digest.mail.smtp.limits import Timeouts
from digest.pipeline.results import PAUSES_SECONDS
from digest.sources.arxiv.calendar import ArxivCalendar
from digest.store.database import BUSY_SECONDS
from tests.support.tools import required_tool

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "deploy"
PAGE = (PROJECT / "docs" / "running.md").read_text()
DAEMON, RUN, TIMER = "daily-papers.service", "daily-papers-run.service", "daily-papers-run.timer"
PROGRAM = "/opt/daily-papers/.venv/bin/digest"
STOP_SECONDS = 960
HIGHEST_EXPOSURE = 2.0
"""Of 10, as `systemd-analyze security` counts."""

LEAST = "subscribers:\n  - email: ada@example.org\n    keywords: [Reward Model]\n"


def systemd_analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = required_tool("systemd", "systemd-analyze")
    return subprocess.run(
        [program, *arguments],
        env={"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def settings(unit: str) -> list[tuple[str, str]]:
    """The assignments of a unit file, in its order (systemd.syntax(7))."""
    return re.findall(r"^(\w+)=(.*)$", (DEPLOY / unit).read_text(), re.MULTILINE)


def setting(unit: str, name: str) -> str:
    (value,) = (value for found, value in settings(unit) if found == name)
    return value


def seconds(span: str) -> float:
    """A time span as systemd.time(7) reads it."""
    output = systemd_analyze("timespan", span).stdout
    return int(re.findall(r"s: (\d+)$", output, re.MULTILINE)[0]) / 1_000_000


def instructions() -> list[tuple[str, str]]:
    """Those of the Dockerfile: instruction and arguments."""
    lines = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
    words = (line.partition(" ") for line in lines.replace("\\\n", " ").splitlines())
    return [(instruction, arguments) for instruction, _, arguments in words]


def last(instruction: str) -> str:
    return [arguments for found, arguments in instructions() if found == instruction][-1]


def compose() -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def cron_line() -> tuple[list[str], str]:
    """The five fields and the command of the one line that is no comment (crontab(5))."""
    lines = (DEPLOY / "crontab").read_text().splitlines()
    (line,) = (line for line in lines if line and not line.startswith("#"))
    *fields, command = line.split(maxsplit=5)
    return fields, command


def health_check() -> list[str]:
    command: list[str] = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    return command


def typed(page: str) -> list[str]:
    """What the page asks to type, by root or anybody."""
    blocks = re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return re.findall(r"^[$#] (.*)$", "".join(blocks), re.MULTILINE)


def command_lines() -> list[str]:
    """Each `digest ...` of the page and of deploy/, without its first word."""
    shown = [match[1] for line in typed(PAGE) if (match := re.search(r"(?:^|[ /])digest (.+)$", line))]
    output = re.findall(r"`digest ([^`]+)`", PAGE)
    exec_form = [" ".join(json.loads(last("CMD"))), " ".join(health_check())]
    started = [*exec_form, *(setting(unit, "ExecStart") for unit in (DAEMON, RUN)), cron_line()[1]]
    return sorted({*shown, *output, *(line.partition("digest ")[2] for line in started)})


@pytest.mark.parametrize("unit", [DAEMON, RUN, TIMER])
def test_systemd_finds_no_fault_in_a_unit(unit: str, tmp_path: Path) -> None:
    for name in (DAEMON, RUN, TIMER):
        text = (DEPLOY / name).read_text()
        (tmp_path / name).write_text(text.replace(f"ExecStart={PROGRAM}", "ExecStart=/bin/true"))
    done = systemd_analyze("verify", "--man=no", str(tmp_path / unit))
    about_us = [line for line in done.stderr.splitlines() if "daily-papers" in line]
    assert (done.returncode, about_us) == (0, [])


@pytest.mark.parametrize("unit", [DAEMON, RUN])
def test_a_service_is_exposed_to_little_and_exposes_little(unit: str) -> None:
    output = systemd_analyze("security", "--offline=yes", "--no-pager", str(DEPLOY / unit)).stdout
    (exposure,) = re.findall(rf"Overall exposure level for {unit}: ([\d.]+)", output)
    assert float(exposure) <= HIGHEST_EXPOSURE


def test_both_services_live_in_the_same_place_behind_the_same_fences() -> None:
    user = ("User", "daily-papers")
    daemon, run = settings(DAEMON), settings(RUN)
    assert daemon[daemon.index(user) :] == [*run[run.index(user) :], ("WantedBy", "multi-user.target")]


def test_no_service_is_given_up_before_the_longest_wait_for_a_mail_server_is_over() -> None:
    assert seconds(setting(DAEMON, "WatchdogSec")) >= 2 * Timeouts().end_of_data
    assert {seconds(setting(unit, "TimeoutStopSec")) for unit in (DAEMON, RUN)} == {STOP_SECONDS}
    recording = sum(PAUSES_SECONDS) + (len(PAUSES_SECONDS) + 1) * BUSY_SECONDS
    assert Timeouts().end_of_data + recording + 60 <= STOP_SECONDS


@pytest.mark.parametrize("since", ["2026-03-05", "2026-10-29"], ids=["summer time begins", "and ends"])
def test_the_timer_elapses_when_the_feed_has_just_turned(since: str) -> None:
    output = systemd_analyze(
        "calendar", f"--base-time={since}", "--iterations=20", setting(TIMER, "OnCalendar")
    ).stdout
    elapses = [
        datetime.strptime(f"{found} +0000", "%Y-%m-%d %H:%M:%S %z")
        for found in re.findall(r"(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+) UTC", output)
    ]
    behind = [moment - ArxivCalendar().latest_announcement(moment) for moment in elapses]
    assert behind == [timedelta(hours=hours, minutes=15) for _ in range(5) for hours in (0, 2, 4, 6)]


def test_the_image_is_built_from_the_package_alone() -> None:
    copied = [arguments.split()[:-1] for found, arguments in instructions() if found == "COPY"]
    sources = [source for words in copied if not words[0].startswith("--from") for source in words]
    about = ["pyproject.toml", "setup.cfg", "constraints.txt", "README.md", "LICENSE"]
    assert sources == [*about, "digest", "templates", "deploy/github", "deploy/home"]
    assert all((PROJECT / source).exists() for source in sources)


def test_the_container_runs_as_nobody_in_particular() -> None:
    assert last("USER") == "10001:10001"
    assert last("WORKDIR") == last("VOLUME") == "/data"


def test_signals_reach_the_program_in_the_container_and_no_shell() -> None:
    assert json.loads(last("CMD")) == ["digest", "daemon"]
    assert health_check() == ["digest", "status", "--alive"]
    assert not {"ENTRYPOINT", "SHELL", "STOPSIGNAL"} & {found for found, _ in instructions()}


def test_nothing_but_the_volume_and_tmp_is_written_to_under_compose() -> None:
    service = compose()["services"]["daily-papers"]
    assert (service["read_only"], service["tmpfs"]) == (True, ["/tmp"])
    assert (service["volumes"], service["cap_drop"]) == (["../data:/data"], ["ALL"])


def test_a_container_is_not_given_up_either() -> None:
    max_wait = str(compose()["services"]["daily-papers"]["stop_grace_period"])
    assert seconds(max_wait) == STOP_SECONDS


def test_a_secret_is_taken_with_the_permissions_that_docker_gives_it(tmp_path: Path) -> None:
    image = dict(arguments.split("=", 1) for found, arguments in instructions() if found == "ENV")
    service = compose()["services"]["daily-papers"]["environment"]
    assert isinstance(service, dict)
    environment = {
        name: value.replace("/run/secrets", str(tmp_path)) for name, value in (image | service).items()
    }
    (tmp_path / "smtp-url").write_text("smtps://user:password@mail.example.org:465\n")
    (tmp_path / "smtp-url").chmod(0o444)
    file = tmp_path / "subscribers.yaml"
    file.write_text(LEAST + "mail: {from: a@example.org}\n")
    server = SmtpServer("mail.example.org", 465, "tls", "user", "password")
    assert load_config(file, environment).smtp == server


def test_the_line_for_cron_has_five_fields_and_no_percent_sign() -> None:
    fields, command = cron_line()
    assert [re.sub(r"[\d,*/-]+", "", field) for field in fields] == [""] * 5
    assert "%" not in command  # a line end, to cron


@pytest.mark.exhaustive
def test_cron_hears_nothing_of_a_run_that_went_well(tmp_path: Path) -> None:
    folder = tmp_path / "daily-papers"
    program = folder / ".venv" / "bin" / "digest"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m digest "$@"\n')
    program.chmod(0o700)
    (folder / "subscribers.yaml").write_text(LEAST)
    with ArxivServer(load_papers(), DAYS[0]) as arxiv:
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "PYTHONPATH": str(PROJECT),
            "DIGEST_ARXIV_API": arxiv.api_url,
            "DIGEST_ARXIV_FEED": arxiv.feed_url,
            "DIGEST_ARXIV_INTERVAL": "0",
            "DIGEST_NOW": DAYS[0].astimezone(UTC).isoformat(),
        }
        _, command = cron_line()
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd="/", env=environment, capture_output=True, text=True, timeout=60
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(list((folder / "outbox").glob("*.eml"))) == 1


def test_the_page_puts_everything_where_the_services_look_for_it() -> None:
    state = setting(DAEMON, "WorkingDirectory").replace("%S", "/var/lib")
    secret = setting(DAEMON, "LoadCredential").partition(":")[2]
    lines = typed(PAGE)
    assert f"install -d -m 700 {state} {Path(secret).parent}" in lines
    assert f"install -m 600 subscribers.yaml {state}/" in lines
    assert f"install -m 600 /dev/null {secret}" in lines
    assert f"/usr/bin/python3 -m venv {Path(PROGRAM).parents[1]}" in lines


def test_the_page_starts_the_container_as_it_was_built() -> None:
    (started,) = (line for line in typed(PAGE) if line.startswith("docker run "))
    assert f' --read-only --tmpfs /tmp --volume "$PWD/data:{last("VOLUME")}" ' in started
    assert f" --stop-timeout {STOP_SECONDS} " in started
    assert f"chown -R {last('USER')} data smtp-url" in typed(PAGE)


@pytest.mark.parametrize("line", command_lines())
def test_each_command_line_is_understood(line: str) -> None:
    done = CliRunner().invoke(cli, [*line.split(), "--help"])
    assert (done.exit_code, done.output[:6]) == (0, "Usage:")


@pytest.mark.parametrize("key", sorted(set(re.findall(r"`(\w+):`", PAGE))))
def test_each_key_of_the_configuration_exists(key: str) -> None:
    assert f'"{key}": {{' in (PROJECT / "docs" / "subscribers.schema.json").read_text()


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"DIGEST_\w+", PAGE))))
def test_each_variable_is_read(variable: str) -> None:
    sources = "".join(path.read_text() for path in (PROJECT / "digest").rglob("*.py"))
    assert f'"{variable}"' in sources

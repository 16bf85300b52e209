"""The commands beside `run`, as processes."""

import json
import signal
import sys
import time
from datetime import timedelta

import pytest

from digest.cli import cli, main
from digest.demo.story import DAYS
from digest.files import exclusive_lock
from digest.interrupts import Interrupted
from tests.e2e.home import LEAST, TWO, Home
from tests.mailbox import Mailbox, serving

NEW = "2606.13871"
SENDER = "mail:\n  from: Daily Papers <digest@example.org>\n"


@pytest.fixture
def second_day(home: Home) -> Home:
    """A home where two days were lived."""
    home.write(TWO)
    for day in DAYS[:2]:
        home.at(day)
        assert home.digest("run").returncode == 0
    return home


def test_check_shows_what_arxiv_is_asked_for(home: Home) -> None:
    done = home.digest("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "subscribers.yaml: 1 subscriber, no faults",
        '  Reward Model  (ti:"Reward Model" OR abs:"Reward Model")',
        '  Reasoning     (ti:"Reasoning" AND abs:"Reasoning")',
    ]
    assert home.arxiv.requests == []
    assert [path.name for path in home.folder.iterdir()] == ["subscribers.yaml"]


def test_the_configuration_may_lie_elsewhere(home: Home) -> None:
    (home.folder / "subscribers.yaml").rename(home.folder / "readers.yaml")
    assert home.digest("check").returncode == 2
    assert home.digest("--config", "readers.yaml", "check").returncode == 0
    home.environment["DIGEST_CONFIG"] = "readers.yaml"
    assert home.digest("check").returncode == 0


def test_status_tells_how_everything_stands(second_day: Home) -> None:
    told = second_day.digest("status").stdout.splitlines()
    assert told == [
        "Keywords",
        "  Reward Model",
        "    last good answer 2026-06-24 07:00 UTC, 2 new papers; 18 known",
        "  Reasoning",
        "    last good answer 2026-06-24 07:00 UTC, 3 new papers; 20 known",
        "  Graph Neural Network",
        "    last good answer 2026-06-24 07:00 UTC, 1 new paper; 7 known",
        "Subscribers",
        "  ada@example.org",
        "    last mail 2026-06-24 07:00 UTC, 23 papers so far",
        "  bo@example.org",
        "    last mail 2026-06-24 07:00 UTC, 7 papers so far",
    ]


def test_status_as_json_has_the_same_facts(second_day: Home) -> None:
    found = json.loads(second_day.digest("status", "--json").stdout)
    assert found["keywords"][2] | {"last_good_at": ""} == {
        "name": "Graph Neural Network",
        "last_good_at": "",
        "new": 1,
        "papers": 7,
        "failing_since": None,
        "problem": "",
    }
    assert found["subscribers"][1] | {"last_mail_at": ""} == {
        "email": "bo@example.org",
        "last_mail_at": "",
        "papers": 7,
        "waiting": 0,
        "on_the_way": None,
        "retry_at": None,
        "failed": 0,
        "problem": "",
        "suppressed": None,
    }


def test_status_tells_what_failed_and_waits(second_day: Home) -> None:
    second_day.at(DAYS[2])
    second_day.write(TWO + SENDER)
    second_day.environment["DIGEST_SMTP_URL"] = "smtp://127.0.0.1:9"
    second_day.digest("run")
    told = second_day.digest("status").stdout.splitlines()
    ada = told.index("  ada@example.org")
    assert told[ada + 2] == "    a mail is on its way: pending"
    assert "the mail server 127.0.0.1:9 cannot be used" in told[ada + 3]


def test_before_the_first_run_there_is_no_status(home: Home) -> None:
    done = home.digest("status")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"error: {home.folder}/state/digest.sqlite3: there is no state yet",
        "hint: it comes with the first `digest run`",
    ]


def test_explain_tells_why_a_paper_was_sent(second_day: Home) -> None:
    told = second_day.digest("explain", f"https://arxiv.org/abs/{NEW}v1").stdout.splitlines()
    assert told[0].startswith(f"{NEW}v1  ")
    assert told[1].startswith("first submitted 2026-05-20")
    assert told[2] == "Reasoning: “Reasoning” in title and abstract"
    assert told[3] == "    first seen 2026-06-24 07:00 UTC; new: announced since the keyword began"
    assert told[-1] == "sent to 1 subscriber: 2026-06-24 07:00 UTC"


def test_explain_tells_why_a_paper_was_not_sent(second_day: Home) -> None:
    revised = second_day.digest("explain", "2605.13107").stdout.splitlines()
    assert revised[0].startswith("2605.13107v2  ")
    assert "not new: announced before the keyword began, or a revision of an older paper" in revised[3]
    unseen = second_day.digest("explain", "2606.13340").stdout.splitlines()
    assert unseen[0] == "2606.13340 was never seen: no keyword has found it so far."


def test_explain_tells_for_whom_a_paper_waits(second_day: Home) -> None:
    second_day.at(DAYS[2])
    second_day.digest("run", "--only", "bo@example.org")
    second_day.write(TWO.replace("[Graph Neural Network]", "[Reward Model]"))
    second_day.digest("run", "--only", "ada@example.org")
    told = second_day.digest("explain", "2606.15104").stdout.splitlines()
    assert told[-2:] == [
        "sent to 1 subscriber: 2026-06-25 07:00 UTC",
        "waits for 1 subscriber: it comes with their next mail",
    ]


def test_explain_wants_an_identifier(home: Home) -> None:
    done = home.digest("explain", "reward")
    assert done.returncode == 2
    assert "not an arXiv identifier: 'reward'; it looks like 2606.12345" in done.stderr


def test_doctor_finds_everything_well(home: Home) -> None:
    home.write(LEAST + SENDER)
    with serving(Mailbox()) as port:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://localhost:{port}"
        done = home.digest("doctor")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines() == [
        "✓ subscribers.yaml has no faults",
        f"✓ the state {home.folder}/state/digest.sqlite3 can be written",
        f"✓ arXiv answers at {home.arxiv.api_url}",
        f"✓ the mail server localhost:{port} takes our TLS and password",
    ]


def test_doctor_names_each_trouble_and_its_remedy(home: Home) -> None:
    (home.folder / "state").write_text("in the way")
    (home.folder / "outbox").write_text("in the way")
    home.environment["DIGEST_ARXIV_API"] = "http://127.0.0.1:9/api/query"
    done = home.digest("doctor")
    assert done.returncode == 1
    troubles = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert len(troubles) == 3


def test_doctor_finds_a_damaged_state(home: Home) -> None:
    home.digest("run")
    state = home.folder / "state" / "digest.sqlite3"
    content = bytearray(state.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    state.write_bytes(content)
    done = home.digest("doctor")
    assert done.returncode == 1
    assert f"    {state}: the state is damaged: " in done.stdout


def test_the_demo_needs_nothing_and_says_where_everything_lies(home: Home) -> None:
    (home.folder / "subscribers.yaml").unlink()
    home.environment = {"DIGEST_ARXIV_API": "", "DIGEST_NOW": "", "TMPDIR": str(home.folder)}
    done = home.digest("--quiet", "demo")
    assert (done.returncode, done.stderr) == (0, "")
    pages = [line.strip() for line in done.stdout.splitlines() if line.endswith(".html")]
    assert len(pages) == 6
    (folder,) = home.folder.glob("daily-papers-demo-*")
    assert all(page.startswith(str(folder)) for page in pages)
    assert "## Graph Neural Network" in (folder / "README.md").read_text()


def test_the_daemon_serves_at_the_hour_and_ends_on_a_signal(home: Home) -> None:
    home.at(DAYS[0] - timedelta(hours=1))
    home.digest("run")
    home.at(DAYS[1])  # seven o'clock: due with the first tick
    process = home.start("daemon")
    try:
        deadline = time.monotonic() + 20
        while len(list(home.mails())) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        second = home.digest("daemon")
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (0, "")
    assert len(list(home.mails())) == 2
    assert [line.split(" ", 3)[3] for line in err.splitlines()] == [
        "1 of 1 subscribers are due",
        "asking arXiv for 2 keywords",
        "asked for 2 keywords: 5 new papers",
        "sent 1 mail with 5 papers",
        "the archive was brought up to date",
        "ended by a signal",
    ]
    assert second.returncode == 75


def test_a_daemon_waits_for_a_run_that_is_under_way(home: Home) -> None:
    with exclusive_lock(home.folder / "state" / "run.lock", wait=False):
        process = home.start("daemon")
        assert process.stderr
        line = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert "another run holds the lock" in line
    assert process.returncode == 0


def test_a_moment_that_is_none_is_a_mistake(home: Home) -> None:
    home.environment["DIGEST_NOW"] = "tomorrow"
    done = home.digest("check")
    assert done.returncode == 2
    assert done.stderr.startswith("DIGEST_NOW: ")


@pytest.mark.parametrize(
    ("raised", "status"),
    [(ZeroDivisionError("a bug"), 3), (Interrupted(), 130), (KeyboardInterrupt(), 130)],
    ids=["a bug", "a signal", "Ctrl-C"],
)
def test_what_nobody_anticipated_has_its_own_status(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, raised: BaseException, status: int
) -> None:
    def fail(**_: object) -> None:
        raise raised

    monkeypatch.setattr(cli, "main", fail)
    monkeypatch.setattr(sys, "argv", ["digest", "check"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == status
    assert ("ZeroDivisionError: a bug" in caplog.text) == (status == 3)


def test_a_word_that_is_no_command_is_a_mistake(home: Home) -> None:
    done = home.digest("rnu")
    assert done.returncode == 2
    assert "No such command 'rnu'" in done.stderr


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("digest.html", "one\n{% for %}", "digest.html:2: "),
        ("digest.txt", "{{ digest.papers }}", "digest.txt:1: "),
        ("digest.css", "p:nth-child { margin: 0 }", "digest.css: "),
        ("archive.md", "\n\n{{ nothing }}", "archive.md:3: "),
        ("digest.txt", "{% if digest.place %}{{ nothing }}{% endif %}", "digest.txt:1: "),
        ("archive.md", "{% for s in sections if s.stale_since %}{{ nothing }}{% endfor %}", "archive.md:1: "),
    ],
)
def test_check_names_the_line_of_a_broken_template(
    second_day: Home, name: str, source: str, fault: str
) -> None:
    mine = second_day.folder / "mine"
    mine.mkdir()
    (mine / name).write_text(source)
    second_day.write(LEAST + "templates: mine\n")
    done = second_day.digest("check")
    assert (done.returncode, done.stderr) == (2, "")
    assert fault in done.stdout
    assert len(done.stdout.splitlines()) == 1


def test_a_template_of_ones_own_wins_and_the_others_stay(second_day: Home) -> None:
    mine = second_day.folder / "mine"
    mine.mkdir()
    (mine / "digest.txt").write_text("Good morning. {{ digest.subject }}\n")
    second_day.write(LEAST + "templates: mine\n")
    second_day.at(DAYS[2])
    assert second_day.digest("run").returncode == 0
    mail = list(second_day.mails())[-1]
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert text.get_content().startswith("Good morning. ")
    assert page is not None
    assert "<h1" in page.get_content()

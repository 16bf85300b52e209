"""`digest run`, from the configuration to the mails and the archive."""

import re
import signal
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from digest.demo.scenario import DAYS
from digest.demo.server import Reply
from digest.system.locks import exclusive_lock
from tests.support.home import LEAST, SENDER, TWO, Home
from tests.support.hostile_smtp import HostileServer
from tests.support.mailbox import Mailbox, serving
from tests.support.pseudo_terminal import pseudo_terminal

ABS = re.compile(r"https://arxiv\.org/abs/(\d{4}\.\d{5})v\d+")
LATE = "2606.13871"  # submitted five weeks before its announcement on the second day


def papers_in(mail: EmailMessage) -> set[str]:
    """The papers of a mail; both of its parts must have the same ones."""
    found = []
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert isinstance(part, EmailMessage)
        found.append(set(ABS.findall(part.get_content())))
    assert found[0] == found[1]
    return found[0]


def in_one_line(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return " ".join(str(part.get_content()).split())


HINT = "`digest check --volume` compares match: title-or-abstract"


def cut_off(reply: Reply) -> Reply:
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def busy(reply: Reply) -> Reply:
    return replace(reply, status=429, body=b"Rate exceeded.", content_type="text/plain")


def test_a_first_run_needs_four_lines_of_configuration(home: Home) -> None:
    done = home.digest("run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Reward Model  16 papers so far; 8 in the last 30 days",
        f"Reasoning     17 papers so far; 9 in the last 30 days; {HINT}",
        "1 mail sent, with 18 papers",
        "the archive was brought up to date",
        f"the mails are in {home.folder}/outbox; open the .html files in a browser",
    ]
    (mail,) = home.mails()
    assert (mail["To"], mail["From"]) == ("ada@example.org", "Daily Papers <digest@localhost>")
    assert len(papers_in(mail)) == 18
    assert "Last update: 2026-06-23\n\n## Reward Model\n" in home.readme


def test_each_day_brings_only_what_is_new(home: Home) -> None:
    known: set[str] = set()
    for day, new in zip(DAYS, (18, 5, 4), strict=True):
        home.at(day)
        assert home.digest("run").returncode == 0
        papers = papers_in(list(home.mails())[-1])
        assert (len(papers), papers & known) == (new, set())
        known |= papers
    assert LATE in known
    assert len(list(home.mails())) == len(DAYS)


def test_a_second_run_at_once_sends_and_changes_nothing(home: Home) -> None:
    home.digest("run")
    before = {path: path.read_bytes() for path in home.folder.rglob("*.[emh]*")}
    asked = len(home.arxiv.requests)
    done = home.digest("run")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "Reward Model  up to date: arXiv has announced nothing since",
        "Reasoning     up to date: arXiv has announced nothing since",
        "no mail to send",
    ]
    assert len(home.arxiv.requests) == asked
    assert {path: path.read_bytes() for path in home.folder.rglob("*.[emh]*")} == before


@pytest.mark.exhaustive
def test_a_mail_without_papers_says_among_how_many_there_was_none(home: Home) -> None:
    home.write("mail: {when_empty: send}\nsubscribers: [{email: ada@example.org, keywords: [Galaxy]}]\n")
    for day in DAYS[:2]:
        home.at(day)
        assert home.digest("run").returncode == 0
    none = "none has “Galaxy” in title and abstract. No earlier one is known."
    said = [re.findall(r"arXiv announced.*? known\.", in_one_line(mail)) for mail in home.mails()]
    assert said == [[f"arXiv announced 5 papers; {none}"]] * 2


@pytest.mark.exhaustive
def test_text_of_a_person_in_the_archive_file_stays(home: Home) -> None:
    words = b"# Mine\r\n\r\nin latin-1: \xe4\r\n"
    (home.folder / "README.md").write_bytes(words)
    home.digest("run")
    assert (home.folder / "README.md").read_bytes().startswith(words)


@pytest.mark.exhaustive
def test_a_dry_run_records_sends_and_publishes_nothing(home: Home) -> None:
    done = home.digest("run", "--dry-run")
    assert done.stdout.splitlines() == [
        "a dry run: nothing is sent, remembered or published; a run would give:",
        "Reward Model  16 papers so far; 8 in the last 30 days",
        f"Reasoning     17 papers so far; 9 in the last 30 days; {HINT}",
        "1 mail sent, with 18 papers",
    ]
    left = {path.name for path in home.folder.rglob("*") if path.is_file()}
    assert left == {"subscribers.yaml", "arxiv.lock"}


def test_what_a_killed_run_left_of_a_mail_is_removed(home: Home) -> None:
    (home.folder / "outbox").mkdir()
    (home.folder / "outbox" / ".2026-06-22-0700-0123456789abcdef.eml.abcd1234.unfinished").touch()
    assert home.digest("run").returncode == 0
    assert [file.suffix for file in sorted((home.folder / "outbox").iterdir())] == [".eml", ".html"]


@pytest.mark.exhaustive
def test_a_run_may_serve_only_one_subscriber(home: Home) -> None:
    home.write(TWO)
    assert home.digest("run", "--only", "bo@example.org").returncode == 0
    assert [mail["To"] for mail in home.mails()] == ["bo@example.org"]
    home.digest("run")
    assert Counter(mail["To"] for mail in home.mails()) == {"ada@example.org": 1, "bo@example.org": 1}


def test_an_address_that_nobody_has_is_a_mistake(home: Home) -> None:
    done = home.digest("run", "--only", "eve@example.org")
    assert done.returncode == 2
    assert "not every address is a subscriber's in subscribers.yaml" in done.stderr


def test_faults_of_the_configuration_are_reported_all_at_once(home: Home) -> None:
    home.write("subscribers:\n  - email: ada\n    keyword: [Reasoning]\n")
    checked = home.digest("check")
    faults = checked.stdout.splitlines()
    assert checked.returncode == 2
    assert faults[1] == 'subscribers.yaml:3:5: subscribers[0].keyword: unknown key; did you mean "keywords"?'
    with pseudo_terminal() as terminal:
        process = home.start("run", stderr=terminal.program_end)
        terminal.hand_over()
        shown = terminal.read_all().splitlines()
        assert process.communicate(timeout=30)[0] == ""
    assert process.returncode == 2
    assert shown == [*faults, "hint: fix the lines above; `digest check` shows what is left"]


@pytest.mark.parametrize("arguments", [("--quiet", "run"), ("daemon",)], ids=" ".join)
def test_a_log_shows_where_the_faults_are_and_quotes_nothing(home: Home, arguments: Sequence[str]) -> None:
    home.write("subscribers:\n  - email: ada.lovelace\n    keyword: [Reasoning]\n")
    failed = home.digest(*arguments)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr.splitlines() == [
        "subscribers.yaml:2:12: a mistake; `digest check` explains it",
        "subscribers.yaml:3:5: a mistake; `digest check` explains it",
        "hint: fix the lines above; `digest check` shows what is left",
    ]


def test_a_check_for_a_log_quotes_nothing_either(home: Home) -> None:
    home.write("subscribers:\n  - email: ada.lovelace\n    keywords: [Reasoning]\n")
    done = home.digest("--quiet", "check")
    assert done.stdout.splitlines() == ["subscribers.yaml:2:12: a mistake; `digest check` explains it"]


def test_a_log_quotes_no_address_of_the_command_line(home: Home) -> None:
    done = home.digest("run", "ada.lovelace@example.org")
    assert (done.returncode, "unexpected extra argument (<address>)" in done.stderr) == (2, True)


@pytest.mark.exhaustive
def test_a_keyword_that_fails_is_named_and_the_rest_is_done(home: Home) -> None:
    home.arxiv.misbehave(None, None, *[cut_off] * 6)  # after what is asked for all keywords together
    done = home.digest("run")
    assert done.returncode == 1
    assert "error: 1 keyword failed (Reward Model): cut off: " in done.stderr
    (mail,) = home.mails()
    assert mail["Subject"].startswith("Welcome: 10 papers to begin with · Reasoning")


@pytest.mark.exhaustive
def test_an_arxiv_that_is_busy_is_asked_again(home: Home) -> None:
    home.arxiv.misbehave(busy, None, busy)
    assert home.digest("run").returncode == 0
    assert len(home.arxiv.requests) == 2 + 2 + 2  # two in vain, two for all, one for each keyword


@pytest.mark.exhaustive
def test_an_arxiv_that_cannot_be_reached_means_try_later(home: Home) -> None:
    home.environment["DIGEST_ARXIV_API"] = "http://127.0.0.1:9/api/query"
    done = home.digest("run")
    assert done.returncode == 75
    assert done.stderr.splitlines()[-1] == (
        "hint: try again later, nothing is lost; or `digest demo`, which needs no arXiv"
    )
    home.environment.clear()
    assert home.digest("run").returncode == 0
    assert len(list(home.mails())) == 1


def test_a_state_that_cannot_be_written_stops_everything(home: Home) -> None:
    (home.folder / "state").write_text("in the way")
    done = home.digest("run")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-2].startswith(f"error: {home.folder}/state/")
    assert list(home.mails()) == []


@pytest.mark.exhaustive
def test_a_corrupt_state_is_never_replaced(home: Home) -> None:
    home.digest("run")
    state = home.folder / "state" / "digest.sqlite3"
    state.write_bytes(b"not a database any more" * 1000)
    done = home.digest("run")
    assert done.returncode == 1
    assert "file is not a database" in done.stderr
    assert "hint: restore a backup" in done.stderr
    assert state.read_bytes() == b"not a database any more" * 1000


def test_a_second_run_at_the_same_time_does_nothing(home: Home) -> None:
    with exclusive_lock(home.folder / "state" / "run.lock", wait=False):
        done = home.digest("run")
    assert done.returncode == 75
    assert done.stderr.splitlines() == [
        f"error: another run holds the lock {home.folder}/state/run.lock",
        "hint: wait until it ends; the lock goes with the process that holds it",
    ]


@pytest.mark.exhaustive
def test_an_interrupt_ends_the_run_and_the_next_one_finishes_it(home: Home) -> None:
    home.arxiv.misbehave(lambda reply: replace(reply, delay_seconds=20))
    process = home.start("run")
    while not home.arxiv.requests:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 130
    assert home.digest("run").returncode == 0
    assert len(list(home.mails())) == 1


@pytest.mark.exhaustive
def test_killed_at_any_moment_nothing_is_lost_or_repeated(home: Home) -> None:
    home.write(TWO)
    home.digest("run")
    started = time.monotonic()
    home.digest("check")
    start_up = time.monotonic() - started
    for day in DAYS[1:]:
        home.at(day)
        for step in range(4):
            home.killed_after(start_up + step * 0.12, "run")
    assert home.digest("run").returncode == 0
    got = Counter((mail["To"], paper) for mail in home.mails() for paper in papers_in(mail))
    assert set(got.values()) == {1}
    assert len(got) == 18 + 5 + 4 + 6 + 1 + 1


def test_mails_go_out_by_smtp_one_message_a_subscriber(home: Home) -> None:
    home.write(TWO + "mail:\n  from: Daily Papers <digest@example.org>\n")
    mailbox = Mailbox()
    with serving(mailbox) as port:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://localhost:{port}"
        assert home.digest("run").returncode == 0
        assert home.digest("run").returncode == 0
    assert [mail.recipients for mail in mailbox.received] == [("ada@example.org",), ("bo@example.org",)]
    assert not (home.folder / "outbox").exists()


@pytest.mark.exhaustive
def test_a_mail_server_that_is_down_means_try_later_and_loses_nothing(home: Home) -> None:
    home.write(LEAST + "mail:\n  from: Daily Papers <digest@example.org>\n")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen, but keeps others away
        home.environment["DIGEST_SMTP_URL"] = f"smtp://127.0.0.1:{nobody.getsockname()[1]}"
        done = home.digest("run")
    assert done.returncode == 75
    assert "error: the mail to subscribers[0] was not delivered: the mail server" in done.stderr
    assert "ada@example.org" not in done.stderr + done.stdout
    home.environment.clear()
    home.at(DAYS[0] + timedelta(hours=1))
    assert home.digest("run").returncode == 0
    assert [len(papers_in(mail)) for mail in home.mails()] == [18]


@pytest.mark.exhaustive
def test_what_is_written_is_private(home: Home) -> None:
    home.digest("run")
    modes = {
        path.relative_to(home.folder).parts[0]: oct(path.stat().st_mode & 0o777)
        for path in sorted(home.folder.rglob("*"))
        if path.is_file()
    }
    assert modes == {
        "README.md": "0o644",
        "outbox": "0o600",
        "state": "0o600",
        "subscribers.yaml": modes["subscribers.yaml"],
    }
    assert {oct((home.folder / name).stat().st_mode & 0o777) for name in ("state", "outbox")} == {"0o700"}


@pytest.mark.exhaustive
def test_nothing_that_is_published_or_logged_has_an_address(home: Home) -> None:
    done = home.digest("--verbose", "run")
    assert "@" not in home.readme.replace("<span>@</span>", "")
    assert "ada@example.org" not in done.stdout + done.stderr


@pytest.mark.exhaustive
def test_the_database_keeps_who_got_what(home: Home) -> None:
    home.digest("run")
    with sqlite3.connect(home.folder / "state" / "digest.sqlite3") as connection:
        (count,) = connection.execute("select count(*) from deliveries").fetchone()
    connection.close()
    assert count == 18


@pytest.mark.exhaustive
def test_what_the_server_says_of_a_login_is_shown_at_a_terminal_only(home: Home) -> None:
    home.write(LEAST + SENDER)
    with HostileServer({"auth": "535 5.7.8 go to our help"}, login=("postbox", "x")) as server:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://postbox:s3cr3t@localhost:{server.port}"
        with pseudo_terminal() as terminal:
            process = home.start("run", stderr=terminal.program_end)
            terminal.hand_over()
            shown = terminal.read_all()
            process.communicate(timeout=30)
        logged = home.digest("run").stderr
        state = home.digest("status").stdout
    refused = "refused our user and password: 535 5.7.8 (it offers PLAIN, LOGIN)"
    words = "it says: 535 5.7.8 go to our help"
    assert process.returncode == 75
    assert [refused in text for text in (shown, logged)] == [True, True]
    assert [words in text for text in (shown, logged, state)] == [True, False, False]

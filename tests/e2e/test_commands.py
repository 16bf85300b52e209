"""Commands beside `run`, as processes: check, demo, daemon."""

import signal
import time
from datetime import timedelta

import pytest

from digest.demo.scenario import DAYS
from digest.system.locks import exclusive_lock
from tests.support.home import LEAST, Home


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


@pytest.mark.exhaustive
def test_a_keyword_may_be_a_query_in_arxivs_language(home: Home) -> None:
    query = 'cat:cs.LG AND abs:reward OR ti:"reward model" ANDNOT ti:survey'
    home.write(f"{LEAST.replace('Reasoning', 'Mine')}keywords: {{Mine: {{query: '{query}'}}}}\n")
    assert home.digest("check").stdout.splitlines()[2] == (
        '  Mine          (cat:cs.LG AND (abs:"reward" OR (ti:"reward model" ANDNOT ti:"survey")))'
    )
    assert home.digest("run").returncode == 0
    assert "## Mine" in home.readme


UNCLEAR = (
    'subscribers.yaml:3:16: subscribers[0].keywords[0]: "NeRF OR robot" is looked for as one phrase, in '
    "which OR has no special meaning; if a search is meant, write"
)


def test_check_warns_of_a_keyword_that_cannot_mean_what_is_written_and_offers_another(home: Home) -> None:
    home.write(LEAST.replace("Reward Model", "NeRF OR robot"))
    done = home.digest("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:5] == [
        "subscribers.yaml: 1 subscriber, no faults, 1 warning",
        f"{UNCLEAR}:",
        "    keywords:",
        "      NeRF OR robot:",
        "        any: [NeRF, robot]",
    ]
    home.write(
        (home.folder / "subscribers.yaml").read_text()
        + "\n".join(line[4:] for line in done.stdout.splitlines()[2:5])
    )
    assert home.digest("check").stdout.splitlines()[0] == "subscribers.yaml: 1 subscriber, no faults"


@pytest.mark.exhaustive
def test_every_start_logs_the_warnings_a_line_each(home: Home) -> None:
    home.write(LEAST.replace("Reward Model", "NeRF OR robot"))
    hint = "hint: `digest check` shows what to write"
    for command in (["--quiet", "run"], ["doctor"]):
        assert home.digest(*command).stderr.splitlines()[:2] == [f"warning: {UNCLEAR}", hint]


@pytest.mark.exhaustive
def test_of_many_warnings_a_start_logs_the_first(home: Home) -> None:
    home.write(LEAST.replace("Reward Model", ", ".join("BCDEFGHIJKLM")))
    logged = home.digest("--quiet", "run").stderr.splitlines()
    assert len(logged) == 12
    assert logged[10] == "hint: 2 more warnings; `digest check` shows what to write"


def test_the_configuration_may_lie_elsewhere(home: Home) -> None:
    (home.folder / "subscribers.yaml").rename(home.folder / "elsewhere.yaml")
    assert home.digest("check").returncode == 2
    assert home.digest("--config", "elsewhere.yaml", "check").returncode == 0
    home.environment["DIGEST_CONFIG"] = "elsewhere.yaml"
    assert home.digest("check").returncode == 0


@pytest.mark.exhaustive
def test_the_demo_needs_nothing_and_says_where_everything_is(home: Home) -> None:
    (home.folder / "subscribers.yaml").unlink()
    home.environment = {"DIGEST_ARXIV_API": "", "DIGEST_NOW": "", "TMPDIR": str(home.folder)}
    done = home.digest("--quiet", "demo")
    assert (done.returncode, done.stderr) == (0, "")
    pages = [line.strip() for line in done.stdout.splitlines() if line.endswith(".html")]
    assert len(pages) == 6
    (folder,) = home.folder.glob("daily-papers-demo-*")
    assert all(page.startswith(str(folder)) for page in pages)
    assert "## Graph Neural Network" in (folder / "README.md").read_text()


@pytest.mark.exhaustive
def test_the_daemon_sends_at_the_hour_and_ends_on_a_signal(home: Home) -> None:
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
        "asking arXiv for 2 keywords",
        "asked for 2 keywords: 5 new papers",
        "sent 1 mail with 5 papers",
        "the archive was brought up to date",
        "serving 1 subscriber",
        "ended by a signal",
    ]
    assert second.returncode == 75


def test_a_daemon_waits_until_another_run_ends(home: Home) -> None:
    with exclusive_lock(home.folder / "state" / "run.lock", wait=False):
        process = home.start("daemon")
        assert process.stderr
        line = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert "another run holds the lock" in line
    assert process.returncode == 0


def test_a_wrong_moment_is_a_mistake(home: Home) -> None:
    home.environment["DIGEST_NOW"] = "tomorrow"
    done = home.digest("check")
    assert done.returncode == 2
    assert done.stderr.startswith("DIGEST_NOW: ")


def test_an_unknown_command_is_a_mistake(home: Home) -> None:
    done = home.digest("rnu")
    assert done.returncode == 2
    assert "No such command 'rnu'" in done.stderr


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("digest.html", "one\n{% for %}", "digest.html:2: "),
        pytest.param("digest.txt", "{{ digest.papers }}", "digest.txt:1: ", marks=pytest.mark.exhaustive),
        pytest.param("digest.css", "p:nth-child { margin: 0 }", "digest.css: ", marks=pytest.mark.exhaustive),
        pytest.param("archive.md", "\n\n{{ nothing }}", "archive.md:3: ", marks=pytest.mark.exhaustive),
        pytest.param(
            "digest.txt",
            "{% if digest.place %}{{ nothing }}{% endif %}",
            "digest.txt:1: ",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            "archive.md",
            "{% for s in sections if s.stale_since %}{{ nothing }}{% endfor %}",
            "archive.md:1: ",
            marks=pytest.mark.exhaustive,
        ),
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


def test_an_own_template_wins_and_the_others_stay(second_day: Home) -> None:
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

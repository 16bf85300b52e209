"""`digest check --volume`, and what a first run says of keywords that bring nothing."""

import re
from dataclasses import replace

import pytest

from digest.demo.server import Reply
from tests.support.home import LEAST, Home
from tests.support.pseudo_terminal import pseudo_terminal

TYPO = LEAST.replace("Reward Model", "Reward Modle")
NOTHING = "check the spelling, or shorten it"


def gone(reply: Reply) -> Reply:
    return replace(reply, status=404, body=b"no such page")


def test_check_counts_what_arxiv_has_for_each_keyword(home: Home) -> None:
    home.write(TYPO)
    done = home.digest("check", "--volume")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[3:] == [
        "what arXiv has for each keyword; a day is one from Monday to Friday:",
        f"  Reward Modle  arXiv has no paper for this keyword: {NOTHING}",
        "  Reasoning     9 papers in 30 days; 9 with match: title-or-abstract",
    ]
    assert len(home.arxiv.requests) == 5
    assert {path.name for path in home.folder.rglob("*") if path.is_file()} <= {
        "subscribers.yaml",
        "arxiv.lock",
    }


@pytest.mark.exhaustive
def test_a_keyword_that_arxiv_does_not_count_leaves_the_others(home: Home) -> None:
    home.arxiv.misbehave(gone)
    done = home.digest("check", "--volume")
    assert done.returncode == 1
    first, second = done.stdout.splitlines()[4:]
    assert first == "  Reward Model  not known: 127.0.0.1 gave no answer: 404 Not Found"
    assert second.startswith("  Reasoning     9 papers in 30 days; ")


def test_where_arxiv_is_down_nothing_is_counted(home: Home) -> None:
    home.environment["DIGEST_ARXIV_API"] = "http://127.0.0.1:9/api/query"
    done = home.digest("--quiet", "check", "--volume")
    assert done.returncode == 75
    assert len(done.stdout.splitlines()) == 3
    *_, error, hint = done.stderr.splitlines()
    assert error.startswith("error: no keyword could be counted: 127.0.0.1 gave no answer in 4 tries; ")
    assert hint.startswith("hint: try again later")


@pytest.mark.exhaustive
def test_a_bar_shows_which_keyword_is_counted(home: Home) -> None:
    home.environment["DIGEST_ARXIV_INTERVAL"] = "0.5"
    with pseudo_terminal() as terminal:
        process = home.start("check", "--volume", stderr=terminal.program_end)
        terminal.hand_over()
        seen = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", terminal.read_all())
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert "asking arXiv 1 of 2 keywords" in seen


@pytest.mark.exhaustive
def test_a_first_run_says_that_a_keyword_has_no_paper_and_status_remembers_it(home: Home) -> None:
    home.write(TYPO)
    done = home.digest("--quiet", "run")
    assert "no paper in all of arXiv's years: Reward Modle; check the spelling" in done.stderr
    assert "Reward Modle: never had a paper; " in home.digest("status").stdout
    assert "Reward Modle" not in home.digest("--quiet", "run").stderr


def test_a_match_for_all_keywords_applies_to_phrases_of_subscribers(home: Home) -> None:
    home.write(f"{LEAST}match: title\n")
    assert home.digest("check").stdout.splitlines()[1:] == [
        '  Reward Model  ti:"Reward Model"',
        '  Reasoning     ti:"Reasoning"',
    ]

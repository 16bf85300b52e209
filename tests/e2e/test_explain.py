"""What `digest explain` says of papers that were, or were not, sent."""

import re

import pytest

from digest.demo.scenario import DAYS
from tests.support.home import TWO, Home

NEW = "2606.13871"
WAITS = "2606.15104"
OWN = "Faithfulness of Explanations"


def test_explain_says_why_a_paper_was_sent(second_day: Home) -> None:
    lines = second_day.digest("explain", f"https://arxiv.org/abs/{NEW}v1").stdout.splitlines()
    assert lines[0].startswith(f"{NEW}v1  ")
    assert lines[1].startswith("first submitted 2026-05-20")
    assert lines[2] == "Reasoning: “Reasoning” in title and abstract 6×"
    assert lines[3] == "    first seen 2026-06-24 07:00 UTC; new: announced since the keyword began"
    assert lines[-1] == "sent to 1 subscriber: 2026-06-24 07:00 UTC"


def test_explain_says_why_a_paper_was_not_sent(second_day: Home) -> None:
    revised = second_day.digest("explain", "2605.13107").stdout.splitlines()
    assert revised[0].startswith("2605.13107v2  ")
    assert "not new: announced before the keyword began, or a revision of an older paper" in revised[3]
    unseen = second_day.digest("explain", "2606.13340").stdout.splitlines()
    assert unseen[0] == "2606.13340 was never seen: no keyword has found it so far."


@pytest.mark.exhaustive
def test_explain_counts_the_subscribers_for_whom_a_paper_waits(second_day: Home) -> None:
    second_day.at(DAYS[2])
    second_day.digest("run", "--only", "bo@example.org")
    second_day.write(TWO.replace("[Graph Neural Network]", "[Reward Model]"))
    second_day.digest("run", "--only", "ada@example.org")
    lines = second_day.digest("explain", "2606.15104").stdout.splitlines()
    assert lines[-2:] == [
        "sent to 1 subscriber: 2026-06-25 07:00 UTC",
        "waits for 1 subscriber: it comes with their next mail",
    ]


def test_explain_prints_each_part_of_a_score_and_the_place_among_the_papers_of_that_mail(
    second_day: Home,
) -> None:
    (second_day.folder / "mine.bib").write_text(f"@misc{{a, title = {{{OWN}}}}}\n@misc{{b}}\n")
    second_day.write(TWO.replace(", Reasoning]", ", Reasoning]\n    interests: mine.bib"))
    done = second_day.digest("explain", NEW, "--subscriber", "ada@example.org")
    lines = done.stdout.splitlines()[5:]
    assert lines[0] == "ada@example.org: place 1 of 5 papers in the mail of 2026-06-24 07:00 UTC"
    assert lines[1] == "     5.00  “Reasoning” in title and abstract 6×"
    assert lines[2].endswith(f"  near your “{OWN}”")
    assert lines[3].endswith("  in all")
    assert "subscribers[0]: 1 mistake in the files of interests" in done.stderr


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("order", "last"),
    [("relevance", "     4.50  in all"), ("newest", "    newest first: `order: newest` is set")],
)
def test_explain_says_the_place_of_a_paper_that_waits(order: str, last: str, second_day: Home) -> None:
    second_day.at(DAYS[2])
    second_day.digest("run", "--only", "bo@example.org")
    second_day.write(TWO.replace("[Graph Neural Network]", f"[Reward Model]\n    order: {order}"))
    second_day.digest("run", "--only", "ada@example.org")
    lines = second_day.digest("explain", WAITS, "--subscriber", "bo@example.org").stdout.splitlines()
    assert any(re.fullmatch(r"bo@.*: place \d+ of \d+ papers in the next mail", line) for line in lines)
    assert lines[-1] == last


def test_explain_says_that_a_paper_is_in_no_mail_of_a_subscriber(second_day: Home) -> None:
    lines = second_day.digest("explain", NEW, "--subscriber", "bo@example.org").stdout.splitlines()
    assert lines[-1] == "bo@example.org: it is in none of their mails, and does not wait for one"


def test_explain_knows_only_subscribers_of_the_configuration(second_day: Home) -> None:
    done = second_day.digest("explain", NEW, "--subscriber", "nobody@example.org")
    assert (done.returncode, done.stdout) == (2, "")


def test_check_says_what_it_can_use_of_the_interests(second_day: Home) -> None:
    (second_day.folder / "mine.bib").write_text("@misc{a, title = {Faithfulness}}\n@misc{b}\n")
    interests = f"[mine.bib, '{NEW}', '2505.14674', verbose answers]"
    second_day.write(TWO.replace("Reasoning]", f"Reasoning]\n    interests: {interests}"))
    done = second_day.digest("check")
    lines = done.stdout.splitlines()[4:]
    assert (done.returncode, lines[0]) == (0, "interests of ada@example.org: 2 papers, 1 phrase")
    assert lines[1].endswith("mine.bib:2: an entry without a title; add one, or delete it")
    assert lines[2].startswith(
        "not used: 2505.14674; an identifier counts once a keyword has found the paper"
    )


def test_explain_needs_an_identifier(home: Home) -> None:
    done = home.digest("explain", "reward")
    assert done.returncode == 2
    assert "not an arXiv identifier: 'reward'; it looks like 2606.12345" in done.stderr

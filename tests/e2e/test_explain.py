"""What `digest explain` says of papers that were, or were not, sent."""

from digest.demo.scenario import DAYS
from tests.support.home import TWO, Home

NEW = "2606.13871"


def test_explain_says_why_a_paper_was_sent(second_day: Home) -> None:
    lines = second_day.digest("explain", f"https://arxiv.org/abs/{NEW}v1").stdout.splitlines()
    assert lines[0].startswith(f"{NEW}v1  ")
    assert lines[1].startswith("first submitted 2026-05-20")
    assert lines[2] == "Reasoning: “Reasoning” in title and abstract"
    assert lines[3] == "    first seen 2026-06-24 07:00 UTC; new: announced since the keyword began"
    assert lines[-1] == "sent to 1 subscriber: 2026-06-24 07:00 UTC"


def test_explain_says_why_a_paper_was_not_sent(second_day: Home) -> None:
    revised = second_day.digest("explain", "2605.13107").stdout.splitlines()
    assert revised[0].startswith("2605.13107v2  ")
    assert "not new: announced before the keyword began, or a revision of an older paper" in revised[3]
    unseen = second_day.digest("explain", "2606.13340").stdout.splitlines()
    assert unseen[0] == "2606.13340 was never seen: no keyword has found it so far."


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


def test_explain_needs_an_identifier(home: Home) -> None:
    done = home.digest("explain", "reward")
    assert done.returncode == 2
    assert "not an arXiv identifier: 'reward'; it looks like 2606.12345" in done.stderr

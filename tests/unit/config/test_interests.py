"""What a subscriber may name as interests, and in which order the papers come."""

from pathlib import Path

import pytest

from digest.config.interests import interest
from digest.config.load import load_config
from digest.domain.interests import Interests
from digest.domain.subscribers import Order, Subscriber
from digest.errors import ConfigError


def loaded(folder: Path, own: str, mail: str = "") -> Subscriber:
    file = folder / "subscribers.yaml"
    file.write_text(f"subscribers: [{{email: ada@example.org, keywords: Reasoning{own}}}]\n{mail}")
    return load_config(file, {}).subscribers[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2505.14674v2", Interests(papers=("2505.14674",))),
        ("https://arxiv.org/abs/hep-th/9901001", Interests(papers=("hep-th/9901001",))),
        ("my papers.bib", Interests(files=(Path("my papers.bib"),))),
        ("/else/where.RIS", Interests(files=(Path("/else/where.RIS"),))),
        ("reward  hacking", Interests(phrases=("reward hacking",))),
        ("input/output", Interests(phrases=("input/output",))),
        ("Node.js", Interests(phrases=("Node.js",))),
    ],
    ids=ascii,
)
def test_an_interest_is_a_paper_a_file_or_a_phrase(text: str, expected: Interests) -> None:
    assert interest(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("papers.csv", '"papers.csv": only BibTeX (.bib) and RIS (.ris) are read; export one of these'),
        ("~/papers.bib", '"~/papers.bib": "~" has no meaning here; write the whole path'),
        ("…", '"…" has no letter or digit to search for; write a word'),
    ],
    ids=ascii,
)
def test_what_cannot_be_an_interest_says_why(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        interest(text)
    assert str(caught.value) == problem


def test_interests_are_off_unless_they_are_given(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").interests == Interests()


def test_one_interest_or_a_list_of_them_and_each_counts_once(tmp_path: Path) -> None:
    assert loaded(tmp_path, ", interests: a.bib").interests == Interests(files=(tmp_path / "a.bib",))
    several = "[a.bib, a.bib, '2505.14674', reward hacking, Reward, '2505.14674v1']"
    assert loaded(tmp_path, f", interests: {several}").interests == Interests(
        (tmp_path / "a.bib",), ("2505.14674",), ("reward hacking", "Reward")
    )


def test_an_identifier_without_quotes_is_a_number_and_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, ", interests: [2505.14670]")
    assert "2505.14670 is a number, not a text; write one such as [my-papers.bib, '2505.14674'" in str(
        caught.value
    )


def test_no_setting_may_write_over_the_interests(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, ", interests: a.bib", "archive: {file: a.bib}")
    assert "a.bib is the interests of a subscriber; name another file" in str(caught.value)


def test_the_order_is_that_of_the_subscriber_or_else_of_all_mails(tmp_path: Path) -> None:
    newest = "mail: {order: newest}"
    orders = [
        loaded(tmp_path, own, mail).order for own in ("", ", order: relevance") for mail in ("", newest)
    ]
    assert orders == [Order.RELEVANCE, Order.NEWEST, Order.RELEVANCE, Order.RELEVANCE]


def test_an_unknown_order_names_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, ", order: oldest")
    assert 'order: unknown word "oldest"; use relevance or newest' in str(caught.value)

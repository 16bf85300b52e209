"""Whose fault a refusal is, as a table."""

import pytest

from digest.pipeline.judgement import Judgement, Refusal, judge

OPEN, OF_THE_MAIL, OF_US = Judgement.OPEN, Judgement.OF_THE_MAIL, Judgement.OF_US


def refusals(*mails: str) -> list[Refusal]:
    """Of mails such as `ada: 1 2`, with these papers."""
    return [Refusal(mail.partition(": ")[0], frozenset(mail.partition(": ")[2].split())) for mail in mails]


@pytest.mark.parametrize(
    ("row", "has_accepted", "judgement"),
    [
        (refusals("ada: 1 2"), False, OPEN),
        (refusals("ada: 1 2"), True, OF_THE_MAIL),
        (refusals("ada: 1", "bo: 2"), False, OPEN),
        (refusals("ada: 1", "bo: 2", "cy: 3"), False, OF_US),
        (refusals("ada: 1", "bo: 2", "cy: 3"), True, OF_US),
        (refusals("ada: 1 2", "bo: 2 3", "cy: 2 4"), False, OPEN),
        (refusals("ada: 1", "ada: 2", "ada: 3"), False, OPEN),
        (refusals("ada: 1 2", "ada: 1", "bo: 3", "cy: 4"), False, OF_US),
        (refusals(*(f"{number}: 1" for number in range(50))), False, OPEN),
        (refusals(*(f"{number}: 1" for number in range(50))), True, OF_THE_MAIL),
    ],
    ids=[
        "the first one may be either",
        "while others are accepted it is the mail",
        "two prove nothing",
        "three to different people, with different papers, are ours",
        "also when the server accepted mails before them",
        "one paper in all of them may be the reason",
        "one person's mails prove nothing",
        "of each person the first one counts",
        "however many people it is sent to",
        "and it is, when the server accepted others",
    ],
)
def test_a_refusal_is_the_fault_of(row: list[Refusal], has_accepted: bool, judgement: Judgement) -> None:
    assert judge(row, has_accepted=has_accepted) is judgement

from collections.abc import Callable
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config import fields
from digest.domain.keywords import Match, searchable


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (fields.time_of_day, "07:00", time(7)),
        (fields.time_of_day, "7:30", time(7, 30)),
        (fields.time_of_day, "23:59", time(23, 59)),
        (fields.days, "daily", frozenset(range(7))),
        (fields.days, "Weekdays", frozenset(range(5))),
        (fields.days, "weekly", frozenset({0})),
        (fields.days, "sunday", frozenset({6})),
        (fields.days, "Thurs", frozenset({3})),
        (fields.phrase, " reward\u00a0 model ", "reward model"),
        (fields.category, "cs.LG", "cs.LG"),
        (fields.category, "cs", "cs.*"),
        (fields.category, "stat.TH", "math.ST"),
        (fields.match, "title", Match.TITLE),
        (fields.when_empty, "send", "send"),
        (fields.when_unconfirmed, "never", "never"),
        (fields.path, "a b/c", "a b/c"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_text_is_read(read: Callable[[str], object], text: str, expected: object) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("read", "text", "problem"),
    [
        (
            fields.time_of_day,
            "24:00",
            '"24:00" is not a time of day; write hours and minutes, 00:00 to 23:59',
        ),
        (
            fields.time_of_day,
            "07:00:30",
            '"07:00:30" is not a time of day; write hours and minutes, 00:00 to 23:59',
        ),
        (
            fields.time_of_day,
            "٠٧:٠٠",
            '"٠٧:٠٠" is not a time of day; write hours and minutes, 00:00 to 23:59',
        ),
        (fields.timezone, "Berlin", 'unknown time zone "Berlin"; did you mean "Europe/Berlin"?'),
        (fields.timezone, "new york", 'unknown time zone "new york"; did you mean "America/New_York"?'),
        (
            fields.timezone,
            "Europe/Brelin",
            'unknown time zone "Europe/Brelin"; did you mean "Europe/Berlin"?',
        ),
        (fields.timezone, "Europe", 'unknown time zone "Europe"; use a name such as Europe/Berlin'),
        (
            fields.timezone,
            "../etc/passwd",
            'unknown time zone "../etc/passwd"; use a name such as Europe/Berlin',
        ),
        (fields.timezone, "/etc", 'unknown time zone "/etc"; use a name such as Europe/Berlin'),
        (fields.timezone, "", 'unknown time zone ""; use a name such as Europe/Berlin'),
        (fields.timezone, "a\x00b", 'unknown time zone "a\\x00b"; use a name such as Europe/Berlin'),
        (fields.days, "mo", 'unknown day "mo"; write daily, weekdays, or days such as [monday, friday]'),
        (fields.days, "mondey", 'unknown day "mondey"; did you mean "monday"?'),
        (
            fields.phrase,
            'the "best"',
            "'the \"best\"': a double quote cannot be searched for; delete it (a phrase needs none)",
        ),
        (fields.phrase, "?!", '"?!" has no letter or digit to search for; write a word'),
        (fields.phrase, "  ", "empty; write a text or delete this"),
        (fields.phrase, "x" * 201, "201 characters long; shorten it to 200"),
        (fields.phrase, "a\nb", '"a\\nb" has the invisible character U+000A; type it anew, on one line'),
        (
            fields.phrase,
            "a\u200bb",
            '"a\\u200bb" has the invisible character U+200B; type it anew, on one line',
        ),
        (fields.category, "cs.lg", 'unknown category "cs.lg"; did you mean "cs.LG"?'),
        (
            fields.category,
            "poetry",
            'unknown category "poetry"; they are listed at https://arxiv.org/category_taxonomy',
        ),
        (fields.match, "titel", 'unknown word "titel"; did you mean "title"?'),
        (fields.when_empty, "no", 'unknown word "no"; use skip or send'),
        (fields.path, "", "empty; write a text or delete this"),
        (fields.path, "~/state", '"~/state": "~" has no meaning here; write the whole path'),
        (fields.path, "a\x00", '"a\\x00" has the invisible character U+0000; type it anew, on one line'),
    ],
    ids=lambda value: ascii(value)[1:40] if isinstance(value, str) else None,
)
def test_a_text_that_cannot_be_read_says_what_to_do(
    read: Callable[[str], object], text: str, problem: str
) -> None:
    with pytest.raises(ValueError) as caught:
        read(text)
    assert str(caught.value) == problem


def test_two_hundred_characters_are_a_phrase() -> None:
    assert fields.phrase("x" * 200) == "x" * 200


@given(st.text(max_size=250))
def test_a_phrase_is_searchable_or_refused(text: str) -> None:
    try:
        phrase = fields.phrase(text)
    except ValueError:
        return
    assert searchable(phrase)
    assert phrase.isprintable()
    assert fields.phrase(phrase) == phrase


@given(st.text(max_size=20))
def test_no_text_makes_a_time_zone_fail_otherwise_than_by_name(text: str) -> None:
    assert _zone_or_problem(text).startswith(("zone ", "unknown time zone "))


def _zone_or_problem(text: str) -> str:
    try:
        return f"zone {fields.timezone(text).key}"
    except ValueError as error:
        return str(error)

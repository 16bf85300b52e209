from collections.abc import Callable
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config import values
from digest.keywords import searchable
from digest.models import Match


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (values.time_of_day, "07:00", time(7)),
        (values.time_of_day, "7:30", time(7, 30)),
        (values.time_of_day, "23:59", time(23, 59)),
        (values.days, "daily", frozenset(range(7))),
        (values.days, "Weekdays", frozenset(range(5))),
        (values.days, "weekly", frozenset({0})),
        (values.days, "sunday", frozenset({6})),
        (values.days, "Thurs", frozenset({3})),
        (values.phrase, " reward\u00a0 model ", "reward model"),
        (values.category, "cs.LG", "cs.LG"),
        (values.category, "cs", "cs"),
        (values.category, "stat.TH", "math.ST"),
        (values.match, "title", Match.TITLE),
        (values.when_empty, "send", "send"),
        (values.when_unconfirmed, "never", "never"),
        (values.path, "a b/c", "a b/c"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_text_is_read(read: Callable[[str], object], text: str, expected: object) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("read", "text", "problem"),
    [
        (
            values.time_of_day,
            "24:00",
            '"24:00" is not a time of day; write hours and minutes, 00:00 to 23:59',
        ),
        (
            values.time_of_day,
            "07:00:30",
            '"07:00:30" is not a time of day; write hours and minutes, 00:00 to 23:59',
        ),
        (
            values.time_of_day,
            "٠٧:٠٠",
            '"٠٧:٠٠" is not a time of day; write hours and minutes, 00:00 to 23:59',
        ),
        (values.timezone, "Berlin", 'unknown time zone "Berlin"; did you mean "Europe/Berlin"?'),
        (values.timezone, "new york", 'unknown time zone "new york"; did you mean "America/New_York"?'),
        (
            values.timezone,
            "Europe/Brelin",
            'unknown time zone "Europe/Brelin"; did you mean "Europe/Berlin"?',
        ),
        (values.timezone, "Europe", 'unknown time zone "Europe"; use a name such as Europe/Berlin'),
        (
            values.timezone,
            "../etc/passwd",
            'unknown time zone "../etc/passwd"; use a name such as Europe/Berlin',
        ),
        (values.timezone, "/etc", 'unknown time zone "/etc"; use a name such as Europe/Berlin'),
        (values.timezone, "", 'unknown time zone ""; use a name such as Europe/Berlin'),
        (values.timezone, "a\x00b", 'unknown time zone "a\\x00b"; use a name such as Europe/Berlin'),
        (values.days, "mo", 'unknown day "mo"; write daily, weekdays, or days such as [monday, friday]'),
        (values.days, "mondey", 'unknown day "mondey"; did you mean "monday"?'),
        (
            values.phrase,
            'the "best"',
            "'the \"best\"': a double quote cannot be searched for; delete it (a phrase needs none)",
        ),
        (values.phrase, "?!", '"?!" has no letter or digit to search for; write a word'),
        (values.phrase, "  ", "empty; write a text or delete this"),
        (values.phrase, "x" * 201, "201 characters long; shorten it to 200"),
        (values.phrase, "a\nb", '"a\\nb" has the invisible character U+000A; type it anew, on one line'),
        (
            values.phrase,
            "a\u200bb",
            '"a\\u200bb" has the invisible character U+200B; type it anew, on one line',
        ),
        (values.category, "cs.lg", 'unknown category "cs.lg"; did you mean "cs.LG"?'),
        (
            values.category,
            "poetry",
            'unknown category "poetry"; they are listed at https://arxiv.org/category_taxonomy',
        ),
        (values.match, "titel", 'unknown word "titel"; did you mean "title"?'),
        (values.when_empty, "no", 'unknown word "no"; use skip or send'),
        (values.path, "", "empty; write a text or delete this"),
        (values.path, "~/state", '"~/state": "~" has no meaning here; write the whole path'),
        (values.path, "a\x00", '"a\\x00" has the invisible character U+0000; type it anew, on one line'),
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
    assert values.phrase("x" * 200) == "x" * 200


@given(st.text(max_size=250))
def test_a_phrase_is_searchable_or_refused(text: str) -> None:
    try:
        phrase = values.phrase(text)
    except ValueError:
        return
    assert searchable(phrase)
    assert phrase.isprintable()
    assert values.phrase(phrase) == phrase


@given(st.text(max_size=20))
def test_no_text_makes_a_time_zone_fail_otherwise_than_by_name(text: str) -> None:
    assert _zone_or_problem(text).startswith(("zone ", "unknown time zone "))


def _zone_or_problem(text: str) -> str:
    try:
        return f"zone {values.timezone(text).key}"
    except ValueError as error:
        return str(error)

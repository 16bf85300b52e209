from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config import fields
from digest.config.fields import address, display_name, endpoint, feed, is_local, is_loopback, mailbox
from digest.config.quoting import quoted
from digest.domain.expressions import Field, Term
from digest.domain.keywords import Match

_ABBREVIATION = "an abbreviation means one thing here and another there; use a name such as Europe/Berlin"
_OFFSET = "an offset knows no summer time; use a name such as Europe/Berlin"


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
        (fields.category, "cs.LG", "cs.LG"),
        (fields.category, "cs", "cs.*"),
        (fields.category, "stat.TH", "math.ST"),
        (fields.query, "ti:robot\n", Term(Field.TITLE, "robot")),
        (fields.match, "title", Match.TITLE),
        (fields.when_empty, "send", "send"),
        (fields.when_unconfirmed, "never", "never"),
        (fields.audit, "Monday", "monday"),
        (fields.path, "a b/c", Path("a b/c")),
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
        *(
            (fields.timezone, zone, f'unknown time zone "{zone}"; {_ABBREVIATION}')
            for zone in ("CEST", "cest", "PST", "MESZ")
        ),
        (fields.timezone, "utc", 'unknown time zone "utc"; did you mean "UTC"?'),
        (fields.timezone, "Europe", 'unknown time zone "Europe"; use a name such as Europe/Berlin'),
        (
            fields.timezone,
            "../etc/passwd",
            'unknown time zone "../etc/passwd"; use a name such as Europe/Berlin',
        ),
        *(
            (
                fields.timezone,
                zone,
                f'unknown time zone "{zone}"; {_OFFSET}',
            )
            for zone in ("UTC+2", "GMT-5", "utc +02:00", "+0200", "UTC−3", "UTC＋2", "GMT 1", "utc2")
        ),
        (fields.timezone, "/etc", 'unknown time zone "/etc"; use a name such as Europe/Berlin'),
        (fields.timezone, "", 'unknown time zone ""; use a name such as Europe/Berlin'),
        (fields.timezone, "a\x00b", 'unknown time zone "a\\x00b"; use a name such as Europe/Berlin'),
        (fields.days, "mo", 'unknown day "mo"; write daily, weekdays, or days such as [monday, friday]'),
        (fields.days, "mondey", 'unknown day "mondey"; did you mean "monday"?'),
        (fields.category, "cs.lg", 'unknown category "cs.lg"; did you mean "cs.LG"?'),
        (fields.category, "cs.ML", 'unknown category "cs.ML"; did you mean "stat.ML"?'),
        (
            fields.category,
            "poetry",
            'unknown category "poetry"; they are listed at https://arxiv.org/category_taxonomy',
        ),
        (fields.query, "ti:robot AND\nNOT ti:arm", "column 14: NOT is read as a word here; write ANDNOT"),
        (fields.query, "x" * 2001, "2001 characters long; shorten it to 2000"),
        (fields.query, " ", "empty; write a text or delete this"),
        (fields.match, "titel", 'unknown word "titel"; did you mean "title"?'),
        (fields.when_empty, "no", 'unknown word "no"; use skip or send'),
        (fields.audit, "mondays", 'unknown word "mondays"; did you mean "monday"?'),
        (fields.path, "", "empty; write a text or delete this"),
        (
            fields.path,
            "smtps://ada:geheim@example.org",
            "an address and not a path; write the path of a file or folder",
        ),
        (fields.path, "~/state", '"~/state": "~" has no meaning here; write the whole path'),
        (fields.path, "a\x00", '"a\\x00" has the invisible character U+0000; type it again, on one line'),
    ],
    ids=lambda value: ascii(value)[1:40] if isinstance(value, str) else None,
)
def test_a_text_that_cannot_be_read_says_what_to_do(
    read: Callable[[str], object], text: str, problem: str
) -> None:
    with pytest.raises(ValueError) as caught:
        read(text)
    assert str(caught.value) == problem


@given(st.text(max_size=20))
def test_any_text_is_a_time_zone_or_an_unknown_one(text: str) -> None:
    assert _zone_or_problem(text).startswith(("zone ", "unknown time zone "))


def _zone_or_problem(text: str) -> str:
    try:
        return f"zone {fields.timezone(text).key}"
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("you@example.org", "you@example.org"),
        ("Ada.L+papers@EXAMPLE.Org", "Ada.L+papers@example.org"),
        ("you@Bücher.example", "you@xn--bcher-kva.example"),
        ("you@xn--bcher-kva.example", "you@xn--bcher-kva.example"),
        ("you@faß.example", "you@xn--fa-hia.example"),
        ("you@例え。テスト", "you@xn--r8jz45g.xn--zckzah"),
        ("jörg@example.org", "jörg@example.org"),
        ("jo\u0308rg@example.org", "jörg@example.org"),
        ("Jörg+α@Bücher.example", "Jörg+α@xn--bcher-kva.example"),
        ("読者@example.org", "読者@example.org"),
        ("you@trial.test", "you@trial.test"),
    ],
    ids=[
        *("plain", "case of the domain alone", "international domain", "the same in ASCII"),
        *("sharp s by IDNA 2008", "international dot", "beyond ASCII", "composed", "both beyond ASCII"),
        *("another script", "reserved for trials"),
    ],
)
def test_an_address_is_normalised_with_an_ascii_domain(text: str, expected: str) -> None:
    assert (address(text), address(expected)) == (expected, expected)


@pytest.mark.parametrize(
    "text",
    [
        "you",
        "you@example",
        "@example.org",
        "a b@example.org",
        "a@b@c.org",
        "you@example.org\r\nBcc: x@example.org",
        "you@localhost",
        "jö rg@example.org",
        "jörg\u2028@example.org",
        "\u202ejörg@example.org",
        "j\ud800rg@example.org",
        '"jörg"@example.org',
        "you@xn--i-7iq.example",
        "a" * 5_000_000 + "@example.org",
    ],
    ids=[
        *("no @", "no dot", "no name", "space", "two @", "line end", "this machine"),
        *(
            "space beyond ASCII",
            "other line end",
            "direction",
            "surrogate",
            "quoted",
            "emoji in ASCII",
            "5 MB",
        ),
    ],
)
def test_an_invalid_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an e-mail address; write one such as you@example\.org$"):
        address(text)


def test_a_name_before_the_address_has_a_key_of_its_own() -> None:
    with pytest.raises(ValueError) as caught:
        address("Ada <ada@example.org>")
    assert str(caught.value) == (
        '"Ada <ada@example.org>": write the address alone; a name goes under the key "name"'
    )


@pytest.mark.parametrize(
    "text",
    ["you@😀.example", "you@i❤.example", "you@bücher", "you@a\u200cb.example"],
    ids=["emoji", "sign", "no dot", "joiner"],
)
def test_an_invalid_domain_beyond_ascii_has_a_message_of_its_own(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        address(text)
    assert str(caught.value) == (
        f'{quoted(text)}: the text after the "@" is not a domain; beyond ASCII a domain has letters and '
        "digits, but no emoji or other signs"
    )


@pytest.mark.parametrize("read", [address, mailbox])
def test_an_address_that_looks_like_an_encoded_word_is_refused(read: Callable[[str], str]) -> None:
    with pytest.raises(ValueError) as caught:
        read("=?utf-8?q?x?=@example.org")
    assert str(caught.value) == ('"=?utf-8?q?x?=": "=?" begins an encoded word in mail headers; delete it')


@pytest.mark.parametrize("text", ["jörg@example.org", "Jörg <jörg@example.org>"], ids=["bare", "named"])
def test_a_mailbox_must_be_ascii_before_the_at_sign(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        mailbox(text)
    assert str(caught.value) == (
        '"jörg@example.org": only ASCII characters are possible before the "@" here, since not every mail '
        "server can send a reply or a returned mail to it; use another of your addresses"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("digest@Example.org", "digest@example.org"),
        ("Daily Papers <digest@example.org>", "Daily Papers <digest@example.org>"),
        ('"Papers, Daily" <digest@example.org>', '"Papers, Daily" <digest@example.org>'),
        ("Täglich <digest@example.org>", "Täglich <digest@example.org>"),
        ("<digest@example.org>", "digest@example.org"),
        ("Papers <digest@bücher.example>", "Papers <digest@xn--bcher-kva.example>"),
    ],
    ids=["bare", "named", "a name with a comma", "a name beyond ASCII", "no name", "international domain"],
)
def test_a_mailbox_becomes_a_header_value(text: str, expected: str) -> None:
    assert mailbox(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "A\nBcc: b@c.org <a@b.org>",
            '"A\\nBcc: b@c.org" has the invisible character U+000A; type it again, on one line',
        ),
        (
            "=?utf-8?q?x?= <a@b.org>",
            '"=?utf-8?q?x?=": "=?" begins an encoded word in mail headers; delete it',
        ),
        ("Ada <ada>", '"ada" is not an e-mail address; write one such as you@example.org'),
    ],
    ids=["line end", "encoded word", "no address"],
)
def test_a_mailbox_that_could_forge_a_header_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        mailbox(text)
    assert str(caught.value) == problem


def test_a_display_name_has_single_spaces() -> None:
    assert display_name(" Ada   Example ") == "Ada Example"


_REMEDY = "write one such as https://example.org/path"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("127.0.0.1.example.org", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    "text",
    ["https://export.arxiv.org/api/query", "http://127.0.0.1:8000/api", "http://[::1]:8000/api"],
)
def test_an_endpoint_is_https_or_on_this_machine(text: str) -> None:
    assert endpoint(text) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("http://arxiv.org/api", "http is for this machine only; write https"),
        ("https://arxiv.org/\x7f", f"not a web address, it has a control character; {_REMEDY}"),
        ("https://arxiv.org/\r\n", f"not a web address, it has a control character; {_REMEDY}"),
        ("ftp://arxiv.org", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("arxiv.org/api", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://me:pw@arxiv.org/", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://arxiv.org/?a=b", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://arxiv.org/#a", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://arxiv.org/a b", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://arxiv.org:99999/", f"not a web address; {_REMEDY}"),
        ("https://[::1/", f"not a web address; {_REMEDY}"),
    ],
)
def test_an_invalid_endpoint_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        endpoint(text)
    assert str(caught.value) == problem


@pytest.mark.parametrize("text", ["https://rss.arxiv.org/atom", "https://rss.arxiv.org/atom/"])
def test_a_feed_ends_with_a_slash(text: str) -> None:
    assert feed(text) == "https://rss.arxiv.org/atom/"


def test_an_endpoint_is_local_by_its_host() -> None:
    assert is_local("http://localhost:1/api")
    assert not is_local("https://export.arxiv.org/api/query")

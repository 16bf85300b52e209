"""What GitHub shows of text in an issue, by its own parser, and whom it calls."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.publish.github.text import plain, quiet, quiet_with_links
from tests.unit.publish.test_markdown import HAZARDS, Parsed, letters, rendered

SHA = "1f0c0a9d2b5e4c7f8a6b3d2e1c0f9a8b7c6d5e4f"
CALLS = (
    "GH-7",
    "gh-7",
    "a/b#7",
    SHA,
    SHA[:7],
    f"ada@{SHA}",
    "https://github.com/a/b/issues/7",
    "$x$",
    "fixes #7",
)
hostile = st.lists(st.sampled_from(HAZARDS + CALLS) | letters, max_size=12).map("".join)

# What GitHub looks for in text, beside Markdown.
CALLED = re.compile(
    r"(?<!\w)@\w|#\d|\bgh-\d|(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])|:[\w+-]+:|www\.\w|\w+://", re.I | re.A
)


def paragraph(markdown: str) -> Parsed:
    html = rendered(f"- Title  \n  x {markdown}")
    return Parsed(f"<td>{html}</td>")


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("@ada and ada@lab", "@|ada and ada@|lab"),
        ("#1, a/b#2, C#", "#|1, a/b#|2, C#|"),
        ("fixes GH-12", "fixes GH-|12"),
        (f"at {SHA[:13]} or {SHA[:7]}", "at 1f0c0a|9d2b5e|4 or 1f0c0a|9"),
        ("2505.14674, 123456, deadbee", "2505.14674, 123456, deadbe|e"),
        (":tada: a: b", ":|tada: a: b"),
        ("https://example.org www.example.org", "https:|//example.org www|.example.org"),
        ("<b>*_`|", "&#60;b&#62;&#42;&#95;&#96;&#124;"),
        ("$5 and $x$", "<span>$</span>5 and <span>$</span>x<span>$</span>"),
    ],
    ids=["people", "issues", "GH-", "commits", "numbers", "emoji", "addresses", "Markdown", "dollars"],
)
def test_what_would_call_somebody_is_broken(text: str, markdown: str) -> None:
    assert quiet(text) == markdown.replace("|", "\u200b")


@pytest.mark.parametrize(
    ("address", "is_linked"),
    [
        ("https://github.com/ada/code", True),
        ("https://ada.github.io/page_1", True),
        ("https://medium.example/x?y=1&z=2", True),
        ("https://github.com/ada/code/issues/7", False),
        ("https://www.github.com/ada/code/pull/7", False),
        ("https://github.com/ada/code/discussions/7", False),
        (f"https://github.com/ada/code/commit/{SHA}", False),
    ],
)
def test_addresses_become_links_unless_github_would_tell_strangers(address: str, *, is_linked: bool) -> None:
    parsed = paragraph(quiet_with_links(f"Code: {address}."))
    assert parsed.targets == [address] * is_linked


@given(hostile)
def test_no_text_calls_anybody_or_links_anything(text: str) -> None:
    text = plain(text, 500)
    markdown = quiet(text)
    parsed = paragraph(markdown)
    assert set(parsed.elements) <= {"td", "ul", "li", "br", "span"}
    assert parsed.cells[0].replace("\u200b", "").split() == f"Title x {text}".split()
    assert not CALLED.search(re.sub(r"&#\d+;", "&", markdown))


@given(hostile)
def test_links_are_those_of_the_text_only(text: str) -> None:
    text = plain(text, 500)
    parsed = paragraph(quiet_with_links(text))
    assert set(parsed.elements) <= {"td", "ul", "li", "br", "span", "a"}
    assert all(target in text and "github.com" not in target for target in parsed.targets)


def test_text_is_readable_short_and_without_addresses_of_people() -> None:
    assert plain(r"$\alpha$-stable\n noise", 30) == r"α-stable\n noise"
    assert plain("write to ada@example.org or pass@k", 60) == "write to <address> or pass@k"
    assert plain("x" * 50, 10) == "xxxxxxxxx…"

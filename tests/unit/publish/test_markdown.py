"""What GitHub shows of escaped text, by its own parser, cmark-gfm."""

from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.text import one_line
from digest.publish.markdown import escape, escape_prose

HAZARDS = (
    "|", "||", r"\|", "`", "``", "*", "**", "_", "__", "~~", "[x](http://evil.example)", "![x](y)", "[",
    "](", "<b>", "</details>", "</p></td>", "<!--", "-->", "<!-- papers:end -->", "<script>", "&", "&amp;",
    "&lt;b&gt;", "\\", "\\\\", "@ada", "ada@example.org", "#1", "GH-1", ":smile:", ":+1:", ":",
    "www.example.org", "http://a.example/b_c", "https://a.example/?b=1&c=2", "ftp://a.example",
    "mailto:a@b.example", "xmpp:a@b.example", "\n", "\r\n", "\x85", "\u2028", "\x00", "\x9c", "\u202e",
    "\ud800", " ", "{", "{{", "{% raw %}", "- ", "# ", "> ", "1. ", "---", "é", "雪",
)  # fmt: skip
DOLLARS = ("$", "$$", r"\$", "$x$", "$x^{{2}}$", r"$\{{%$", "$a|b$", r"$\|x\|$", "5", "$`x`$", "$ x $")

letters = st.text(st.characters(exclude_characters="$"), max_size=3)
hostile = st.lists(st.sampled_from(HAZARDS) | letters, max_size=12).map("".join)
hostile_with_dollars = st.lists(st.sampled_from(HAZARDS + DOLLARS), max_size=12).map("".join)


class Parsed(HTMLParser):
    """The cells of a rendered table's body, its elements by name, and the links' targets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.elements: list[str] = []
        self.targets: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.targets += [value or "" for name, value in attrs if name == "href"]
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data.rstrip("\n")


def rendered(markdown: str) -> str:
    html: str = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
    return html


def row(*cells: str) -> Parsed:
    columns = len(cells)
    lines = ("| h " * columns + "|", "| --- " * columns + "|", f"| {' | '.join(cells)} |")
    return Parsed(rendered("\n".join(lines)))


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Reward Model", "Reward Model"),
        ("a|b", "a&#124;b"),
        ("a\n\tb\r\nc ", "a b c"),
        ("<b>no</b>", "&#60;b&#62;no&#60;/b&#62;"),
        ("*_~`[\\&", "&#42;&#95;&#126;&#96;&#91;&#92;&#38;"),
        ("ada@example.org", "ada<span>@</span>example.org"),
        ("C# :smile: a:b", "C<span>#</span> <span>:</span>smile: a:b"),
        ("www.example.org", "www<span>.</span>example.org"),
        ("https://example.org", "https<span>:</span>//example.org"),
        ("a\x00b\x9cc\u202ed\ud800", "abcd\ufffd"),
        ("{% raw %} {{x}}", "&#123;% raw %} &#123;&#123;x}}"),
    ],
    ids=[
        "plain", "bar", "white space", "html", "marks", "mention", "emoji", "www", "address", "controls",
        "Jekyll",
    ],
)  # fmt: skip
def test_what_markdown_would_interpret_is_escaped(text: str, markdown: str) -> None:
    assert escape(text) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("of $x_1 * y_2$-type", "of $`x_1 * y_2`$-type"),
        ("$$E = mc^2$$ holds", "$`E = mc^2`$ holds"),
        ("$$ E $$", "$`E`$"),
        ("non-$x$-ary", "non-$`x`$-ary"),
        ("$|x|$", r"$`\vert x\vert `$"),
        (r"$\|x\|$", r"$`\Vert x\Vert `$"),
        (r"$a\\|b$", r"$`a\\\vert b`$"),
        (r"$\$5$", r"$`\$5`$"),
        ("$a<b >c$ and $c$", "$`a < b > c`$ and $`c`$"),
        (r"$5%$ and $5\%$", r"$`5\%`$ and $`5\%`$"),
        (r"$x^{{{a}}} \{{b}\} {%c}$", r"$`x^{ { {a}}} \{ {b}\} {\%c}`$"),
    ],
    ids=[
        "inline", "display", "spaced display", "behind a hyphen", "bar", "double bar", "bar in a new line",
        "dollar", "two", "percent", "braces",
    ],
)  # fmt: skip
def test_mathematics_in_prose_stays_mathematics(text: str, markdown: str) -> None:
    assert escape_prose(text) == markdown


@pytest.mark.parametrize(
    "text",
    ["a 2$\\times$ speedup", "O(n$^2$) for $^3", "é$x$", "a$x)$-b$y$"],
    ids=["a digit", "a letter", "any letter", "the end of one and the start of another"],
)
def test_mathematics_right_behind_a_word_is_shown_as_it_is_written(text: str) -> None:
    assert "$`" not in escape_prose(text)
    assert row(escape_prose(text)).cells == [text]


@pytest.mark.parametrize("text", ["$x^2$", "$$E$$", "of $a|b$", "$a<b$"])
def test_mathematics_in_the_text_of_a_link_is_shown_as_it_is_written(text: str) -> None:
    assert row(f"[{escape(text)}](https://example.org)").cells == [text]


@pytest.mark.parametrize(
    "text",
    ["$5 and $10", "$5 to $ 6", "$2 or USD$3", "a $ alone", "$ x $", "$$", "$`x`$", r"\$x\$", "$a$$b$"],
    ids=["money", "a space", "a digit", "alone", "two spaces", "nothing", "backtick", "escaped", "adjacent"],
)  # fmt: skip
def test_a_dollar_that_is_not_mathematics_is_a_dollar(text: str) -> None:
    assert escape_prose(text).count("<span>$</span>") == text.count("$")
    assert row(escape_prose(text)).cells == [text]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("See https://example.org/a_b?c=1&d=~e.", "https://example.org/a_b?c=1&d=~e"),
        ("(https://example.org/x)", "https://example.org/x"),
        ("https://example.org|x", "https://example.org"),
        ("https://good.example@evil.example/", "https://good.example"),
        ("http://example.org/:smile:", "http://example.org/:smile"),
    ],
    ids=["in a sentence", "in parentheses", "before a bar", "with a user", "with an emoji"],
)
def test_a_web_address_leads_where_it_says(text: str, target: str) -> None:
    parsed = row(escape_prose(text))

    assert (parsed.cells, parsed.targets) == ([text], [target])


@given(hostile)
def test_a_table_shows_any_text_as_it_is(text: str) -> None:
    parsed = row(escape(text), escape_prose(text), "last")

    assert parsed.cells == [one_line(text), one_line(text), "last"]


@given(hostile_with_dollars)
def test_no_text_brings_an_element_of_its_own(text: str) -> None:
    parsed = row(escape(text), escape_prose(text), "last")

    assert len(parsed.cells) == 3
    assert set(parsed.elements) <= {"table", "thead", "tbody", "tr", "th", "td", "span", "code", "a"}
    assert all(target in one_line(text) for target in parsed.targets)


@given(hostile_with_dollars)
def test_no_text_is_a_command_to_jekyll(text: str) -> None:
    page = f"{escape(text)} {escape_prose(text)}"

    assert [command for command in ("{{", "{%") if command in page] == []


@given(hostile_with_dollars)
def test_the_words_of_a_link_stay_in_their_link(text: str) -> None:
    parsed = row(f"**[{escape(text)}](https://arxiv.org/abs/2606.00001v1)**")

    assert parsed.targets == ["https://arxiv.org/abs/2606.00001v1"]
    assert len(parsed.cells) == 1
    assert parsed.elements.count("strong") == 1

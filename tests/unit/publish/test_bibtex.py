"""Titles for BibTeX."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.publish.bibtex import tex_title
from digest.publish.plain import plain


@pytest.mark.parametrize(
    ("title", "tex"),
    [
        ("Plain Words", ""),
        ("On $\\alpha$-Divergences & More", "On $\\alpha$-Divergences \\& More"),
        ('The 5\\% Rule of Schr\\"odinger', 'The 5\\% Rule of Schr\\"odinger'),
        ("I\\textsuperscript{2}", "I\\textsuperscript{2}"),
        ("\\emph{Two} $x_{i}$", "\\emph{Two} $x_{i}$"),
        ("{A}_b 2^n and $$x_i^2$$ \\'e_", "{A}\\_b 2\\textasciicircum{}n and $$x_i^2$$ \\'e\\_"),
    ],
)
def test_a_title_keeps_its_tex_where_it_has_some(title: str, tex: str) -> None:
    assert tex_title(title, plain(title)) == tex


@pytest.mark.parametrize(
    "title",
    [
        "$\\alpha$ \\input{/etc/passwd}",
        "$\\alpha$ \\write18{true}",
        "$\\alpha$ \\csname input\\endcsname",
        "$\\alpha$ ^^5cinput{x}",
        "$\\alpha$ }, url = {x",
        "$\\alpha$ {",
        "$\\alpha$ \\{",
        "$\\alpha$ for $5",
        "$\\alpha$ \\",
        "$\\alpha$" * 300,
    ],
)
def test_a_title_that_does_more_than_show_itself_is_not_kept(title: str) -> None:
    assert tex_title(title, plain(title)) == ""


@given(st.text(alphabet="\\{}$%&#^ aα") | st.text())
def test_no_title_leaves_its_braces(title: str) -> None:
    depth = 0
    for character in tex_title(title, ""):
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0

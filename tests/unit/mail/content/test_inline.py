"""CSS into the style attributes of a template."""

import logging
import urllib.request

import pytest

from digest.errors import RenderError
from digest.mail.content.inline import inline
from digest.system.places import templates_folder

PAGE = '<!DOCTYPE html>\n<html lang="en"><head><title>t</title></head><body><p class="a">{}</p></body></html>'


def test_a_rule_becomes_a_style_attribute() -> None:
    assert inline(PAGE.format("x"), "p { margin: 0; padding: 0 } .a { color: #123456 }") == (
        '<!DOCTYPE html>\n<html lang="en"><head><title>t</title></head><body>'
        '<p style="margin:0;padding:0;color:#123456" class="a">x</p></body></html>'
    )


def test_a_media_query_stays_in_the_head_and_outweighs_the_attributes() -> None:
    page = inline(PAGE.format("x"), "@media (prefers-color-scheme: dark) {\n .a { color: #fff } }")
    assert page == PAGE.format("x").replace(
        "</head>",
        "<style>@media (prefers-color-scheme: dark) { .a { color: #fff !important } }</style></head>",
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7 * 7 }}",
        "{{ card('<td class=\"a\">') }}",
        "{% for paper in papers %}\n{{ paper }}\n{% endfor %}",
        "{# a comment with <p> in it #}",
        "{% raw %}{{ this }}{% endraw %}",
        "<!--[if mso]><p><![endif]-->",
        "100% %7B%% !important &lt;style&gt;",
        "ünï 数 😀",
        "one\n\n{%- if x -%}\n two {%- endif %}",
    ],
    ids=[
        *("a value", "markup in a value", "statements", "comment", "raw", "conditional comment"),
        *("escaped", "foreign", "stripped"),
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    styled = PAGE.format(text).replace("<p class", '<p style="margin:0" class')
    assert inline(PAGE.format(text), ".a { margin: 0 }") == styled


@pytest.mark.parametrize(
    ("template", "styled"),
    [
        (
            "<table>{% for p in papers %}<tr><td>{{ p }}</td></tr>{% endfor %}</table>",
            '<table>{% for p in papers %}<tr><td style="margin:0">{{ p }}</td></tr>{% endfor %}</table>',
        ),
        ('<td {% if x %}dir="auto"{% endif %}>', '<td style="margin:0" {% if x %}dir="auto"{% endif %}>'),
        ("<td\n  dir='auto'>", "<td style=\"margin:0\"\n  dir='auto'>"),
        ('<td title="{{ a > b }}">', '<td style="margin:0" title="{{ a > b }}">'),
        ('<td style="top:0" dir="auto">', '<td style="margin:0;top:0" dir="auto">'),
    ],
    ids=["rows in a loop", "a statement in a tag", "several lines", "a value in a tag", "a style of its own"],
)
def test_elements_are_styled_among_statements(template: str, styled: str) -> None:
    assert inline(template, "td { margin: 0 }") == styled


@pytest.mark.parametrize("template", ["", "{% include 'page.html' %}", "only words"])
def test_a_template_without_elements_stays_as_it_is(template: str) -> None:
    assert inline(template, "td { margin: 0 }") == template


def test_names_of_fonts_do_not_end_the_attribute() -> None:
    assert inline("<p>x</p>", 'p { font-family: "Segoe UI" }') == "<p style=\"font-family:'Segoe UI'\">x</p>"


def test_the_lines_of_the_templates_keep_their_numbers() -> None:
    template = (templates_folder() / "digest.html").read_text()
    styled = inline(template, (templates_folder() / "digest.css").read_text())
    assert styled.count("\n") == template.count("\n")
    assert styled.count(' style="') > 10


def test_a_link_to_a_style_sheet_is_not_followed() -> None:
    page = PAGE.format("x").replace("</head>", '<link rel="stylesheet" href="http://192.0.2.1/a.css"></head>')
    assert '<p style="margin:0"' in inline(page, "p { margin: 0 }")


def test_faulty_css_is_left_out_silently(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        page = inline(PAGE.format("x"), "p { colour red } p { margin: 0 }")
    assert ('style="margin:0"' in page, caplog.records) == (True, [])


@pytest.mark.parametrize(
    ("selector", "problem"),
    [
        ("p:nth-child", "The pseudo-class :nth-child is unknown"),
        ('p[title="x,y"]', "Unclosed string at 8"),
    ],
    ids=["unknown", "misread"],
)
def test_a_selector_that_cannot_be_understood_is_an_error(selector: str, problem: str) -> None:
    with pytest.raises(RenderError) as caught:
        inline(PAGE.format("x"), f"{selector} {{ margin: 0 }}")
    assert str(caught.value) == f"digest.css: {problem}"


def test_no_style_sheet_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(urllib.request.OpenerDirector, "open", lambda _self, url, *_: opened.append(url))
    imported = "@import url(http://127.0.0.1:9/a.css); @import 'file:///etc/passwd'; p { margin: 0 }"
    page = PAGE.format("x").replace(
        "<title>", f"<style>{imported}</style><link rel=stylesheet href=b.css><title>"
    )
    assert '<p style="margin:0" class="a">' in inline(page, imported)
    assert opened == []

"""CSS into style attributes."""

import logging

import pytest

from digest.errors import RenderError
from digest.mail.inline import inline

PAGE = '<!DOCTYPE html>\n<html lang="en"><head><title>t</title></head><body><p class="a">{}</p></body></html>'


def test_a_rule_becomes_a_style_attribute() -> None:
    assert '<p class="a" style="color:#123456; margin:0">x</p>' in inline(
        PAGE.format("x"), ".a { color: #123456 } p { margin: 0 }"
    ).replace("margin:0; color:#123456", "color:#123456; margin:0")


def test_a_media_query_stays_in_the_head_and_outweighs_the_attributes() -> None:
    page = inline(PAGE.format("x"), "@media (prefers-color-scheme: dark) { .a { color: #fff } }")
    head = "".join(page.partition("</head>")[0].split())
    assert "@media(prefers-color-scheme:dark){.a{color:#fff!important}}" in head


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7 * 7 }} {% raw %}",
        "100% %7B%% !important",
        "&lt;style&gt;p{color:red}&lt;/style&gt;",
        "ünï 数 😀",
    ],
    ids=["braces", "per cent", "escaped markup", "foreign"],
)
def test_text_stays_as_it_is(text: str) -> None:
    assert f'<p class="a" style="margin:0">{text}</p>' in inline(PAGE.format(text), "p { margin: 0 }")


def test_a_link_to_a_style_sheet_is_not_followed() -> None:
    page = PAGE.format("x").replace("</head>", '<link rel="stylesheet" href="http://192.0.2.1/a.css"></head>')
    assert 'style="margin:0"' in inline(page, "p { margin: 0 }")


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

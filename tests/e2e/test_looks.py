"""What subscribers see: mails of invented papers, built as in a run, in a real browser."""

import re
from collections.abc import Callable, Iterator
from colorsys import hls_to_rgb, rgb_to_hls

import pytest

from digest.preview.views import without_style
from tests.support.browser import Browser, Page
from tests.support.screenshots import DIGESTS, HOSTILE, digest_of, html_of, html_of_digest, titled
from tests.support.variations import variations

LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3, for text of any size."""

OVERFLOWING = """() => Array.from(document.querySelectorAll("body, body *"))
    .filter(element => element.getBoundingClientRect().right > innerWidth + 0.5
        || element.scrollWidth > innerWidth)
    .map(element => `${element.tagName}.${element.className}`)"""

SKELETON = """() => Array.from(document.querySelectorAll("*"))
    .filter(element => !element.matches(".hit"))
    .map(element => `${element.tagName} ${element.getAttributeNames().join(" ")}`)"""

# Every text that is seen, with its colour and the backgrounds behind it (nearest first), as the browser
# computed them.
TEXTS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
        const node = walker.currentNode, range = document.createRange();
        range.selectNodeContents(node);
        const box = range.getBoundingClientRect();
        if (!node.data.trim() || !box.width || !box.height
            || !node.parentElement.checkVisibility({opacityProperty: true, visibilityProperty: true})) {
            continue;
        }
        const behind = [];
        let hidden = false;
        for (let element = node.parentElement; element; element = element.parentElement) {
            const style = getComputedStyle(element), background = style.backgroundColor;
            hidden ||= style.overflow !== "visible" && (!element.offsetHeight || !element.offsetWidth);
            behind.push(background);
        }
        if (!hidden) {
            texts.push([node.data.trim(), getComputedStyle(node.parentElement).color, behind]);
        }
    }
    return texts;
}"""

Colour = tuple[float, float, float, float]
"""Red, green, blue and alpha, each from 0 to 1."""
Change = Callable[[Colour, bool], Colour]
"""How a mail program changes a colour; the second argument says whether it is that of a text."""

_CANVAS: dict[str, Colour] = {"light": (1, 1, 1, 1), "dark": (0.07, 0.07, 0.07, 1)}


@pytest.fixture(params=[320, 375, 700], ids=lambda width: f"{width} px")
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


QUICK = ("no paper", "1 paper", "12 papers", "45 papers", "unanswered", "hostile titles", "long words")


@pytest.fixture(params=variations(DIGESTS, QUICK))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_mail_never_scrolls_sideways(browser: Browser, name: str, width: int) -> None:
    for html in (html_of(name), without_style(html_of(name))):
        with browser.opened(html, width=width) as page:
            assert page.evaluate(OVERFLOWING) == []


def test_a_mail_asks_the_network_for_nothing(browser: Browser, name: str) -> None:
    with browser.opened(html_of(name)) as page:
        assert page.requests == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_mail_is_accessible(browser: Browser, name: str, dark: bool) -> None:
    """Landmarks are for whole pages: the mail program around a mail has its own, and one `main` at most."""
    with browser.opened(html_of(name), width=375, dark=dark) as page:
        assert page.violations("landmark-one-main", "region") == []


def test_every_text_can_be_read_in_light_and_in_dark(browser: Browser, name: str) -> None:
    for scheme in ("light", "dark"):
        with browser.opened(html_of(name), width=375, dark=scheme == "dark") as page:
            assert list(faint(page, scheme, unchanged)) == []


def test_every_text_can_be_read_where_a_mail_program_changes_the_colours(browser: Browser, name: str) -> None:
    """Some programs ignore style sheets for dark screens and invert colours themselves, in undocumented
    ways: all colours, or only light backgrounds and dark texts. Both must work, with the lightness inverted
    and the hue kept. Since they change the colours that a mail sets and guess the others, no text may
    depend on the canvas behind the mail."""
    with browser.opened(without_style(html_of(name)), width=375) as page:
        assert list(faint(page, "light", inverted)) == []
        assert list(faint(page, "light", darkened)) == []
        assert [text for text, _, behind in page.evaluate(TEXTS) if not any(map(covers, behind))] == []


def test_hostile_titles_change_nothing_but_words(browser: Browser) -> None:
    benign = digest_of(*titled(*("A benign title" for _ in HOSTILE)))
    skeletons = []
    for html in (html_of("hostile titles"), html_of_digest(benign)):
        with browser.opened(html) as page:
            skeletons.append(page.evaluate(SKELETON))
    assert skeletons[0] == skeletons[1]


@pytest.mark.parametrize(
    ("colours", "ratio"),
    [
        (("rgb(0, 0, 0)", "rgb(255, 255, 255)"), 21),
        (("rgb(118, 118, 118)", "rgb(255, 255, 255)"), 4.54),
        (("rgba(0, 0, 0, 0.5)", "rgb(255, 255, 255)"), 3.98),
        (("rgb(255, 255, 255)", "rgb(255, 255, 255)"), 1),
    ],
)
def test_contrast_is_computed_as_defined(colours: tuple[str, str], ratio: float) -> None:
    text, behind = map(parsed, colours)
    assert contrast(over(text, behind), behind) == pytest.approx(ratio, abs=0.01)


def test_a_text_that_cannot_be_read_is_found(browser: Browser) -> None:
    html = """<body style="background: #fff">
        <p style="color: #777">Faint</p><p style="color: #767676">Clear</p>
        <p style="color: #777; display: none">Hidden</p><p style="color: #fff">White on white</p></body>"""
    with browser.opened(html) as page:
        assert list(faint(page, "light", unchanged)) == [("Faint", 4.48), ("White on white", 1.0)]


def test_the_checks_find_what_they_look_for(browser: Browser) -> None:
    html = """<p>A text on nothing</p><img src="http://127.0.0.1:9/x.png" width="2000" height="9">"""
    with browser.opened(html) as page:
        assert page.requests == ["http://127.0.0.1:9/x.png"]
        assert page.evaluate(OVERFLOWING) == ["BODY.", "IMG."]
        assert [text for text, _, behind in page.evaluate(TEXTS) if not any(map(covers, behind))] == [
            "A text on nothing"
        ]
        assert any(found.startswith("image-alt: img: ") for found in page.violations())


def faint(page: Page, scheme: str, change: Change) -> Iterator[tuple[str, float]]:
    """The texts with too little contrast after the colours are changed, and their contrast."""
    for text, colour, backgrounds in page.evaluate(TEXTS):
        behind = _CANVAS[scheme]
        for background in reversed(backgrounds):
            behind = over(change(parsed(background), False), behind)
        ratio = contrast(over(change(parsed(colour), True), behind), behind)
        if ratio < LEAST_CONTRAST:
            yield text, round(ratio, 2)


def unchanged(colour: Colour, is_text: bool) -> Colour:
    return colour


def inverted(colour: Colour, is_text: bool) -> Colour:
    """The colour with its lightness inverted."""
    hue, lightness, saturation = rgb_to_hls(*colour[:3])
    return (*hls_to_rgb(hue, 1 - lightness, saturation), colour[3])


def darkened(colour: Colour, is_text: bool) -> Colour:
    """Inverted if it is that of a dark text or of a light background."""
    is_light = rgb_to_hls(*colour[:3])[1] > 0.5
    return colour if is_light is is_text else inverted(colour, is_text)


def parsed(computed: str) -> Colour:
    """A colour as getComputedStyle gives it: `rgb(1, 2, 3)` or `rgba(1, 2, 3, 0.5)`."""
    red, green, blue, *alpha = (float(number) for number in re.findall(r"[\d.]+", computed))
    return red / 255, green / 255, blue / 255, alpha[0] if alpha else 1.0


def covers(computed: str) -> bool:
    return parsed(computed)[3] == 1


def over(front: Colour, back: Colour) -> Colour:
    """What is seen of two colours, the one behind being opaque."""
    alpha = front[3]
    red, green, blue = (f * alpha + b * (1 - alpha) for f, b in zip(front[:3], back[:3], strict=True))
    return red, green, blue, 1.0


def contrast(one: Colour, other: Colour) -> float:
    """The ratio of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio), from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

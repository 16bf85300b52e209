"""What mail programs take: each mail keeps to a few elements, attributes and properties, and to few bytes.

Outlook on Windows shows a mail as Word would, Gmail drops what it does not know, and both change colours
by themselves.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from digest.domain.digests import Digest, Entry, Section, Unanswered
from digest.domain.papers import Paper
from digest.domain.settings import MailSettings
from digest.mail.content.fit import DETAIL_STEPS, LEAST_DETAIL, Detail
from digest.mail.content.parts import split
from digest.mail.content.render import MailRenderer
from digest.sources.arxiv.pages import paper_forms
from digest.system.places import templates_folder
from tests.support.builders import NOON, keyword, paper, subscriber

SETTINGS = MailSettings("Daily Papers <papers@example.org>", reply_to=None, when_empty="skip")
RENDERER = MailRenderer(SETTINGS, templates_folder(), forms_of=paper_forms)
REWARD, REASONING = keyword("Reward Model"), keyword("Reasoning", authors=("Ada",))

ANYWHERE = {"class", "dir", "style"}
ELEMENTS: Mapping[str, set[str]] = {
    "html": {"lang"},
    "head": set(),
    "meta": {"charset", "name", "content"},
    "title": set(),
    "style": set(),
    "body": ANYWHERE,
    "table": {*ANYWHERE, "role", "align", "width", "cellpadding", "cellspacing", "border"},
    **dict.fromkeys(["tr", "td", "h1", "h2", "h3", "p", "span", "b"], ANYWHERE),
    "div": {"role", "aria-roledescription", "aria-label", "lang", "dir"},
    "br": set(),
    "a": {*ANYWHERE, "href", "aria-label"},
}
ATTRIBUTE_PROPERTIES = {
    *("background-color", "color"),
    *("font", "font-size", "font-weight", "line-height", "letter-spacing"),
    *("margin", "padding", "border-top"),
    *("max-width", "table-layout", "word-wrap", "overflow-wrap", "-webkit-text-size-adjust"),
}
STYLE_PROPERTIES = {
    *("background-color", "color", "border-top-color"),
    *("font-size", "font-weight", "line-height", "text-decoration"),
    *("margin-bottom", "padding-left", "padding-right", "padding-top"),
}
MEDIA = ["screen", "(min-width: 600px)", "(prefers-color-scheme: dark)"]
STYLE_BYTES = 16_000
"""Gmail reads no more of a head: https://developers.google.com/workspace/gmail/design/css"""
LEAST_FONT_PIXELS = 14


class Page(HTMLParser):
    """A page's elements with their attributes, and its texts, each with the tags around it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, list[str]]] = []
        self.unlabelled: set[str] = set()
        """The texts of links that have no label."""
        self.sheet = ""
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = tag, {name: value or "" for name, value in attrs}
        self.elements.append(element)
        self._open += [element] if tag not in {"meta", "br"} else []

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if "style" in tags:
            self.sheet += data
        elif "body" in tags and data.strip():
            self.texts.append((data.strip(), tags))
            self._note_link(data)

    def _note_link(self, text: str) -> None:
        for tag, attributes in self._open:
            if tag == "a" and "aria-label" not in attributes:
                self.unlabelled.add(text.strip())


def declared(style: str) -> dict[str, str]:
    """The properties of a style attribute, or of a rule, with their values."""
    pairs = (pair.partition(":") for pair in style.split(";") if pair.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def digest_of(*papers: Paper, welcome: bool = False, unanswered: tuple[Unanswered, ...] = ()) -> Digest:
    entries = tuple(Entry(each, ("Reasoning",), welcome) for each in papers)
    sections = (Section(REWARD, entries[::2]), Section(REASONING, entries[1::2]))
    filled = tuple(section for section in sections if section.entries)
    return Digest(subscriber("r@example.org", REWARD, REASONING), NOON.date(), filled, unanswered)


def papers_of(number: int) -> tuple[Paper, ...]:
    return tuple(
        paper(
            f"2606.{rank:05}",
            title=f"Reward Models, Reasoning and $\\alpha_{{{rank}}}$",
            abstract="A reward model, and reasoning. Invented. " * (rank % 40),
            comment="" if rank % 3 else "22 pages; code at https://github.com/invented/paper",
            authors=("Ada Example",) * (rank % 9),
        )
        for rank in range(number)
    )


HOSTILE = paper(
    title="</a></td><script>alert(1)</script><img src=x>",
    abstract='<style>td { position: fixed }</style><svg onload="x">',
    comment='" onmouseover="alert(1)" style="background: url(https://evil.example/)',
    authors=("<form>", "‏כותב מומצא"),
)
MISSING = (Unanswered(REWARD, NOON - timedelta(days=1)), Unanswered(REASONING, None))
DIGESTS: Mapping[str, tuple[Digest, Detail]] = {
    "no paper": (digest_of(), Detail()),
    "one paper": (digest_of(*papers_of(1)), Detail()),
    "12 papers": (digest_of(*papers_of(12)), Detail()),
    "80 papers": (digest_of(*papers_of(80)), Detail()),
    "a welcome": (digest_of(*papers_of(5), welcome=True), Detail()),
    "unanswered": (digest_of(*papers_of(2), unanswered=MISSING), Detail()),
    "hostile": (digest_of(HOSTILE, HOSTILE), Detail()),
    "one of two": (split(digest_of(*papers_of(12)), 2)[0], Detail()),
    **{
        f"step {step}": (digest_of(*papers_of(12)), DETAIL_STEPS[step])
        for step in range(1, len(DETAIL_STEPS), 4)
    },
}


def html_of(digest: Digest, detail: Detail) -> str:
    return RENDERER.render(digest, "k3fq7a2mzx4pl6wd", detail).html


each_digest = pytest.mark.parametrize(
    "page", [Page(html_of(*each)) for each in DIGESTS.values()], ids=DIGESTS
)


@each_digest
def test_a_mail_keeps_to_the_elements_and_attributes_that_all_programs_take(page: Page) -> None:
    assert [(tag, set(has)) for tag, has in page.elements if set(has) - ELEMENTS.get(tag, set())] == []
    assert {tag for tag, _ in page.elements} <= set(ELEMENTS)
    assert {has["role"] for tag, has in page.elements if tag == "table"} == {"presentation"}


@each_digest
def test_style_attributes_keep_to_what_all_programs_take(page: Page) -> None:
    styles = [declared(has["style"]) for _, has in page.elements if "style" in has]
    assert {name for style in styles for name in style} <= ATTRIBUTE_PROPERTIES
    assert [style for style in styles if re.search(r"url|var\(|!important|expression", str(style))] == []


@each_digest
def test_the_style_sheet_is_an_enhancement_and_small(page: Page) -> None:
    assert re.findall(r"@media ([^{]+?) \{", page.sheet) == MEDIA
    rules = re.findall(r"\{([^{}]*)\}", page.sheet)
    assert {name for rule in rules for name in declared(rule)} <= STYLE_PROPERTIES
    assert re.findall(r"url|var\(|@(?!media )", page.sheet) == []
    assert len(page.sheet.encode()) <= STYLE_BYTES


@each_digest
def test_a_mail_links_papers_repositories_and_how_to_unsubscribe_and_nothing_else(page: Page) -> None:
    places = {has["href"] for tag, has in page.elements if tag == "a"}
    known = r"https://(arxiv\.org/(abs|pdf|html|bibtex)|github\.com)/[\w./-]+|mailto:papers@example\.org\?subject=\S+"
    assert [place for place in places if not re.fullmatch(known, place)] == []


@each_digest
def test_the_name_of_a_link_says_which_one_it_is(page: Page) -> None:
    """A short text has a label: `PDF of 2606.00001`, `Code: invented/paper`."""
    links = [has for tag, has in page.elements if tag == "a"]
    named: dict[str, set[str]] = {}
    for has in links:
        if "aria-label" in has:
            named.setdefault(has["aria-label"], set()).add(has["href"])
    assert {name: to for name, to in named.items() if len(to) > 1} == {}
    short = {"PDF", "HTML", "BibTeX", "Code", "here", "link"}
    assert short.isdisjoint(page.unlabelled)


@each_digest
def test_every_text_is_in_a_cell_with_ink_and_background(page: Page) -> None:
    """Programs that turn colours around by themselves then turn both."""
    assert [text for text, tags in page.texts if "td" not in tags] == []
    cells = [set(declared(has["style"])) for tag, has in page.elements if tag == "td"]
    assert [cell for cell in cells if not {"color", "background-color"} <= cell] == []


@each_digest
def test_no_text_is_small(page: Page) -> None:
    fonts = " ".join(has["style"] for _, has in page.elements if "style" in has)
    sizes = {int(size) for size in re.findall(r"font(?:-size)?:(\d+)px", fonts)}
    assert min(sizes) >= LEAST_FONT_PIXELS


def test_an_inbox_shows_the_first_paper() -> None:
    text, _ = Page(html_of(*DIGESTS["12 papers"])).texts[0]
    assert text == "First: Reward Models, Reasoning and α₀"


@pytest.mark.parametrize(
    ("detail", "most"),
    [(Detail(), 1_150), (Detail(forms=False), 900), (Detail(cards=0), 460), (LEAST_DETAIL, 220)],
    ids=["card", "card with one form", "line", "title"],
)
def test_a_paper_takes_few_bytes(detail: Detail, most: int) -> None:
    """A usual one, with an abstract of the median length."""
    usual = paper(
        title="Reward Models That Read the Whole Answer: An Invented Study in Nine Languages",
        abstract=("A reward model is invented here. " * 5).ljust(1_355, "x"),
        authors=("Ada Example", "Bo Sample", "Carla Muster", "Dag Eksempel"),
        comment="22 pages, code at github.com/invented/paper",
    )
    one, nine = (len(html_of(digest_of(*[usual] * number), detail).encode()) for number in (2, 18))
    assert (nine - one) / 16 <= most


def test_a_mail_without_its_papers_takes_few_bytes() -> None:
    assert len(html_of(digest_of(unanswered=MISSING), Detail()).encode()) <= 6_000

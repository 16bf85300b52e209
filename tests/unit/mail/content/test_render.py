"""A digest becomes a subject, a page and a text."""

import re
import shutil
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.digests import Digest, Entry, Section, Unanswered
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.settings import MailSettings
from digest.domain.text import one_line
from digest.errors import RenderError
from digest.mail.content.actions import digest_actions
from digest.mail.content.fit import DetailLimits
from digest.mail.content.render import MailRenderer, underlined, wrapped
from digest.system.places import templates_folder
from digest.tex.readable import readable
from tests.support.builders import keyword, paper, subscriber

MONDAY = date(2026, 6, 22)
REWARD_MODEL = keyword()
SETTINGS = MailSettings("Daily Papers <papers@example.org>", reply_to=None, when_empty="skip")
RENDERER = MailRenderer(SETTINGS, templates_folder())
TOKEN = "k3fq7a2mzx4pl6wd"
ABS_LINK = re.compile(r"arxiv\.org/abs/([\w.-]+(?:/\d+)?v\d+)")


class Skeleton(HTMLParser):
    """Elements in order, links with their targets, texts; words that are marked do not count as elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str | None] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements += [tag] if tag != "b" else []
        self.links += [value for name, value in attrs if name in {"href", "src"}]

    def handle_endtag(self, tag: str) -> None:
        self.elements += [f"/{tag}"] if tag != "b" else []

    @property
    def targets(self) -> list[str]:
        """The links, without the texts of the mails that they write."""
        return [(link or "").partition("&body=")[0] for link in self.links]

    def handle_data(self, data: str) -> None:
        self.text += data


def digest_of(*papers: Paper, keyword: Keyword = REWARD_MODEL, also: tuple[str, ...] = ()) -> Digest:
    entries = tuple(Entry(each, also, welcome=False) for each in papers)
    return Digest(subscriber("rita@example.org", keyword), MONDAY, (Section(keyword, entries),))


def test_the_text_is_written_to_be_read() -> None:
    found = paper(
        title="Reward Models That Read the Whole Answer: An Invented Study in Nine Languages",
        abstract="A paper, with code at https://github.com/invented/code-of-the-paper-that-we-invent, too.",
        comment="a note",
    )
    digest = digest_of(found, paper("2606.00002", version=3), also=("Reasoning",))
    assert RENDERER.render(digest, TOKEN).text == (
        """\
Reward Model: 2

DAILY PAPERS
Monday, 22 June 2026
2 new papers in 1 keyword

How to unsubscribe is at the end.


Reward Model · 2 new papers
---------------------------

1.  Reward Models That Read the Whole Answer: An Invented Study in Nine
    Languages
    https://arxiv.org/abs/2606.00001v1
    Ada Example, Bo Sample
    20 June 2026 · cs.LG
    a note
    PDF: https://arxiv.org/pdf/2606.00001v1
    Code: https://github.com/invented/code-of-the-paper-that-we-invent

    A paper, with code at
    https://github.com/invented/code-of-the-paper-that-we-invent, too.

    Why: “Reward Model” in title
    Also in: Reasoning

2.  An invented paper numbered 2606.00002
    https://arxiv.org/abs/2606.00002v3
    Ada Example, Bo Sample
    20 June 2026 · cs.LG
    PDF: https://arxiv.org/pdf/2606.00002v3

    We invent a paper. It has two sentences.

    Also in: Reasoning


----------------------------------------------------------------------------
You get this mail because subscribers.yaml lists you with these keywords:
Reward Model. The person who runs this digest can change them.

To get no more of them, write to papers@example.org with this subject:
    unsubscribe k3fq7a2mzx4pl6wd

To change what you get, write to the same address with one of these
subjects:
    weekly k3fq7a2mzx4pl6wd
        One mail a week
    pause until 2026-07-06 k3fq7a2mzx4pl6wd
        Pause until 6 July 2026
    Please change my keywords
        Change my keywords

Thank you to arXiv for use of its open access interoperability.
"""
    )


def test_the_text_of_one_of_several_mails_says_what_is_unusual_about_it() -> None:
    digest = replace(digest_of(paper()), part=1, parts=2, unanswered=(Unanswered(REWARD_MODEL, None),))
    assert RENDERER.render(digest, TOKEN, DetailLimits(card_share=0.0)).text.partition("\n\n\n--")[0] == (
        """\
Reward Model: 1

DAILY PAPERS
Monday, 22 June 2026
Mail 1 of 2
1 new paper in 1 keyword

Only titles are shown, because mail programs cut off long mails. Click a
title for the abstract, or ask for narrower keywords.

arXiv has not answered for Reward Model yet. Nothing is lost: its papers
come with a later digest.

How to unsubscribe is at the end.


Reward Model · 1 new paper
--------------------------

1.  An invented paper numbered 2606.00001
    https://arxiv.org/abs/2606.00001v1"""
    )


@pytest.mark.parametrize(
    "limits", [DetailLimits(), DetailLimits(20), DetailLimits(20, 0.0), DetailLimits(20, 0.0, 0.5)]
)
def test_the_page_shows_what_the_text_shows(limits: DetailLimits) -> None:
    digest = digest_of(paper(comment="a note"), paper("hep-th/9901001"), also=("Reasoning",))
    rendered = RENDERER.render(replace(digest, part=2, parts=2), TOKEN, limits)
    page = " ".join(Skeleton(rendered.html.partition("</head>")[2]).text.lower().split())
    only_in_the_text = (
        r"\S+://\S+|pdf: |-{4,}|how to unsubscribe is at the end\.|"
        r"to change what you get.*subjects:|(weekly|pause until \S+) \w{16}|please change my keywords"
    )
    text = re.sub(only_in_the_text, " ", rendered.text.lower(), flags=re.DOTALL)
    assert [word for word in text.split() if word not in page] == []


def test_both_parts_link_the_same_papers() -> None:
    digest = digest_of(
        paper(abstract="Compare arxiv.org/abs/2505.00009v1."),
        paper("hep-th/9901001", version=2),
        paper("2606.00003", comment="extends https://arxiv.org/abs/2505.00008v2"),
    )
    rendered = RENDERER.render(digest, TOKEN)
    linked = {"2606.00001v1", "hep-th/9901001v2", "2606.00003v1"}
    assert {link for link in Skeleton(rendered.html).links if link and "/abs/" in link} == {
        f"https://arxiv.org/abs/{each}" for each in linked
    }
    spoken_of = linked | {"2505.00009v1", "2505.00008v2"}
    assert set(ABS_LINK.findall(rendered.html)) == set(ABS_LINK.findall(rendered.text)) == spoken_of


def test_the_page_links_papers_their_code_and_how_to_unsubscribe() -> None:
    digest = digest_of(paper(abstract="At https://github.com/a/b"))
    rendered = RENDERER.render(digest, TOKEN)
    assert Skeleton(rendered.html).links == [
        f"mailto:papers@example.org?subject=unsubscribe%20{TOKEN}",
        "https://arxiv.org/abs/2606.00001v1",
        "https://arxiv.org/pdf/2606.00001v1",
        "https://github.com/a/b",
        f"mailto:papers@example.org?subject=unsubscribe%20{TOKEN}",
        *(link.url for link in digest_actions(digest, SETTINGS, TOKEN, ["Reward Model"]).foot),
    ]


@pytest.mark.parametrize("limits", [DetailLimits(), DetailLimits(card_share=0.0)], ids=["cards", "titles"])
def test_the_page_has_a_heading_for_each_section_and_paper(limits: DetailLimits) -> None:
    sections = tuple(
        Section(keyword(name), tuple(Entry(paper(id), (), welcome=False) for id in ids))
        for name, ids in {"A b": ("2606.00001", "2606.00002"), "C d": ("2606.00003",)}.items()
    )
    page = Skeleton(RENDERER.render(Digest(subscriber(), MONDAY, sections), TOKEN, limits).html)
    assert [tag for tag in page.elements if tag in {"h1", "h2", "h3"}] == ["h1", "h2", "h3", "h3", "h2", "h3"]


def test_what_the_keyword_found_is_marked_in_title_and_abstract() -> None:
    found = paper(title="On Rewarding Models", abstract="A reward model.")
    marked = re.findall(r"<b>([^<]*)</b>", RENDERER.render(digest_of(found), TOKEN).html)
    assert marked == ["Rewarding Models", "reward model"]


def test_a_digest_without_papers_says_so_in_both_parts() -> None:
    rendered = RENDERER.render(Digest(subscriber(), MONDAY, ()), TOKEN)
    said = "Nothing new today: arXiv announced no paper that your keywords find."
    assert (rendered.subject, said in rendered.text, said in rendered.html) == (
        "No new papers · 22 Jun",
        True,
        True,
    )


FOREIGN = st.text(st.characters(), max_size=60) | st.sampled_from(
    [
        "</a></h3></td></table><script>alert(1)</script>",
        "{{ 7 * 7 }} {% raw %} {# c #} %s %(a)s",
        "<!-- <style> ]]> &lt;b&gt; &#x202e; <![endif]-->",
        "\x00\ud800\u202e\u2028\x85\ufffe",
        'a" onmouseover="x" style=\'color:red\'',
    ]
)


@given(title=FOREIGN, abstract=FOREIGN, author=FOREIGN, comment=FOREIGN, name=FOREIGN)
def test_no_foreign_text_changes_the_page_or_loses_a_paper(
    title: str, abstract: str, author: str, comment: str, name: str
) -> None:
    hostile = paper(title=title, abstract=abstract, authors=("Ada", author), comment=comment)
    asked = keyword(name, any=("invented",))
    plain = replace(
        hostile,
        title="t",
        abstract=one_line(abstract) and "a",
        authors=("Ada",),
        comment=one_line(comment) and "c",
    )
    rendered = RENDERER.render(digest_of(hostile, keyword=replace(asked, any=("absent phrase",))), TOKEN)
    benign = RENDERER.render(digest_of(plain, keyword=keyword("n", any=("absent phrase",))), TOKEN)
    page = Skeleton(rendered.html)
    assert page.elements == Skeleton(benign.html).elements
    assert page.targets == Skeleton(benign.html).targets
    assert one_line(name) in page.text
    assert all(one_line(readable(one_line(text))) in page.text for text in (title, abstract, author, comment))
    assert hostile.url in rendered.text


@pytest.mark.parametrize(
    ("file", "content", "error"),
    [
        ("digest.html", "<p>\n\n{{ papr }}</p>", "{folder}/digest.html:3: 'papr' is undefined"),
        (
            "digest.txt",
            "{{ digest.day }}",
            "{folder}/digest.txt:1: 'digest.mail.content.view.DigestView object' has no attribute 'day'",
        ),
        ("digest.css", "p { color: {{ ink }} }", "{folder}/digest.css:1: 'ink' is undefined"),
        ("digest.css", "p:nth-child { margin: 0 }", "digest.css: The pseudo-class :nth-child is unknown"),
    ],
    ids=["page", "text", "style sheet", "selector"],
)
def test_a_broken_template_is_named_with_its_line(
    tmp_path: Path, file: str, content: str, error: str
) -> None:
    folder = shutil.copytree(templates_folder(), tmp_path / "templates")
    (folder / file).write_text(content)
    with pytest.raises(RenderError) as caught:
        MailRenderer(SETTINGS, folder).render(digest_of(paper()), TOKEN)
    assert str(caught.value) == error.replace("{folder}", str(folder))


@pytest.mark.parametrize("file", ["digest.html", "digest.txt", "digest.css"])
def test_a_missing_template_is_named(tmp_path: Path, file: str) -> None:
    folder = shutil.copytree(templates_folder(), tmp_path / "templates")
    (folder / file).unlink()
    with pytest.raises(RenderError) as caught:
        MailRenderer(SETTINGS, folder).render(digest_of(paper()), TOKEN)
    assert str(caught.value) == f"{folder}/{file}: there is no template {file}"
    assert caught.value.hint == (
        "look at that line of the template; the originals lie in the folder templates/"
    )


def test_a_text_is_wrapped_and_a_long_word_keeps_a_line_to_itself() -> None:
    address = "https://example.org/" + "x" * 80
    lines = wrapped(f"{'word ' * 30}{address} end", 4, "7. ").splitlines()
    assert [line for line in lines if len(line) > 76] == [f"    {address}"]
    assert (lines[0][:8], lines[-1]) == ("7.  word", "    end")


def test_a_heading_is_underlined_by_no_more_than_a_line() -> None:
    assert (underlined("Abc"), underlined("x" * 90)) == ("Abc\n---", f"{'x' * 90}\n{'-' * 76}")


def test_both_parts_link_to_the_archive_where_it_can_be_read() -> None:
    settings = replace(SETTINGS, archive_url="https://example.org/papers")
    rendered = MailRenderer(settings, templates_folder()).render(digest_of(paper()), TOKEN)
    assert '<a href="https://example.org/papers">the archive</a>' in re.sub(
        ' style="[^"]*"', "", rendered.html
    )
    assert "\n    https://example.org/papers\n" in rendered.text
    assert "archive" not in RENDERER.render(digest_of(paper()), TOKEN).text

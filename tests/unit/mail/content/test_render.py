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

from digest.domain.comments import without_counts
from digest.domain.digests import Digest, Entry, Section, Unanswered
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.settings import MailSettings
from digest.domain.text import one_line
from digest.errors import RenderError
from digest.mail.content.actions import digest_actions
from digest.mail.content.fit import FULL_DETAIL, LEAST_DETAIL, Detail
from digest.mail.content.render import MailRenderer
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
First: Reward Models That Read the Whole Answer: An Invented Study in Nine
Languages

DAILY PAPERS
Monday, 22 June 2026
2 new papers


Reward Model
------------

1.  Reward Models That Read the Whole Answer: An Invented Study in Nine
    Languages
    https://arxiv.org/abs/2606.00001v1
    A paper, with code at
    https://github.com/invented/code-of-the-paper-that-we-invent, too.
    Ada Example, Bo Sample · cs.LG
    a note
    Code: https://github.com/invented/code-of-the-paper-that-we-invent
    Also in: Reasoning

2.  An invented paper numbered 2606.00002
    https://arxiv.org/abs/2606.00002v3
    We invent a paper. It has two sentences.
    Ada Example, Bo Sample · cs.LG
    Also in: Reasoning


----------------------------------------------------------------------------
You get this mail every day at 07:00 (UTC) for: Reward Model. To change
that, write to papers@example.org, who runs this digest.

To unsubscribe, write to papers@example.org with this subject:
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
    whole = (*digest.entries, Entry(paper("2606.00002"), (), welcome=False))
    text = RENDERER.render(replace(digest, whole=whole), TOKEN, LEAST_DETAIL).text
    assert text.partition("\n\n\n--")[0] == (
        """\
First: An invented paper numbered 2606.00001

DAILY PAPERS
Monday, 22 June 2026
2 new papers, here 1

Only titles are shown, because mail programs cut off long mails.

arXiv has not answered for Reward Model yet. Nothing is lost: its papers
come with a later digest.


Reward Model
------------

All · 1

1.  An invented paper numbered 2606.00001
    https://arxiv.org/abs/2606.00001v1"""
    )


@pytest.mark.parametrize("detail", [FULL_DETAIL, Detail(), Detail(cards=1), LEAST_DETAIL])
def test_the_page_shows_what_the_text_shows(detail: Detail) -> None:
    digest = digest_of(paper(comment="a note"), paper("hep-th/9901001"), also=("Reasoning",))
    rendered = RENDERER.render(replace(digest, part=2, parts=2), TOKEN, detail)
    page = " ".join(Skeleton(rendered.html.partition("</head>")[2]).text.lower().split())
    only_in_the_text = (
        r"\S+://\S+|-{4,}|to unsubscribe, write to \S+ with this subject:\s+unsubscribe \S+|"
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
        "https://arxiv.org/abs/2606.00001v1",
        "https://arxiv.org/pdf/2606.00001v1",
        "https://github.com/a/b",
        *(link.url for link in digest_actions(digest, SETTINGS, TOKEN, ["Reward Model"]).foot),
        f"mailto:papers@example.org?subject=unsubscribe%20{TOKEN}",
    ]


@pytest.mark.parametrize(
    ("detail", "expected"),
    [(FULL_DETAIL, "h1 h2 h3 h3 h2 h3"), (LEAST_DETAIL, "h1 h2 h3 h2 h3")],
    ids=["cards", "lists"],
)
def test_the_page_has_a_heading_for_each_section_card_and_list(detail: Detail, expected: str) -> None:
    sections = tuple(
        Section(keyword(name), tuple(Entry(paper(id), (), welcome=False) for id in ids))
        for name, ids in {"A b": ("2606.00001", "2606.00002"), "C d": ("2606.00003",)}.items()
    )
    page = Skeleton(RENDERER.render(Digest(subscriber(), MONDAY, sections), TOKEN, detail).html)
    assert [tag for tag in page.elements if tag in {"h1", "h2", "h3"}] == expected.split()


def test_what_the_keyword_found_is_marked_in_title_and_abstract() -> None:
    found = paper(title="On Rewarding Models", abstract="A reward model.")
    marked = re.findall(r"<b>([^<]*)</b>", RENDERER.render(digest_of(found), TOKEN).html)
    assert marked == ["Rewarding Models", "reward model"]


def test_a_digest_without_papers_says_so_in_both_parts_and_in_the_text_once() -> None:
    rendered = RENDERER.render(Digest(subscriber(), MONDAY, ()), TOKEN)
    said = "arXiv announced no paper that your keywords find."
    assert (rendered.subject, rendered.text.count(said), said in rendered.html) == (
        "No new papers · 22 Jun",
        1,
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
        comment=without_counts(one_line(comment)) and "c",
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


def test_both_parts_link_to_the_archive_and_its_feed_where_they_can_be_read() -> None:
    feed = "https://example.org/papers/archive/all.atom"
    settings = replace(SETTINGS, archive_url="https://example.org/papers", feed_url=feed)
    rendered = MailRenderer(settings, templates_folder()).render(digest_of(paper()), TOKEN)
    assert '<a href="https://example.org/papers">The archive</a>' in re.sub(
        ' style="[^"]*"', "", rendered.html
    )
    assert "\n    https://example.org/papers\n" in rendered.text
    assert (f'href="{feed}"' in rendered.html, f"\n    {feed}\n" in rendered.text) == (True, True)
    assert "archive" not in RENDERER.render(digest_of(paper()), TOKEN).text

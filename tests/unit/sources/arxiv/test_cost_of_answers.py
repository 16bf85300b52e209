"""No answer of 1 MB takes more than 5 s of CPU or 300 MB, whether it can be read or not."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.domain.analyzer import exact_words, stems
from digest.errors import AnswerRejected
from digest.sources.arxiv.atom import parse_announcement, parse_page
from digest.sources.arxiv.oai_records import parse_changes
from tests.support.builders import paper
from tests.support.cost import require_cheap
from tests.support.sources_support import announced, announcement_of, entry_of, feed_of, page_of, page_with

MB = 10**6
ENTRY = entry_of(paper())
MARKS = "".join(random.Random(1).choices("\u0300\u0316\u0327\u0345\u035c", k=200_000))


def entry_with(extra: str) -> bytes:
    return page_with(ENTRY.replace("</entry>", f"{extra}</entry>"))


HARD = {
    "attributes": entry_with("<a " + " ".join(f"a{n}=''" for n in range(60_000)) + "/>"),
    "attributes of a category": entry_with("<category " + " ".join(f"a{n}=''" for n in range(60_000)) + "/>"),
    "categories": entry_with("".join(f"<category term='cs.A{n}'/>" for n in range(35_000))),
    "namespaces": entry_with("".join(f"<n{n}:a xmlns:n{n}='u{n}'/>" for n in range(30_000))),
    "authors": entry_with("<author><name>A B</name></author>" * 28_000),
    "names of one author": entry_with("<author>" + "<name>A B</name>" * 55_000 + "</author>"),
    "links": entry_with("<link href='http://example.org/' rel='related'/>" * 20_000),
    "depth": entry_with("<a>" * 100_000 + "</a>" * 100_000),
    "depth of entries": page_with("<entry>" * 60_000 + "</entry>" * 60_000),
    "empty entries": page_with("<entry/>" * 120_000),
    "small entries": page_with("<entry><id>x</id></entry>" * 3_999),
    "marks": page_of([paper(abstract=MARKS[:90_000], title=MARKS[:9_000])]),
    "long texts with marks": page_of([paper(abstract=MARKS[:90_000]) for _ in range(4)]),
    "a long date": entry_with("<published>" + "1-" * 400_000 + "</published>"),
    "a long title": entry_with("<title>" + "a " * 400_000 + "</title>"),
    "white space before": b"\n" * MB + page_of([paper()]).partition(b"?>")[2],
    "white space within": page_of([paper(abstract="a" + " " * 90_000 + "b")] * 10),
    "entities in a text": page_of([paper(abstract="&lt;a&gt;" * 10_000)] * 8),
    "accents": feed_of(*[announcement_of(announced(abstract='{\\"' * 30_000))] * 9),
    "braces": feed_of(*[announcement_of(announced(abstract="{" * 90_000))] * 9),
    "names in a row": feed_of(announcement_of(announced(authors=("A B",) * 120_000))),
    "comments": page_with("<!-- -->" * 120_000),
    "instructions": page_with("<?a?>" * 180_000),
    "CDATA": entry_with("<rights>" + "<![CDATA[a]]>" * 75_000 + "</rights>"),
}


def read(body: bytes) -> None:
    """As a run does, the words included."""
    for found in parse_page(body).papers:
        for text in (found.title, found.abstract, found.comment, *found.authors):
            stems(text)
            exact_words(text)


@pytest.mark.exhaustive
@pytest.mark.parametrize("body", HARD.values(), ids=HARD.keys())
def test_a_hard_answer_is_read_or_refused_at_little_cost(body: bytes) -> None:
    require_cheap(lambda: read(body), refused_by=(AnswerRejected,))
    require_cheap(lambda: parse_announcement(body), refused_by=(AnswerRejected,))
    require_cheap(lambda: parse_changes(body), refused_by=(AnswerRejected,))


PIECES = st.sampled_from(
    (
        *("<a>", "</a>", "<entry>", "</entry>", "<author>", "</author>", "<name>", "</name>", "<title>"),
        *("</title>", "<category term='cs.LG'/>", "<b xmlns='u'>", "</b>", "\u0301", "&amp;", " ", "\n", "{"),
        *(
            '\\"',
            "(",
            ")",
            ENTRY,
            "<summary>",
            "</summary>",
            "<![CDATA[",
            "]]>",
            "<!--",
            "-->",
            "x",
            "<link/>",
        ),
    )
)


@pytest.mark.exhaustive
@settings(max_examples=15, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=5), st.lists(PIECES, max_size=5))
def test_what_is_repeated_up_to_1_mb_costs_little(repeated: list[str], after: list[str]) -> None:
    unit = "".join(repeated)
    body = page_with(unit * (MB // len(unit.encode())) + "".join(after))
    require_cheap(lambda: read(body), refused_by=(AnswerRejected,))


def test_a_paper_of_a_large_collaboration_is_read() -> None:
    large = paper(authors=tuple(f"A{n} Example" for n in range(3_000)), categories=("cs.LG",))
    assert parse_page(page_of([large])).papers == (large,)


def test_an_entry_out_of_all_proportion_is_named_and_the_others_are_read() -> None:
    huge = entry_of(paper(id="2606.00002")).replace("</entry>", "<category term='cs.LG'/>" * 300 + "</entry>")
    page = parse_page(page_with(ENTRY + huge + entry_of(paper(id="2606.00003")), total=3))
    assert [found.id for found in page.papers] == [paper().id, "2606.00003"]
    assert [(one.id, one.problem) for one in page.malformed] == [
        ("2606.00002", "it has too many or too long categories")
    ]


def test_too_many_entries_are_refused() -> None:
    with pytest.raises(AnswerRejected, match="too many entries: more than 4000 entries"):
        parse_page(page_with("<entry/>" * 4_001))

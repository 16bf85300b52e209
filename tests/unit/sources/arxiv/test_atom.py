import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.papers import Paper
from digest.errors import AnswerRejected
from digest.sources.arxiv.atom import parse_announcement, parse_list, parse_page
from digest.sources.arxiv.responses import Announcement, Listed, Malformed, Page
from tests.support.builders import NOON, paper
from tests.support.sources_support import announced, announcement_of, entry_of, feed_of, page_of, page_with

PAPERS = (
    paper("2606.00007", version=2, title="Reward models, invented", comment="9 pages"),
    paper("2606.00003", abstract="We measure p<0.05 & more – in Zürich."),
    paper("hep-th/9901001", categories=("hep-th",), authors=("Žofie Vymyšlená",)),
)
WHOLE = page_of(PAPERS)


def test_a_page_becomes_papers() -> None:
    assert parse_page(page_of(PAPERS, total=240, start=100)) == Page(PAPERS, 240, 100, NOON)


def test_an_empty_page_has_no_papers() -> None:
    assert parse_page(page_of((), total=0)) == Page((), 0, 0, NOON)


def test_moments_are_in_utc() -> None:
    entry = entry_of(PAPERS[0]).replace("2026-06-20T08:00:00Z", "2026-06-20T10:00:00+02:00")
    page = parse_page(page_with(entry))
    assert (page.papers[0].submitted, page.papers[0].updated.tzinfo) == (
        datetime(2026, 6, 20, 8, tzinfo=UTC),
        UTC,
    )


@pytest.mark.parametrize("clock", ["", "soon", "2026-06-22T12:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_page_whose_clock_is_unusable_is_read_without_it(clock: str) -> None:
    page = WHOLE.replace(b"2026-06-22T12:00:00Z", clock.encode())
    assert parse_page(page) == Page(PAPERS, 3, 0, None)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "a < b & c > d",
        '<a href="x">y</a>',
        "p<0.05",
        "<b>bold</b> and <script>alert(1)</script>",
        "AT&amp;T and &lt;this&gt; and &#65;",
        "$x_1 | y$ by `code` and $\\mathcal{O}(n^2)$ ](x)",
        "<![CDATA[ not one ]]>",
        "http://127.0.0.1/etc/passwd",
    ],
)
def test_texts_are_left_as_they_are(text: str) -> None:
    odd = paper(title=text, abstract=text, comment=text, authors=(text,))
    assert parse_page(page_of([odd])).papers == (odd,)


def test_even_declared_markup_is_left_as_it_is() -> None:
    entry = entry_of(paper(title='<a href="x" onclick="y">z</a>'))
    declared = entry.replace("<title>", '<title type="html" xml:base="http://example.org/">')
    assert parse_page(page_with(declared)).papers == (paper(title='<a href="x" onclick="y">z</a>'),)


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-7", "UTF-16", "none-such"])
def test_a_page_is_in_utf_8_whatever_it_declares(encoding: str) -> None:
    declared = WHOLE.replace(b"encoding='UTF-8'", f"encoding='{encoding}'".encode())
    assert parse_page(declared).papers == PAPERS


def test_texts_become_one_line() -> None:
    odd = paper(
        title="A title\n  over two\tlines ", abstract=" One.\n\n  Two.\u2028Three. ", authors=("A\n B",)
    )
    even = paper(title="A title over two lines", abstract="One. Two. Three.", authors=("A B",))
    assert parse_page(page_of([odd])).papers == (even,)


def test_control_characters_are_dropped() -> None:
    odd = paper(title="re\u007fward\u0081 \u008dmodel\u009d")
    assert parse_page(page_of([odd])).papers == (paper(title="reward model"),)


def test_control_characters_that_no_xml_has_cost_nothing_else() -> None:
    odd = page_of([paper(title="reward model")]).replace(b"reward", b"re\0ward\x01\x1f")
    assert parse_page(odd).papers == (paper(title="reward model"),)


def test_an_abstract_may_speak_of_a_document_type() -> None:
    odd = page_of([paper(abstract="OF A TYPE")]).replace(b"OF A TYPE", b"<![CDATA[of <!DOCTYPE html>]]>")
    assert parse_page(odd).papers == (paper(abstract="of <!DOCTYPE html>"),)


@pytest.mark.parametrize(
    ("tags", "categories"),
    [
        pytest.param(["cs.SY", "math.IT", "cs.IT"], ("cs.LG", "eess.SY", "cs.IT"), id="aliases"),
        pytest.param(["stat.ML", "cs.LG"], ("cs.LG", "stat.ML"), id="primary first"),
        pytest.param(["stat.ML"], ("cs.LG", "stat.ML"), id="primary missing among the others"),
        pytest.param(["cs.LG", "68T50", "I.2.7; F.1"], ("cs.LG",), id="other classifications"),
        pytest.param(["cs.LG", "cond-mat.stat-mech", "math-ph"], None, id="hyphens"),
        pytest.param(["cs.LG", "<b>", "cs.LG onclick"], ("cs.LG",), id="markup"),
    ],
)
def test_categories_are_arxivs_and_the_primary_one_leads(
    tags: list[str], categories: tuple[str, ...] | None
) -> None:
    listed = "".join(f'<category term="{tag}"/>' for tag in tags).replace('"<b>"', '"&lt;b&gt;"')
    entry = re.sub(r"<category [^>]*/>", "", entry_of(paper())).replace("<published>", f"{listed}<published>")
    assert parse_page(page_with(entry)).papers[0].categories == (categories or tuple(tags))


@pytest.mark.parametrize(
    ("part", "left"),
    [
        pytest.param(r"<author>.*</author>", paper(comment="9 pages", authors=()), id="authors"),
        pytest.param(r"<summary>.*</summary>", paper(comment="9 pages", abstract=""), id="abstract"),
        pytest.param(r"<arxiv:comment>.*</arxiv:comment>", paper(comment=""), id="comment"),
        pytest.param(
            r"<category .*?/>\n|<arxiv:primary.*?/>", paper(comment="9 pages", categories=()), id="categories"
        ),
    ],
)
def test_a_paper_may_lack(part: str, left: Paper) -> None:
    entry = re.sub(part, "", entry_of(paper(comment="9 pages")), flags=re.DOTALL)
    assert parse_page(page_with(entry)).papers == (left,)


@pytest.mark.parametrize(
    "odd",
    [
        "<authors>nobody</authors>",
        '<pos xmlns="http://www.opengis.net/gml">1 2</pos>',
        '<authors name="nobody"/>',
        "<arxiv:primary_category>cs.AI</arxiv:primary_category>",
    ],
)
def test_elements_of_an_unexpected_form_are_ignored(odd: str) -> None:
    entry = entry_of(paper(categories=("cs.LG",), authors=()))
    bare = re.sub(r"<arxiv:.*>\n", "", entry).replace("</entry>", f"{odd}</entry>")
    assert parse_page(page_with(bare)).papers == (paper(categories=("cs.LG",), authors=()),)


@pytest.mark.parametrize(
    "address", ["https://arxiv.org/abs/", "http://arxiv.org/pdf/", "http://export.arxiv.org/abs/"]
)
def test_a_paper_has_its_id_whatever_its_address(address: str) -> None:
    entry = entry_of(PAPERS[0]).replace("<id>http://arxiv.org/abs/", f"<id>{address}")
    assert parse_page(page_with(entry)).papers == PAPERS[:1]


NO_FEED = b'<feed xmlns="http://www.w3.org/2005/Atom"/>'
RSS = b'<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel/></rss>'


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"Rate exceeded.", "rate text: arXiv gets too many requests", id="rate text"),
        pytest.param(b"Hello", "not XML: syntax error in line 1", id="text"),
        pytest.param(b"\n<html><body><br>Sorry</body></html>", "not XML: an HTML page", id="HTML"),
        pytest.param(b"<!doctype html><p>Sorry", "not XML: an HTML page", id="HTML 5"),
        pytest.param(b"<p>Sorry</div>", "not XML: mismatched tag in line 1", id="tag soup"),
        pytest.param(WHOLE.decode().encode("utf-16"), "not XML: not in UTF-8", id="UTF-16"),
        pytest.param(WHOLE.decode().encode("utf-16-le"), "not XML: not in UTF-8", id="UTF-16 without mark"),
        pytest.param(
            WHOLE.replace("ü".encode(), "ü".encode("latin-1")),
            "not XML: not well-formed (invalid token) in line 35",
            id="Latin-1",
        ),
        pytest.param(
            b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaa">]>' + NO_FEED,
            "DTD: the answer declares a document type, which may declare entities",
            id="entities",
        ),
        pytest.param(b"", "cut off: no element found in line 1", id="nothing"),
        pytest.param(WHOLE[:-1], "cut off: unclosed token in line 63", id="without its last byte"),
        pytest.param(RSS, "not Atom: its root is rss", id="RSS"),
        pytest.param(b"<feed/>", "not Atom: its root is feed", id="without namespace"),
        pytest.param(NO_FEED, "not Atom: opensearch_totalresults is ''", id="no search result"),
        pytest.param(
            page_with("", total="-1"), "not Atom: opensearch_totalresults is '-1'", id="impossible total"
        ),
        pytest.param(
            page_with("", start="9" * 400),
            f"not Atom: opensearch_startindex is '{'9' * 200}'",
            id="impossible start",
        ),
    ],
)
def test_what_is_no_page_is_rejected_by_name(body: bytes, message: str) -> None:
    with pytest.raises(AnswerRejected) as rejected:
        parse_page(body)
    assert str(rejected.value) == message
    assert rejected.value.reason == message.partition(":")[0]


def test_arxivs_error_is_never_a_paper() -> None:
    error = """<entry><id>https://arxiv.org/api/errors#malformed</id><title>Error</title>
        <updated>2026-06-22T12:00:00Z</updated><summary>malformed
        query</summary><author><name>arXiv api core</name></author></entry>"""
    with pytest.raises(AnswerRejected) as rejected:
        parse_page(page_with(error))
    assert (rejected.value.reason, str(rejected.value)) == ("error feed", "error feed: malformed query")


def test_a_long_error_is_cut() -> None:
    error = f"<entry><id>https://arxiv.org/api/errors#x</id><summary>{'long ' * 1000}</summary></entry>"
    with pytest.raises(AnswerRejected) as rejected:
        parse_page(page_with(error))
    assert str(rejected.value) == "error feed: " + "long " * 40


def test_a_paper_may_be_titled_error() -> None:
    assert parse_page(page_of([paper(title="Error")])).papers == (paper(title="Error"),)


NAME = "http://arxiv.org/abs/2606.00001v1"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param(
            f"<id>{NAME}</id>", "", "(without id): its id does not name a version of a paper", id="no id"
        ),
        pytest.param(
            NAME,
            "http://arxiv.org/abs/2606.00001",
            "(http://arxiv.org/abs/2606.00001): its id does not name a version of a paper",
            id="no version",
        ),
        pytest.param(
            NAME,
            "http://example.org/abs/2606.00001v1",
            "(http://example.org/abs/2606.00001v1): its id does not name a version of a paper",
            id="another site",
        ),
        pytest.param(
            NAME,
            "http://arxiv.org/abs/../x",
            "(http://arxiv.org/abs/../x): not an arXiv identifier: '../x'",
            id="no identifier",
        ),
        pytest.param(
            "<title>An invented paper numbered 2606.00001</title>",
            "<title> </title>",
            f"({NAME}): no title",
            id="no title",
        ),
        pytest.param("published>", "issued-on>", f"({NAME}): published is ''", id="no submission"),
        pytest.param("updated>", "changed>", f"({NAME}): updated is ''", id="no update"),
        pytest.param("T08:00:00Z", "", f"({NAME}): published is '2026-06-20'", id="a date without time"),
    ],
)
def test_a_malformed_entry_costs_that_entry_alone(old: str, new: str, complaint: str) -> None:
    malformed = entry_of(paper()).replace(old, new)
    page = parse_page(page_with(entry_of(paper("2606.00002")) + malformed, total=2))
    assert (page.papers, page.rows) == ((paper("2606.00002"),), 2)
    with pytest.raises(AnswerRejected) as rejected:
        parse_page(page_with(entry_of(paper("2606.00002")) + malformed + malformed, total=3))
    assert (rejected.value.reason, str(rejected.value)) == (
        "malformed entry",
        f"malformed entry: entry 2 {complaint}",
    )


def test_a_malformed_entry_is_named_by_its_id() -> None:
    untitled = entry_of(paper()).replace("<title>", "<heading>").replace("</title>", "</heading>")
    page = parse_page(page_with(entry_of(paper("2606.00002")) + untitled, total=2))
    assert page.malformed == (Malformed("2606.00001", "no title"),)


@given(st.integers(0, len(WHOLE) - 1))
def test_every_beginning_of_a_page_is_cut_off(length: int) -> None:
    with pytest.raises(AnswerRejected, match=r"^cut off: "):
        parse_page(WHOLE[:length])


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_page_is_read_or_rejected_and_nothing_else(damages: list[tuple[int, int]]) -> None:
    damaged = bytearray(WHOLE)
    for position, byte in damages:
        damaged[position] = byte
    try:
        page = parse_page(bytes(damaged))
    except AnswerRejected:
        return
    assert len(page.papers) <= len(PAPERS)


@given(
    st.text(
        st.characters(min_codepoint=0x20, max_codepoint=0x7E)
        | st.characters(min_codepoint=0x100, exclude_categories=("Cs", "Cn"))
    )
)
def test_any_text_becomes_one_line(text: str) -> None:
    odd = paper(abstract=text)
    assert parse_page(page_of([odd])).papers[0].abstract == " ".join(text.split())


# Announcements

ENTRIES = (
    announced("2606.00007", title="Reward models, invented", authors=("Žofie Vymyšlená",)),
    announced("2606.00003", version=3, kind="replace", abstract="We measure p<0.05 & more – in Zürich."),
    announced("2605.00021", kind="cross", categories=("hep-th", "math-ph")),
    announced("hep-th/9901001", version=2, kind="replace-cross"),
)
ANNOUNCEMENT_FEED = feed_of(*[announcement_of(entry) for entry in ENTRIES])


def test_a_feed_becomes_an_announcement() -> None:
    assert parse_announcement(ANNOUNCEMENT_FEED) == Announcement(ENTRIES, NOON)


def test_a_day_without_announcement_has_a_feed_too() -> None:
    assert parse_announcement(feed_of()) == Announcement((), NOON)


def test_a_feed_may_have_no_time() -> None:
    assert parse_announcement(feed_of().replace(b"updated", b"changed")) == Announcement((), None)


@pytest.mark.parametrize(
    ("summary", "abstract"),
    [
        pytest.param(
            "arXiv:2606.00001v1 Announce Type: new \nAbstract: A. B.", "A. B.", id="as the feed has it"
        ),
        pytest.param(
            "arXiv:hep-th/9901001v2 Announce Type: replace-cross Abstract: A. B.", "A. B.", id="in one line"
        ),
        pytest.param("A. B.", "A. B.", id="the abstract alone"),
        pytest.param("Abstract: A. B.", "Abstract: A. B.", id="half of it"),
        pytest.param("arXiv:1 Announce Type: new\nAbstract: Abstract: A.", "Abstract: A.", id="once only"),
        pytest.param("arXiv:1 Announce Type: new \nAbstract: ", "", id="nothing behind it"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_an_announced_abstract_has_no_prefix(summary: str, abstract: str) -> None:
    entry = re.sub(
        r"(?s)<summary>.*</summary>", f"<summary>{summary}</summary>", announcement_of(announced())
    )
    assert parse_announcement(feed_of(entry)).entries == (announced(abstract=abstract),)


def test_an_announced_paper_has_letters_for_the_accents_that_the_feed_writes_in_tex() -> None:
    entry = announced(
        title=r"A Schr\"odinger bridge for $\alpha$-divergences",
        abstract=r"We extend the Fr\'{e}chet distance.",
        authors=(r"Bo Sch\"olkind", r"{\L}ada Example"),
    )
    assert parse_announcement(feed_of(announcement_of(entry))).entries == (
        announced(
            title=r"A Schrödinger bridge for $\alpha$-divergences",
            abstract="We extend the Fréchet distance.",
            authors=("Bo Schölkind", "Łada Example"),
        ),
    )


@pytest.mark.parametrize(
    ("creators", "authors"),
    [
        pytest.param(["Ada Example"], ("Ada Example",), id="one"),
        pytest.param(["Ada Example, Bo Sample,\n Cy"], ("Ada Example", "Bo Sample", "Cy"), id="one string"),
        pytest.param(["Ada Example", "Bo Sample"], ("Ada Example", "Bo Sample"), id="an element each"),
        pytest.param(["Ada Example, Bo", "Cy"], ("Ada Example", "Bo", "Cy"), id="both"),
        pytest.param(["The X Collaboration (1 and 2)"], ("The X Collaboration (1 and 2)",), id="brackets"),
        pytest.param(["Ada, , Bo"], ("Ada", "Bo"), id="a gap"),
        pytest.param([" "], (), id="an empty string"),
        pytest.param([], (), id="none"),
    ],
)
def test_announced_authors_are_in_one_string_or_in_several(
    creators: list[str], authors: tuple[str, ...]
) -> None:
    elements = "".join(f"<dc:creator>{names}</dc:creator>" for names in creators)
    entry = re.sub(r"<dc:creator>.*</dc:creator>", elements, announcement_of(announced()))
    assert parse_announcement(feed_of(entry)).entries == (announced(authors=authors),)


def test_announced_categories_are_arxivs() -> None:
    entry = announcement_of(announced(categories=("cs.LG", "68T50", "I.2.7; F.1", "cs.LG", "math-ph")))
    assert parse_announcement(feed_of(entry)).entries == (announced(categories=("cs.LG", "math-ph")),)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"Rate exceeded.", "rate text: arXiv gets too many requests", id="rate text"),
        pytest.param(b"<html/>", "not XML: an HTML page", id="HTML"),
        pytest.param(
            ANNOUNCEMENT_FEED[:-1], "cut off: unclosed token in line 58", id="without its last byte"
        ),
        pytest.param(
            b"<!DOCTYPE feed>" + ANNOUNCEMENT_FEED,
            "DTD: the answer declares a document type, which may declare entities",
            id="entities",
        ),
        pytest.param(RSS, "not Atom: its root is rss", id="RSS"),
        pytest.param(
            feed_of(
                "<entry><id>https://arxiv.org/api/errors#x</id><summary>no such archive</summary></entry>"
            ),
            "error feed: no such archive",
            id="error",
        ),
    ],
)
def test_what_is_no_announcement_is_rejected_by_name(body: bytes, message: str) -> None:
    with pytest.raises(AnswerRejected) as rejected:
        parse_announcement(body)
    assert (rejected.value.reason, str(rejected.value)) == (message.partition(":")[0], message)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param(
            "oai:arXiv.org:2606.00001v1",
            "http://arxiv.org/abs/2606.00001v1",
            "(http://arxiv.org/abs/2606.00001v1): its id does not name a version of a paper",
            id="an id of the search",
        ),
        pytest.param(
            "oai:arXiv.org:2606.00001v1",
            "oai:arXiv.org:2606.00001",
            "(oai:arXiv.org:2606.00001): its id does not name a version of a paper",
            id="no version",
        ),
        pytest.param(
            "oai:arXiv.org:2606.00001v1",
            "oai:arXiv.org:../x",
            "(oai:arXiv.org:../x): not an arXiv identifier: '../x'",
            id="no identifier",
        ),
        pytest.param(
            "An invented paper numbered 2606.00001",
            "",
            "(oai:arXiv.org:2606.00001v1): no title",
            id="no title",
        ),
        pytest.param(
            "announce_type>new<",
            "announce_type>withdrawn<",
            "(oai:arXiv.org:2606.00001v1): announce_type is 'withdrawn'",
            id="unknown kind",
        ),
        pytest.param(
            "arxiv:announce_type",
            "arxiv:kind",
            "(oai:arXiv.org:2606.00001v1): announce_type is ''",
            id="no kind",
        ),
    ],
)
def test_a_malformed_entry_of_an_announcement_costs_that_entry_alone(
    old: str, new: str, complaint: str
) -> None:
    malformed = announcement_of(announced()).replace(old, new)
    good = announcement_of(announced("2606.00002"))
    assert parse_announcement(feed_of(good, malformed)).entries == (announced("2606.00002"),)
    with pytest.raises(AnswerRejected) as rejected:
        parse_announcement(feed_of(good, malformed, malformed))
    assert (rejected.value.reason, str(rejected.value)) == (
        "malformed entry",
        f"malformed entry: entry 2 {complaint}",
    )


@given(st.integers(0, len(ANNOUNCEMENT_FEED) - 1))
def test_every_beginning_of_a_feed_is_cut_off(length: int) -> None:
    with pytest.raises(AnswerRejected, match=r"^cut off: "):
        parse_announcement(ANNOUNCEMENT_FEED[:length])


HOLLOW = "  <entry>\n    <updated>2026-06-22T12:00:00Z</updated>\n  </entry>\n"


def test_a_list_leaves_out_the_empty_entry_of_an_id_that_does_not_exist() -> None:
    body = page_with(entry_of(paper()) + HOLLOW, total=3)
    assert parse_list(body) == Listed((paper(),))


def test_a_list_with_an_entry_that_is_broken_otherwise_is_rejected() -> None:
    broken = entry_of(paper()).replace("<published>", "<published>not ")
    with pytest.raises(AnswerRejected, match="malformed entry: entry 1 "):
        parse_list(page_with(broken))

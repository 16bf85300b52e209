import contextlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.auditing import ChangedPaper
from digest.errors import AnswerRejected
from digest.sources.arxiv.oai_records import ChangesPage, author_names, parse_changes
from tests.support.builders import paper
from tests.support.cost import require_cheap

HEADER = "<header><identifier>oai:arXiv.org:{id}</identifier><datestamp>2026-06-22</datestamp></header>"
VERSION = '<version version="v{}"><date>{}</date><size>7kb</size></version>'
FIRST, SECOND = "Sat, 20 Jun 2026 08:00:00 GMT", "Mon, 22 Jun 2026 09:30:00 GMT"


def record(id: str = "2606.00001", header: str = HEADER, **texts: str) -> str:
    """A record; an element with an empty text is left out."""
    elements = {
        "id": id,
        "versions": VERSION.format(1, FIRST),
        "title": f"An invented paper numbered {id}",
        "authors": "Ada Example and Bo Sample",
        "categories": "cs.LG stat.ML",
        "abstract": "  We invent a paper. It has\n  two sentences.\n",
        **texts,
    }
    versions = elements.pop("versions")
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items() if text)
    raw = f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">{versions}{inside}</arXivRaw>'
    return f"<record>{header.format(id=id)}<metadata>{raw}</metadata></record>"


def answer(inside: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>2026-06-22T12:00:00Z</responseDate><request>x</request>{inside}</OAI-PMH>"
    ).encode()


def records(*inside: str) -> bytes:
    return answer(f"<ListRecords>{''.join(inside)}</ListRecords>")


def read_one(**texts: str) -> ChangedPaper:
    (changed,) = parse_changes(records(record(**texts))).papers
    return changed


def test_a_record_becomes_a_paper() -> None:
    assert read_one() == ChangedPaper(paper(), versions=1)


def test_a_record_has_the_dates_of_its_first_and_its_last_version() -> None:
    versions = VERSION.format(2, SECOND) + VERSION.format(1, FIRST)
    revised = paper(version=2, updated=datetime(2026, 6, 22, 9, 30, tzinfo=UTC))
    assert read_one(versions=versions) == ChangedPaper(revised, versions=2)


def test_tex_accents_become_letters_and_other_tex_stays() -> None:
    texts = {
        "title": 'Schr\\"odinger bridges for $x_1$',
        "authors": "Andr\\'e {\\L}ukasz",
        "abstract": "Fr\\'{e}chet",
        "comments": "12 pages, Poincar\\'e",
    }
    expected = paper(
        title="Schrödinger bridges for $x_1$",
        authors=("André Łukasz",),
        abstract="Fréchet",
        comment="12 pages, Poincaré",
    )
    assert read_one(**texts) == ChangedPaper(expected, versions=1)


def test_categories_have_their_canonical_names_the_primary_one_first() -> None:
    assert read_one(categories="cs.SY cs.LG eess.SY 68T50").paper.categories == ("eess.SY", "cs.LG")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Example", ("Ada Example",)),
        ("Ada Example, Bo Sample and C. Case", ("Ada Example", "Bo Sample", "C. Case")),
        ("Ada Example, Bo Sample, and C. Case", ("Ada Example", "Bo Sample", "C. Case")),
        ("Ada Example (1), Bo Sample (1 and 2) ((1) A, B, (2) C)", ("Ada Example", "Bo Sample")),
        ("Ada Example (University of A, B); Bo Sample", ("Ada Example", "Bo Sample")),
        ("Ada Example, Jr., Bo Sample III", ("Ada Example Jr.", "Bo Sample III")),
        ("Sandra Anderson and Ferdinand Brand", ("Sandra Anderson", "Ferdinand Brand")),
        ("Ada Example (unclosed", ("Ada Example (unclosed",)),
        ("", ()),
    ],
    ids=[
        "one",
        "three",
        "a comma before and",
        "numbered affiliations",
        "affiliations with commas",
        "suffixes",
        "names with and in them",
        "half a bracket",
        "none",
    ],
)
def test_the_text_of_authors_is_split_into_names(text: str, names: tuple[str, ...]) -> None:
    assert author_names(text) == names


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "texts",
    [
        pytest.param({"authors": "(" * 400_000 + ")" * 400_000}, id="brackets"),
        pytest.param({"authors": "A B, " * 190_000}, id="authors"),
        pytest.param({"title": "{\\'" * 300_000}, id="accents"),
        pytest.param({"abstract": "\u0301\u0316" * 220_000}, id="marks"),
        pytest.param({"versions": VERSION.format(1, FIRST) * 10_000}, id="versions"),
        pytest.param({"versions": VERSION.format(1, "1 " * 450_000)}, id="a date"),
        pytest.param({"categories": "cs.LG " * 150_000}, id="categories"),
    ],
)
def test_a_hard_record_is_read_or_refused_at_little_cost(texts: dict[str, str]) -> None:
    require_cheap(lambda: parse_changes(records(record(**texts))), refused_by=(AnswerRejected,))


def test_a_list_that_goes_on_has_a_token() -> None:
    token = '<resumptionToken expires="2026-06-23T00:00:00Z">verb%3DListRecords%26skip%3D1</resumptionToken>'
    assert parse_changes(records(record(), token)).token == "verb%3DListRecords%26skip%3D1"
    assert parse_changes(records(record(), "<resumptionToken/>")).token == ""


def test_a_deleted_record_is_there_without_a_paper() -> None:
    deleted = HEADER.replace("<header>", '<header status="deleted">')
    page = parse_changes(records(record(), record("2606.00002", deleted)))
    assert page == ChangesPage(
        (ChangedPaper(paper(), 1),), frozenset({"2606.00001", "2606.00002"}), unreadable=(), token=""
    )


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"title": ""}, "no title"),
        ({"categories": ""}, "no categories"),
        ({"versions": ""}, "its first version is missing"),
        ({"versions": VERSION.format(2, FIRST)}, "its first version is missing"),
        ({"versions": VERSION.format("one", FIRST)}, "a version is called 'vone'"),
        ({"versions": VERSION.format(1, "yesterday")}, "the date of v1 is 'yesterday'"),
        ({"versions": VERSION.format(1, "Sat, 20 Jun 99999 08:00:00 GMT")}, "the date of v1 is "),
    ],
    ids=["untitled", "no category", "no version", "no first one", "odd version", "no date", "a far date"],
)
def test_a_malformed_record_costs_that_record_and_is_named(texts: dict[str, str], why: str) -> None:
    page = parse_changes(records(record(), record("2606.00002", **texts)))
    assert [changed.paper.id for changed in page.papers] == ["2606.00001"]
    assert page.ids == {"2606.00001", "2606.00002"}
    (named,) = page.unreadable
    assert named.startswith(f"2606.00002: {why}")


@pytest.mark.parametrize(
    "header",
    [
        "",
        HEADER.replace("oai:arXiv.org:", ""),
        HEADER.replace("{id}", "2606.00009"),
        HEADER.replace("{id}", "x"),
    ],
    ids=["none", "another form", "of another paper", "of no paper"],
)
def test_a_record_whose_header_names_another_paper_is_named_by_its_place(header: str) -> None:
    page = parse_changes(records(record(), record("2606.00002", header)))
    assert [changed.paper.id for changed in page.papers] == ["2606.00001"]
    assert page.unreadable[0].endswith(": it does not name one paper")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            records(record(), record("2606.00002", title=""), record("2606.00003", title="")),
            "malformed entry",
        ),
        (b"Rate exceeded.", "rate text"),
        (b"<html><body>down for maintenance</body></html>", "not XML"),
        (b"", "cut off"),
        (records(record())[:-30], "cut off"),
        (records(record())[:700], "cut off"),
        (b"words", "not XML"),
        (records(record()).decode().encode("utf-16"), "not XML"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><OAI-PMH/>', "DTD"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'></feed>", "not OAI-PMH"),
        (b"<OAI-PMH></OAI-PMH>", "not OAI-PMH"),
        (answer('<error code="badArgument">no</error>'), "OAI-PMH error"),
        (answer("<error>no</error>"), "OAI-PMH error"),
    ],
    ids=[
        "most records malformed",
        "rate text",
        "HTML",
        "nothing",
        "cut behind a record",
        "cut in a record",
        "no XML",
        "UTF-16",
        "entities",
        "Atom",
        "no namespace",
        "an error",
        "an error without code",
    ],
)
def test_an_answer_that_cannot_be_true_is_rejected(body: bytes, reason: str) -> None:
    with pytest.raises(AnswerRejected) as caught:
        parse_changes(body)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("code", "expired"), [("noRecordsMatch", False), ("badResumptionToken", True)])
def test_two_errors_are_answers(code: str, expired: bool) -> None:
    page = parse_changes(answer(f'<error code="{code}">words</error>'))
    assert page == ChangesPage((), frozenset(), (), "", expired)


def test_markup_in_a_title_is_text_and_a_second_title_does_not_count() -> None:
    title = "A &lt;b&gt;bold&lt;/b&gt;\u0007 <em>title</em>"
    assert read_one(title=title + "</title><title>another").paper == replace(
        paper(), title="A <b>bold</b> title"
    )


@given(st.binary(max_size=300), st.integers(0, 2_000))
def test_no_answer_raises_anything_else(noise: bytes, cut: int) -> None:
    whole = records(record(), record("2606.00002"))
    for body in (noise, whole[:cut] + noise, whole[:cut] + noise + whole[cut:]):
        with contextlib.suppress(AnswerRejected):
            parse_changes(body)

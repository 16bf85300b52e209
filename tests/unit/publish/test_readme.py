"""The archive page in its file; cmark-gfm, the parser of GitHub, shows what becomes of it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.digests import ArchiveSection
from digest.domain.text import one_line
from digest.errors import ArchiveError
from digest.publish import markers, readme
from digest.publish.fit import LIMIT_BYTES
from digest.publish.markers import BEGIN, END, Surroundings, split_at_markers
from digest.publish.page import ArchivePages, Link, Links
from digest.publish.readme import MOST_BYTES, Readme
from digest.system.templates import Templates
from tests.support.builders import NOON, keyword, paper
from tests.support.variations import variations
from tests.unit.publish.test_markdown import Parsed, hostile, rendered

TEMPLATES = Path(__file__).parents[3] / "templates"
MARKERS = BEGIN + b"\n" + END + b"\n"

SECTIONS = (
    ArchiveSection(
        keyword("Reward Model"),
        (
            paper(
                "2606.00003",
                version=2,
                title="A $x^2$ paper | in two halves",
                comment="21 letters are folded",
            ),
            paper("2606.00002", comment="20 letters, not more"),
            paper("2606.00001", updated=datetime(2026, 6, 21, 23, 59, tzinfo=UTC)),
        ),
        changed_at=datetime(2026, 6, 21, 4, tzinfo=UTC),
    ),
    ArchiveSection(keyword("C#"), (), changed_at=None),
    ArchiveSection(keyword("Reasoning"), (paper("2606.00001"),), changed_at=NOON),
)

PAGE = r"""Last update: 2026-06-22

## Reward Model
| **Title** | **Date** | **Abstract** | **Comment** |
| --- | --- | --- | --- |
| **[A <span>$</span>x^2<span>$</span> paper &#124; in two halves](https://arxiv.org/abs/2606.00003v2)** | 2026-06-20 | <details><summary>Show</summary><p>We invent a paper. It has two sentences.</p></details> | <details><summary>21 le...</summary><p>21 letters are folded</p></details> |
| **[An invented paper numbered 2606.00002](https://arxiv.org/abs/2606.00002v1)** | 2026-06-20 | <details><summary>Show</summary><p>We invent a paper. It has two sentences.</p></details> | 20 letters, not more |
| **[An invented paper numbered 2606.00001](https://arxiv.org/abs/2606.00001v1)** | 2026-06-21 | <details><summary>Show</summary><p>We invent a paper. It has two sentences.</p></details> |  |

## C<span>#</span>

No papers yet.

## Reasoning
| **Title** | **Date** | **Abstract** | **Comment** |
| --- | --- | --- | --- |
| **[An invented paper numbered 2606.00001](https://arxiv.org/abs/2606.00001v1)** | 2026-06-20 | <details><summary>Show</summary><p>We invent a paper. It has two sentences.</p></details> |  |
"""  # noqa: E501 - a table's row is one line


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "README.md"


def page_in(file: Path, templates: Path = TEMPLATES) -> Readme:
    return Readme(file, ArchivePages(Templates(templates)))


def update(file: Path, sections: Sequence[ArchiveSection] = SECTIONS, templates: Path = TEMPLATES) -> bool:
    return page_in(file, templates).update(sections)


def crowd(papers: int, abstract_letters: int) -> ArchiveSection:
    abstract = "a" * abstract_letters
    return ArchiveSection(
        keyword(), tuple(paper(f"2606.{n:05}", abstract=abstract) for n in range(papers, 0, -1)), NOON
    )


def template(folder: Path, source: str) -> Path:
    (folder / "archive.md").write_text(source)
    return folder


def test_a_missing_file_is_created_with_a_heading_and_the_page(file: Path) -> None:
    assert update(file)

    assert file.read_text() == (
        "# Daily Papers\n\nThank you to arXiv for use of its open access interoperability.\n\n"
        f"<!-- papers:begin -->\n{PAGE}<!-- papers:end -->\n"
    )


def test_only_the_part_between_the_markers_is_replaced(file: Path) -> None:
    file.write_bytes(b"# Mine\r\n<!-- papers:begin -->  \r\nold\n<!-- papers:end -->\r\nand \xff mine")

    assert update(file)

    page = PAGE.replace("\n", "\r\n").encode()
    assert file.read_bytes() == (
        b"# Mine\r\n<!-- papers:begin -->  \r\n" + page + b"<!-- papers:end -->\r\nand \xff mine"
    )


@pytest.mark.parametrize(
    ("words", "before"),
    [
        (b"", b""),
        (b"mine", b"mine\n\n"),
        (b"mine\n", b"mine\n\n"),
        (b"mine\n\n", b"mine\n\n"),
        (b"my\r\nwords", b"my\r\nwords\r\n\r\n"),
        (b"See <!-- papers:begin --> and\n    <!-- papers:end -->\n", None),
    ],
    ids=["empty", "no line end", "line end", "blank line", "CRLF", "markers in a sentence and in code"],
)
def test_missing_markers_are_appended_after_a_blank_line(
    file: Path, words: bytes, before: bytes | None
) -> None:
    file.write_bytes(words)

    assert update(file)

    assert file.read_bytes().startswith((words + b"\n" if before is None else before) + BEGIN)


def test_a_byte_order_mark_before_the_first_marker_stays(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + MARKERS)

    assert update(file)

    assert file.read_bytes() == b"\xef\xbb\xbf" + BEGIN + b"\n" + PAGE.encode() + END + b"\n"


def test_a_page_that_is_up_to_date_is_not_written_again(file: Path) -> None:
    update(file)
    written = file.stat()

    assert not update(file)

    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


line_ends = st.sampled_from([b"\n", b"\r\n"])
human = st.lists(
    st.sampled_from([b" ", b"\n", b"\r\n", b"\r", b"```\n", b"\xef\xbb\xbf", b"x" + BEGIN, END + b"x"])
    | st.binary(max_size=3),
    max_size=8,
).map(b"".join)


@given(human, human, line_ends)
def test_a_persons_words_around_the_markers_stay_as_they_are(
    above: bytes, below: bytes, line_end: bytes
) -> None:
    above, below = above + line_end, line_end + below
    content = above + BEGIN + line_end + b"old" + line_end + END + below

    new = split_at_markers(content, Path("README.md")).with_page("new")

    assert new.startswith(above + BEGIN)
    assert new.endswith(END + below)
    assert new[len(above + BEGIN) : -len(END + below)].split() == [b"new"]
    assert split_at_markers(new, Path("README.md")).with_page("new") == new


@given(human)
def test_a_persons_words_without_markers_stay_as_they_are(above: bytes) -> None:
    new = split_at_markers(above, Path("README.md")).with_page("new")

    assert new.startswith(above)
    assert new[len(above) :].split() == (BEGIN + b" new " + END).split()
    assert split_at_markers(new, Path("README.md")).with_page("new") == new


B, E = BEGIN.decode(), END.decode()


@pytest.mark.parametrize(
    ("content", "fact"),
    [
        (f"mine\n{B}\n", f"2: one pair of markers is wanted; there is {B} in line 2"),
        (f"{E}\n", f"1: one pair of markers is wanted; there is {E} in line 1"),
        (f"{E}\n\n{B}\n", f"1: one pair of markers is wanted; there is {E} in line 1, {B} in line 3"),
        (
            f"```\n{B}\n```\n{B}\n{E}\n",
            f"2: one pair of markers is wanted; there is {B} in line 2, {B} in line 4, {E} in line 5",
        ),
    ],
    ids=["only begin", "only end", "end before begin", "another one in a fence"],
)  # fmt: skip
def test_markers_that_are_no_pair_leave_the_file_alone(file: Path, content: str, fact: str) -> None:
    file.write_text(content)

    with pytest.raises(ArchiveError) as raised:
        update(file)

    assert str(raised.value) == f"{file}:{fact}"
    assert raised.value.hint == f"keep one {B} and, below it, one {E}; without any, they are appended"
    assert file.read_text() == content


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as raised:
        update(tmp_path / "missing" / "README.md")

    assert str(raised.value) == f"{tmp_path}/missing/README.md: No such file or directory"
    assert raised.value.hint == "make it, or correct the path"


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (os.mkfifo, "it is a pipe, not a file"),
        (lambda file: file.mkdir(), "it is a folder, not a file"),
        (lambda file: file.symlink_to(file), "Too many levels of symbolic links"),
        (lambda file: file.symlink_to("/dev/zero"), "it is a device, not a file"),
        (lambda file: file.write_bytes(b"x" * (MOST_BYTES + 1)), "it is larger than 10,000,000 bytes"),
    ],
    ids=["pipe", "folder", "link to itself", "endless device", "huge"],
)
def test_what_is_no_page_is_named_at_once_and_stays(
    file: Path, make: Callable[[Path], object], problem: str
) -> None:
    make(file)

    for use in (update, lambda file: page_in(file).check()):
        with pytest.raises(ArchiveError) as raised:
            use(file)
        assert str(raised.value) == f"{file}: {problem}"
        assert (
            raised.value.hint
            == "name another file below `archive:`, as `file:`, or put a page of words there"
        )


def saved_meanwhile(monkeypatch: pytest.MonkeyPatch, *edits: bytes) -> None:
    """Append each of these to the file right after the program has read it once more."""
    left = list(edits)

    def split_at_markers(content: bytes, file: Path) -> Surroundings:
        if left:
            with file.open("ab") as stream:
                stream.write(left.pop(0))
        return markers.split_at_markers(content, file)

    monkeypatch.setattr(readme, "split_at_markers", split_at_markers)


def test_what_a_person_saves_meanwhile_is_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_bytes(b"mine\n")
    saved_meanwhile(monkeypatch, b"one\n", b"two\n")

    assert update(file)

    assert file.read_text() == f"mine\none\ntwo\n\n{B}\n{PAGE}{E}\n"


def test_a_file_that_another_program_writes_again_and_again_is_left_to_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(b"mine\n")
    saved_meanwhile(monkeypatch, *[b"more\n"] * 10)

    with pytest.raises(ArchiveError) as raised:
        update(file)

    assert str(raised.value) == f"{file}: another program writes it again and again"
    assert raised.value.hint == "nothing to do: the page comes up to date with the next run"
    assert file.read_bytes() == b"mine\n" + b"more\n" * 10


def test_what_a_killed_run_left_unfinished_is_removed(file: Path) -> None:
    (file.parent / ".README.md.abcd1234.unfinished").touch()

    assert update(file)

    assert list(file.parent.iterdir()) == [file]


@given(title=hostile, abstract=hostile, comment=hostile, name=hostile)
def test_github_shows_hostile_papers_as_plain_words_in_four_cells(
    tmp_path_factory: pytest.TempPathFactory, title: str, abstract: str, comment: str, name: str
) -> None:
    file = tmp_path_factory.mktemp("page") / "README.md"
    hostile_paper = paper(title=title, abstract=abstract, comment=comment)
    update(file, [ArchiveSection(keyword(name), (hostile_paper, paper()), NOON)])

    parsed = Parsed(rendered(file.read_text()))

    plain = one_line(comment)
    shown = f"{plain[:5].strip()}...{plain}" if len(plain) > 20 else plain
    assert parsed.cells[:4] == [one_line(title), "2026-06-20", f"Show{one_line(abstract)}", shown]
    assert parsed.cells[4] == "An invented paper numbered 2606.00001"
    assert [parsed.elements.count(tag) for tag in ("h1", "h2", "table", "td", "img", "code")] == [
        1,
        1,
        1,
        8,
        0,
        0,
    ]
    assert parsed.targets.count("https://arxiv.org/abs/2606.00001v1") == 2


def test_a_page_that_github_would_cut_off_shows_fewer_papers_of_each_keyword(file: Path) -> None:
    few = ArchiveSection(keyword("Few"), tuple(paper(f"2605.{n:05}") for n in (2, 1)), NOON)
    long = crowd(papers=100, abstract_letters=9_800)

    assert update(file, [long, few])

    text = file.read_text()
    assert "Last update: 2026-06-22\n\nGitHub cuts off long pages: here are only the newest papers" in text
    assert "## Reward Model\nNewest 48 of 100 papers\n\n| **Title**" in text
    assert LIMIT_BYTES - 10_000 < file.stat().st_size <= LIMIT_BYTES
    assert (text.count("abs/2606."), text.count("abs/2605.")) == (48, 2)
    assert "2606.00053v1" in text
    assert "2606.00052v1" not in text
    assert not update(file, [long, few])


def test_a_section_that_is_not_shown_whole_leads_to_its_page(file: Path) -> None:
    long = crowd(papers=100, abstract_letters=9_800)
    short = replace(long, keyword=keyword("Short"), papers=long.papers[:1])
    links = Links({}, {long.keyword: "archive/long.md", short.keyword: "archive/short.md"})

    page_in(file).update([long, short], links)

    text = file.read_text()
    assert "## Reward Model\nNewest 47 of 100 papers: [all 100](archive/long.md)\n\n| **Title**" in text
    assert "## Short\n| **Title**" in text


def test_a_page_without_room_for_a_paper_of_each_keyword_has_their_names_and_links(file: Path) -> None:
    papers = (paper(abstract="a" * 9_800),)
    sections = [ArchiveSection(keyword(f"Keyword {number}"), papers, NOON) for number in range(60)]
    names = {one.keyword: f"{number}" for number, one in enumerate(sections)}
    links = Links(names, names)

    page_in(file).update(sections, links)

    text = file.read_text()
    assert "## Keyword 59\nNewest 0 of 1 papers: [all 1](59)\n" in text
    assert Parsed(rendered(text)).cells == []


def test_more_than_three_keywords_have_a_table_of_contents(file: Path) -> None:
    names = ("One", "C++", "机器人", "A [B]")
    sections = [ArchiveSection(keyword(name), (), None) for name in names]
    links = Links({one.keyword: f"a{number}" for number, one in enumerate(sections)})
    file.write_bytes(MARKERS)

    page_in(file).update(sections, links)

    head = "- [One](#a0)\n- [C++](#a1)\n- [机器人](#a2)\n- [A &#91;B&#93;](#a3)\n\n"
    assert file.read_text().startswith(f'{B}\n{head}<a name="a0"></a>\n\n## One\n\nNo papers yet.\n')
    assert Parsed(rendered(file.read_text())).targets == ["#a0", "#a1", "#a2", "#a3"]
    page_in(file).update(sections[:3], links)
    assert file.read_text().startswith(f"{B}\n## One\n")


def test_the_page_leads_to_the_months(file: Path) -> None:
    file.write_bytes(MARKERS)
    months = (Link("2026-06", "archive/2026-06.md"), Link("2026-05", "archive/2026-05.md"))

    page_in(file).update([SECTIONS[1]], Links(months=months))

    links = "[2026-06](archive/2026-06.md), [2026-05](archive/2026-05.md)"
    assert f"{B}\nEverything ever found, by month of submission: {links}\n\n## C" in file.read_text()


@pytest.mark.parametrize(("words", "has_room"), [(0, True), (LIMIT_BYTES, False)])
def test_whether_all_papers_have_room_depends_on_the_words_around_them(
    file: Path, words: int, has_room: bool
) -> None:
    file.write_bytes(b"x" * words)
    assert page_in(file).has_room(SECTIONS) is has_room


@pytest.mark.parametrize(
    ("title_letters", "shown"),
    variations([(100, 100), (10_000, 47)], ["all fit"], ids=["all fit", "more than it seems fit"]),
)
def test_how_many_papers_fit_depends_on_the_page_not_on_the_abstracts(
    tmp_path: Path, title_letters: int, shown: int
) -> None:
    (tmp_path / "archive.md").write_text("{% for row in sections[0].rows %}{{ row.title }} {% endfor %}")
    papers = tuple(
        paper(f"2606.{n:05}", title="t" * title_letters, abstract="x" * 100_000) for n in range(100)
    )
    update(tmp_path / "README.md", [ArchiveSection(keyword(), papers, NOON)], tmp_path)
    page = (tmp_path / "README.md").read_text().partition(BEGIN.decode())[2]
    assert page.count("t") // title_letters == shown


def test_a_page_of_exactly_the_limit_is_shown_whole(file: Path) -> None:
    update(file, [crowd(papers=60, abstract_letters=0)])
    letters, rest = divmod(LIMIT_BYTES - file.stat().st_size, 60)
    file.write_bytes(b"x" * rest + file.read_bytes())

    assert update(file, [crowd(papers=60, abstract_letters=letters)])

    assert file.stat().st_size == LIMIT_BYTES


def test_a_paper_with_texts_of_a_megabyte_leaves_room_for_the_others(file: Path) -> None:
    huge = paper("2606.00200", title="t" * 10**6, abstract="a" * 10**6, comment="c" * 10**6)
    papers = (huge, *crowd(papers=10, abstract_letters=1_000).papers)

    assert update(file, [ArchiveSection(keyword(), papers, NOON)])

    assert file.read_text().count("/abs/") == 11


def test_words_that_leave_no_room_for_papers_are_an_error(file: Path) -> None:
    words = b"x" * LIMIT_BYTES + b"\n\n" + MARKERS
    file.write_bytes(words)

    with pytest.raises(ArchiveError) as raised:
        update(file)

    taken = LIMIT_BYTES + len(b"\n\n" + BEGIN + END + b"\n")
    assert str(raised.value) == (
        f"{file}: no room for papers: {taken} of GitHub's {LIMIT_BYTES} bytes lie outside the markers"
    )
    assert raised.value.hint == "shorten the words outside the markers, or archive fewer keywords"
    assert file.read_bytes() == words


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        ("one\n\n{{ update }}", "archive.md:3: 'update' is undefined"),
        (f"one\n{E}\n", "archive.md: a line of the page is a marker"),
        (None, "archive.md: there is no template archive.md"),
    ],
    ids=["undefined", "marker", "missing"],
)
def test_a_faulty_template_is_named_with_its_line(file: Path, source: str | None, fact: str) -> None:
    folder = template(file.parent, source) if source else file.parent

    with pytest.raises(ArchiveError) as raised:
        update(file, templates=folder)

    assert str(raised.value) == f"{folder}/{fact}"
    assert (
        raised.value.hint == "look at that line of the template; the originals lie in the folder templates/"
    )
    assert not file.exists()


def test_a_person_may_restyle_the_page(file: Path) -> None:
    folder = template(file.parent, "{% for section in sections %}\n* {{ section.heading }}\n{% endfor %}\n")
    file.write_bytes(MARKERS)

    assert update(file, templates=folder)

    assert file.read_text() == f"{B}\n* Reward Model\n* C<span>#</span>\n* Reasoning\n{E}\n"


def test_without_any_good_answer_the_page_has_no_date(file: Path) -> None:
    file.write_bytes(MARKERS)

    assert update(file, [replace(SECTIONS[1], keyword=keyword("Reasoning"))])

    assert file.read_text() == f"{B}\n## Reasoning\n\nNo papers yet.\n{E}\n"


def test_a_section_that_could_not_be_refreshed_says_since_when(tmp_path: Path) -> None:
    archive = page_in(tmp_path / "README.md")
    fresh = ArchiveSection(keyword(), (paper(),), NOON)
    stale = replace(fresh, stale_since=datetime(2026, 6, 21, 7, tzinfo=UTC))
    archive.update([stale])
    page = (tmp_path / "README.md").read_text()
    assert "## Reward Model\nNot refreshed since 2026-06-21, the last complete answer of arXiv; " in page
    assert len(Parsed(rendered(page)).cells) == 4
    archive.update([fresh])
    assert "Not refreshed" not in (tmp_path / "README.md").read_text()

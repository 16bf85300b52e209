"""A library as people export it: what can be read is used, and the rest is named with its line."""

from pathlib import Path

import pytest

from digest.bibliography import bibtex, ris
from digest.bibliography.reading import MOST_BYTES, MOST_FAULTS, MOST_PAPERS, library, read_library
from digest.bibliography.records import Library, LibraryFault
from digest.domain.interests import Interest
from tests.support.cost import require_cheap

BIBTEX = r"""% exported by a program
@string{venue = "A Venue"}
@comment{title = {No Paper}}
@article{one,
  author = "Ada {\"E}xample",
  Title = {{Reward} Models {\"u}ber Alles, 50\% More},
  abstract = "We {\"a}sk ""
  , year = 2026
}
@misc ( two, title = "Quotes with {"braces"} inside", note = {})
 @book{three, booktitle = {A Book}, title={Three
   lines}, month = jun # "~3"}
"""

RIS = """TY  - JOUR
T1  - Reward Models
AU  - Example, Ada
AB  - We ask.
  We go on.
ER  -

TY  - CONF
TI  - Two
N2  -
TY  - CHAP
TI  - Three
ER  -
"""


def read(folder: Path, text: str, name: str = "papers.bib") -> Library:
    (folder / name).write_text(text, encoding="utf-8")
    return read_library(folder / name)


def test_titles_and_abstracts_are_read_from_bibtex(tmp_path: Path) -> None:
    assert read(tmp_path, BIBTEX) == Library(
        (
            Interest("Reward Models über Alles, 50% More", "We äsk"),
            Interest('Quotes with "braces" inside'),
            Interest("Three lines"),
        )
    )


def test_titles_and_abstracts_are_read_from_ris(tmp_path: Path) -> None:
    papers = (Interest("Reward Models", "We ask. We go on."), Interest("Two"), Interest("Three"))
    assert read(tmp_path, RIS, "papers.RIS") == Library(papers)


def test_a_file_of_windows_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + RIS.replace("\n", "\r\n"), "papers.ris") == read(tmp_path, RIS, "p.ris")
    assert read(tmp_path, "\ufeff" + BIBTEX.replace("\n", "\r\n")) == read(tmp_path, BIBTEX, "p.bib")
    (tmp_path / "old.bib").write_bytes(BIBTEX.replace("\n", "\r").encode())
    assert read_library(tmp_path / "old.bib") == read(tmp_path, BIBTEX, "p.bib")


def test_a_text_under_two_tags_counts_once(tmp_path: Path) -> None:
    twice = "TY  - JOUR\nTI  - One\nT1  - One\nAB  -\nN2  - We ask.\nAB  - We ask.\n  We ask.\nER  -\n"
    assert read(tmp_path, twice, "papers.ris") == Library((Interest("One", "We ask."),))


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ("@article{k, title = {{Open}, year = 2026}", "the entry has no end; close it with }"),
        ("@article{k, title = {{Open}, year = 2026", "the field title has no end; close its brace or quote"),
        ('@article{k, title = "Open, year = 2026}', "the field title has no end; close its brace or quote"),
        ("@article{k, title = {Closed}", "the entry has no end; close it with }"),
        ("@article{k, {title} = {Closed}}", "a brace that belongs to no field; write it as name = {value}"),
        ("@article{k, year = {2026}}", "an entry without a title; add one, or delete it"),
        ("@article{k, title = {}}", "an entry without a title; add one, or delete it"),
    ],
    ids=[
        "one open brace",
        "open braces",
        "open quote",
        "open entry",
        "stray brace",
        "no title",
        "empty title",
    ],
)
def test_a_broken_entry_is_named_and_costs_no_other(broken: str, problem: str, tmp_path: Path) -> None:
    text = f"@misc{{a, title = {{Before}}}}\n\n{broken}\n@misc{{b, title = {{After}}}}\n"
    assert read(tmp_path, text) == Library(
        (Interest("Before"), Interest("After")), (LibraryFault(3, problem),)
    )


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", LibraryFault(None, "there is no paper in it; export it as BibTeX (.bib) or RIS (.ris)")),
        (b"@misc{a,\ntitle={\xff}}", LibraryFault(2, "not UTF-8; export it as UTF-8")),
    ],
    ids=["empty", "another encoding"],
)
def test_a_file_without_papers_says_why(content: bytes, fault: LibraryFault, tmp_path: Path) -> None:
    (tmp_path / "papers.bib").write_bytes(content)
    assert read_library(tmp_path / "papers.bib") == Library(faults=(fault,))


def test_a_missing_file_and_one_that_is_too_large_are_faults(tmp_path: Path) -> None:
    large = tmp_path / "large.bib"
    with large.open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    problems = [read_library(file).faults[0].problem for file in (tmp_path / "none.bib", large, tmp_path)]
    assert [problem.partition(" (")[0] for problem in problems] == ["cannot be read"] * 3


def test_a_large_library_ends_after_so_many_papers_and_a_broken_one_after_so_many_faults(
    tmp_path: Path,
) -> None:
    large = read(tmp_path, "@misc{a, title = {Reward}}\n" * (MOST_PAPERS + 9))
    assert (len(large.papers), [fault.line for fault in large.faults]) == (MOST_PAPERS, [MOST_PAPERS + 1])
    broken = read(tmp_path, "@misc{a}\n" * (MOST_FAULTS + 9))
    assert [fault.line for fault in broken.faults] == list(range(1, MOST_FAULTS + 2))


_PIECES = (
    "@a{\n",
    "@article{k,",
    "a={",
    'a="',
    "{",
    "\\",
    "a",
    "a ",
    "title={x},",
    "@",
    " ",
    "AB  - x\n",
    "x\n",
)


@pytest.mark.exhaustive
@pytest.mark.parametrize("piece", _PIECES)
def test_a_megabyte_of_one_piece_is_cheap(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    require_cheap(lambda: library(bibtex.records(f"@article{{k, title = {{x}},{text}")))
    require_cheap(lambda: library(ris.records(f"TY  - JOUR\nAB  - x\n{text}")))

"""How a file is split at its markers; test_readme has the files for which that fails."""

from pathlib import Path

import pytest

from digest.errors import ArchiveError
from digest.publish.markers import BEGIN, END, Surroundings, has_marker, split_at_markers

FILE = Path("README.md")
B, E = BEGIN, END


AROUND = {
    "markers": (
        b"# Mine\n" + B + b"\nold\n" + E + b"\nrest",
        Surroundings(b"# Mine\n" + B, E + b"\nrest", b"\n"),
    ),
    "spaces and CRLF": (B + b" \t\r\nold\r\n" + E + b"\r\n", Surroundings(B + b" \t", E + b"\r\n", b"\r\n")),
    "byte order mark": (b"\xef\xbb\xbf" + B + b"\n" + E, Surroundings(b"\xef\xbb\xbf" + B, E, b"\n")),
    "empty": (b"", Surroundings(B, E + b"\n", b"\n")),
    "appended": (b"# Mine", Surroundings(b"# Mine\n\n" + B, E + b"\n", b"\n")),
    "appended with CRLF": (b"# Mine\r\n", Surroundings(b"# Mine\r\n\r\n" + B, E + b"\r\n", b"\r\n")),
    "in a sentence": (b"see " + B + b"\n", Surroundings(b"see " + B + b"\n\n" + B, E + b"\n", b"\n")),
    "indented": (b"    " + E + b"\n", Surroundings(b"    " + E + b"\n\n" + B, E + b"\n", b"\n")),
}


@pytest.mark.parametrize(("content", "expected"), AROUND.values(), ids=AROUND.keys())
def test_a_file_is_split_around_its_archive(content: bytes, expected: Surroundings) -> None:
    assert split_at_markers(content, FILE) == expected


def test_a_page_is_on_lines_of_its_own_that_end_like_those_of_the_file() -> None:
    assert Surroundings(b"above", b"below", b"\r\n").with_page("one\ntwo") == b"above\r\none\r\ntwo\r\nbelow"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_papers_are_not_put_into_a_file_of_another_encoding(encoding: str) -> None:
    with pytest.raises(ArchiveError) as raised:
        split_at_markers("\ufeff# Mine\n".encode(encoding), FILE)
    assert str(raised.value) == "README.md: it is UTF-16, and papers are UTF-8"
    assert raised.value.hint == "save it as UTF-8"


def test_markers_that_are_no_pair_are_named_with_their_lines() -> None:
    with pytest.raises(ArchiveError) as raised:
        split_at_markers(b"# Mine\n" + E + b"\n\n" + B + b"\n", FILE)
    assert str(raised.value) == (
        "README.md:2: one pair of markers is wanted; "
        "there is <!-- papers:end --> in line 2, <!-- papers:begin --> in line 4"
    )
    assert raised.value.hint == (
        "keep one <!-- papers:begin --> and, below it, one <!-- papers:end -->; "
        "without any, they are appended"
    )


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("one\n<!-- papers:end -->\n", True),
        ("<!-- papers:begin --> ", True),
        ("one <!-- papers:end -->", False),
        (" <!-- papers:end -->", False),
        ("&lt;!-- papers:end --&gt;", False),
    ],
    ids=["alone", "with a space behind", "in a sentence", "indented", "escaped"],
)
def test_a_marker_counts_if_it_is_alone_on_its_line(page: str, found: bool) -> None:
    assert has_marker(page) is found

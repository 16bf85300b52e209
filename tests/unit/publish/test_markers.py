"""Where the archive stands in its file; what cannot be placed is tested in test_publish_readme."""

from pathlib import Path

import pytest

from digest.errors import ArchiveError
from digest.publish.markers import BEGIN, END, Frame, frame, has_marker

FILE = Path("README.md")
B, E = BEGIN, END


AROUND = {
    "markers": (b"# Mine\n" + B + b"\nold\n" + E + b"\nrest", Frame(b"# Mine\n" + B, E + b"\nrest", b"\n")),
    "spaces and CRLF": (B + b" \t\r\nold\r\n" + E + b"\r\n", Frame(B + b" \t", E + b"\r\n", b"\r\n")),
    "byte order mark": (b"\xef\xbb\xbf" + B + b"\n" + E, Frame(b"\xef\xbb\xbf" + B, E, b"\n")),
    "empty": (b"", Frame(B, E + b"\n", b"\n")),
    "appended": (b"# Mine", Frame(b"# Mine\n\n" + B, E + b"\n", b"\n")),
    "appended with CRLF": (b"# Mine\r\n", Frame(b"# Mine\r\n\r\n" + B, E + b"\r\n", b"\r\n")),
    "in a sentence": (b"see " + B + b"\n", Frame(b"see " + B + b"\n\n" + B, E + b"\n", b"\n")),
    "indented": (b"    " + E + b"\n", Frame(b"    " + E + b"\n\n" + B, E + b"\n", b"\n")),
}


@pytest.mark.parametrize(("content", "expected"), AROUND.values(), ids=AROUND.keys())
def test_a_file_is_what_stands_around_its_archive(content: bytes, expected: Frame) -> None:
    assert frame(content, FILE) == expected


def test_a_page_stands_on_lines_of_its_own_that_end_as_the_files_do() -> None:
    assert Frame(b"above", b"below", b"\r\n").around("one\ntwo") == b"above\r\none\r\ntwo\r\nbelow"


def test_markers_that_are_no_pair_are_told_with_their_lines() -> None:
    with pytest.raises(ArchiveError) as raised:
        frame(b"# Mine\n" + E + b"\n\n" + B + b"\n", FILE)
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
def test_a_marker_counts_where_it_stands_alone_on_its_line(page: str, found: bool) -> None:
    assert has_marker(page) is found

from datetime import date

import pytest

from digest.publish.github.marker import Marked, marked, marker

DAY = date(2026, 6, 22)
IDS = ("2606.00001", "hep-th/9901001")


def test_a_marker_says_the_day_and_the_papers() -> None:
    line = marker(DAY, IDS, 200)
    assert line == "<!-- daily-papers 2026-06-22: 2606.00001 hep-th/9901001 -->"
    assert marked(f"Words.\n{line}\nMore words.") == Marked(DAY, frozenset(IDS))


def test_a_marker_may_name_no_paper() -> None:
    assert marked(marker(DAY, (), 200)) == Marked(DAY, frozenset())


@pytest.mark.parametrize("most", range(40, 70))
def test_a_marker_is_as_short_as_it_must_be(most: int) -> None:
    line = marker(DAY, IDS, most)
    assert len(line) <= most
    assert marked(line) is not None


def test_an_id_that_would_end_the_comment_is_left_out() -> None:
    assert marked(marker(DAY, ("-->", "a--b", "x y", "2606.00001"), 200)) == Marked(DAY, frozenset(IDS[:1]))


def test_the_markers_of_one_text_count_together() -> None:
    text = f"{marker(DAY, IDS[:1], 200)}\n{marker(date(2026, 6, 23), IDS[1:], 200)}"
    assert marked(text) == Marked(DAY, frozenset(IDS))


@pytest.mark.parametrize("text", ["", "<!-- daily-papers 2026-13-01: -->", "<!-- papers:begin -->"])
def test_other_texts_have_none(text: str) -> None:
    assert marked(text) is None

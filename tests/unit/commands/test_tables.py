import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.commands.tables import Column, cells, cut, table

COLUMNS = (Column("Name", elastic=True), Column("Papers", numbers=True), Column("Since"))


def test_a_table_is_as_wide_as_its_content() -> None:
    rows = [("Reward Model", "12", "today"), ("Reasoning", "3", "")]
    assert list(table(COLUMNS, rows, 80)) == [
        "Name          Papers  Since",
        "Reward Model      12  today",
        "Reasoning          3",
    ]


def test_the_elastic_column_of_a_table_that_is_too_wide_is_cut() -> None:
    rows = [("Reinforcement Learning from Human Feedback", "12", "today")]
    assert list(table(COLUMNS, rows, 35)) == [
        "Name                  Papers  Since",
        "Reinforcement Learn…      12  today",
    ]


def test_a_name_is_never_cut_to_nothing() -> None:
    assert list(table(COLUMNS, [("Reinforcement", "12", "today")], 5))[1] == "Reinfor…      12  today"


def test_a_table_without_rows_is_a_line_of_headings() -> None:
    assert list(table(COLUMNS, [], 80)) == ["Name  Papers  Since"]


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("机器学习", 8), ("▁▂█·", 4), ("\u200d", 0)],
    ids=["nothing", "letters", "an accent", "a combining accent", "wide", "blocks", "a joiner"],
)
def test_text_takes_the_cells_that_a_terminal_gives_it(text: str, width: int) -> None:
    assert cells(text) == width


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("Reasoning", 9, "Reasoning"),
        ("Reasoning", 8, "Reasoni…"),
        ("机器学习", 8, "机器学习"),
        ("机器学习", 7, "机器学…"),
        ("机器学习", 6, "机器…"),
    ],
)
def test_what_is_too_long_ends_with_an_ellipsis(text: str, room: int, shown: str) -> None:
    assert cut(text, room) == shown


@given(st.text(st.characters(exclude_categories=("C", "Z"))), st.integers(1, 20))
def test_what_is_cut_fits(text: str, room: int) -> None:
    assert cells(cut(text, room)) <= room

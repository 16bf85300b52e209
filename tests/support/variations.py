"""Variations of one test, of which most are left to a thorough run."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest
from _pytest.mark import ParameterSet


def variations(
    rows: Iterable[Any], quick: Collection[str], ids: Iterable[str] | None = None
) -> list[ParameterSet]:
    """Rows for `pytest.mark.parametrize`: those whose name is not among `quick` are exhaustive.

    A row is a tuple, or the one value. Without `ids` the name is the value itself.
    """
    tuples = [row if isinstance(row, tuple) else (row,) for row in rows]
    names = list(ids) if ids is not None else [str(values[0]) for values in tuples]
    assert set(quick) <= set(names)
    return [
        pytest.param(*values, id=name, marks=() if name in quick else pytest.mark.exhaustive)
        for values, name in zip(tuples, names, strict=True)
    ]

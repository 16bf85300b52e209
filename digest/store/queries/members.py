"""Any number of values in one query: SQLite allows 32,766 parameters a statement (sqlite.org/limits.html)."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, select


def these(values: Iterable[str | int]) -> Select[Any]:
    """For `column.in_(these(values))`: the values as one parameter (https://www.sqlite.org/json1.html)."""
    return select(func.json_each(json.dumps(list(values))).table_valued("value").c.value)

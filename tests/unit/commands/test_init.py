"""Where `digest init` cannot write; tests/e2e/test_init.py has the rest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from digest.cli import cli
from digest.errors import DigestError


@pytest.mark.parametrize(
    ("make", "target", "problem"),
    [
        (lambda place: place.write_text("mine"), "papers/below", "papers/below: Not a directory"),
        (lambda place: place.symlink_to("nowhere"), "papers", "papers: File exists"),
        (
            lambda place: (place / ".gitignore").mkdir(parents=True),
            "papers",
            "papers/.gitignore: Is a directory",
        ),
    ],
    ids=["below a file", "a link to nothing", "a folder of that name"],
)
def test_what_cannot_be_written_is_told(
    tmp_path: Path, make: Callable[[Path], object], target: str, problem: str
) -> None:
    make(tmp_path / "papers")
    with pytest.raises(DigestError) as raised:
        cli.main(["init", str(tmp_path / target)], standalone_mode=False)
    assert str(raised.value) == f"{tmp_path}/{problem}"
    assert raised.value.hint.startswith("correct the path")

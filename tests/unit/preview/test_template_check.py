"""What the check of templates finds; e2e/test_commands.py runs it on mistakes of a person."""

import re
from itertools import count
from pathlib import Path

import pytest

from digest.preview.template_check import template_faults
from digest.system.places import templates_folder
from digest.system.templates import Templates

BRANCH = re.compile(r"{%-? *(?:if|elif|else|for|macro)\b.*?%}")


def test_the_templates_of_the_project_have_no_faults() -> None:
    assert template_faults(None) == []


def test_every_branch_of_every_template_is_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers, pages = count(), list[str]()
    notices = ("operator.txt", "audit.txt", "inbox.txt", "suppressed.txt")
    for name in ("digest.html", "digest.txt", *notices, "archive.md"):
        source = (templates_folder() / name).read_text()
        (tmp_path / name).write_text(BRANCH.sub(lambda branch: f"{branch[0]}<{next(numbers)}>", source))
    filled = Templates.filled

    def recorded(self: Templates, name: str, /, **values: object) -> str:
        pages.append(filled(self, name, **values))
        return pages[-1]

    monkeypatch.setattr(Templates, "filled", recorded)
    assert template_faults(tmp_path) == []
    text = "".join(pages)
    assert [number for number in range(next(numbers)) if f"<{number}>" not in text] == []


def test_a_mistake_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "digest.txt").write_text("one\n{{ nothing }}")
    (tmp_path / "archive.md").write_text("{{ nothing }}")
    assert template_faults(tmp_path) == [
        f"{tmp_path}/digest.txt:2: 'nothing' is undefined",
        f"{tmp_path}/archive.md:1: 'nothing' is undefined",
    ]

"""The text of the archive page."""

from datetime import timedelta
from pathlib import Path

import pytest

from digest.domain.digests import ArchiveSection
from digest.errors import ArchiveError
from digest.publish.page import ArchivePage
from digest.system.templates import Templates
from tests.support.builders import NOON, keyword, paper

TEMPLATE = """\
{{ updated }} {{ newest }}
{% for section in sections %}
{{ section.heading }}:{% for row in section.rows %} {{ row.title }}{% endfor %}

{% endfor %}
"""
SECTIONS = (
    ArchiveSection(keyword("Reasoning"), (paper(title="One"), paper(title="Two")), NOON),
    ArchiveSection(keyword("A*"), (), NOON - timedelta(days=1)),
)


def page_of(folder: Path, template: str = TEMPLATE) -> ArchivePage:
    (folder / "archive.md").write_text(template)
    return ArchivePage(SECTIONS, Templates(folder))


def test_a_page_has_all_papers_and_the_latest_change(tmp_path: Path) -> None:
    assert page_of(tmp_path).text() == f"{NOON.date()} None\nReasoning: One Two\nA&#42;:"


def test_a_page_may_have_only_the_newest_papers_of_each_section(tmp_path: Path) -> None:
    assert page_of(tmp_path).text(newest=1) == f"{NOON.date()} 1\nReasoning: One\nA&#42;:"


def test_a_faulty_template_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"archive\.md:2: 'titel' is undefined"):
        page_of(tmp_path, "\n{{ titel }}\n").text()

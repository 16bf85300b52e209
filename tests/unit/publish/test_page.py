"""The text of the archive page."""

from datetime import timedelta
from pathlib import Path

import pytest

from digest.domain.digests import ArchiveSection
from digest.errors import ArchiveError
from digest.publish.page import ArchivePages, Part
from digest.system.places import templates_folder
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


def pages_of(folder: Path, template: str = TEMPLATE) -> ArchivePages:
    (folder / "archive.md").write_text(template)
    return ArchivePages(Templates(folder, templates_folder()))


def test_a_page_has_all_papers_and_the_latest_change(tmp_path: Path) -> None:
    assert pages_of(tmp_path).readme_part(SECTIONS) == f"{NOON.date()} None\nReasoning: One Two\nA&#42;:"


def test_a_page_may_have_only_the_newest_papers_of_each_section(tmp_path: Path) -> None:
    text = pages_of(tmp_path).readme_part(SECTIONS, newest=1)
    assert text == f"{NOON.date()} 1\nReasoning: One\nA&#42;:"


def test_a_faulty_template_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"archive\.md:2: 'titel' is undefined"):
        pages_of(tmp_path, "\n{{ titel }}\n").readme_part(SECTIONS)


def test_a_page_of_its_own_repeats_no_heading_and_leads_to_its_next_part(tmp_path: Path) -> None:
    text = pages_of(tmp_path).whole_page("A*", SECTIONS[1:], Part(1, 2, "a=2a.2.md"))
    assert text == (
        "# A&#42;\n\nPart 1 of 2: [next part](a=2a.2.md)\n\nLast update: 2026-06-21\n\n\nNo papers yet."
    )


def test_a_page_of_several_sections_names_each(tmp_path: Path) -> None:
    lines = pages_of(tmp_path).whole_page("2026-06", SECTIONS).splitlines()
    assert [line for line in lines if line.startswith("#")] == ["# 2026-06", "## Reasoning", "## A&#42;"]

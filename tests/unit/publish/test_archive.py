"""The whole archive: README.md and what it leads to."""

import errno
import os
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import pytest

from digest.domain.archive_settings import ArchiveSettings
from digest.domain.digests import ArchiveSection
from digest.errors import ArchiveError
from digest.publish.archive import FileArchive
from digest.publish.files import PublishedFile
from digest.publish.fit import LIMIT_BYTES
from digest.publish.mark import is_ours, marked
from digest.publish.names import file_names
from digest.publish.publishers import file_archive, publishers_of
from digest.system.places import templates_folder
from digest.system.templates import Templates
from tests.support.builders import NOON, keyword, paper
from tests.support.variations import variations
from tests.unit.publish.test_markdown import Parsed, rendered

TEMPLATES = Templates(templates_folder())
SHORT = ArchiveSection(keyword("Short"), (paper("2606.00001"),), NOON)
NAMES = ("../x", "con", "C++", "机器人", "RLHF", "rlhf", "a|b", "[x](y)", "<b>", "2026-06")


def archive(home: Path, **settings: object) -> FileArchive:
    return file_archive(home / "README.md", settings_of(home, **settings), [templates_folder()])


def settings_of(home: Path, **changes: object) -> ArchiveSettings:
    return replace(ArchiveSettings(home / "README.md", (), 100), **changes)  # type: ignore[arg-type]


def long_section(name: str = "Long", papers: int = 60) -> ArchiveSection:
    found = tuple(paper(f"2606.{number:05}", abstract="a" * 9_000) for number in range(papers, 0, -1))
    return ArchiveSection(keyword(name), found, NOON)


def assert_links_lead_somewhere(folder: Path) -> None:
    for file in folder.rglob("*.md"):
        text = file.read_text()
        anchors = set(re.findall(r'^<a name="(.*)"></a>$', text, re.MULTILINE))
        for target in Parsed(rendered(text)).targets:
            place, _, anchor = unquote(target).partition("#")
            assert place.startswith("https:") or (file.parent / place).exists()
            assert not anchor or anchor in anchors


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_an_archive_with_room_is_one_file(tmp_path: Path) -> None:
    assert archive(tmp_path).update([SHORT])
    assert tree(tmp_path) == ["README.md"]
    assert not archive(tmp_path).update([SHORT])


def test_without_room_each_keyword_gets_a_page_that_is_kept_up_to_date(
    tmp_path: Path,
) -> None:
    assert archive(tmp_path).update([long_section(), SHORT])

    pages = ["archive/long.2.md", "archive/long.md", "archive/short.md"]
    assert tree(tmp_path) == ["README.md", *pages]
    assert "papers: [all 60](archive/long.md)\n" in (tmp_path / "README.md").read_text()
    assert all(path.stat().st_size <= LIMIT_BYTES for path in tmp_path.rglob("*.md"))
    assert_links_lead_somewhere(tmp_path)

    assert archive(tmp_path).update([long_section(papers=2), SHORT])
    assert (tmp_path / "archive" / "long.md").read_text().count("abs/2606") == 2


@pytest.mark.parametrize(
    "keywords", variations([(1,), (3,), (40,)], ["three"], ids=["one keyword", "three", "forty"])
)
def test_every_file_is_within_its_bound_and_every_link_leads_somewhere(tmp_path: Path, keywords: int) -> None:
    papers = long_section(papers=20).papers
    names = [*NAMES, *(f"Keyword {number}" for number in range(len(NAMES), keywords))][:keywords]
    wanted = [keyword(name, any=(f"{number} {name}",)) for number, name in enumerate(names)]
    sections = [ArchiveSection(one, papers, NOON) for one in wanted]

    assert archive(tmp_path, monthly=True).update(sections)

    assert all(path.stat().st_size <= LIMIT_BYTES for path in tmp_path.rglob("*.md"))
    assert_links_lead_somewhere(tmp_path)
    assert not archive(tmp_path, monthly=True).update(sections)


def test_everything_ever_found_is_on_the_pages_of_months_and_the_newest_in_the_readme(tmp_path: Path) -> None:
    section = replace(SHORT, papers=tuple(paper(f"2606.{number:05}") for number in (3, 2, 1)))

    archive(tmp_path, monthly=True, papers=2, folder="pages").update([section])

    assert tree(tmp_path) == ["README.md", "pages/2026-06.md"]
    assert (tmp_path / "README.md").read_text().count("abs/2606") == 2
    assert "[2026-06](pages/2026-06.md)" in (tmp_path / "README.md").read_text()
    assert (tmp_path / "pages" / "2026-06.md").read_text().count("abs/2606") == 3


def test_the_readme_leads_to_the_page_to_search_in_and_to_each_feed(tmp_path: Path) -> None:
    made = archive(tmp_path, page=True, feeds=True)
    assert made.update([SHORT])
    readme = (tmp_path / "README.md").read_text()
    assert "\n[Search in everything ever found](archive/index.html)\n" in readme
    assert "\nFeeds: [all keywords](archive/all.atom), [Short](archive/short.atom)\n" in readme
    assert_links_lead_somewhere(tmp_path)
    assert not made.update([SHORT])


def test_feeds_have_their_web_address_where_it_is_known(tmp_path: Path) -> None:
    archive(tmp_path, feeds=True, page=True, url="https://github.com/you/papers").update([SHORT])
    assert "index.html" not in (tmp_path / "README.md").read_text()  # GitHub would show its source
    raw = "https://raw.githubusercontent.com/you/papers/HEAD/archive/"
    assert f"[Short]({raw}short.atom)" in (tmp_path / "README.md").read_text()
    assert f'href="{raw}short.atom"' in (tmp_path / "archive" / "short.atom").read_text()


def test_no_web_address_ends_a_link_of_markdown(tmp_path: Path) -> None:
    archive(tmp_path, feeds=True, url="https://example.org/a)b").update([SHORT])
    assert "[Short](https://example.org/a%29b/archive/short.atom)" in (tmp_path / "README.md").read_text()


def test_a_persons_file_stays_and_is_not_linked_and_the_others_are_written(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "short.md").write_text("mine")

    with pytest.raises(ArchiveError) as raised:
        archive(tmp_path, monthly=True).update([long_section(), SHORT])

    assert str(raised.value) == f"{tmp_path}/archive/short.md: somebody else has written it"
    assert (tmp_path / "archive" / "short.md").read_text() == "mine"
    assert "[all 60](archive/long.md)" in (tmp_path / "README.md").read_text()
    assert "short.md" not in (tmp_path / "README.md").read_text()
    assert_links_lead_somewhere(tmp_path)


def test_a_folder_that_cannot_be_written_is_named_once_and_nothing_leads_into_it(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("mine")

    with pytest.raises(ArchiveError) as raised:
        archive(tmp_path, monthly=True, feeds=True, page=True).update([SHORT])

    assert str(raised.value) == f"{tmp_path}/archive: File exists"
    assert "archive/" not in (tmp_path / "README.md").read_text()


def test_what_leads_to_a_file_that_the_disk_refused_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = os.replace

    def full_for_the_papers(source: str, target: Path) -> None:
        if target.name == "2026.js":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replaced(source, target)

    monkeypatch.setattr(os, "replace", full_for_the_papers)
    with pytest.raises(ArchiveError) as raised:
        archive(tmp_path, page=True).update([SHORT])

    assert str(raised.value) == f"{tmp_path}/archive/data/2026.js: No space left on device"
    assert not (tmp_path / "archive" / "index.html").exists()
    assert "index.html" not in (tmp_path / "README.md").read_text()


def test_where_there_is_room_a_persons_file_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "short.md").write_text("mine")
    assert archive(tmp_path).update([SHORT])


def test_the_page_of_a_keyword_that_is_gone_stays(tmp_path: Path) -> None:
    archive(tmp_path).update([long_section("Gone"), long_section("Kept")])
    before = (tmp_path / "archive" / "gone.md").read_bytes()

    archive(tmp_path).update([long_section("Kept", papers=3)])

    assert (tmp_path / "archive" / "gone.md").read_bytes() == before
    assert "gone" not in (tmp_path / "README.md").read_text()


def test_every_problem_is_named_once_and_what_can_be_written_is(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("<!-- papers:end -->\n")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "2026-06.md").write_text("mine")
    may = replace(SHORT.papers[0], submitted=SHORT.papers[0].submitted.replace(month=5))

    with pytest.raises(ArchiveError) as raised:
        archive(tmp_path, monthly=True).update([replace(SHORT, papers=(*SHORT.papers, may))])

    assert [line.partition(": ")[0] for line in str(raised.value).splitlines()] == [
        f"{tmp_path}/README.md:1",
        f"{tmp_path}/archive/2026-06.md",
    ]
    assert tree(tmp_path) == ["README.md", "archive/2026-05.md", "archive/2026-06.md"]


def test_nothing_leads_to_a_file_that_is_not_there_yet_wherever_a_run_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = os.replace
    written: list[str] = []

    def replace_and_look(source: str, target: Path) -> None:
        replaced(source, target)
        written.append(Path(target).name)
        assert_links_lead_somewhere(tmp_path)

    monkeypatch.setattr(os, "replace", replace_and_look)
    sections = [long_section(), SHORT]
    archive(tmp_path, monthly=True).update(sections)

    assert written == ["long.2.md", "long.md", "short.md", "2026-06.2.md", "2026-06.md", "README.md"]


def test_what_is_published_is_marked_and_in_the_folder(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, monthly=True, feeds=True, page=True, url="https://example.org/papers")
    pages = archive(tmp_path).pages
    names = file_names([SHORT.keyword])
    files = [
        file for publish in publishers_of(settings, pages, TEMPLATES) for file in publish([SHORT], names)
    ]
    assert files
    assert [file.path for file in files if not is_ours(file.content)] == []
    folder = PurePosixPath("archive")
    assert {file.path.parent for file in files} == {folder, folder / "data"}


def test_each_file_that_is_written_is_told_of(tmp_path: Path) -> None:
    told: list[Path] = []
    file = PublishedFile(PurePosixPath("archive/x.md"), marked("x"))
    made = replace(archive(tmp_path), publishers=(lambda _sections, _names: [file],), on_written=told.append)
    made.update([SHORT])
    assert told == [tmp_path / "archive" / "x.md", tmp_path / "README.md"]
    made.update([SHORT])
    assert len(told) == 2


def test_no_address_is_published(tmp_path: Path) -> None:
    archive(tmp_path, monthly=True).update([long_section(), SHORT])
    assert [path for path in tmp_path.rglob("*.md") if re.search(rb"\w@\w", path.read_bytes())] == []

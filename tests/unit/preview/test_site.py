"""The files of a preview: their content, and who may read them."""

import shutil
from pathlib import Path

import pytest

from digest.errors import RenderError
from digest.preview import site as preview_site
from digest.preview.models import Preview, PreviewError, Tab
from digest.preview.site import site, write_site
from digest.system.places import templates_folder
from digest.system.templates import Templates
from tests.unit.mail.content.test_render import Skeleton
from tests.unit.preview.test_views import message

TEMPLATES = Templates(templates_folder())
STYLED = (
    """<style>p { color: red } @media (prefers-color-scheme: dark) { p { color: blue } }</style><p>x</p>"""
)


def page_of(preview: Preview, version: str = "") -> str:
    return site(preview, TEMPLATES, version)["index.html"].decode()


def test_a_mail_is_there_in_each_view() -> None:
    mail = message(STYLED)
    files = site(Preview((Tab("Ada", (mail,)),)), TEMPLATES)
    assert sorted(files) == [
        "index.html",
        "mail-1-1-dark.html",
        "mail-1-1-light.html",
        "mail-1-1-plain.html",
        "mail-1-1.eml",
        "preview.css",
        "preview.js",
    ]
    assert files["mail-1-1.eml"] == mail
    assert files["mail-1-1-plain.html"] == b"<p>x</p>\n"
    assert files["mail-1-1-dark.html"].decode() == (
        "<style>p { color: red } @media (min-width: 0px) { p { color: blue } }</style><p>x</p>\n"
    )
    assert files["mail-1-1-light.html"].decode() == (
        "<style>p { color: red } @media (max-width: 0px) { p { color: blue } }</style><p>x</p>\n"
    )


def test_everything_that_the_page_points_at_is_there() -> None:
    files = site(Preview((Tab("Ada", (message(), message())), Tab("Bo", (message(),)))), TEMPLATES)
    pointed_at = {link for link in Skeleton(files["index.html"].decode()).links if link and link[0] != "#"}
    assert pointed_at == set(files) - {"index.html"}


def test_the_page_shows_each_subscriber_and_mail() -> None:
    tabs = (
        Tab("Ada", (message(), message()), note="A note of Ada's."),
        Tab("Bo", problem="digest.html:3: x"),
    )
    text = Skeleton(page_of(Preview(tabs, ("arXiv was not asked.",)))).text
    for words in ("Ada", "Bo", "A note of Ada's.", "digest.html:3: x", "arXiv was not asked."):
        assert words in text
    assert ("Mail 1 of 2" in text, "Mail 2 of 2" in text) == (True, True)
    assert "2 new papers · Überblick" in text
    assert "List-Id" not in text
    assert "Zoë <zoe@example.org>" in text


def test_the_rows_of_a_list_of_mails_are_shown_for_phone_and_desktop() -> None:
    text = Skeleton(page_of(Preview((Tab("Ada", (message("<p>First: A paper</p><p>More</p>"),)),)))).text
    assert text.count("2 new papers · Überblick") == 4
    assert text.count("First: A paper More") == 2


def test_a_single_mail_is_not_counted() -> None:
    assert "1 of 1" not in page_of(Preview((Tab("Ada", (message(),)),)))


def test_sizes_are_shown_with_their_limits() -> None:
    html = "<p>x</p>".ljust(95_001, " ") + "\n"
    mail = message(html)
    text = Skeleton(page_of(Preview((Tab("Ada", (mail,)),)))).text
    assert "95,002 of 95,000 bytes: too large" in text
    assert f"{len(mail):,} of 150,000 bytes" in text


def test_a_problem_is_shown_with_its_hint_above_the_previous_mails() -> None:
    preview = Preview((Tab("Ada"),), problem="subscribers.yaml:3:5: no such key", hint="mend it")
    text = Skeleton(page_of(preview)).text
    places = [text.index(words) for words in (preview.problem, preview.hint, "previous version", "Ada")]
    assert places == sorted(places)


def test_foreign_text_is_never_markup() -> None:
    evil = "</pre><script>alert(1)</script>"
    preview = Preview((Tab(evil, (message(text=evil),), evil, evil),), (evil,), evil, evil)
    assert evil not in page_of(preview)


def test_only_a_page_with_a_version_looks_for_another() -> None:
    shown = Preview((Tab("Ada"),))
    assert 'data-version="7"' in page_of(shown, "7")
    assert 'data-version=""' in page_of(shown)


def test_a_broken_template_is_named_with_its_line(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(templates_folder(), tmp_path / "templates"))
    (folder / "preview.html").write_text("<p>\n{{ nobody.knows }}\n")
    with pytest.raises(RenderError) as failure:
        site(Preview(()), Templates(folder))
    assert str(failure.value) == f"{folder}/preview.html:2: 'nobody' is undefined"


def test_what_is_written_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "preview"
    page = write_site({"index.html": b"page", "mail-1-1.eml": b"mail"}, folder)
    assert page == folder / "index.html"
    assert {file.name: (file.read_bytes(), file.stat().st_mode & 0o777) for file in folder.iterdir()} == {
        "index.html": (b"page", 0o600),
        "mail-1-1.eml": (b"mail", 0o600),
    }
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PreviewError) as failure:
        write_site({"index.html": b""}, tmp_path / "file")
    assert str(failure.value) == f"the preview cannot be written to {tmp_path}/file: File exists"
    assert failure.value.hint == "correct the path: a file is where a folder should be, or the reverse"


def test_nothing_is_written_into_a_folder_of_another_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_site, "who_else_writes", lambda folder: "user mallory")
    with pytest.raises(PreviewError) as caught:
        write_site(site(Preview(()), TEMPLATES), tmp_path)
    assert str(caught.value) == f"user mallory may write in the folder {tmp_path}"
    assert caught.value.hint == "name a folder of your own, or one that is not there yet"
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_the_folder_is_replaced_and_what_a_killed_preview_left_is_removed(tmp_path: Path) -> None:
    important, folder = tmp_path / "important", tmp_path / "out"
    important.write_text("important")
    folder.mkdir()
    (folder / "index.html").symlink_to(important)
    (folder / ".index.html.abcd1234.unfinished").touch()
    page = write_site(site(Preview(()), TEMPLATES), folder)
    assert (page.is_symlink(), important.read_text()) == (False, "important")
    assert {file.name for file in folder.iterdir()} == {"index.html", "preview.css", "preview.js"}

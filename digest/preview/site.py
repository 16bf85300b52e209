"""Make the files of a preview: its page, style and script, and the mails in the page's frames."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from digest.errors import RenderError
from digest.preview.models import Preview, PreviewError, Tab
from digest.preview.views import View, in_scheme, view, without_style
from digest.system.files import (
    PRIVATE_FILE,
    make_private_folder,
    remove_unfinished,
    who_else_writes,
    write_atomically,
)
from digest.system.remedies import remedy, said
from digest.system.templates import TemplateProblem, Templates

PAGE = "index.html"

_OWN_FOLDER = "name a folder of your own, or one that is not there yet"

Files = Mapping[str, bytes]
"""The content of each file by its name; all text is UTF-8."""


@dataclass(frozen=True, slots=True)
class MailView:
    """A mail in the page; its files are `stem` with `-light.html`, `-dark.html`, `-plain.html`, `.eml`."""

    stem: str
    place: str
    """Such as `1 of 2`; empty if there is only one."""
    view: View


@dataclass(frozen=True, slots=True)
class TabView:
    """A tab in the page."""

    id: str
    tab: Tab
    mails: tuple[MailView, ...]


def site(preview: Preview, templates: Templates, version: str = "") -> Files:
    """The files of a preview; the page reloads when the server has another `version` (empty: never).

    Raises RenderError, which names the template and, where known, its line.
    """
    tabs = [_tab_view(number, tab) for number, tab in enumerate(preview.tabs, 1)]
    files = {name: content for tab in tabs for mail in tab.mails for name, content in _mail_files(mail)}
    try:
        for name in ("preview.css", "preview.js"):
            files[name] = templates.filled(name).encode()
        page = templates.filled("preview.html", preview=preview, tabs=tabs, version=version)
    except TemplateProblem as exc:
        raise RenderError(str(exc)) from exc
    return files | {PAGE: page.encode()}


def write_site(files: Files, folder: Path) -> Path:
    """Write the files for their owner only; returns the page's path. Raises PreviewError, also for a folder
    that others may write in: they could show other mails there."""
    try:
        make_private_folder(folder)
        if others := who_else_writes(folder):
            raise PreviewError(f"{others} may write in the folder {folder}", _OWN_FOLDER)
        remove_unfinished(folder, "|".join(map(re.escape, files)))
        for name, content in files.items():
            write_atomically(folder / name, content, PRIVATE_FILE)
    except OSError as exc:
        problem = f"the preview cannot be written to {folder}: {said(exc)}"
        raise PreviewError(problem, remedy(exc)) from exc
    return folder / PAGE


def _tab_view(number: int, tab: Tab) -> TabView:
    mails = (
        MailView(f"mail-{number}-{position}", _place(position, len(tab.mails)), view(content))
        for position, content in enumerate(tab.mails, 1)
    )
    return TabView(f"subscriber-{number}", tab, tuple(mails))


def _place(position: int, count: int) -> str:
    return f"{position} of {count}" if count > 1 else ""


def _mail_files(mail: MailView) -> Iterator[tuple[str, bytes]]:
    light = in_scheme(mail.view.html, "light")
    yield f"{mail.stem}-light.html", light.encode()
    yield f"{mail.stem}-dark.html", in_scheme(mail.view.html, "dark").encode()
    yield f"{mail.stem}-plain.html", without_style(light).encode()
    yield f"{mail.stem}.eml", mail.view.content

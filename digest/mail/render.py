"""A digest becomes a subject, an HTML page and a text. The only module of mail that knows jinja2."""

import textwrap
import traceback
from pathlib import Path

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)

from digest.errors import RenderError
from digest.mail.inline import inline
from digest.mail.view import DigestView, digest_view
from digest.models import Digest, MailSettings, Rendered

_TEXT_WIDTH = 76


def templates_folder() -> Path:
    """The templates that come with the project: inside the installed package, or beside it in the source."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


class MailRenderer:
    """Renders with the templates `digest.html`, `digest.css` and `digest.txt` of one folder."""

    def __init__(self, templates: Path, settings: MailSettings) -> None:
        self._templates = templates
        self._settings = settings
        self._environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters |= {"wrapped": wrapped, "underlined": underlined}

    def render(self, digest: Digest) -> Rendered:
        """Raises RenderError, which names the template and, where known, its line."""
        view = digest_view(digest, self._settings)
        html = inline(self._filled("digest.html", view), self._css())
        return Rendered(subject=view.subject, html=html, text=self._filled("digest.txt", view))

    def _filled(self, name: str, view: DigestView) -> str:
        try:
            return self._environment.get_template(name).render(digest=view)
        except Exception as exc:  # a template is a program: it may raise anything
            raise RenderError(f"{self._place(name, exc)}: {_problem(exc)}") from exc

    def _css(self) -> str:
        try:
            return (self._templates / "digest.css").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise RenderError(f"{self._templates.name}/digest.css: {exc}") from exc

    def _place(self, name: str, exc: Exception) -> str:
        """`templates/digest.html:12`: the innermost line of a template that the error passed."""
        folder = str(self._templates)
        frames = [
            frame for frame in traceback.extract_tb(exc.__traceback__) if frame.filename.startswith(folder)
        ]
        file = Path(frames[-1].filename).relative_to(folder) if frames else name
        line = frames[-1].lineno if frames else getattr(exc, "lineno", None)
        return f"{self._templates.name}/{file}:{line}" if line else f"{self._templates.name}/{file}"


def wrapped(text: str, indent: int = 0, first: str = "") -> str:
    """The text in lines of up to 76 characters, indented; `first` stands in the first line's indent.

    A longer word, such as a web address, keeps a line to itself.
    """
    return textwrap.fill(
        text,
        _TEXT_WIDTH,
        initial_indent=first.ljust(indent),
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def underlined(text: str) -> str:
    """A heading and the line beneath it."""
    return f"{text}\n{'-' * min(len(text), _TEXT_WIDTH)}"


def _problem(exc: Exception) -> str:
    if isinstance(exc, TemplateNotFound):
        return f"there is no template {exc.name}"
    if isinstance(exc, TemplateSyntaxError):
        return exc.message or "syntax error"
    return str(exc)

"""A template and its values become text. The only module that knows jinja2."""

import traceback
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, select_autoescape


class TemplateProblem(Exception):
    """A template that is missing, broken or does not fit its values: `FILE:LINE: the fact`.

    The line is that of the innermost template, such as an included one, and left out where none is known.
    """


def templates_folder() -> Path:
    """The templates that come with the project: inside the installed package, or beside it in the source."""
    package = Path(__file__).resolve().parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


class Templates:
    """The templates of one folder. In those named `*.html` values are escaped, in others they stand as given.

    A line that holds nothing but a statement leaves no line; a value that is not given is a problem.
    """

    def __init__(self, folder: Path, **filters: Callable[..., str]) -> None:
        self.folder = folder
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters.update(filters)

    def filled(self, name: str, /, **values: object) -> str:
        """The template of that name with the values in it. Raises TemplateProblem."""
        try:
            return self._environment.get_template(name).render(values)
        except Exception as exc:  # a template is a program: it may raise anything
            fact = f"there is no template {exc.name}" if isinstance(exc, TemplateNotFound) else exc
            raise TemplateProblem(f"{self._place(name, exc)}: {fact}") from exc

    def _place(self, name: str, exc: Exception) -> str:
        passed = [
            f"{frame.filename}:{frame.lineno}"
            for frame in traceback.extract_tb(exc.__traceback__)
            if Path(frame.filename).is_relative_to(self.folder)
        ]
        return passed[-1] if passed else str(self.folder / name)

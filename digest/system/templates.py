"""A template and its values become text. The only module that knows jinja2."""

import re
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, select_autoescape

from digest.errors import DigestError

_FILLED = re.compile(r"[^\n]")


class TemplateProblem(Exception):
    """A template that is missing, broken or does not fit its values: `FILE:LINE: the fact`.

    The line is that of the innermost template, such as an included one, and left out where none is known.
    """


def templates_folder() -> Path:
    """The templates that come with the project: inside the installed package, or beside it in the source."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


class Templates:
    """The templates of some folders, of which the first that has one counts.

    In those named `*.html` values are escaped, in others they stand as given. A line that holds nothing
    but a statement leaves no line; a value that is not given is a problem. `finish` may change the source
    of an HTML template before it is used, but no line break.
    """

    def __init__(
        self, *folders: Path, finish: Callable[[str], str] | None = None, **filters: Callable[..., str]
    ) -> None:
        self.folders = folders
        self._environment = Environment(
            loader=_Finished(folders, finish) if finish else FileSystemLoader(folders),
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
        except (TemplateProblem, DigestError):  # of another template, or of what finishes this one
            raise
        except Exception as exc:  # a template is a program: it may raise anything
            fact = f"there is no template {exc.name}" if isinstance(exc, TemplateNotFound) else exc
            raise TemplateProblem(f"{self._place(name, exc)}: {fact}") from exc

    def _place(self, name: str, exc: Exception) -> str:
        passed = [
            f"{frame.filename}:{frame.lineno}"
            for frame in traceback.extract_tb(exc.__traceback__)
            if any(Path(frame.filename).is_relative_to(folder) for folder in self.folders)
        ]
        return passed[-1] if passed else str(self.file(name))

    def file(self, name: str) -> Path:
        """Where the template of that name lies, or would lie if there is none."""
        files = [folder / name for folder in self.folders]
        return next((file for file in files if file.exists()), files[-1])


class _Finished(FileSystemLoader):
    """Loads HTML templates as `finish` leaves them."""

    def __init__(self, folders: Sequence[Path], finish: Callable[[str], str]) -> None:
        super().__init__(folders)
        self._finish = finish

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, up_to_date = super().get_source(environment, template)
        if not template.endswith(".html"):
            return source, filename, up_to_date
        environment.parse(source, template, filename)  # a mistake is told of the template as it was written
        return self._finish(source), filename, up_to_date


def blanked(source: str) -> str:
    """The markup of an HTML template, with each character in its place: where a value is filled in it has
    an `x` for each character, where a statement or a comment stands a space."""
    markup, done, filling = [], 0, " "
    for _, kind, text in Environment(keep_trailing_newline=True, autoescape=True).lex(source):
        begin = source.index(text, done)  # what lies between is white space that a "-" removes
        filling = {"variable_begin": "x", "block_begin": " "}.get(kind, filling)
        markup.append(_FILLED.sub(filling, source[done:begin]))
        markup.append(text if kind == "data" else _FILLED.sub(filling, text))
        done = begin + len(text)
    return "".join(markup) + source[done:]

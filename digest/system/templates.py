"""Fills in templates. The only module that uses jinja2."""

import re
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, select_autoescape

from digest.errors import DigestError
from digest.system.places import templates_folder as templates_folder

_FILLED = re.compile(r"[^\n]")


class TemplateProblem(Exception):
    """A template is missing, broken or does not fit its values; the message is `FILE:LINE: FACT`.

    File and line are those of the innermost template, such as an included one. The line is left out where
    it is not known.
    """


class Templates:
    """The templates of some folders; if several folders have a template, the first folder wins.

    Values are escaped in `*.html` and nowhere else. A line with nothing but a statement leaves no empty
    line. A missing value is a TemplateProblem. `finish` may change the source of an HTML template before
    it is used, but must keep its line breaks, so that problems name the right line.
    """

    def __init__(
        self, *folders: Path, finish: Callable[[str], str] | None = None, **filters: Callable[..., str]
    ) -> None:
        self.folders = folders
        self._environment = Environment(
            loader=_FinishingLoader(folders, finish) if finish else FileSystemLoader(folders),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters.update(filters)

    def filled(self, name: str, /, **values: object) -> str:
        """Fill in the template of that name. Raises TemplateProblem."""
        try:
            return self._environment.get_template(name).render(values)
        except (TemplateProblem, DigestError):  # from another template, or from `finish`
            raise
        except Exception as exc:  # a template is a program: it may raise anything
            fact = f"there is no template {exc.name}" if isinstance(exc, TemplateNotFound) else exc
            raise TemplateProblem(f"{self._place(name, exc)}: {fact}") from exc

    def _place(self, name: str, exc: Exception) -> str:
        places = [
            f"{frame.filename}:{frame.lineno}"
            for frame in traceback.extract_tb(exc.__traceback__)
            if any(Path(frame.filename).is_relative_to(folder) for folder in self.folders)
        ]
        return places[-1] if places else str(self.file(name))

    def file(self, name: str) -> Path:
        """The file of the template of that name; the last folder's if no folder has it."""
        files = [folder / name for folder in self.folders]
        return next((file for file in files if file.exists()), files[-1])


class _FinishingLoader(FileSystemLoader):
    """Loads HTML templates and changes them with `finish`."""

    def __init__(self, folders: Sequence[Path], finish: Callable[[str], str]) -> None:
        super().__init__(folders)
        self._finish = finish

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, up_to_date = super().get_source(environment, template)
        if not template.endswith(".html"):
            return source, filename, up_to_date
        environment.parse(
            source, template, filename
        )  # so that a syntax error names the line that its author sees
        return self._finish(source), filename, up_to_date


def blanked(source: str) -> str:
    """The HTML template with its jinja2 parts overwritten, every other character at its place.

    Each character of an expression becomes `x`, each of a statement or a comment a space.
    """
    markup, done, filling = [], 0, " "
    for _, kind, text in Environment(keep_trailing_newline=True, autoescape=True).lex(source):
        begin = source.index(text, done)  # the lexer leaves out white space that a "-" removes
        filling = {"variable_begin": "x", "block_begin": " "}.get(kind, filling)
        markup.append(_FILLED.sub(filling, source[done:begin]))
        markup.append(text if kind == "data" else _FILLED.sub(filling, text))
        done = begin + len(text)
    return "".join(markup) + source[done:]

"""Fills in templates, in jinja2's sandbox: a template is a program, perhaps by a stranger. The only module
that uses jinja2.

Sandbox: https://jinja.palletsprojects.com/en/stable/sandbox/
"""

import os
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.errors import DigestError
from digest.system.files import read_file
from digest.system.remedies import said

MOST_CHARACTERS = 20_000_000
"""Of a page that a template makes: forty times what GitHub shows of one."""

_LARGEST_TEMPLATE = 1_000_000  # bytes
_LINE_END = re.compile(r"\r\n?")
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
        self._environment = _environment(_Loader(folders, finish or _unchanged))
        self._environment.filters.update(filters)

    def filled(self, name: str, /, **values: object) -> str:
        """Fill in the template of that name. Raises TemplateProblem."""
        try:
            return "".join(_limited(self._environment.get_template(name).generate(values)))
        except (TemplateProblem, DigestError):  # from another template, or from `finish`
            raise
        except Exception as exc:  # a template is a program: it may raise anything
            raise TemplateProblem(f"{self._place(name, exc)}: {_fact(exc)}") from exc

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


def _fact(exc: Exception) -> str:
    match exc:
        case TemplateNotFound():
            return f"there is no template {exc.name}"
        case MemoryError():  # says nothing
            return "it takes more memory than there is"
        case _:
            return str(exc) or type(exc).__name__


class _Loader(BaseLoader):
    """Loads templates of these folders, and changes those of HTML with `finish`."""

    def __init__(self, folders: Sequence[Path], finish: Callable[[str], str]) -> None:
        self._folders = folders
        self._finish = finish

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        file = self._file(template)
        modified = _modified(file)
        source = _source(file)
        if template.endswith(".html"):
            # first, so that a syntax error names the line that its author sees
            environment.parse(source, template, str(file))
            source = self._finish(source)
        return source, str(file), lambda: _modified(file) == modified

    def _file(self, template: str) -> Path:
        """In the first folder that has it. A template never leads out of its folder, not by a link either:
        what it includes is published."""
        for folder in self._folders:
            file = folder / template
            if os.path.lexists(file):
                if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(folder)):
                    raise TemplateProblem(f"{file}: it leads out of the folder of templates")
                return file
        raise TemplateNotFound(template)


def _environment(loader: BaseLoader | None = None) -> Environment:
    return ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _source(file: Path) -> str:
    try:
        return _LINE_END.sub("\n", read_file(file, _LARGEST_TEMPLATE).decode())
    except OSError as exc:
        raise TemplateProblem(f"{file}: {said(exc)}") from exc


def _modified(file: Path) -> int | None:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return None


def _limited(parts: Iterable[str]) -> Iterator[str]:
    """The parts of a page. Raises OverflowError when they are too many."""
    room = MOST_CHARACTERS
    for part in parts:
        room -= len(part)
        if room < 0:
            raise OverflowError(f"the page has more than {MOST_CHARACTERS:,} characters")
        yield part


def _unchanged(source: str) -> str:
    return source


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

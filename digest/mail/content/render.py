"""A digest becomes a subject, an HTML page and a text."""

import textwrap
from pathlib import Path

from digest.domain.digests import Digest
from digest.domain.mails import Rendered
from digest.domain.runs import Alert
from digest.domain.settings import MailSettings
from digest.domain.text import counted, moment, one_line
from digest.errors import RenderError
from digest.mail.content.fit import WHOLE, Detail
from digest.mail.content.inline import inline
from digest.mail.content.view import digest_view
from digest.system.templates import TemplateProblem, Templates

_TEXT_WIDTH = 76


class MailRenderer:
    """Renders with the templates `digest.html`, `digest.css`, `digest.txt` and `operator.txt`; the first
    folder that has one counts."""

    def __init__(self, settings: MailSettings, *folders: Path) -> None:
        self._templates = Templates(*folders, finish=self._styled, wrapped=wrapped, underlined=underlined)
        self._settings = settings

    def render(self, digest: Digest, token: str, detail: Detail = WHOLE) -> Rendered:
        """`token` is what the subscriber unsubscribes with, `detail` how much the mail may tell.

        Raises RenderError, which names the template and, where known, its line.
        """
        view = digest_view(digest, self._settings, token, detail)
        try:
            html = self._templates.filled("digest.html", digest=view)
            text = self._templates.filled("digest.txt", digest=view)
        except TemplateProblem as exc:
            raise RenderError(str(exc)) from exc
        return Rendered(subject=view.subject, html=html, text=text)

    def render_alert(self, alarm: Alert) -> Rendered:
        """What the operator is told: text alone, by the template `operator.txt`. Raises RenderError."""
        over = alarm.over
        view = {
            "over": over,
            "since": moment(alarm.since),
            "runs": counted(alarm.runs, "run"),
            "lines": [one_line(line) for line in alarm.lines],
        }
        try:
            text = self._templates.filled("operator.txt", alarm=view)
        except TemplateProblem as exc:
            raise RenderError(str(exc)) from exc
        subject = "all is well again" if over else f"{counted(alarm.runs, 'run')} in a row failed"
        return Rendered(subject=f"Daily Papers: {subject}", html="", text=text)

    def _styled(self, template: str) -> str:
        return inline(template, self._templates.filled("digest.css"))


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

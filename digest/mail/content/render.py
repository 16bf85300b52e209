"""Fill in the mail templates: a digest becomes a subject, an HTML page and a text."""

from collections.abc import Sequence
from pathlib import Path

from digest.domain.auditing import Audit, recall_line
from digest.domain.digests import Digest
from digest.domain.mails import Rendered
from digest.domain.runs import Alert, UnreadInbox
from digest.domain.settings import MailSettings
from digest.domain.subscribers import SuppressionEvent
from digest.domain.text import counted, moment, one_line
from digest.errors import RenderError
from digest.mail.content.fit import FULL_DETAIL, Detail
from digest.mail.content.inline import inline
from digest.mail.content.paper_view import FormsOf, only_pdf
from digest.mail.content.view import digest_view
from digest.mail.content.wrapping import underlined, wrapped
from digest.system.templates import TemplateProblem, Templates

_LISTED = 20


class MailRenderer:
    """Renders with the templates `digest.html`, `digest.css`, `digest.txt`, `operator.txt`, `audit.txt`,
    `inbox.txt` and `suppressed.txt`.

    Of several folders the first that has a template counts. `forms_of` says where the source of the papers
    shows them, beside their pages. Not for two threads at a time.
    """

    def __init__(self, settings: MailSettings, *folders: Path, forms_of: FormsOf = only_pdf) -> None:
        self._templates = Templates(*folders, finish=self._styled, wrapped=wrapped, underlined=underlined)
        self._settings = settings
        self._forms_of = forms_of

    def render(self, digest: Digest, token: str, detail: Detail = FULL_DETAIL) -> Rendered:
        """`token` is the subscriber's unsubscribe token, `detail` how much of the papers is shown.

        Raises RenderError, which names the template and, where known, its line.
        """
        view = digest_view(digest, self._settings, token, detail, self._forms_of)
        try:
            html = self._templates.filled("digest.html", digest=view)
            text = self._templates.filled("digest.txt", digest=view)
        except TemplateProblem as exc:
            raise RenderError(str(exc)) from exc
        return Rendered(subject=view.subject, html=html, text=text)

    def render_alert(self, alert: Alert) -> Rendered:
        """The operator's mail: text only, by the template `operator.txt`. Raises RenderError."""
        over = alert.over
        view = {
            "over": over,
            "since": moment(alert.since),
            "runs": counted(alert.runs, "run"),
            "lines": [one_line(line) for line in alert.lines],
        }
        try:
            text = self._templates.filled("operator.txt", alert=view)
        except TemplateProblem as exc:
            raise RenderError(str(exc)) from exc
        subject = "all is well again" if over else f"{counted(alert.runs, 'run')} in a row failed"
        return Rendered(subject=f"Daily Papers: {subject}", html="", text=text)

    def render_audit(self, audit: Audit) -> Rendered:
        """The operator's mail about missed papers: text only, by `audit.txt`. Raises RenderError."""
        view = {
            "since": audit.since.isoformat(),
            "result": recall_line(audit),
            "missed": [
                f"{missed.id} ({one_line(figures.name)}): {missed.reason}"
                for figures in audit.keywords
                for missed in figures.missed
            ],
        }
        try:
            text = self._templates.filled("audit.txt", audit=view)
        except TemplateProblem as exc:
            raise RenderError(str(exc)) from exc
        missed = counted(len(audit.missed_ids), "paper")
        return Rendered(subject=f"Daily Papers: {missed} missed, and found now", html="", text=text)

    def render_inbox(self, inbox: UnreadInbox) -> Rendered:
        """The operator's mail about unread answers: text only, by `inbox.txt`. Raises RenderError."""
        view = {"since": moment(inbox.since), "problem": one_line(inbox.problem)}
        try:
            text = self._templates.filled("inbox.txt", inbox=view)
        except TemplateProblem as exc:
            raise RenderError(str(exc)) from exc
        return Rendered(subject="Daily Papers: answers by mail are not read", html="", text=text)

    def render_suppressions(self, events: Sequence[SuppressionEvent]) -> Rendered:
        """The operator's mail about who gets no more mail: text only, by `suppressed.txt`. Raises
        RenderError."""
        made = [event for event in events if event.made]
        withheld = [event for event in events if not event.made]
        view = {"made": _event_lines(made), "withheld": _event_lines(withheld)}
        try:
            text = self._templates.filled("suppressed.txt", suppressed=view)
        except TemplateProblem as exc:
            raise RenderError(str(exc)) from exc
        what = f"{counted(len(made), 'subscriber')} suppressed"
        subject = what if made else "too many addresses refused at once"
        return Rendered(subject=f"Daily Papers: {subject}", html="", text=text)

    def _styled(self, template: str) -> str:
        return inline(template, self._templates.filled("digest.css"))


def _event_lines(events: Sequence[SuppressionEvent]) -> list[str]:
    lines = [
        f"{event.label}: {event.reason}{f' ({one_line(event.detail)})' if event.detail else ''}"
        for event in events
    ]
    return lines if len(lines) <= _LISTED else [*lines[:_LISTED], f"and {len(lines) - _LISTED} more"]

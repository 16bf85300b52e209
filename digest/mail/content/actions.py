"""Write the links in a mail by which its reader changes what they get: mails that only have to be sent.

digest.mail.inbound.said understands their subjects. What they do: digest.domain.preferences.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from digest.domain.digests import Digest
from digest.domain.keywords import Keyword
from digest.domain.preferences import PAUSED_FOR, Action
from digest.domain.settings import MailSettings
from digest.domain.text import one_line, shortened
from digest.mail.addresses import AS_IT_IS, contact, mailto
from digest.mail.content.phrases import plain_date

KEYWORD_DIGITS = 8
"""So many of a keyword's id name it among those of one subscriber."""

_LONGEST_NAMES = 300  # characters
_LONGEST_NAME = 60
_IDENTIFIER = re.compile(r"\d{4}\.\d{4,5}")  # as arXiv gives them since 2007


@dataclass(frozen=True, slots=True)
class ActionLink:
    """`url` writes a mail with this subject; a person can do that too."""

    label: str
    subject: str
    url: str


@dataclass(frozen=True, slots=True)
class Actions:
    """The links at the end of a mail, of its keywords, and of papers by id."""

    foot: tuple[ActionLink, ...] = ()
    keywords: Mapping[Keyword, ActionLink] = field(default_factory=dict)
    papers: Mapping[str, ActionLink] = field(default_factory=dict)


def digest_actions(digest: Digest, settings: MailSettings, token: str, names: Sequence[str]) -> Actions:
    """The links in the mail with this digest; `names` are those of the keywords that it may name."""
    write = _Writer(settings, token)
    muted = [section.keyword for section in digest.sections] if len(digest.subscriber.keywords) > 1 else []
    liked = [entry.paper.id for entry in digest.picks if _IDENTIFIER.fullmatch(entry.paper.id)]
    return Actions(
        tuple(_foot(digest, write, names)),
        {keyword: write.mute(keyword) for keyword in muted},
        {id: write.more_like(id) for id in liked},
    )


def _foot(digest: Digest, write: "_Writer", names: Sequence[str]) -> Iterator[ActionLink]:
    if len(digest.subscriber.schedule.days) > 1:
        yield write.link("One mail a week", Action.WEEKLY, does="one mail a week comes, with all papers.")
    until = digest.date + PAUSED_FOR
    yield write.link(
        f"Pause until {plain_date(until)}",
        f"{Action.PAUSE} until {until}",
        does="no mail before the day in the subject, which you may change. No paper is lost.",
    )
    if digest.subscriber.has_preferences:
        yield write.link("Undo all changes", Action.RESET, does="mails come again as at first.")
    yield write.keywords(names)


@dataclass(frozen=True, slots=True)
class _Writer:
    settings: MailSettings
    token: str

    def mute(self, keyword: Keyword) -> ActionLink:
        name = shortened(one_line(keyword.name), _LONGEST_NAME)
        subject = f"{Action.MUTE} {keyword.id[:KEYWORD_DIGITS]}"
        return self.link("Mute for a week", subject, does=f"no papers of {name} come for a week.")

    def more_like(self, paper: str) -> ActionLink:
        return self.link("More like this", f"{Action.LIKE} like {paper}", does="papers like it come first.")

    def link(self, label: str, request: str, *, does: str) -> ActionLink:
        """The link of an action. A web service that carries out actions gets its links here."""
        return self._mail(label, f"{request} {self.token}", f"{AS_IT_IS} {does}")

    def keywords(self, names: Sequence[str]) -> ActionLink:
        """A mail that a person reads and answers."""
        present = shortened(", ".join(names), _LONGEST_NAMES)
        body = f"My keywords are: {present}\n\nPlease change them to: "
        return self._mail("Change my keywords", "Please change my keywords", body)

    def _mail(self, label: str, subject: str, body: str) -> ActionLink:
        return ActionLink(label, subject, mailto(contact(self.settings), subject, body))

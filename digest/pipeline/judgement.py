"""Decide whether a refusal is due to the mail, to its address or to us, by what else happened in the run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from digest.domain.charging import Past, RefusedAddress, due_to_us
from digest.domain.mails import QueuedMail
from digest.errors import (
    ContentRefused,
    MailCutOff,
    MessageTooLarge,
    PolicyRefused,
    RecipientDeferred,
    RecipientRefused,
    RefusalUndecided,
    RefusedForUs,
    TransportError,
    TransportUnavailable,
)

UNRELATED = 3
"""So many refused mails to different recipients, without a paper in common, cannot all have a bad paper."""

MOST_ASIDE = 10
"""So many mails are put aside for others to be tried first; the next one goes on in smaller mails at once."""

IN_VAIN = 20
"""So many mails, ever smaller ones among them, are tried on a server that accepts nothing."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A mail that the server refused by its policy, or for its content."""

    recipient: str
    papers: frozenset[str]
    """Those that the server may have refused: none if it did not see the mail."""


class Judgement(Enum):
    OPEN = auto()
    """It can be either: try other mails first."""
    OF_THE_MAIL = auto()
    OF_US = auto()
    """The server would refuse any mail: end the run, and hold nothing against the mails."""


def judge(refusals: Sequence[Refusal], *, has_accepted: bool) -> Judgement:
    """The cause of the last of these refusals, which are all since the server last accepted a mail;
    `has_accepted` is whether it accepted any in this run. Pure."""
    first: dict[str, Refusal] = {}
    for refusal in refusals:
        first.setdefault(refusal.recipient, refusal)
    if _unrelated(first.values()) >= UNRELATED:
        return Judgement.OF_US
    return Judgement.OF_THE_MAIL if has_accepted else Judgement.OPEN


def _unrelated(refusals: Iterable[Refusal]) -> int:
    """How many of them have no paper in common, taken in order."""
    seen: set[str] = set()
    found = 0
    for refusal in refusals:
        if seen.isdisjoint(refusal.papers):
            seen |= refusal.papers
            found += 1
    return found


@dataclass(slots=True)
class RefusalLog:
    """The refusals of a run, and what each means."""

    past: Past = field(default_factory=Past)
    undecided: dict[str, TransportError] = field(default_factory=dict)
    """By Message-ID, until each is judged again after `close`."""
    _served: set[str] = field(default_factory=set)
    """Whose mail the server accepted in this run."""
    _addresses: dict[str, RefusedAddress] = field(default_factory=dict)
    """Which addresses it refused, or by its policy mails to them."""
    _refusals: list[Refusal] = field(default_factory=list)
    _of_mails: list[str] = field(default_factory=list)
    _closed: bool = False
    _of_us: bool = False

    @property
    def has_accepted(self) -> bool:
        """Whether the server accepted a mail in this run."""
        return bool(self._served)

    def accepted(self, recipient: str) -> None:
        """The server accepted a mail: it does not refuse us."""
        self._served.add(recipient)
        self._addresses.pop(recipient, None)
        self._refusals.clear()
        self._of_mails.clear()

    def close(self) -> None:
        """No other mail is left to try: what is undecided is held against the mail, or its address, from now
        on."""
        self._closed = True

    @property
    def unfounded(self) -> Sequence[str]:
        """The Message-IDs of mails whose refusals counted against them although they prove nothing."""
        return self._of_mails if self._of_us or not self.has_accepted else ()

    def judged(self, queued: QueuedMail, error: TransportError) -> TransportError:
        """The error as it is to be taken."""
        if isinstance(error, RecipientRefused):
            return self._judged_address(queued, error)
        is_refusal = isinstance(error, PolicyRefused | ContentRefused | MailCutOff)
        if not is_refusal or isinstance(error, MessageTooLarge):
            return error
        if isinstance(error, PolicyRefused):
            recipient = queued.mail.recipient
            self._addresses.setdefault(recipient, RefusedAddress(recipient, is_certain=False))
        judgement = self._judge(queued, error)
        if judgement is Judgement.OPEN and not self._closed and self._mails_aside < MOST_ASIDE:
            return self._put_aside(queued, error)
        content_seen = isinstance(error, ContentRefused)
        if judgement is Judgement.OF_US or (judgement is Judgement.OPEN and not content_seen):
            return _of_us(error)
        if not content_seen:
            return RecipientDeferred(str(error)) if isinstance(error, MailCutOff) else _of_us_here(error)
        self._of_mails.append(queued.mail.message_id)
        return error

    def _judged_address(self, queued: QueuedMail, error: RecipientRefused) -> TransportError:
        """Nobody is charged before all others are tried: that shows whom the server refuses."""
        recipient = queued.mail.recipient
        self._addresses.setdefault(recipient, RefusedAddress(recipient, error.is_certain))
        refused = tuple(self._addresses.values())
        ours = recipient in due_to_us(refused, self._served, self.past)
        if not self._closed and (self.has_accepted or not ours or len(refused) < IN_VAIN):
            return self._put_aside(queued, error)
        if not ours:
            return error
        return _of_us_here(error) if self.has_accepted else _of_us(error)

    def _put_aside(self, queued: QueuedMail, error: TransportError) -> TransportError:
        self.undecided[queued.mail.message_id] = error
        return RefusalUndecided(str(error))

    @property
    def _mails_aside(self) -> int:
        return sum(not isinstance(error, RecipientRefused) for error in list(self.undecided.values()))

    def _judge(self, queued: QueuedMail, error: TransportError) -> Judgement:
        """A mail with a paper that was refused before is no evidence against us, unless it was not seen."""
        seen = isinstance(error, ContentRefused)
        if not (seen and queued.suspected):
            papers = frozenset(queued.mail.papers if seen else ())
            self._refusals.append(Refusal(queued.mail.recipient, papers))
        judgement = judge(self._refusals, has_accepted=self.has_accepted)
        if not self.has_accepted and len(self._of_mails) >= IN_VAIN:
            judgement = Judgement.OF_US
        self._of_us |= judgement is Judgement.OF_US
        return judgement


def _of_us(error: TransportError) -> TransportError:
    if isinstance(error, TransportUnavailable):
        return error
    ours = TransportUnavailable(f"the mail server refuses us, not one mail only: {error}")
    ours.hint = error.remedy or PolicyRefused.hint
    return ours


def _of_us_here(error: TransportError) -> TransportError:
    """The mail waits, while others go out."""
    ours = RefusedForUs(str(error))
    ours.hint = error.remedy or PolicyRefused.hint
    return ours

"""What can go wrong: one class a stage. A message states the fact; `hint` says what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class DigestError(Exception):
    """An anticipated failure. The command line reports it in one line, without a traceback."""

    hint: str = ""
    detail: str = ""
    """More about the cause, for the operator's own terminal: no log, no state and no mail has it."""


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """One mistake in the configuration, with its place. Lines and columns count from 1."""

    file: str
    line: int | None
    column: int | None
    path: str
    """Such as `subscribers[3].keywords`; empty for a fault of the whole file."""
    problem: str
    quotes: bool = True
    """Whether the problem may show a value of the configuration, such as an address or a password."""

    @property
    def spot(self) -> str:
        """Such as `subscribers.yaml:12:5`. Safe for logs: the path may have an address as a key."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    @property
    def in_log(self) -> str:
        """The fault as every log names it."""
        return f"{self.spot}: a mistake; `digest check` explains it" if self.quotes else str(self)

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.spot, self.path, self.problem)))


class ConfigError(DigestError):
    """The configuration cannot be used; `faults` has everything that is wrong with it.

    `files` are those that it names as a part of itself: a change of one may mend it.
    """

    hint = "fix the lines above; `digest check` shows what is left"

    def __init__(self, faults: Sequence[ConfigFault], files: Sequence[Path] = ()) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)
        self.files = tuple(files)


class SourceError(DigestError):
    """arXiv gave no usable answer to one request."""


class SourceUnavailable(SourceError):
    """arXiv cannot be reached or refuses all requests: another request would fail as well."""

    hint = "try again later, nothing is lost; or `digest demo`, which needs no arXiv"


class AnswerRejected(SourceError):
    """arXiv answered, but the answer cannot be trusted; `reason` names why in a word or two."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


class AnswerBroken(AnswerRejected):
    """An answer that one item of it may have spoiled: a smaller request may do better."""


class AnswerFailed(SourceUnavailable):
    """arXiv fails at this request (5xx), or its answer does not end. One item of the answer may be the cause,
    or arXiv as a whole.

    `reason` is the status with its phrase, or says how the answer broke off.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class NameServerError(DigestError):
    """The name server gave no answer, so nothing is known: the name may exist or not."""

    hint = (
        "try again later, or name another server with `name_server:` below `mail:`; mails go out all the same"
    )


class StoreError(DigestError):
    """The state cannot be read or written. Ends the run: what cannot be recorded is not sent."""

    def __init__(self, file: Path, problem: str, hint: str) -> None:
        super().__init__(f"{file}: {problem}")
        self.hint = hint


class StoreBusy(StoreError):
    """The state cannot be used for now: another program writes to it. The same works a little later."""


class StateRestored(DigestError):
    """The state was restored from a backup. What was mailed since is unknown, so a person must decide whether
    it is mailed again."""

    hint = (
        "`digest run --after-restore` goes on and mails nobody what was announced in between; "
        "`--after-restore=send` mails all of it, perhaps again"
    )

    def __init__(self, file: Path, sign: str) -> None:
        super().__init__(f"{file}: {sign}")


class RenderError(DigestError):
    """A template is broken or does not fit its values."""

    hint = "look at that line of the template; the originals lie in the folder templates/"


class TransportError(DigestError):
    """A mail was not delivered, or perhaps not."""

    remedy = ""
    """What to do if it is our fault, where the mail server says why."""


class TransportUnavailable(TransportError):
    """The mail server cannot be used at all: unreachable, TLS or password wrong, sender refused. No recipient
    is at fault, and the mail was not delivered."""

    hint = "see that server, port, user and password of the SMTP URL are right; nothing is lost"


class LoginRefused(TransportUnavailable):
    """The mail server does not let us log in with the user and the password, or token, that it was given.

    `detail` has its own words.
    """


class MailCutOff(TransportUnavailable):
    """The mail server took the sender, then closed the connection or fell silent, twice: perhaps at any mail,
    perhaps at this one. digest.pipeline.judgement decides."""


class PolicyRefused(TransportError):
    """The mail server refuses by its policy, before it sees the mail (5.7.x at RCPT, RFC 3463): perhaps us,
    perhaps this recipient. digest.pipeline.judgement decides."""

    hint = "check that the mail server may send for the address under mail.from; nothing is lost"


class RecipientDeferred(TransportError):
    """The mail server does not accept mail for this recipient now (4yz, RFC 5321); perhaps later."""

    hint = "nothing to do: it is tried again, for two days"


class RefusedForUs(RecipientDeferred):
    """The same, because of us: the mail server takes other mails."""

    hint = PolicyRefused.hint


class RecipientRefused(TransportError):
    """The mail server refuses this address for good (5yz), or us: digest.pipeline.judgement decides."""

    hint = "check the address; its papers come with the next mail"
    is_certain = True
    """Whether words or code say that it is the address."""


class MessageRefused(TransportError):
    """The mail server refuses this message for good; that says nothing about the address."""

    hint = "find out why the mail server refuses it; its papers come with the next mail"


class ContentRefused(MessageRefused):
    """The mail server refuses, and it was offered the content: perhaps because of it, perhaps because of us.
    digest.pipeline.judgement decides."""

    hint = "find out why the mail server refuses it; its papers come in smaller mails"


class MessageTooLarge(ContentRefused):
    """The message is larger than the mail server, or the mailbox, takes."""

    hint = "nothing to do: its papers come in smaller mails"


class RefusalUndecided(TransportError):
    """Refused by policy or for the content, because of the mail or of us: other mails may show which.

    The mail stays queued.
    """


class DeliveryUnknown(TransportError):
    """The connection was lost while the server had the whole mail: it may have been delivered."""

    hint = "nothing to do; the mail may have arrived"


class InboxError(DigestError):
    """The mailbox with the answers cannot be read, and a person must mend that."""

    def __init__(self, problem: str, hint: str, detail: str = "") -> None:
        super().__init__(problem)
        self.hint = hint
        self.detail = detail


class InboxUnavailable(InboxError):
    """The server with the mailbox cannot be reached, or gave up on us: later the same may succeed."""


class ArchiveError(DigestError):
    """The archive page cannot be updated; the other files of the archive may be."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


class GitHubError(DigestError):
    """GitHub refuses, and a person must mend that. `detail` has GitHub's own words."""

    def __init__(self, problem: str, hint: str, detail: str = "") -> None:
        super().__init__(problem)
        self.hint = hint
        self.detail = detail


class GitHubUnavailable(GitHubError):
    """GitHub cannot be reached, or asks us to wait for long: later the same may succeed."""


class GitError(DigestError):
    """git cannot do what it was asked for."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


class PushRefused(GitError):
    """The branch has moved meanwhile at the other side: somebody else has pushed."""


class SavedStateError(DigestError):
    """The state cannot be saved on its branch, or what is saved there cannot be used."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


class LockHeld(DigestError):
    """Another process holds the lock."""

    hint = "wait until it ends; the lock goes with the process that holds it"

    def __init__(self, file: Path, hint: str = hint) -> None:
        super().__init__(f"another run holds the lock {file}")
        self.hint = hint

"""Sentences about who gets no mail, what subscribers prefer, and incoming messages. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from digest.domain.fault import Fault
from digest.domain.keywords import Keyword
from digest.domain.preferences import Action, Preference, Preferences
from digest.domain.subscribers import Suppression, SuppressionEvent, SuppressionReason
from digest.domain.text import moment
from digest.mail.inbound.answers import Bounce, UnsubscribeRequest

_WHY = {
    SuppressionReason.UNSUBSCRIBED: "they unsubscribed",
    SuppressionReason.COMPLAINED: "they reported a mail as spam",
    SuppressionReason.NO_SUCH_ADDRESS: "a mail server said that there is no such address",
    SuppressionReason.REFUSED: "their mail was refused on five days",
    SuppressionReason.FORGOTTEN: "they asked to be forgotten",
}

_NOT_THEIRS = {
    Fault.OURS: "our sender, account or mail server",
    Fault.MESSAGE: "its content or size",
}
NOT_THEIRS = frozenset(_NOT_THEIRS)
"""What a mail comes back for that is never charged to its recipient."""


def why_suppressed(suppression: Suppression) -> str:
    """Why a subscriber gets no mail."""
    detail = f" ({suppression.detail})" if suppression.detail else ""
    return f"{_WHY[suppression.reason]}{detail}"


def suppression_line(suppression: Suppression) -> str:
    """The same, as the end of a sentence that begins with their name."""
    return f"gets no mail since {moment(suppression.since)}: {why_suppressed(suppression)}"


def suppression_lines(suppressed: Sequence[tuple[str, Suppression]]) -> Iterator[str]:
    """A line for each subscriber (by label) who gets no mail, and how to undo it."""
    for label, suppression in suppressed:
        yield f"{label} {suppression_line(suppression)}"
    if suppressed:
        yield "`digest resubscribe EMAIL` sends them mail again"


def event_lines(events: Iterable[SuppressionEvent]) -> Iterator[str]:
    """A line for each subscriber (by label) who gets no more mail without having asked for it."""
    for event in events:
        why = why_suppressed(Suppression(event.reason, event.at, event.detail))
        yield f"{event.label} gets no more mail: {why}; `digest resubscribe EMAIL` undoes it"


def applied_text(
    message: UnsubscribeRequest | Bounce, label: str, suppressed: SuppressionReason | None
) -> str:
    """What a message says about the subscriber with this label, and whether they are suppressed for it."""
    if isinstance(message, UnsubscribeRequest):
        return f"{label} reported a mail as spam" if message.is_complaint else f"{label} wants no more mail"
    status = f" ({message.status})" if message.status else ""
    if suppressed:
        return f"the address of {label} does not exist{status}"
    if why := _NOT_THEIRS.get(message.fault):
        return f"a mail to {label} was returned because of {why}{status}; nobody is charged for it"
    return f"a mail to {label} came back{status}"


def preference_text(preference: Preference, keywords: Sequence[Keyword]) -> str:
    """What a preference means, as the end of a sentence that begins with their name, with these keywords."""
    until = f"until {moment(preference.until)}" if preference.until else "until `digest resume EMAIL`"
    match preference.action:
        case Action.MUTE:
            names = [keyword.name for keyword in keywords if keyword.id == preference.about]
            return f"gets no papers of {', '.join(names) or 'a former keyword'} {until}"
        case Action.WEEKLY:
            return "gets one mail a week"
        case Action.PAUSE:
            return f"pauses {until}"
        case Action.LIKE:
            return f"wants more like {preference.about}"
        case Action.RESET:
            return "gets mail as configured again"


def preference_lines(
    changed: Iterable[tuple[str, Preferences, Sequence[Keyword]]],
) -> Iterator[str]:
    """A line for each preference of each subscriber (by name, with their keywords), and how to undo it."""
    lines = [
        f"{name} {preference_text(preference, keywords)}"
        for name, preferences, keywords in changed
        for preference in preferences
    ]
    yield from lines
    if lines:
        yield "`digest subscribers reset EMAIL` undoes what a subscriber changed"


def outdated_action_text(label: str, action: Action) -> str:
    """What is said of an action that changes nothing."""
    why = "it is out of date, or about what is not known"
    return f"{label} asked for `{action}`, and nothing is changed: {why}"


def outdated_text(label: str) -> str:
    """What an unsubscribe request says that is older than the latest `digest resubscribe`."""
    return (
        f"{label} wanted no more mail, but was subscribed again after that: nothing is changed; "
        "`digest unsubscribe EMAIL` if it was meant"
    )

"""messages"""

from collections.abc import Iterator, Sequence

from digest.domain.subscribers import Suppression, SuppressionReason
from digest.domain.text import moment

_WHY = {
    SuppressionReason.UNSUBSCRIBED: "they unsubscribed",
    SuppressionReason.NO_SUCH_ADDRESS: "a mail server said that there is no such address",
    SuppressionReason.REFUSED: "their mail was refused on five days",
    SuppressionReason.FORGOTTEN: "they asked to be forgotten",
}


def why_suppressed(suppression: Suppression) -> str:
    """Why somebody gets no mail."""
    detail = f" ({suppression.detail})" if suppression.detail else ""
    return f"{_WHY[suppression.reason]}{detail}"


def suppression_line(suppression: Suppression) -> str:
    """The same, to go on from their name."""
    return f"gets no mail since {moment(suppression.since)}: {why_suppressed(suppression)}"


def suppression_lines(suppressed: Sequence[tuple[str, Suppression]]) -> Iterator[str]:
    """A line for each subscriber (by label) who gets no mail, and the remedy."""
    for label, suppression in suppressed:
        yield f"{label} {suppression_line(suppression)}"
    if suppressed:
        yield "`digest resubscribe EMAIL` sends them mail again"

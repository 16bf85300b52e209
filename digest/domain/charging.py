"""Whether refused addresses are to blame or we are, by all that was refused and accepted. Pure.

A mail server that is set up badly, or that blocks us, refuses any address, often with the code of one that
does not exist. So an address is charged only while others are served.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

DAYS_OF_REFUSAL = 5

SEVERAL = 2
"""So many dead addresses at different domains, and nobody served, are taken for our own trouble: to go on
costs little, to lose readers who live costs much."""

MANY = 3
"""The same at one domain."""

ALWAYS = 3
"""So many may be suppressed within a day, however few subscribers there are."""

HARDLY = 10
"""One served for so many refused is hardly any."""


@dataclass(frozen=True, slots=True)
class RefusedAddress:
    """`is_certain`: words or code of the refusal say that it is the address."""

    email: str = field(repr=False)
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class RefusalRecord:
    """The refusals of an address since its last mail that was accepted."""

    email: str = field(repr=False)
    days: frozenset[date]
    is_certain: bool = True
    """Whether one of them was."""
    detail: str = ""
    """What the mail server said last."""


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier runs tell of refusals."""

    served: bool = True
    """Whether a mail was ever accepted."""
    refused: frozenset[str] = frozenset()
    """The addresses that were refused before, and others were served since."""


def due_to_us(
    refused: Collection[RefusedAddress], served: Collection[str], past: Past = Past()
) -> frozenset[str]:
    """The addresses that were refused because of us. `served` are those that had a mail accepted in the same
    time."""
    emails = frozenset(one.email for one in refused)
    if emails <= past.refused:
        return frozenset()
    if len(emails) >= _least(emails) and len(served) * HARDLY <= len(emails):
        return emails
    unclear = frozenset(one.email for one in refused if not one.is_certain)
    alone = not (served or past.served)
    several = len(_domains(unclear)) > 1
    if alone or (several and (len(served) < len(unclear) or _serves_itself_only(served, unclear))):
        return unclear
    return frozenset()


def _serves_itself_only(served: Collection[str], refused: Collection[str]) -> bool:
    """Whether all who are served are at one domain, and nobody there is refused: a server that relays no
    mail."""
    return len(_domains(served)) == 1 and _domains(served).isdisjoint(_domains(refused))


def to_strike_off(
    records: Sequence[RefusalRecord], served_on: Iterable[tuple[str, date]]
) -> list[RefusalRecord]:
    """Those who get no more mail: refused on five days, and not because of us. `served_on` has the last day
    on which each address had a mail accepted.

    If it is not certain that the address is refused, somebody must have been served in that time.
    """
    last_served = dict(served_on)

    def is_due(record: RefusalRecord) -> bool:
        first = min(record.days)
        refused = [RefusedAddress(one.email, one.is_certain) for one in records if max(one.days) >= first]
        served = [email for email, day in last_served.items() if day > first]
        innocent = record.email in due_to_us(refused, served)
        return not innocent and (record.is_certain or bool(served))

    return [record for record in records if len(record.days) >= DAYS_OF_REFUSAL and is_due(record)]


def refused_while_served(
    records: Iterable[RefusalRecord], served_on: Iterable[tuple[str, date]]
) -> frozenset[str]:
    """The addresses that were refused, and others were served on a later day."""
    latest = max((day for _, day in served_on), default=date.min)
    return frozenset(record.email for record in records if min(record.days) < latest)


def next_to_go(due: Iterable[RefusalRecord], room: int) -> list[RefusalRecord]:
    """Those of too many at once who get no more mail all the same, in an order: who was certainly refused for
    twice as long, after as many warnings. So a crowd that has left is not mailed for ever."""
    long_refused = [one for one in due if one.is_certain and len(one.days) >= 2 * DAYS_OF_REFUSAL]
    return sorted(long_refused, key=lambda one: (-len(one.days), one.email))[: max(room, 0)]


def most_at_once(subscribers: int, percent: int) -> int:
    """So many may be suppressed within a day without having asked for it."""
    return max(ALWAYS, subscribers * percent // 100)


def _least(emails: Collection[str]) -> int:
    return SEVERAL if len(_domains(emails)) > 1 else MANY


def _domains(emails: Collection[str]) -> set[str]:
    return {email.rpartition("@")[2].lower() for email in emails}

"""Whether refused addresses are to blame or we are, by all that was refused and accepted. Pure.

A mail server that is set up badly, or that blocks us, refuses any address, often with the code of one that
does not exist. So an address is charged only while others are served.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

DAYS_OF_REFUSAL = 5

SEVERAL = 3
"""So many dead addresses at different domains, and nobody served, are no chance."""

MANY = 5
"""The same at one domain."""

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


def due_to_us(refused: Collection[RefusedAddress], served: int, past: Past = Past()) -> frozenset[str]:
    """The addresses that were refused because of us. `served` is how many addresses had a mail accepted in
    the same time."""
    emails = frozenset(one.email for one in refused)
    if emails <= past.refused:
        return frozenset()
    if len(emails) >= _least(emails) and served * HARDLY <= len(emails):
        return emails
    unclear = frozenset(one.email for one in refused if not one.is_certain)
    alone = not (served or past.served)
    return unclear if alone or (_domains(unclear) > 1 and served < len(unclear)) else frozenset()


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
        served = sum(day > first for day in last_served.values())
        innocent = record.email in due_to_us(refused, served)
        return not innocent and (record.is_certain or served > 0)

    return [record for record in records if len(record.days) >= DAYS_OF_REFUSAL and is_due(record)]


def refused_while_served(
    records: Iterable[RefusalRecord], served_on: Iterable[tuple[str, date]]
) -> frozenset[str]:
    """The addresses that were refused, and others were served on a later day."""
    latest = max((day for _, day in served_on), default=date.min)
    return frozenset(record.email for record in records if min(record.days) < latest)


def most_at_once(subscribers: int, percent: int) -> int:
    """So many may be suppressed within a day without having asked for it."""
    return max(SEVERAL, subscribers * percent // 100)


def _least(emails: Collection[str]) -> int:
    return SEVERAL if _domains(emails) > 1 else MANY


def _domains(emails: Collection[str]) -> int:
    return len({email.rpartition("@")[2].lower() for email in emails})

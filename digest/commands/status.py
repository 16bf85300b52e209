"""`digest status`: the state of each keyword and each subscriber, in three tables and some lines below."""

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click

from digest import bootstrap
from digest.commands.context import CommandContext, ExitStatus, print_lines
from digest.commands.tables import Column, table
from digest.daemon.liveness import HEARTBEAT_TIMEOUT, DaemonLiveness, liveness_of
from digest.domain.auditing import recall_line
from digest.domain.keywords import Keyword
from digest.domain.preferences import Preferences
from digest.domain.settings import Config
from digest.domain.status import (
    DAYS,
    KeywordStatus,
    Overview,
    ServiceStatus,
    SubscriberStatus,
    Totals,
    difference,
)
from digest.domain.subscribers import SuppressionEvent
from digest.domain.text import listed, moment
from digest.pipeline.report import unavailable_lines, withheld_line
from digest.store.status import overview, totals
from digest.subscribers.messages import preference_lines, suppression_line


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the same facts as JSON.")
@click.option("--alive", is_flag=True, help="Only say whether the daemon lives, also by exit status 0 or 1.")
@click.pass_obj
def status(command: CommandContext, as_json: bool, alive: bool) -> int:
    """Show the state of each keyword and each subscriber."""
    config, clock = command.config(), command.clock
    daemon = liveness_of(config)
    if alive:
        return _print_liveness(daemon, datetime.fromtimestamp(clock.epoch_seconds(), UTC))
    with bootstrap.open_state(config) as database:
        found = Status(overview(database, config, clock.now()), daemon, clock.now())
        if as_json:
            facts = status_facts(found, totals(database, config))
            print_lines([json.dumps(facts, indent=2, default=_as_text)])
        else:
            print_lines(status_lines(found, shutil.get_terminal_size().columns))
            print_lines(preference_lines(_changed(found.overview, config)))
    return ExitStatus.DONE


def _changed(found: Overview, config: Config) -> Iterator[tuple[str, Preferences, Sequence[Keyword]]]:
    """What subscribers changed themselves."""
    for status, subscriber in zip(found.subscribers, config.subscribers, strict=True):
        yield status.email, status.preferences, subscriber.keywords


def _as_text(value: date) -> str:
    """A day or a moment in JSON (ISO 8601)."""
    return value.isoformat()


def _print_liveness(daemon: DaemonLiveness, real_now: datetime) -> int:
    print_lines([alive_line(daemon, real_now)])
    return ExitStatus.DONE if daemon.is_alive(real_now) else ExitStatus.PARTLY_FAILED


_KEYWORDS = (
    Column("Keyword", elastic=True),
    Column("last good answer"),
    Column("new today", numbers=True),
    Column(f"{DAYS} days"),
    Column("failing since"),
)

_SUBSCRIBERS = (
    Column("Subscriber", elastic=True),
    Column("last mail"),
    Column("next due"),
    Column("waiting", numbers=True),
    Column("failed", numbers=True),
)

_SERVICES = (
    Column("Service"),
    Column("last good run"),
    Column("last problem"),
    Column("what it was", elastic=True),
)

_BARS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"
_HALF_A_YEAR = 182
_NAMED = 10
_NEVER_HAD_A_PAPER = ": never had a paper; check the spelling, or ask arXiv with `digest check --volume`"


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that the tables show. `now` is aware and in UTC."""

    overview: Overview
    daemon: DaemonLiveness
    now: datetime


def status_lines(status: Status, width: int) -> Iterator[str]:
    """The tables and the lines below them, for a terminal of `width` cells."""
    now, found = status.now, status.overview
    yield f"{now:%A}, {now.day} {now:%B %Y}, {now:%H:%M}. All times are in UTC."
    yield _daemon_line(status.daemon, now)
    yield ""
    yield from table(_KEYWORDS, [_keyword(keyword, now) for keyword in found.keywords], width)
    if found.subscribers:
        yield ""
        yield from table(
            _SUBSCRIBERS, [_subscriber(subscriber, now) for subscriber in found.subscribers], width
        )
    yield ""
    services = [("arXiv", found.services.arxiv), ("mail server", found.services.mail)]
    yield from table(_SERVICES, [_service(name, service, now) for name, service in services], width)
    notes = list(_notes(found))
    if notes:
        yield ""
    yield from notes


def status_facts(status: Status, totals: Totals) -> dict[str, Any]:
    """The same facts and more, as dicts, lists, plain values and datetimes: the JSON of `--json`."""
    audit = status.overview.audit
    facts = asdict(status.overview) | {"daemon": asdict(status.daemon)}
    if audit:
        facts["audit"] |= {"recall": audit.recall, "matching": audit.matching, "missed": audit.missed}
    for kind, papers in asdict(totals).items():
        facts[kind] = [fact | {"papers": count} for fact, count in zip(facts[kind], papers, strict=True)]
    return facts


def alive_line(daemon: DaemonLiveness, now: datetime) -> str:
    """Whether the daemon lives, for a health check; `now` in real time, whatever DIGEST_NOW says."""
    if not daemon.running or daemon.looked_at is None:
        return "no daemon is running"
    age = now - daemon.looked_at
    seen = f"it last looked at the clock {age // timedelta(seconds=1)} s ago"
    if daemon.is_alive(now):
        return f"the daemon is alive: {seen}"
    return f"the daemon hangs: {seen}, and should within {HEARTBEAT_TIMEOUT // timedelta(seconds=1)} s"


def sparkline(counts: Sequence[int]) -> str:
    """A bar for each count: as high as the count up to 8, else in proportion to the highest count."""
    highest = max(*counts, len(_BARS))
    return "".join(_BARS[-(-count * len(_BARS) // highest) - 1] if count else _NOTHING for count in counts)


def short(time: datetime | None, now: datetime) -> str:
    """A moment in few letters: it leaves out what `now` makes clear."""
    if time is None:
        return "never"
    days = (time.date() - now.date()).days
    if days == 0:
        return f"today {time:%H:%M}"
    if 0 < days < 7:
        return f"{time:%a %H:%M}"
    return f"{time:%a} {time.day} {time:%b}" if abs(days) < _HALF_A_YEAR else f"{time.day} {time:%b %Y}"


def _daemon_line(daemon: DaemonLiveness, now: datetime) -> str:
    seen = f"; one last looked at the clock {short(daemon.looked_at, now)}" if daemon.looked_at else ""
    return f"{'A' if daemon.running else 'No'} daemon is running{seen}."


def _keyword(keyword: KeywordStatus, now: datetime) -> Sequence[str]:
    return (
        keyword.name,
        short(keyword.last_good_at, now),
        str(keyword.new_today),
        sparkline(keyword.week),
        short(keyword.failing_since, now) if keyword.failing_since else "",
    )


def _subscriber(subscriber: SubscriberStatus, now: datetime) -> Sequence[str]:
    return (
        subscriber.email,
        short(subscriber.last_mail_at, now),
        _due(subscriber.next_due, now),
        str(subscriber.waiting),
        str(subscriber.failed),
    )


def _due(time: datetime | None, now: datetime) -> str:
    if time is None:
        return "gets no mail"
    return short(time, now) if time > now else "now"


def _service(name: str, service: ServiceStatus, now: datetime) -> Sequence[str]:
    failure = service.last_trouble
    what = failure.problem.splitlines()[0] if failure else ""
    return (name, short(service.last_good_run, now), short(failure.at if failure else None, now), what)


def _notes(found: Overview) -> Iterator[str]:
    if found.audit:
        yield f"Audit of {found.audit.audited_at:%Y-%m-%d}: {recall_line(found.audit)}"
    yield from _gathered(
        (keyword.name, f": failing since {moment(keyword.failing_since)}: {keyword.problem}")
        for keyword in found.keywords
        if keyword.problem
    )
    yield from unavailable_lines(found.unavailable)
    yield from _gathered(
        (one.name, f": arXiv cannot answer this search: {one.search_problem}; the feed has its papers")
        for one in found.keywords
        if one.search_problem
    )
    yield from _gathered(
        (keyword.name, f": {line}")
        for keyword in found.keywords
        if (line := difference(keyword.compared, keyword.differing))
    )
    yield from _gathered(
        (keyword.name, _NEVER_HAD_A_PAPER) for keyword in found.keywords if keyword.never_had_a_paper
    )
    yield from _gathered(
        (subscriber.email, note) for subscriber in found.subscribers for note in _notes_on(subscriber)
    )
    yield from _suppressed_lately(found.suppressed_lately)


def _suppressed_lately(events: Sequence[SuppressionEvent]) -> Iterator[str]:
    made = list(dict.fromkeys(event.label for event in events if event.made))
    withheld = len({event.label for event in events if not event.made})
    if made:
        who = listed(made, _NAMED)
        yield f"Suppressed in {DAYS} days: {who}; `digest resubscribe EMAIL` undoes it"
    if withheld:
        yield f"In {DAYS} days, {withheld_line(withheld)}"


def _notes_on(subscriber: SubscriberStatus) -> Iterator[str]:
    if subscriber.on_the_way:
        again = f", again at {moment(subscriber.retry_at)}" if subscriber.retry_at else ""
        why = f": {subscriber.problem}" if subscriber.problem else ""
        yield f": a mail waits ({subscriber.on_the_way}{again}){why}"
    elif subscriber.problem:
        yield f": the last mail failed: {subscriber.problem}"
    if subscriber.given_up:
        yield f": given up, because the mail server refuses them: {', '.join(subscriber.given_up)}"
    if subscriber.suppressed:
        yield f" {suppression_line(subscriber.suppressed)}"


def _gathered(notes: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A line for each note, with the names of all to whom it applies in front."""
    names: dict[str, list[str]] = {}
    for name, note in notes:
        names.setdefault(note, []).append(name)
    for note, named in names.items():
        yield f"{', '.join(named)}{note}"

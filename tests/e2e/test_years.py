"""Two years of the daemon in half-years, a tick a minute, with all that happens to a small machine: it
sleeps, its clock is set, it is restarted, its configuration is edited, and arXiv is late or gone."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.daemon.answers import AnswerReader
from digest.daemon.loop import Daemon
from digest.daemon.systemd import SystemdNotifier
from digest.domain.fetching import FetchRequest, FetchResult, Unavailable
from digest.domain.mails import Mail
from digest.domain.papers import Paper
from digest.domain.schedule import WRONG_CLOCK, ScheduleState, latest_slot, slots_around
from digest.domain.settings import Config
from digest.domain.subscribers import Schedule, Subscriber
from digest.errors import SourceUnavailable
from digest.pipeline.context import RunContext
from digest.sources.arxiv.calendar import ANNOUNCEMENT, FEED_DELAY, ArxivCalendar, is_announced_on
from digest.store.database import Database
from digest.store.store import SqlStore
from digest.subscribers.reading import Reading
from tests.support.builders import config, keyword, paper, subscriber
from tests.support.fakes import FakeClock, FakeMailBuilder, FakeMonitor, FakeTransport, fetch_result

ZONES = (
    "UTC", "America/New_York", "America/St_Johns", "America/Sao_Paulo", "Europe/Berlin", "Africa/Casablanca",
    "Asia/Kathmandu", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia",
    "Pacific/Kiritimati", "Europe/London", "Asia/Tehran",
)  # fmt: skip
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HALF_YEARS = tuple(datetime(year, month, 1, tzinfo=UTC) for year in (2026, 2027) for month in (1, 7))
THE_END = datetime(2028, 1, 1, tzinfo=UTC)
MAX_WAIT = 120
"""Minutes that a mail waits for an announcement that is late."""
SLOWEST = 62
"""Ticks until what became possible is done at the latest, when arXiv has to be asked again for it."""


@dataclass
class Sky:
    """arXiv, in true time: most evenings an announcement, sometimes late, sometimes none; now and then no
    answer for hours. Most announcements have a paper for a keyword."""

    rng: random.Random
    clock: FakeClock
    """Of true time."""
    end: datetime
    announced: dict[str, list[tuple[datetime, Paper]]] = field(default_factory=dict)
    turned_at: list[datetime] = field(default_factory=list)
    late: list[tuple[datetime, datetime]] = field(default_factory=list)
    """When an announcement should have come, and when it came."""
    missing: list[datetime] = field(default_factory=list)
    """When an announcement should have come that never came."""
    hidden: set[datetime] = field(default_factory=set)
    """Late announcements that were taken for come, since the one before was shown only then: nobody can
    tell the two apart. They are asked for with the next one."""
    shown: dict[str, int] = field(default_factory=dict)
    silent: list[tuple[datetime, datetime]] = field(default_factory=list)

    def foretell(self, names: Sequence[str]) -> None:
        """Decide everything that will happen."""
        day, numbers = self.clock.now().date() - DAY, dict[str, int]()
        while day < self.end.date():
            evening = datetime.combine(day, ANNOUNCEMENT).astimezone(UTC)
            if is_announced_on(day) and self.rng.random() > 0.02:
                self._announce(evening, names, numbers)
            elif is_announced_on(day):
                self.missing.append(evening + FEED_DELAY)
            if self.rng.random() < 0.03:
                begin = datetime.combine(day, time(self.rng.randrange(24)), UTC)
                self.silent.append((begin, begin + self.rng.randint(1, 600) * MINUTE))
            day += DAY

    def _announce(self, evening: datetime, names: Sequence[str], numbers: dict[str, int]) -> None:
        late = self.rng.randint(1, 300) * MINUTE if self.rng.random() < 0.1 else timedelta(0)
        moment = evening + FEED_DELAY + late
        self.turned_at.append(moment)
        if late:
            self.late.append((moment - late, moment))
        month = f"{evening:%y%m}"
        for name in names:
            if self.rng.random() < 0.6:
                numbers[month] = numbers.get(month, 0) + 1
                one = paper(f"{month}.{numbers[month]:05}", submitted=moment, updated=moment)
                self.announced.setdefault(name, []).append((moment, one))

    def is_silent(self) -> bool:
        return any(begin <= self.clock.now() < end for begin, end in self.silent)

    @property
    def calendar(self) -> ArxivCalendar:
        return ArxivCalendar()

    def fetch(self, requests: Sequence[FetchRequest], unavailable: Unavailable) -> Iterator[FetchResult]:
        """Settled is what shows an announcement that was not shown before, as with digest.sources."""
        now = self.clock.now()
        turns = sum(moment <= now for moment in self.turned_at)
        for request in requests:
            name = request.keyword.name
            if self.is_silent():
                yield FetchResult(request.keyword, problem=SourceUnavailable("no answer"))
                continue
            recent = [one for at, one in self.announced.get(name, ()) if now - 40 * DAY < at <= now]
            up_to_date = turns > self.shown.get(name, 0)
            self.shown[name] = turns
            if up_to_date:
                self.hidden |= {moment for due, moment in self.late if due <= now < moment}
            yield fetch_result(request, recent, up_to_date=up_to_date)


@dataclass
class Wish:
    """What the test knows of a subscriber."""

    subscriber: Subscriber
    slot: datetime
    """The one that was last looked at."""
    got: dict[str, datetime] = field(default_factory=dict)
    """Papers, and the true time of their mail."""
    mailed_at: list[tuple[datetime, datetime]] = field(default_factory=list)
    """By the wall clock, and in true time."""
    waiting: dict[str, datetime] = field(default_factory=dict)
    """AnnouncedPaper papers that have not arrived, and when they were announced."""
    passes: int = 0
    """Slots that came while a paper waited."""
    ticks_since_pass: int = 0


class Life:
    """The daemon, its state and its surroundings; and what went wrong, in words."""

    def __init__(self, folder: Path, seed: int, *, begin: datetime, end: datetime) -> None:
        self.rng = random.Random(seed)
        self.end = end
        self.true, self.wall = FakeClock(begin), FakeClock(begin)
        self.sky, self.transport, self.mail_builder = (
            Sky(self.rng, self.true, end),
            FakeTransport(),
            FakeMailBuilder(),
        )
        self.store = SqlStore.over(Database.dry_run(folder / "none.sqlite3"))
        self.wishes = {r.email: Wish(r, slot=latest_slot(r.schedule, begin)) for r in self._readers()}
        self.sky.foretell(["Keyword 0", "Keyword 1"])
        self.pending = sorted(
            (moment, email, one.id)
            for email, wish in self.wishes.items()
            for moment, one in self.sky.announced[wish.subscriber.keywords[0].name]
        )
        self.file = folder / "subscribers.yaml"
        self.wrong: list[str] = []
        self.steady_since = self.set_at = begin
        """When something last happened, and when the clock was last set; in true time."""
        self.mails = 0
        self.schedule_state: ScheduleState | None = None
        self.edit()
        self.start()
        self.tick()

    def _readers(self) -> Iterator[Subscriber]:
        for number, zone in enumerate(ZONES):
            wanted = keyword(f"Keyword {number % 2}")
            yield subscriber(f"r{number}@example.org", wanted, schedule=self.wish(zone))

    def wish(self, zone: str) -> Schedule:
        days = self.rng.choice(
            [range(7), range(5), [0], [0], *(self.rng.sample(range(7), n) for n in (2, 3))]
        )
        return Schedule(time(self.rng.randrange(24), self.rng.randrange(60)), ZoneInfo(zone), frozenset(days))

    def edit(self) -> None:
        """Write another configuration."""
        subscribers = [wish.subscriber for wish in self.wishes.values()]
        self.config: Config = config(self.file.parent, *subscribers, welcome=0)
        self.file.write_text(str(self.rng.random()))

    def start(self) -> None:
        """Start the daemon, or restart it: it remembers nothing but its state."""
        self.daemon = Daemon(
            lambda: self.config,
            self.read_agenda,
            self.open_run,
            clock=self.wall,
            calendar=ArxivCalendar(),
            monitor_for=lambda _config: FakeMonitor(),
            notifier=SystemdNotifier({}),
            answers=AnswerReader(lambda *_: Reading(), self.wall),
        )

    def read_agenda(self, settings: Config) -> ScheduleState:
        """As the state has it, read only after it may have changed, for time."""
        if self.schedule_state is None:
            self.schedule_state = self.store.schedule_state(
                subscriber.email for subscriber in settings.subscribers
            )
        return self.schedule_state

    @contextmanager
    def open_run(self, settings: Config) -> Iterator[RunContext]:
        fakes = (self.sky, self.store, self.mail_builder, [self.transport], None, self.wall, nullcontext)
        self.schedule_state = None
        yield RunContext(settings, *fakes)
        self.schedule_state = None

    def live(self) -> None:
        while self.true.moment < self.end:
            self.pass_time(MINUTE)
            if self.rng.random() < (0.0014 if self.wall.moment == self.true.moment else 0.005):
                self.disturb()
            self.tick()

    def pass_time(self, span: timedelta) -> None:
        self.true.moment += span
        self.wall.moment += span

    def disturb(self) -> None:
        """One of the things that happen to a machine: mostly that it sleeps. A wrong clock is soon set
        right."""
        event = self.rng.randrange(12)
        if self.wall.moment != self.true.moment:
            self.set_clock(timedelta(0))
        elif event < 8:
            self.pass_time(self.rng.choice([7, 90, 700, 3000, 9000]) * self.rng.random() * MINUTE)
        elif event == 8:
            self.set_clock(self.rng.uniform(-180, 180) * MINUTE)
        elif event == 9:
            self.set_clock(self.rng.uniform(-20, 20) * DAY)
        elif event == 10:
            self.start()
        else:
            self.change_a_wish()
        self.steady_since = self.true.moment

    def set_clock(self, ahead: timedelta) -> None:
        self.wall.moment = self.true.moment + ahead
        self.set_at = self.true.moment

    def change_a_wish(self) -> None:
        email = self.rng.choice(list(self.wishes))
        wish = self.wishes[email]
        zone = self.rng.choice([str(wish.subscriber.schedule.timezone), *ZONES])
        wish.subscriber = replace(wish.subscriber, schedule=self.wish(zone))
        wish.slot = latest_slot(wish.subscriber.schedule, self.wall.moment)
        self.edit()

    def tick(self) -> None:
        while self.pending and self.pending[0][0] <= self.true.moment:
            _, email, paper_id = self.pending.pop(0)
            self.wishes[email].waiting[paper_id] = self.true.moment
        self.transport.delivered.clear()
        self.daemon.tick()
        for mail in self.transport.delivered:
            self.judge(mail)
        for wish in self.wishes.values():
            if wish.waiting:
                self.judge_waiting(wish)

    def judge(self, mail: Mail) -> None:
        """A mail has only papers that are new to its subscriber, at a slot without a mail yet, or none since
        the clock was set."""
        self.mails += 1
        wish, now = self.wishes[mail.recipient], self.wall.moment
        slot = latest_slot(wish.subscriber.schedule, now)
        if any(slot <= moment and true >= self.set_at for moment, true in wish.mailed_at[-40:]):
            self.wrong.append(f"{mail.recipient} got a second mail for the slot {slot}, at {now}")
        if repeated := wish.got.keys() & mail.papers:
            self.wrong.append(f"{mail.recipient} got {repeated} again, at {now}")
        if disputed := set(mail.papers) - wish.waiting.keys():
            self.wrong.append(f"{mail.recipient} got {disputed} before they were announced")
        wish.mailed_at.append((now, self.true.moment))
        for paper_id in mail.papers:
            wish.got[paper_id] = self.true.moment
            wish.waiting.pop(paper_id, None)
        wish.passes = 0

    def judge_waiting(self, wish: Wish) -> None:
        """With a clock that is right, a paper waits for no third slot; and where nothing happens, it comes
        with the first one, within a tick if arXiv was asked in time."""
        if self.wall.moment != self.true.moment:
            wish.passes = 0
            return
        schedule, now = wish.subscriber.schedule, self.wall.moment
        slot = latest_slot(schedule, now) if not wish.slot <= now < wish.slot + HOUR else wish.slot
        if slot > wish.slot:
            wish.passes, wish.ticks_since_pass = wish.passes + 1, 0
        wish.slot = slot
        if self.sky.is_silent():
            return
        wish.ticks_since_pass += 1
        if wish.passes > 2 and wish.ticks_since_pass > SLOWEST + 120:
            self.wrong.append(f"{wish.subscriber.email} waits for a third slot, {slot}, at {now}")
            wish.waiting.clear()
        for paper_id, announced_at in list(wish.waiting.items()):
            unsteady = announced_at < max(self.steady_since, self.set_at + WRONG_CLOCK)
            if unsteady or self.hides(announced_at):
                continue
            first = slots_around(schedule, announced_at).next
            if now >= first + self.allowed(first, announced_at) and not self.was_silent_since(
                first, announced_at
            ):
                self.wrong.append(f"{wish.subscriber.email} has no {paper_id}, due {first}, at {now}")
                del wish.waiting[paper_id]

    def hides(self, announced_at: datetime) -> bool:
        """Whether the paper is one of a late announcement that was taken for come."""
        return any(abs(announced_at - moment) <= MINUTE for moment in self.sky.hidden)

    def allowed(self, slot: datetime, announced_at: datetime) -> timedelta:
        """How late the mail may be: it waits for a later announcement that should have come before the slot
        and did not."""
        overdue = [due for due, came in self.sky.late if slot < came] + self.sky.missing
        wait = MAX_WAIT if any(announced_at < due <= slot for due in overdue) else 0
        return (wait + (1 if slot - announced_at > SLOWEST * MINUTE else SLOWEST)) * MINUTE

    def was_silent_since(self, slot: datetime, announced_at: datetime) -> bool:
        """Whether arXiv gave no answer at a time, true, at which it may have been asked for this."""
        begin = min(slot, announced_at) - HOUR
        return any(one < self.true.moment and begin < other for one, other in self.sky.silent)


SPANS = [
    *(
        pytest.param(
            seed, begin, end, 500, id=f"{begin:%B %Y} and five months more", marks=pytest.mark.exhaustive
        )
        for seed, (begin, end) in enumerate(pairwise((*HALF_YEARS, THE_END)), start=1)
    ),
    # With the change of the clocks in America.
    pytest.param(
        5,
        datetime(2026, 3, 8, tzinfo=UTC),
        datetime(2026, 3, 15, tzinfo=UTC),
        15,
        id="a week",
        marks=pytest.mark.exhaustive,
    ),
]


@pytest.mark.parametrize(("seed", "begin", "end", "least"), SPANS)
def test_each_slot_that_had_news_has_one_mail_in_time(
    tmp_path: Path, seed: int, begin: datetime, end: datetime, least: int
) -> None:
    life = Life(tmp_path, seed, begin=begin, end=end)
    life.live()
    assert life.wrong == []
    assert life.mails > least
    left = {email: sorted(wish.waiting) for email, wish in life.wishes.items() if len(wish.waiting) > 8}
    assert left == {}
    assert keyword("Keyword 0").id in life.store.keywords.fetch_statuses()

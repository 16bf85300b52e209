"""The clock's door: a tick a minute that asks what is to be done. Nothing that fails ends it."""

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import schedule

from digest.daemon.planner import Plan, Planner, WaitPolicy
from digest.daemon.systemd import SystemdNotifier
from digest.domain.runs import Report
from digest.domain.schedule import ScheduleState, Slots, is_due, slots_around
from digest.domain.settings import Config
from digest.domain.subscribers import Schedule
from digest.domain.text import counted, moment
from digest.errors import ConfigError, DigestError, LockHeld
from digest.monitoring.monitor import Monitor
from digest.pipeline.context import RunContext
from digest.pipeline.ports import Calendar
from digest.pipeline.report import summary_lines
from digest.pipeline.run import recorded_run, sync_subscriptions
from digest.system.clock import Clock

logger = logging.getLogger(__name__)

_TICK_SECONDS = 60

_SURELY_NO_OTHER = timedelta(hours=20)  # after an announcement

_BUG = "a bug: this tick is given up, the next one comes in a minute"


class Daemon:
    """Serves each subscriber at the hour, in the time zone and on the days that they asked for.

    `load` reads the configuration anew (ConfigError); `agenda` and `open_run` are those of digest.app;
    `reload_wanted` tells whether somebody asked since to read it anew. `tick` is one look at the wall
    clock, so sleep, downtime and changed clocks need no thought: what is due is due until it is done.
    """

    def __init__(
        self,
        load: Callable[[], Config],
        schedule_state: Callable[[Config], ScheduleState],
        open_run: Callable[[Config], AbstractContextManager[RunContext]],
        *,
        clock: Clock,
        calendar: Calendar,
        watch: Callable[[Config], Monitor],
        supervisor: SystemdNotifier,
        reload_wanted: Callable[[], bool] = lambda: False,
    ) -> None:
        self._load = load
        self._schedule_state = schedule_state
        self._open_run = open_run
        self._clock = clock
        self._watch = watch
        self._supervisor = supervisor
        self._reload_wanted = reload_wanted
        self._slots: dict[Schedule, Slots] = {}
        self._calendar = calendar
        self._announced_at = calendar.latest_announcement(clock.now())
        self._tried: dict[str, datetime] = {}
        self._take_up(load())

    def run_forever(self) -> None:
        """Tick at once and then whenever a minute begins; ends only by an exception that is no failure."""
        scheduler = schedule.Scheduler()
        job = scheduler.every().minute.at(f":{_second_of_the_minute(self._clock):02}").do(self.tick)
        self.tick()
        self._supervisor.ready()
        logger.info("serving %s", counted(len(self._config.subscribers), "subscriber"))
        while True:
            idle_seconds = scheduler.idle_seconds or 0.0
            if idle_seconds > _TICK_SECONDS:  # the wall clock was set back, or summer time has ended
                job.run()
            self._clock.sleep(min(max(idle_seconds, 0.0), 1.0))
            if self._reload_wanted():
                self._reload()
            scheduler.run_pending()

    def tick(self) -> None:
        """Do what is to be done now. Failures are logged; what they left undone is due again."""
        with self._errors_logged():
            if _fingerprint(self._config.file) != self._read_from:
                self._reload()
            plan = self._plan()
            if not plan.is_empty:
                self._carry_out(plan)
            if self._supervisor.listens:
                self._supervisor.status(self._status())

    @contextmanager
    def _errors_logged(self) -> Iterator[None]:
        try:
            yield
        except LockHeld as exc:
            logger.info("%s; looking again in a minute", exc)
        except DigestError as exc:
            logger.warning("%s (%s)", exc, exc.hint)
            self._monitor.failed(str(exc))
        except Exception:
            logger.exception(_BUG)
            self._monitor.failed(_BUG)

    def _plan(self) -> Plan:
        now, schedule_state = self._clock.now(), self._synced_schedule_state()

        def slots_of(wish: Schedule) -> Slots:
            slots = self._slots.get(wish)
            if slots is None or not slots.enclose(now):
                slots = self._slots[wish] = slots_around(wish, now)
            return slots

        subscribers = [
            subscriber
            for subscriber in self._config.subscribers
            if subscriber.email not in schedule_state.suppressed
        ]
        return Planner(
            self._rules, schedule_state, now, self._announced_before(now), slots_of, self._tried
        ).plan(subscribers)

    def _announced_before(self, now: datetime) -> datetime:
        """The latest announcement, looked up only when there may be another."""
        if not self._announced_at <= now < self._announced_at + _SURELY_NO_OTHER:
            self._announced_at = self._calendar.latest_announcement(now)
        return self._announced_at

    def _synced_schedule_state(self) -> ScheduleState:
        """The agenda, once everybody who is not suppressed is enrolled."""
        schedule_state = self._schedule_state(self._config)
        known = schedule_state.last_served_at.keys() | schedule_state.suppressed
        if any(subscriber.email not in known for subscriber in self._config.subscribers):
            with self._open_run(self._config) as context:
                sync_subscriptions(context)
            schedule_state = self._schedule_state(self._config)
        return schedule_state

    def _carry_out(self, plan: Plan) -> None:
        """Ask first, since that may show more subscribers to be ready; then deliver."""
        asked = plan.ask
        with self._open_run(self._config) as context:
            self._monitor.started()
            with recorded_run(context) as this:
                if asked:
                    this.fetch()
                    plan = self._plan()
                    _log_waiting(plan)
                now = self._clock.now()
                self._tried.update((subscriber.email, now) for subscriber in (*plan.serve, *plan.resume))
                this.dispatch(plan.serve)
                this.retry_deferred(plan.resume)
                if asked:
                    this.publish()
            _log(this.report)
            self._monitor.ended(context, this.report, everybody_served=not self._plan().unserved)

    def _reload(self) -> None:
        """Read the configuration anew; if it is broken, tell the faults and keep the last good one."""
        self._supervisor.reloading()
        self._read_from = _fingerprint(self._config.file)
        try:
            config = self._load()
        except ConfigError as exc:
            for fault in exc.faults:
                logger.warning("%s: a fault; `digest check` tells more", fault.place)
            logger.warning("the configuration stays as it was before this edit")
        else:
            with self._errors_logged():
                self._let_new_hours_begin(config)
            self._take_up(config)
            logger.info("the configuration was read anew: %d subscribers", len(config.subscribers))
        self._supervisor.ready()

    def _let_new_hours_begin(self, config: Config) -> None:
        """Whoever has another schedule than before, and had their last digest, is not owed what the new
        one would have asked for earlier."""
        before = {subscriber.email: subscriber.schedule for subscriber in self._config.subscribers}
        served, now = self._schedule_state(self._config).last_served_at, self._clock.now()
        moved = [
            subscriber
            for subscriber in config.subscribers
            if subscriber.email in served
            and before.get(subscriber.email, subscriber.schedule) != subscriber.schedule
            and not is_due(before[subscriber.email], now, served_at=served[subscriber.email])
        ]
        if moved:
            with self._open_run(self._config) as context:
                context.store.subscriptions.mark_served(moved, now)

    def _take_up(self, config: Config) -> None:
        self._config = config
        self._monitor = self._watch(config)
        self._read_from = _fingerprint(config.file)
        self._slots.clear()
        self._rules = WaitPolicy(
            keywords=frozenset(keyword.id for keyword in config.keywords),
            max_wait=timedelta(minutes=config.wait_minutes),
            tell_of_nothing=config.mail.when_empty == "send",
        )

    def _status(self) -> str:
        """What there is to say between two ticks."""
        subscribers = self._config.subscribers
        slots = [
            self._slots[subscriber.schedule].next
            for subscriber in subscribers
            if subscriber.schedule in self._slots
        ]
        following = moment(min(slots)) if slots else "not known yet"
        return f"serving {counted(len(subscribers), 'subscriber')}; the next hour is {following}"


def _log(report: Report) -> None:
    for line in summary_lines(report):
        logger.info("%s", line)
    for problem in report.problems.lines:
        logger.warning("%s", problem)


def _log_waiting(plan: Plan) -> None:
    for until, subscribers in plan.waiting.items():
        logger.info(
            "%s wait until %s for what arXiv has not told", counted(subscribers, "mail"), moment(until)
        )


def _second_of_the_minute(clock: Clock) -> int:
    """The second of the machine's minute at which a minute of the clock begins."""
    ahead_seconds = clock.now().timestamp() - clock.epoch_seconds()
    return math.ceil(round(-ahead_seconds, 3)) % _TICK_SECONDS


def _fingerprint(file: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file does; None while there is none."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino

"""Look at the wall clock once a minute and carry out what the planner decides; an error ends a tick, never
the daemon.

Who gets a digest when: digest.daemon.planner (what is due now) and digest.domain.schedule (when the slots
of a schedule begin).
"""

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta

import schedule

from digest.daemon.answers import AnswerReader
from digest.daemon.log_lines import log_run, log_waiting, whom
from digest.daemon.planner import Plan, Planner, WaitPolicy
from digest.daemon.shrink_guard import ShrinkGuard, has_shrunk
from digest.daemon.systemd import SystemdNotifier
from digest.daemon.watched_files import WatchedFiles, why_unreadable
from digest.domain.auditing import NEVER
from digest.domain.preferences import receiving
from digest.domain.runs import UnreadInbox
from digest.domain.schedule import ScheduleState, Slots, is_due, slots_around
from digest.domain.settings import Config
from digest.domain.subscribers import Schedule
from digest.domain.text import counted, moment
from digest.errors import ConfigError, DigestError, LockHeld
from digest.monitoring.monitor import Monitor
from digest.pipeline.audit import audit_if_due
from digest.pipeline.context import RunContext
from digest.pipeline.ports import Calendar
from digest.pipeline.run import recorded_run, sync_subscriptions
from digest.system.clock import Clock

logger = logging.getLogger(__name__)

_TICK_SECONDS = 60
_SHORTEST_BETWEEN_ANNOUNCEMENTS = timedelta(hours=20)
_SHRUNK = (
    "%s has lost more than half, or its mail server; taken up if it stays so for 5 minutes, or at SIGHUP"
)
_BUG = "a bug: this tick is given up, the next one comes in a minute"


class Daemon:
    """Sends each subscriber the digest at their hour, in their time zone, on their days.

    `load` reads the configuration (raises ConfigError). `schedule_state` (raises StoreError) and `open_run`
    (raises LockHeld, StateRestored, StoreError) give the state and the means of a run. `monitor_for` gives
    the monitor that a configuration names. `reload_wanted` returns True once after each request to reload.
    """

    def __init__(
        self,
        load: Callable[[], Config],
        schedule_state: Callable[[Config], ScheduleState],
        open_run: Callable[[Config], AbstractContextManager[RunContext]],
        *,
        clock: Clock,
        calendar: Calendar,
        monitor_for: Callable[[Config], Monitor],
        notifier: SystemdNotifier,
        answers: AnswerReader,
        reload_wanted: Callable[[], bool] = lambda: False,
    ) -> None:
        self._load = load
        self._schedule_state = schedule_state
        self._open_run = open_run
        self._clock = clock
        self._monitor_for = monitor_for
        self._notifier = notifier
        self._answers = answers
        self._reload_wanted = reload_wanted
        self._slots: dict[Schedule, Slots] = {}
        self._calendar = calendar
        self._announced_at: datetime | None = None
        self._attempts: dict[str, datetime] = {}
        self._guard = ShrinkGuard()
        config = load()
        self._files = WatchedFiles(config.watched_files)
        self._apply_config(config)

    def run_forever(self) -> None:
        """Tick at once and at the beginning of each minute; ends only by an exception that is no Exception
        (a shutdown signal)."""
        scheduler = schedule.Scheduler()
        job = scheduler.every().minute.at(f":{_second_of_the_minute(self._clock):02}").do(self.tick)
        self._notifier.ready()  # before the tick: it may take hours, and systemd grants a start 90 seconds
        self.tick()
        logger.info("serving %s", whom(self._config))
        while True:
            idle_seconds = scheduler.idle_seconds or 0.0
            if idle_seconds > _TICK_SECONDS:  # the wall clock was set back, or summer time has ended
                job.run()
            self._clock.sleep(min(max(idle_seconds, 0.0), 1.0))
            if self._reload_wanted():
                self._reload(wanted=True)
            scheduler.run_pending()

    def tick(self) -> None:
        """Plan and carry out what is due now. Errors are logged; what they left undone stays due."""
        with self._errors_logged():
            if self._files.have_changed or self._guard.is_over(self._clock.now()):
                self._reload()
            plan = self._plan()
            if plan.audit:
                self._audit()
            elif not plan.is_empty:
                self._carry_out(plan)
            self._answers.read_if_due(self._config)
            self._answers.alert(self._tell_of_inbox)
            if self._notifier.is_enabled:
                self._notifier.status(self._status())

    @contextmanager
    def _errors_logged(self) -> Iterator[None]:
        try:
            yield
        except LockHeld as exc:
            logger.info("%s; trying again in a minute", exc)
        except DigestError as exc:
            logger.warning("%s (%s)", exc, exc.hint)
            self._monitor.failed(str(exc))
        except Exception:
            logger.exception(_BUG)
            self._monitor.failed(_BUG)

    def _plan(self) -> Plan:
        now, state = self._clock.now(), self._synced_schedule_state()
        planner = Planner(
            policy=self._wait_policy,
            state=state,
            now=now,
            announced_at=self._latest_announcement(now),
            slots_of=lambda wanted: self._slots_around(wanted, now),
            attempts=self._attempts,
        )
        subscribers = [one for one in self._config.subscribers if one.email not in state.suppressed]
        return planner.plan(receiving(subscribers, state.preferences, now))

    def _slots_around(self, wanted: Schedule, now: datetime) -> Slots:
        """As digest.domain.schedule.slots_around; computed only when a slot has passed."""
        slots = self._slots.get(wanted)
        if slots is None or not slots.enclose(now):
            slots = self._slots[wanted] = slots_around(wanted, now)
        return slots

    def _latest_announcement(self, now: datetime) -> datetime:
        """When the source should have shown its latest announcement; computed only when there may be
        another one."""
        latest = self._announced_at
        if latest is None or not latest <= now < latest + _SHORTEST_BETWEEN_ANNOUNCEMENTS:
            latest = self._announced_at = self._calendar.latest_announcement(now)
        return latest

    def _synced_schedule_state(self) -> ScheduleState:
        """The schedule state, with an entry for each subscriber who is not suppressed."""
        state = self._schedule_state(self._config)
        known = state.last_served_at.keys() | state.suppressed
        if any(subscriber.email not in known for subscriber in self._config.subscribers):
            with self._open_run(self._config) as context:
                sync_subscriptions(context)
            state = self._schedule_state(self._config)
        return state

    def _carry_out(self, plan: Plan) -> None:
        """Fetch first, since more digests may then be ready to send; then send."""
        with self._open_run(self._config) as context:
            self._monitor.started()
            with recorded_run(context) as run:
                fetched = plan.fetch
                if fetched:
                    run.fetch()
                    plan = self._plan()
                    log_waiting(plan)
                self._record_attempts(plan)
                run.dispatch(plan.dispatch)
                run.retry_deferred(plan.retry_deferred)
                if fetched:
                    run.publish()
            log_run(run.report)
            self._monitor.ended(context, run.report, everybody_served=not self._plan().unserved)

    def _audit(self) -> None:
        with self._open_run(self._config) as context:
            if audit_if_due(context):
                self._monitor.audited(context)

    def _tell_of_inbox(self, inbox: UnreadInbox) -> None:
        with self._open_run(self._config) as context:
            self._monitor.unread(context, inbox)

    def _record_attempts(self, plan: Plan) -> None:
        now = self._clock.now()
        for subscriber in (*plan.dispatch, *plan.retry_deferred):
            self._attempts[subscriber.email] = now

    def _reload(self, *, wanted: bool = False) -> None:
        """Read the configuration and its files; if they cannot be used, log why and keep what is in use.

        One that has lost much is held back, unless a person wanted the reload.
        """
        self._notifier.reloading()
        # Before the files are read: an edit in the meantime is then noticed at the next tick.
        self._files.look(self._config.watched_files)
        try:
            config = self._load()
        except ConfigError as exc:
            self._files.add(exc.files)
            self._guard.release()
            self._log_unusable(exc)
        else:
            self._files.add(config.watched_files)
            if self._holds_back(config, wanted=wanted):
                logger.warning(_SHRUNK, self._config.file)
            else:
                self._take_up(config)
        self._notifier.ready()

    def _holds_back(self, config: Config, *, wanted: bool) -> bool:
        size = self._files.size(self._config.file)
        shrunk = not wanted and has_shrunk(self._config, config, self._bytes_in_use, size)
        return self._guard.holds_back(self._files.versions, self._clock.now(), shrunk=shrunk)

    def _take_up(self, config: Config) -> None:
        with self._errors_logged():
            self._skip_earlier_slots(config)
        self._apply_config(config)
        logger.info("configuration reloaded: %s", whom(config))

    def _log_unusable(self, error: ConfigError) -> None:
        """Log where the mistakes are, without the values that their messages may show."""
        file = self._config.file
        if cause := why_unreadable(file):
            logger.warning("cannot read %s: %s", file, cause)
        else:
            for fault in error.faults:
                logger.warning("%s", fault.in_log)
        hours = (self._clock.now() - self._config_at) // timedelta(hours=1)
        age = f", {counted(hours, 'hour')} old" if hours > 0 else ""
        logger.warning("still using the version from %s%s", moment(self._config_at), age)

    def _skip_earlier_slots(self, config: Config) -> None:
        """Where a schedule changes, mark the digest as sent up to now, unless one is due already.

        Otherwise a slot of the new schedule before now would bring a mail at once.
        """
        before = {subscriber.email: subscriber.schedule for subscriber in self._config.subscribers}
        served, now = self._schedule_state(self._config).last_served_at, self._clock.now()
        rescheduled = [
            subscriber
            for subscriber in config.subscribers
            if subscriber.email in served
            and before.get(subscriber.email, subscriber.schedule) != subscriber.schedule
            and not is_due(before[subscriber.email], now, served_at=served[subscriber.email])
        ]
        if rescheduled:
            with self._open_run(self._config) as context:
                context.store.subscriptions.mark_served(rescheduled, now)

    def _apply_config(self, config: Config) -> None:
        self._config = config
        self._config_at = self._clock.now()
        self._bytes_in_use = self._files.size(config.file)
        self._monitor = self._monitor_for(config)
        self._slots.clear()
        self._wait_policy = WaitPolicy(
            keywords=frozenset(keyword.id for keyword in config.keywords),
            max_wait=timedelta(minutes=config.wait_minutes),
            send_empty=config.mail.when_empty == "send",
            audit=config.audit if config.arxiv.oai else NEVER,
            archive=config.archive.schedule,
        )

    def _status(self) -> str:
        """A line for `systemctl status`."""
        schedules = [subscriber.schedule for subscriber in self._config.subscribers]
        wanted = [*schedules, *filter(None, [self._config.archive.schedule])]
        slots = [self._slots[schedule].next for schedule in wanted if schedule in self._slots]
        following = moment(min(slots)) if slots else "not known yet"
        return f"serving {whom(self._config)}; the next hour is {following}"


def _second_of_the_minute(clock: Clock) -> int:
    """The second of the machine's minute at which a minute of the given clock begins (0 to 59)."""
    ahead_seconds = clock.now().timestamp() - clock.epoch_seconds()
    return math.ceil(round(-ahead_seconds, 3)) % _TICK_SECONDS

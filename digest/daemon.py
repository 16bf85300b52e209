"""The clock's door: a tick a minute that asks who is due. Nothing that fails ends it."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import schedule

from digest.due import is_due
from digest.errors import ConfigError, DigestError, LockHeld
from digest.models import Agenda, Config, Report, Subscriber
from digest.pipeline import World, enroll, resume, run
from digest.plaintext import counted
from digest.protocols import Clock
from digest.wording import problems

logger = logging.getLogger(__name__)

_TICK_SECONDS = 60
_NEVER = datetime.max.replace(tzinfo=UTC)


class Daemon:
    """Serves each subscriber at the hour, in the time zone and on the days that they asked for.

    `load` reads the configuration anew (ConfigError); `agenda` and `open_world` are those of digest.app.
    `tick` is one look at the wall clock, so sleep, downtime and changed clocks need no thought: what is
    due is due until it is done.
    """

    def __init__(
        self,
        load: Callable[[], Config],
        agenda: Callable[[Config], Agenda],
        open_world: Callable[[Config], AbstractContextManager[World]],
        clock: Clock,
    ) -> None:
        self._load = load
        self._agenda = agenda
        self._open_world = open_world
        self._clock = clock
        self._config = load()
        self._read_from = _fingerprint(self._config.file)
        self._attempted_at: dict[str, datetime] = {}

    def run_forever(self) -> None:
        """Tick at once and then every minute; ends only by an exception that is no failure (a signal)."""
        scheduler = schedule.Scheduler()
        job = scheduler.every(_TICK_SECONDS).seconds.do(self.tick)
        job.run()
        while True:
            idle_seconds = scheduler.idle_seconds or 0.0
            if idle_seconds > _TICK_SECONDS:  # the wall clock was set back, or summer time has ended
                job.run()
            self._clock.sleep(min(max(idle_seconds, 0.0), 1.0))
            scheduler.run_pending()

    def tick(self) -> None:
        """Serve whoever is due. Failures are logged; what they left undone is due again after a pause."""
        try:
            self._reload()
            self._serve()
        except LockHeld as exc:
            logger.info("%s; looking again in a minute", exc)
        except DigestError as exc:
            logger.warning("%s (%s)", exc, exc.hint)
        except Exception:
            logger.exception("a bug: this tick is given up, the next one comes in a minute")

    def _serve(self) -> None:
        now = self._clock.now()
        agenda = self._agenda_of_all()
        active = [reader for reader in self._config.subscribers if reader.email not in agenda.suppressed]
        if due := [reader for reader in active if self._is_due(reader, agenda, now)]:
            logger.info("%d of %d subscribers are due", len(due), len(self._config.subscribers))
            with self._open_world(self._config) as world:
                self._attempted_at.update((reader.email, now) for reader in due)
                _log(run(world, due))
        elif again := [reader for reader in active if agenda.retries.get(reader.email, _NEVER) <= now]:
            logger.info("%s to be tried again", counted(len(again), "mail"))
            with self._open_world(self._config) as world:
                _log(resume(world, again))

    def _agenda_of_all(self) -> Agenda:
        """The agenda, once everybody who is not suppressed is enrolled."""
        agenda = self._agenda(self._config)
        known = agenda.served.keys() | agenda.suppressed
        if any(reader.email not in known for reader in self._config.subscribers):
            with self._open_world(self._config) as world:
                enroll(world)
            agenda = self._agenda(self._config)
        return agenda

    def _is_due(self, reader: Subscriber, agenda: Agenda, now: datetime) -> bool:
        return is_due(
            reader.schedule,
            now,
            served_at=agenda.served[reader.email],
            attempted_at=self._attempted_at.get(reader.email),
        )

    def _reload(self) -> None:
        """Take up a changed configuration; if it is broken, tell the faults and keep the last good one."""
        fingerprint = _fingerprint(self._config.file)
        if fingerprint == self._read_from:
            return
        self._read_from = fingerprint
        try:
            self._config = self._load()
        except ConfigError as exc:
            for fault in exc.faults:
                logger.warning("%s: a fault; `digest check` tells more", fault.place)
            logger.warning("the configuration stays as it was before this edit")
        else:
            logger.info("the configuration was read anew: %d subscribers", len(self._config.subscribers))


def _log(report: Report) -> None:
    """The story of a run, in three lines and one for each failure; of one that only tried again, in one."""
    if report.keywords:
        new = sum(outcome.new for outcome in report.keywords)
        logger.info("asked for %s: %s", counted(len(report.keywords), "keyword"), counted(new, "new paper"))
    sent = [outcome for outcome in report.mails if not outcome.problem]
    papers = sum(outcome.papers for outcome in sent)
    logger.info("sent %s with %s", counted(len(sent), "mail"), counted(papers, "paper"))
    if report.archive.changed:
        logger.info("the archive was brought up to date")
    for problem in problems(report):
        logger.warning("%s", problem)


def _fingerprint(file: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file does; None while there is none."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino

"""Read the schedule state again only when the state file has changed."""

import time
from collections.abc import Callable
from pathlib import Path

from digest.daemon.watched_files import FileVersion, file_version
from digest.domain.schedule import ScheduleState
from digest.domain.settings import Config

_COARSEST_TIMESTAMP_SECONDS = 2.0
"""Two changes closer together than this may carry the same time (FAT has steps of two seconds)."""


class ScheduleStateCache:
    """Keeps the schedule state of a configuration until the state file or its write-ahead log changes.

    Why no connection is held open instead: as long as one is, SQLite keeps its write-ahead log beside the
    file. A backup restored by `mv` would then be read together with the log of the state that it
    replaced, and a plain copy of the file would miss what only the log holds.
    https://www.sqlite.org/howtocorrupt.html, sections 1.4 and 2.4
    """

    def __init__(
        self, read: Callable[[Config], ScheduleState], real_seconds: Callable[[], float] = time.time
    ) -> None:
        self._read = read
        self._real_seconds = real_seconds
        self._config: Config | None = None
        self._versions: tuple[FileVersion, ...] | None = None
        self._state = ScheduleState()

    def read(self, config: Config) -> ScheduleState:
        """The schedule state as it is now. Raises whatever the given `read` raises (StoreError)."""
        # Taken before the state is read: a commit in between is then seen at the next call. One under way
        # is waited for, since reading takes SQLite's write lock.
        versions = self._settled_versions(config.state)
        if versions is None or (versions, config) != (self._versions, self._config):
            self._versions = None
            self._state = self._read(config)
            self._versions, self._config = versions, config
        return self._state

    def _settled_versions(self, file: Path) -> tuple[FileVersion, ...] | None:
        """The versions of the file and of its log, if there is one; None while their times are too recent
        to tell two commits apart, or in the future (a clock was set), or where there is no file."""
        log = file_version(file.with_name(f"{file.name}-wal"))
        main = file_version(file)
        if main is None:
            return None
        versions = (main, log) if log else (main,)
        latest_seconds = max(version.modified_ns for version in versions) / 1e9
        is_settled = self._real_seconds() - latest_seconds > _COARSEST_TIMESTAMP_SECONDS
        return versions if is_settled else None

"""How log lines look: plain, JSON, or with the priorities of systemd's journal.

They go to `sys.stderr` as it is at that moment, because a progress bar replaces it for a while.
"""

import json
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

FORMATS = ("plain", "json")

BARE: Mapping[str, object] = {"bare": True}
"""The `extra` of a line for the person at the terminal: plain lines then have no time and no level."""

_STDERR = 2
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


def configure_logging(level: int, log_format: str, environment: Mapping[str, str]) -> None:
    """Log to standard error from now on, this level and above, in one of FORMATS."""
    handler = _StandardError()
    handler.setFormatter(formatter(log_format, journal=is_journal(_STDERR, environment)))
    logging.basicConfig(level=level, handlers=[handler])
    logging.getLogger("urllib3").setLevel(logging.WARNING)


def formatter(log_format: str, *, journal: bool) -> logging.Formatter:
    """The formatter of one of FORMATS; `journal` says whether systemd's journal reads the lines."""
    if log_format == "json":
        return _Json()
    return _Journal() if journal else _Plain("%(asctime)s %(levelname)s %(message)s")


def is_journal(descriptor: int, environment: Mapping[str, str]) -> bool:
    """Whether systemd's journal reads what is written there. Source: `$JOURNAL_STREAM` in systemd.exec(5)."""
    try:
        file = os.fstat(descriptor)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{file.st_dev}:{file.st_ino}"


class _StandardError(logging.StreamHandler[TextIO]):
    def emit(self, record: logging.LogRecord) -> None:
        self.setStream(sys.stderr)
        super().emit(record)


class _Plain(logging.Formatter):
    _bare = logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        return self._bare.format(record) if getattr(record, "bare", False) else super().format(record)


class _Journal(logging.Formatter):
    """Lines that begin with their priority, without a time: the journal adds it. Source: sd-daemon(3)."""

    def format(self, record: logging.LogRecord) -> str:
        priority = _PRIORITIES.get(record.levelno, _PRIORITIES[logging.INFO])
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).split("\n"))


class _Json(logging.Formatter):
    """One object a line: `time` (ISO 8601, UTC), `level`, `logger`, `message`; `exception` is a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        entry = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)

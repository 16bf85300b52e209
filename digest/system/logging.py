"""How log lines look (plain, JSON, or with the priorities of systemd's journal), and who reads them.

They go to `sys.stderr` as it is at that moment, because a progress bar replaces it for a while. All that the
program writes there passes through `StandardError`, which keeps addresses and secrets out of a log.
"""

import copy
import json
import logging
import os
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

from digest.system.masking import masked, masked_traceback

FORMATS = ("plain", "json")

BARE: Mapping[str, object] = {"bare": True}
"""The `extra` of a line for the person at the terminal: plain lines then have no time and no level."""

PRIVATE: Mapping[str, object] = {**BARE, "private": True}
"""The `extra` of a bare line that only a person may read, and no log has."""

logger = logging.getLogger(__name__)

_STDERR = 2
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


def configure_logging(level: int, log_format: str, environment: Mapping[str, str]) -> None:
    """Log to standard error from now on, this level and above, in one of FORMATS.

    A person reads it where that is a terminal, the lines are plain and all of them are wanted.
    """
    is_person = is_terminal(sys.stderr) and log_format == "plain" and level < logging.WARNING
    handler = StandardError(is_log=not is_person)
    handler.setFormatter(formatter(log_format, journal=is_journal(_STDERR, environment)))
    logging.basicConfig(level=level, handlers=[handler])
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # it warns of headers that nobody reads
    logging.getLogger("imapclient").setLevel(logging.ERROR)  # it logs what is in a mailbox
    logging.raiseExceptions = False  # what it would print of a record that cannot be written is not masked
    threading.excepthook = _log_bug_in_thread


def for_person(in_log: str) -> Mapping[str, object]:
    """The `extra` of a bare line that only a person may read; `in_log` is what a log has in its place."""
    return {**BARE, "in_log": in_log}


def keep_log() -> None:
    """Treat standard error as a log from now on, even on a terminal."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, StandardError):
            handler.is_log = True


def _log_bug_in_thread(bug: threading.ExceptHookArgs) -> None:
    if bug.exc_value:
        logger.critical("error: a bug in a thread", exc_info=bug.exc_value, extra=BARE)


def formatter(log_format: str, *, journal: bool) -> logging.Formatter:
    """The formatter of one of FORMATS; `journal` says whether systemd's journal reads the lines."""
    if log_format == "json":
        return _Json()
    return _Journal() if journal else _Plain("%(asctime)s %(levelname)s %(message)s")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person watches it; None is a stream that was closed before the program began."""
    return stream is not None and stream.isatty()


def is_journal(descriptor: int, environment: Mapping[str, str]) -> bool:
    """Whether systemd's journal reads what is written there. Source: `$JOURNAL_STREAM` in systemd.exec(5)."""
    try:
        file = os.fstat(descriptor)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{file.st_dev}:{file.st_ino}"


def is_public_log(environment: Mapping[str, str]) -> bool:
    """Whether a workflow at GitHub runs this: of a public repository, everybody can read its output.

    Source: GITHUB_ACTIONS in https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    return environment.get("GITHUB_ACTIONS") == "true"


class StandardError(logging.StreamHandler[TextIO]):
    """Masks tracebacks and the lines of other packages. Where it writes a log (`is_log`), it masks every line
    and leaves out PRIVATE ones."""

    def __init__(self, *, is_log: bool) -> None:
        super().__init__()
        self.is_log = is_log

    def emit(self, record: logging.LogRecord) -> None:
        if self.is_log and getattr(record, "private", False):
            return
        self.setStream(sys.stderr)
        super().emit(self._masked(record))

    def _masked(self, record: logging.LogRecord) -> logging.LogRecord:
        """What is written of the record: as it is for other handlers."""
        written = copy.copy(record)
        if not record.name.startswith("digest"):  # which does not know that an address is a secret
            written.msg, written.args = masked_traceback(record.getMessage()), None
        elif self.is_log:
            written.msg, written.args = masked(getattr(record, "in_log", "") or record.getMessage()), None
        if record.exc_info:
            # People copy tracebacks into bug reports, also from a terminal.
            written.exc_text = masked_traceback(_TRACEBACKS.formatException(record.exc_info))
        return written


_TRACEBACKS = logging.Formatter()


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
            entry["exception"] = record.exc_text or self.formatException(record.exc_info)
        return json.dumps(entry)

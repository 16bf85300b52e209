"""What the daemon logs of a run and of its plans."""

import logging

from digest.daemon.planner import Plan
from digest.domain.runs import Report
from digest.domain.settings import Config
from digest.domain.text import counted, moment
from digest.pipeline.report import hints, struck_off_lines, summary_lines

logger = logging.getLogger(__name__)


def whom(config: Config) -> str:
    """Who is served."""
    return counted(len(config.subscribers), "subscriber") if config.subscribers else "the archive alone"


def log_run(report: Report) -> None:
    """What a run did, who gets no more mail, what failed, and what to do about it."""
    for line in summary_lines(report):
        logger.info("%s", line)
    for line in (*struck_off_lines(report), *report.problems.lines):
        logger.warning("%s", line)
    for hint in hints(report):
        logger.warning("hint: %s", hint)


def log_waiting(plan: Plan) -> None:
    """Whose mails wait for the source, and how long."""
    for until, subscribers in plan.waiting.items():
        logger.info("waiting for arXiv until %s at most: %s", moment(until), counted(subscribers, "mail"))

"""`digest check --volume`: how many papers arXiv has for each keyword."""

import logging
from collections.abc import Iterator, Sequence

from digest import bootstrap
from digest.commands.context import CommandContext, ExitStatus, print_lines
from digest.commands.progress import progress_of
from digest.domain.keywords import Keyword, distinct
from digest.domain.settings import Config
from digest.domain.volume import VolumeResult, volume_lines
from digest.errors import SourceUnavailable
from digest.system.logging import BARE

logger = logging.getLogger(__name__)

HEADING = "what arXiv has for each keyword; a day is one from Monday to Friday:"


def print_volumes(command: CommandContext, config: Config) -> ExitStatus:
    """Ask arXiv for each keyword, print what it says, and return the command's exit status."""
    results = tuple(_counted(command, config, distinct(config.keywords)))
    problems = [result.problem for result in results if result.problem]
    if len(problems) == len(results) and all(isinstance(one, SourceUnavailable) for one in problems):
        logger.error("error: no keyword could be counted: %s", problems[0], extra=BARE)
        logger.warning("hint: %s", SourceUnavailable.hint, extra=BARE)
        return ExitStatus.TRY_LATER
    print_lines([HEADING, *(f"  {line}" for line in volume_lines(results))])
    return ExitStatus.PARTLY_FAILED if problems else ExitStatus.DONE


def _counted(command: CommandContext, config: Config, keywords: Sequence[Keyword]) -> Iterator[VolumeResult]:
    with progress_of(command) as progress:
        progress.begin("asking arXiv", len(keywords))
        for result in bootstrap.source_volumes(config, command.clock, keywords):
            yield result
            progress.step()
        progress.end()

"""`digest check`: what is wrong with configuration and templates, and what arXiv is asked for."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from digest import bootstrap
from digest.commands.context import CommandContext, ExitStatus, config_summary, print_lines
from digest.commands.exposed import exposed_lines
from digest.commands.interests import interest_lines
from digest.domain.keywords import Keyword, distinct
from digest.domain.settings import Config
from digest.domain.status import difference
from digest.domain.text import counted
from digest.errors import ConfigError, StoreError
from digest.preview.template_check import template_faults
from digest.subscribers.messages import preference_lines, suppression_lines

if TYPE_CHECKING:
    from digest.store.database import Database


@click.command()
@click.option("--volume", is_flag=True, help="Ask arXiv how many papers each keyword has.")
@click.pass_obj
def check(command: CommandContext, volume: bool) -> int:
    """Find mistakes in configuration and templates, and show each keyword's query.

    Uses no network, except with --volume: one to five requests for each keyword, three seconds apart.
    """
    try:
        config = command.config()
    except ConfigError as exc:
        return _failed(command.fault_lines(exc))
    if faults := template_faults(config.templates):
        return _failed(faults)
    subscribers = counted(len(config.subscribers), "subscriber") if config.subscribers else "an archive alone"
    print_lines([f"{config.file.name}: {subscribers}, {config_summary(config)}"])
    print_lines(map(str, config.warnings))
    print_lines(exposed_lines(config))
    print_lines(_query_lines(distinct(config.keywords)))
    print_lines(interest_lines(config))
    if os.path.lexists(config.state):
        print_lines(_state_lines(config, command.clock.now()))
    return _volumes(command, config) if volume else ExitStatus.DONE


def _volumes(command: CommandContext, config: Config) -> ExitStatus:
    from digest.commands.volume import print_volumes  # only here: without it no network is used

    return print_volumes(command, config)


def _failed(faults: Iterable[str]) -> ExitStatus:
    print_lines(faults)
    return ExitStatus.CONFIGURATION


def _query_lines(keywords: Sequence[Keyword]) -> Iterator[str]:
    width = max(len(keyword.name) for keyword in keywords)
    for keyword in keywords:
        yield f"  {keyword.name:{width}}  {bootstrap.source_query(keyword)}"


def _state_lines(config: Config, now: datetime) -> Iterator[str]:
    """Where arXiv and the matcher differ, and who gets no mail; SQLAlchemy is imported for these only."""
    from digest.subscribers.preferences import changed_subscribers
    from digest.subscribers.registry import suppressed_subscribers

    try:
        with bootstrap.open_state(config) as database:
            yield from _difference_lines(database, distinct(config.keywords))
        yield from suppression_lines(suppressed_subscribers(config))
        yield from preference_lines(changed_subscribers(config, now))
    except StoreError as exc:
        yield f"cannot say who gets no mail: {exc}"


def _is_plain(keyword: Keyword) -> bool:
    return all(phrase.text.isascii() for phrase in keyword.phrases)


def _difference_lines(database: "Database", keywords: Sequence[Keyword]) -> Iterator[str]:
    from digest.store.queries.keywords import accented_forms_of, differences

    found = differences(database)
    for keyword in keywords:
        unasked = accented_forms_of(database, keyword) if _is_plain(keyword) else ()
        if unasked:
            yield (
                f"{keyword.name}: papers write “{min(unasked)}”, which arXiv tells apart: the papers of the "
                "first fetch may lack some; write it so to have them"
            )
        if line := difference(*found.get(keyword.id, (0, 0))):
            yield f"{keyword.name}: {line}"

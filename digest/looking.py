"""The commands that only look: at the configuration, at what a run needs, at how things stand."""

import json
import re
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain

import click

from digest import app
from digest.alive import SignOfLife
from digest.doctor import Check, examine
from digest.errors import ConfigError, StoreError
from digest.identifiers import split_identifier
from digest.inbox import suppressed_readers
from digest.invocation import Invocation
from digest.keywords import distinct, expression
from digest.plaintext import counted
from digest.preview.invented import template_faults
from digest.status import Status, alive_line, status_facts, status_lines
from digest.store.inspection import history
from digest.store.overview import overview, totals
from digest.wording import explanation, suppression_lines

_DONE, _PARTLY_FAILED, _CONFIGURATION = 0, 1, 2
_ADDRESS = re.compile(r"^(?:arxiv:|https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/)", re.IGNORECASE)


@click.command()
@click.pass_obj
def check(invocation: Invocation) -> int:
    """Read configuration and templates, tell every fault, show each keyword's query. No network."""
    try:
        config = invocation.config()
    except ConfigError as exc:
        _print(str(fault) for fault in exc.faults)
        return _CONFIGURATION
    if faults := template_faults(config.templates):
        _print(faults)
        return _CONFIGURATION
    keywords = distinct(config.keywords)
    _print([f"{config.file.name}: {counted(len(config.subscribers), 'subscriber')}, no faults"])
    width = max(len(keyword.name) for keyword in keywords)
    _print(f"  {keyword.name:{width}}  {expression(keyword)}" for keyword in keywords)
    try:
        _print(suppression_lines(suppressed_readers(config)))
    except StoreError as exc:
        _print([f"who gets no mail is not known: {exc}"])
    return _DONE


@click.command()
@click.pass_obj
def doctor(invocation: Invocation) -> int:
    """Check, and then look whether arXiv, the mail server and the state can be used. Sends no mail."""
    subject = f"{invocation.config_file.name} has no faults"
    try:
        config = invocation.config()
    except ConfigError as exc:
        _print(Check(subject, str(exc), exc.hint).lines)
        return _CONFIGURATION
    failed = False
    for found in chain([Check(subject)], examine(config, invocation.clock)):
        _print(found.lines)
        failed = failed or bool(found.problem)
    return _PARTLY_FAILED if failed else _DONE


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.option("--alive", is_flag=True, help="Only tell whether the daemon lives: with 0 or 1.")
@click.pass_obj
def status(invocation: Invocation, as_json: bool, alive: bool) -> int:
    """How each keyword and each subscriber stands."""
    config, clock = invocation.config(), invocation.clock
    daemon = app.daemon_seen(config)
    if alive:
        return _tell_life(daemon, datetime.fromtimestamp(clock.epoch_seconds(), UTC))
    with app.open_state(config) as database:
        found = Status(overview(database, config, clock.now()), daemon, clock.now())
        if as_json:
            facts = status_facts(found, totals(database, config))
            _print([json.dumps(facts, indent=2, default=datetime.isoformat)])
        else:
            _print(status_lines(found, shutil.get_terminal_size().columns))
    return _DONE


def _tell_life(daemon: SignOfLife, real_now: datetime) -> int:
    _print([alive_line(daemon, real_now)])
    return _DONE if daemon.is_recent(real_now) else _PARTLY_FAILED


@click.command()
@click.argument("arxiv_id")
@click.pass_obj
def explain(invocation: Invocation, arxiv_id: str) -> None:
    """Why a paper was, or was not, sent."""
    try:
        paper_id, _ = split_identifier(_ADDRESS.sub("", arxiv_id))
    except ValueError as exc:
        raise click.BadParameter(f"{exc}; it looks like 2606.12345") from exc
    config = invocation.config()
    with app.open_state(config) as database:
        waiting = app.waiting_for(database, config, paper_id)
        found = history(database, paper_id)
        _print(explanation(paper_id, found, distinct(config.keywords), waiting))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)

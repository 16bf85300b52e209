"""inbox"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from digest.commands.context import CommandContext
from digest.domain.text import counted
from digest.mail.inbound.mailboxes import is_maildir, messages_at, messages_in
from digest.subscribers.registry import open_registry

_STANDARD_INPUT = Path("-")


@click.command()
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="MAILDIR|FILE...",
    type=click.Path(exists=True, readable=True, allow_dash=True, path_type=Path),
)
@click.pass_obj
def inbox(command: CommandContext, paths: Sequence[Path]) -> None:
    """Take up what came by mail: wishes to unsubscribe, and notices that a mail was not delivered.

    Reads Maildirs, mbox files, single messages and `-`, which is standard input. Changes nothing there.
    """
    if strange := [path for path in paths if path.is_dir() and not is_maildir(path)]:
        raise click.BadParameter(f"{strange[0]} is a folder, but no Maildir: it has no new/ and cur/")
    with open_registry(command.config(), command.clock) as registry:
        effects = [registry.apply(message) for path in paths for message in _messages(path)]
    told = [effect.text for effect in effects if effect and effect.new]
    before = sum(effect is not None and not effect.new for effect in effects)
    for line in inbox_lines(told, before, effects.count(None)):
        click.echo(line)


def _messages(path: Path) -> Iterator[bytes]:
    try:
        yield from messages_in(sys.stdin.buffer) if path == _STANDARD_INPUT else messages_at(path)
    except OSError as exc:
        raise click.FileError(str(path), exc.strerror) from exc


def inbox_lines(told: Sequence[str], before: int, other: int) -> Iterator[str]:
    """What came of incoming messages: a line for each that was acted on, and how many others there were."""
    yield from told
    messages = counted(len(told) + before + other, "message")
    yield f"{messages}: {len(told)} acted on, {before} acted on before, {other} without effect"

"""`digest inbox`: act on what came back by mail."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from digest.commands.context import CommandContext, print_lines
from digest.domain.text import counted
from digest.mail.inbound.mailboxes import is_maildir, messages_at, messages_in
from digest.subscribers.registry import Applied, open_registry

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
    """Read what came back by mail: requests to unsubscribe, and bounces.

    Reads Maildirs, mbox files, single messages and `-`, which is standard input. Does not change them.
    """
    if folders := [path for path in paths if path.is_dir() and not is_maildir(path)]:
        raise click.BadParameter(f"{folders[0]} is a folder, but not a Maildir: it has no new/ and cur/")
    with open_registry(command.config(), command.clock) as registry:
        effects = [registry.apply(message) for path in paths for message in _messages(path)]
    print_lines(inbox_lines(effects))


def _messages(path: Path) -> Iterator[bytes]:
    try:
        yield from messages_in(sys.stdin.buffer) if path == _STANDARD_INPUT else messages_at(path)
    except OSError as exc:
        raise click.FileError(str(path), exc.strerror) from exc


def inbox_lines(effects: Sequence[Applied | None]) -> Iterator[str]:
    """A line for each message that had an effect now, and one that counts all; None is a message without."""
    new = [effect.text for effect in effects if effect and effect.new]
    not_understood = effects.count(None)
    before = len(effects) - len(new) - not_understood
    yield from new
    counts = f"{len(new)} acted on, {before} acted on before, {not_understood} not understood"
    yield f"{counted(len(effects), 'message')}: {counts}{': please read them' if not_understood else ''}"

"""The commands about single readers: who gets no mail any more, and who does again."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from digest.inbox import Reader, Register, is_maildir, line_of, messages_at, messages_in, open_register
from digest.invocation import Invocation
from digest.wording import inbox_lines, suppression_line, why_suppressed

_STANDARD_INPUT = Path("-")


@click.command()
@click.argument("token_or_email", metavar="TOKEN|EMAIL")
@click.pass_obj
def unsubscribe(invocation: Invocation, token_or_email: str) -> None:
    """Send a reader no more mail, whatever the configuration says."""
    with open_register(invocation.config(), invocation.clock) as register:
        reader = _known(register, token_or_email)
        before = None if register.unsubscribe(reader) else register.suppression(reader)
    if before:
        click.echo(f"{reader.label} already {suppression_line(before)}")
    else:
        click.echo(f"{reader.label} gets no more mail; `digest resubscribe EMAIL` undoes it")


@click.command()
@click.argument("email")
@click.pass_obj
def resubscribe(invocation: Invocation, email: str) -> None:
    """Send mail again to a reader who gets none: unsubscribed, refused, not found or forgotten."""
    with open_register(invocation.config(), invocation.clock) as register:
        reader = _known(register, email)
        before = register.resubscribe(reader)
    if before:
        click.echo(f"{reader.label} gets mail again; it had ended because {why_suppressed(before)}")
    else:
        click.echo(f"nothing stands against mail to {reader.label}")


@click.command()
@click.argument("email")
@click.pass_obj
def forget(invocation: Invocation, email: str) -> None:
    """Erase all that is kept of a reader, and send them no more mail."""
    config = invocation.config()
    with open_register(config, invocation.clock) as register:
        reader = _known(register, email)
        register.forget(reader)
    click.echo(f"{reader.label} is forgotten: the state and the outbox keep nothing of them")
    if line := line_of(config, reader):
        click.echo(f"their address still stands on line {line} of {config.file.name}: delete that entry")


@click.command()
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="MAILDIR|FILE...",
    type=click.Path(exists=True, readable=True, allow_dash=True, path_type=Path),
)
@click.pass_obj
def inbox(invocation: Invocation, paths: Sequence[Path]) -> None:
    """Take up what came by mail: wishes to unsubscribe, and notices that a mail was not delivered.

    Reads Maildirs, mbox files, single messages and `-`, which is standard input. Changes nothing there.
    """
    if strange := [path for path in paths if path.is_dir() and not is_maildir(path)]:
        raise click.BadParameter(f"{strange[0]} is a folder, but no Maildir: it has no new/ and cur/")
    with open_register(invocation.config(), invocation.clock) as register:
        effects = [register.take(message) for path in paths for message in _messages(path)]
    told = [effect.text for effect in effects if effect and effect.new]
    before = sum(effect is not None and not effect.new for effect in effects)
    for line in inbox_lines(told, before, effects.count(None)):
        click.echo(line)


def _known(register: Register, token_or_email: str) -> Reader:
    """The reader with this token or address, whom the configuration or the state must know."""
    if reader := register.find(token_or_email):
        return reader
    raise click.UsageError("neither the configuration nor the state knows a reader of this address or token")


def _messages(path: Path) -> Iterator[bytes]:
    try:
        yield from messages_in(sys.stdin.buffer) if path == _STANDARD_INPUT else messages_at(path)
    except OSError as exc:
        raise click.FileError(str(path), exc.strerror) from exc

"""`digest inbox`: act on what came back by mail."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from digest.commands.context import CommandContext, ExitStatus, print_lines
from digest.domain.text import counted
from digest.mail.inbound.mailboxes import is_maildir
from digest.pipeline.report import WITHHELD_HINT, withheld_line
from digest.subscribers.inbox import MOST_SECONDS, InboxReader, Unread
from digest.subscribers.messages import event_lines
from digest.subscribers.registry import Effect, open_registry
from digest.system.remedies import remedy, said

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
def inbox(command: CommandContext, paths: Sequence[Path]) -> ExitStatus:
    """Read what came back by mail: requests to unsubscribe, and bounces.

    Reads Maildirs, mbox files, single messages and `-`, which is standard input. Does not change them.
    """
    if folders := [path for path in paths if path.is_dir() and not is_maildir(path)]:
        raise click.BadParameter(f"{folders[0]} is a folder, but not a Maildir: it has no new/ and cur/")
    with open_registry(command.config(), command.clock) as registry:
        reader = InboxReader(registry)
        for path in paths:
            if path == _STANDARD_INPUT:
                _read_standard_input(reader)
            else:
                reader.read_path(path)
        events = registry.events()
    print_lines(inbox_lines(reader))
    print_lines(event_lines(event for event in events if event.made))
    print_lines(withheld_lines(sum(not event.made for event in events)), err=True)
    left = list(unread_lines(reader))
    print_lines(left, err=True)
    return ExitStatus.PARTLY_FAILED if left else ExitStatus.DONE


def _read_standard_input(reader: InboxReader) -> None:
    try:
        reader.read_stream(sys.stdin.buffer)
    except OSError as exc:
        raise click.FileError(str(_STANDARD_INPUT), said(exc)) from exc


def inbox_lines(reader: InboxReader) -> Iterator[str]:
    """A line for each message that says something new, and one that counts all."""
    yield from reader.texts
    words: dict[Effect | Unread, str] = {
        Effect.NEW: "acted on",
        Effect.BEFORE: "acted on before",
        Effect.OUTDATED: "out of date",
        Unread.TOO_COMPLEX: "too complex to read",
        Unread.NO_TIME: "left unread",
        Unread.NOT_UNDERSTOOD: "not understood",
    }
    always = (Effect.NEW, Effect.BEFORE, Unread.NOT_UNDERSTOOD)
    count = reader.counts
    parts = [f"{count[kind]} {text}" for kind, text in words.items() if count[kind] or kind in always]
    strange = count[Unread.NOT_UNDERSTOOD] or count[Unread.TOO_COMPLEX]
    yield f"{counted(count.total(), 'message')}: {', '.join(parts)}{': please read them' if strange else ''}"


def withheld_lines(many: int) -> Iterator[str]:
    """What is to be done about so many who are not suppressed, since they are too many at once."""
    if many:
        yield withheld_line(many)
        yield f"hint: {WITHHELD_HINT}"


def unread_lines(reader: InboxReader) -> Iterator[str]:
    """What is to be done about files and messages that were not read."""
    if failed := reader.unreadable:
        first, files = f"{failed[0].filename}: {said(failed[0])}", counted(len(failed), "file")
        yield f"error: {files} could not be read, all others were; the first is {first}"
        yield f"hint: {remedy(failed[0])}"
    if left := reader.counts[Unread.NO_TIME]:
        yield f"error: {counted(left, 'message')} left unread: the others took {MOST_SECONDS} s of CPU time"
        yield "hint: move old or strange messages out of the mailbox; of a Maildir the latest are read first"

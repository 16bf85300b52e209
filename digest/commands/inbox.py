"""`digest inbox`: act on what came back by mail."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import click

from digest.commands.context import CommandContext, ExitStatus, print_lines, report_error
from digest.config.inbox_url import imap_server, is_address
from digest.domain.settings import Config, ImapServer
from digest.domain.text import counted, moment
from digest.errors import InboxError, InboxUnavailable
from digest.mail.inbound.mailboxes import is_maildir
from digest.pipeline.report import WITHHELD_HINT, withheld_line
from digest.subscribers.inbox import MOST_SECONDS, InboxReader, Unread
from digest.subscribers.messages import event_lines
from digest.subscribers.reading import MailboxReader, read_any
from digest.subscribers.registry import Effect, open_registry
from digest.system.remedies import remedy, said

_STANDARD_INPUT = Path("-")


class _Place(click.Path):
    """A path, or the address of a mailbox on a server."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not (isinstance(value, str) and is_address(value)):
            return super().convert(value, param, ctx)
        try:
            return imap_server(value, Path.cwd())
        except ValueError as exc:
            self.fail(str(exc), param, ctx)


@click.command()
@click.argument(
    "places",
    nargs=-1,
    metavar="[MAILDIR|FILE|imaps://USER@HOST/FOLDER]...",
    type=_Place(exists=True, readable=True, allow_dash=True, path_type=Path),
)
@click.option("--again", is_flag=True, help="On a server, read also what is marked as read.")
@click.pass_obj
def inbox(command: CommandContext, places: Sequence[Path | ImapServer], again: bool) -> ExitStatus:
    """Read what came back by mail: requests to unsubscribe, complaints, and bounces.

    Reads Maildirs, mbox files, single messages, `-`, which is standard input, and mailboxes on IMAP servers;
    or what `inbox:` below `mail:` names. Deletes nothing. Messages on a server are marked as read by this
    program, and stay as unseen as they were; the password is in DIGEST_INBOX_PASSWORD.
    """
    for place in places:
        if isinstance(place, Path) and place.is_dir() and not is_maildir(place):
            raise click.BadParameter(f"{place} is a folder, but not a Maildir: it has no new/ and cur/")
    config = command.config()
    if not (places or config.inbox):
        raise click.UsageError("name a Maildir, a file or an address, or write `inbox:` below `mail:`")
    problems: list[InboxError] = []
    with open_registry(config, command.clock) as registry:
        reader = InboxReader(registry)
        for place in places or ([config.inbox] if config.inbox else []):
            problems += _read(reader, place, config, MailboxReader(again=again))
        events = registry.events()
    print_lines(inbox_lines(reader))
    print_lines(event_lines(event for event in events if event.made))
    print_lines(withheld_lines(sum(not event.made for event in events)), err=True)
    left = list(unread_lines(reader))
    print_lines(left, err=True)
    for problem in problems:
        report_error(problem)
    return _status_of(problems) or (ExitStatus.PARTLY_FAILED if left else ExitStatus.DONE)


def _read(
    reader: InboxReader, place: Path | ImapServer, config: Config, how: MailboxReader
) -> Iterator[InboxError]:
    """Read one of them; yields what went wrong, which stops no other."""
    if place == _STANDARD_INPUT:
        _read_standard_input(reader)
        return
    try:
        if not read_any(reader, place, config.inbox_password, how):
            yield InboxError("the inbox has more messages than are read at once", "run it again for the rest")
    except InboxError as exc:
        yield exc


def _status_of(problems: Sequence[InboxError]) -> ExitStatus:
    if any(isinstance(problem, InboxUnavailable) for problem in problems):
        return ExitStatus.TRY_LATER
    return ExitStatus.PARTLY_FAILED if problems else ExitStatus.DONE


def _read_standard_input(reader: InboxReader) -> None:
    try:
        reader.read_stream(sys.stdin.buffer)
    except OSError as exc:
        raise click.FileError(str(_STANDARD_INPUT), said(exc)) from exc


def inbox_lines(reader: InboxReader) -> Iterator[str]:
    """A line for each message that says something new, one that counts all, and those that a person should
    read."""
    yield from reader.texts
    words: dict[Effect | Unread, str] = {
        Effect.NEW: "acted on",
        Effect.BEFORE: "acted on before",
        Effect.OUTDATED: "out of date",
        Unread.AUTOMATIC: "automatic with nothing to do",
        Unread.TOO_COMPLEX: "too complex to read",
        Unread.NO_TIME: "left unread",
        Unread.NOT_UNDERSTOOD: "not understood",
    }
    always = (Effect.NEW, Effect.BEFORE, Unread.NOT_UNDERSTOOD)
    count = reader.counts
    parts = [f"{count[kind]} {text}" for kind, text in words.items() if count[kind] or kind in always]
    yield f"{counted(count.total(), 'message')}: {', '.join(parts)}"
    yield from _puzzle_lines(reader)


def _puzzle_lines(reader: InboxReader) -> Iterator[str]:
    """Name the messages that a person should read."""
    words = {Unread.NOT_UNDERSTOOD: "not understood", Unread.TOO_COMPLEX: "too complex"}
    strange = sum(reader.counts[kind] for kind in words)
    if strange:
        parts = [f"{reader.counts[kind]} {text}" for kind, text in words.items() if reader.counts[kind]]
        yield f"{' and '.join(parts)}, please read:"
    for puzzle in reader.puzzles:
        date = moment(puzzle.date.astimezone(UTC)) if puzzle.date else "no date"
        yield f"  {puzzle.name} ({date}): {puzzle.subject or 'no subject'}"
    if others := strange - len(reader.puzzles):
        yield f"  and {others} more"


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

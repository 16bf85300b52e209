"""`digest publish github`: announce new papers to everybody who watches the repository."""

import logging
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from digest import bootstrap
from digest.commands.context import CommandContext, ExitStatus, print_lines, report_warning
from digest.domain.digests import PendingPapers
from digest.domain.keywords import distinct
from digest.domain.settings import NOTHING, Config
from digest.domain.text import counted
from digest.system.locks import held_lock

if TYPE_CHECKING:
    from digest.publish.github.announcer import Outcome
    from digest.publish.github.body import Announcement
    from digest.store.queries.announcements import SqlAnnouncementStore

logger = logging.getLogger(__name__)

_SWITCHED_OFF = "nothing is announced: `announce: none` is set below `github:`"
_NO_KEYWORDS = "nothing is announced: the archive has no keywords; list some as `keywords:` below `archive:`"
_NOTHING_NEW = "no new papers to announce"
_OTHER_RUN = "wait until it ends: it announces the same papers"


@click.command()
@click.option("--dry-run", is_flag=True, help="Print the announcement; ask and tell GitHub nothing.")
@click.pass_obj
def github(command: CommandContext, dry_run: bool) -> int:
    """Announce new papers at GitHub, once a day, to everybody who watches the repository."""
    config = command.config()
    if config.github.announce == NOTHING:
        return _said(command, _SWITCHED_OFF)
    if not config.archive.keywords:
        return _said(command, _NO_KEYWORDS)
    from digest.store.queries.announcements import SqlAnnouncementStore  # only here: SQLAlchemy starts slowly

    with bootstrap.open_state(config) as database:
        store = SqlAnnouncementStore(database)
        if dry_run:
            print_lines(_markdown(command, config, store))
            return ExitStatus.DONE
        with held_lock(config.announce_lock, _OTHER_RUN):
            return _announce(command, config, store)


def _announce(command: CommandContext, config: Config, store: "SqlAnnouncementStore") -> int:
    """Ask GitHub only if there is something to tell: most of a day's runs have nothing."""
    from digest.config.github_access import github_access
    from digest.publish.github.announcer import announce, close_old
    from digest.publish.github.kinds import board_of

    access = github_access(os.environ, config.github)
    now = command.clock.now()
    pending = store.pending(distinct(config.archive.keywords))
    if not pending.papers:
        return _said(command, _NOTHING_NEW)
    board = board_of(config.github, access, command.clock)
    announcement = _announcement(command, config, pending, access.web_url)
    outcome = announce(board, store, pending, announcement, now)
    outcome = close_old(board, outcome, config.github.keep_open)
    if outcome.problem:
        report_warning(outcome.problem)
    return _said(command, *_lines(outcome))


def _markdown(command: CommandContext, config: Config, store: "SqlAnnouncementStore") -> Iterator[str]:
    """The title and the body of what would be announced, if GitHub has nothing of it yet."""
    from digest.publish.github.body import title

    pending = store.pending(distinct(config.archive.keywords))
    if not pending.papers:
        yield _NOTHING_NEW
        return
    announcement = _announcement(command, config, pending, "")
    yield f"# {title(announcement.day, len(announcement.papers))}"
    yield ""
    yield announcement.body().rstrip("\n")


def _announcement(
    command: CommandContext, config: Config, pending: PendingPapers, repository: str
) -> "Announcement":
    from digest.publish.github.announcer import pending_announcement

    archive = config.mail.archive_url or repository
    return pending_announcement(pending, distinct(config.archive.keywords), command.clock.now(), archive)


def _lines(outcome: "Outcome") -> Iterator[str]:
    papers = counted(outcome.papers, "new paper")
    if not outcome.papers:
        yield f"the new papers are announced already: {outcome.url}"
    elif outcome.added:
        yield f"{papers} added to today's announcement: {outcome.url}"
    else:
        yield f"{papers} announced: {outcome.url}"
    if outcome.closed:
        yield f"{counted(outcome.closed, 'old announcement')} closed"


def _said(command: CommandContext, *lines: str) -> int:
    if not command.quiet:
        print_lines(lines)
    return ExitStatus.DONE

"""`digest state`: the state on a branch of its own, for machines that keep nothing from run to run."""

import os
from datetime import datetime

import click

from digest.commands.context import CommandContext, print_lines
from digest.domain.settings import Config
from digest.domain.text import moment
from digest.publish.github.branch import Branch
from digest.publish.github.saved_state import BRANCH, SavedState, Taken, refuse_unsafe
from digest.publish.github.sealing import KEY_VARIABLE
from digest.system.git import Git


@click.group()
def state() -> None:
    """Hand the state from run to run on a branch of the repository.

    The branch is `digest-state`. DIGEST_STATE_KEY encrypts what is on it; without that key it holds nothing
    about people.
    """


@state.command()
@click.pass_obj
def restore(command: CommandContext) -> None:
    """Place the saved state, before a run."""
    config = command.config()
    taken = _saved_state(command, config).take(
        config.state, command.clock.now(), mails=bool(config.subscribers)
    )
    print_lines(_taken_lines(taken))


@state.command()
@click.pass_obj
def save(command: CommandContext) -> None:
    """Save the state after a run, and see that it can be restored."""
    config = command.config()
    saved = _saved_state(command, config)
    about = saved.bring_back(config.state, command.clock.now())
    how = "encrypted" if saved.key else "without anything about people"
    print_lines(
        [f"the state of run {about.latest_run} is saved on the branch {BRANCH}, {how}, and was read back"]
    )


def _saved_state(command: CommandContext, config: Config) -> SavedState:
    """Raises SavedStateError where it would be of no use."""
    key = os.environ.get(KEY_VARIABLE, "").strip()
    refuse_unsafe(key, mails=bool(config.subscribers), has_server=config.smtp is not None)
    return SavedState(Branch(Git(config.file.parent), BRANCH, command.clock.sleep), key)


def _taken_lines(taken: Taken) -> list[str]:
    about = taken.about
    if not about.latest_run:
        return [f"the branch {BRANCH} has no state yet: this run begins with a new one"]
    lines = [f"restored the state of run {about.latest_run}, saved {_said(about.saved_at)}"]
    if about.in_use_since:
        lines.append(f"a run took it {_said(about.in_use_since)} and did not bring it back")
    return lines


def _said(at: datetime | None) -> str:
    return moment(at) if at else "at an unknown time"

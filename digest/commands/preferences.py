"""`digest pause`, `resume` and `subscribers reset`: what a subscriber prefers, changed by the operator."""

from datetime import datetime

import click

from digest.commands.context import CommandContext, print_lines
from digest.commands.subscribers import known
from digest.subscribers.messages import preference_text
from digest.subscribers.registry import open_registry


@click.command()
@click.argument("email")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day of the first mail.")
@click.pass_obj
def pause(command: CommandContext, email: str, until: datetime | None) -> None:
    """Send a subscriber no mail for a time; their papers wait.

    Without --until, that holds until `digest resume EMAIL`.
    """
    with open_registry(command.config(), command.clock) as registry:
        subscriber = known(registry, email)
        paused = registry.preferences.pause(subscriber.email, until.date() if until else None)
    if paused is None:
        raise click.BadParameter("the day of the first mail must be to come", param_hint="--until")
    print_lines([f"{subscriber.label} {preference_text(paused, ())}"])


@click.command()
@click.argument("email")
@click.pass_obj
def resume(command: CommandContext, email: str) -> None:
    """Send mail again to a subscriber who pauses; nothing is lost."""
    with open_registry(command.config(), command.clock) as registry:
        subscriber = known(registry, email)
        paused = registry.preferences.resume(subscriber.email)
    done = "gets mail again from the next hour on" if paused else "does not pause: nothing to do"
    print_lines([f"{subscriber.label} {done}"])


@click.group()
def subscribers() -> None:
    """Undo what subscribers changed (`digest subscribers reset EMAIL`)."""


@subscribers.command()
@click.argument("email")
@click.pass_obj
def reset(command: CommandContext, email: str) -> None:
    """Undo a pause, one mail a week, muted keywords and "more like this"."""
    with open_registry(command.config(), command.clock) as registry:
        subscriber = known(registry, email)
        undone = registry.preferences.reset(subscriber.email)
    done = "gets mail as configured again" if undone else "changed nothing: nothing to do"
    print_lines([f"{subscriber.label} {done}"])

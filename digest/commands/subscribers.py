"""The commands about single subscribers: who gets no mail any more, and who does again."""

import click

from digest.commands.context import CommandContext
from digest.config.load import line_of
from digest.subscribers.messages import suppression_line, why_suppressed
from digest.subscribers.registry import KnownSubscriber, SubscriberRegistry, open_registry


@click.command()
@click.argument("token_or_email", metavar="TOKEN|EMAIL")
@click.pass_obj
def unsubscribe(command: CommandContext, token_or_email: str) -> None:
    """Send a subscriber no more mail, whatever the configuration says."""
    with open_registry(command.config(), command.clock) as registry:
        subscriber = _known(registry, token_or_email)
        before = None if registry.unsubscribe(subscriber) else registry.suppression(subscriber)
    if before:
        click.echo(f"{subscriber.label} already {suppression_line(before)}")
    else:
        click.echo(f"{subscriber.label} gets no more mail; `digest resubscribe EMAIL` undoes it")


@click.command()
@click.argument("email")
@click.pass_obj
def resubscribe(command: CommandContext, email: str) -> None:
    """Send mail again to a subscriber who gets none: unsubscribed, refused, not found or forgotten."""
    with open_registry(command.config(), command.clock) as registry:
        subscriber = _known(registry, email)
        before = registry.resubscribe(subscriber)
    if before:
        click.echo(f"{subscriber.label} gets mail again; it had ended because {why_suppressed(before)}")
    else:
        click.echo(f"nothing stands against mail to {subscriber.label}")


@click.command()
@click.argument("email")
@click.pass_obj
def forget(command: CommandContext, email: str) -> None:
    """Erase all that is kept of a subscriber, and send them no more mail."""
    config = command.config()
    with open_registry(config, command.clock) as registry:
        subscriber = _known(registry, email)
        registry.forget(subscriber)
    click.echo(f"{subscriber.label} is forgotten: the state and the outbox keep nothing of them")
    if line := line_of(config, subscriber.email):
        click.echo(f"their address still stands on line {line} of {config.file.name}: delete that entry")


def _known(registry: SubscriberRegistry, token_or_email: str) -> KnownSubscriber:
    """The subscriber with this token or address, whom the configuration or the state must know."""
    if subscriber := registry.find(token_or_email):
        return subscriber
    raise click.UsageError(
        "neither the configuration nor the state knows a subscriber of this address or token"
    )

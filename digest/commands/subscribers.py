"""`digest unsubscribe`, `resubscribe` and `forget`: commands about a single subscriber."""

import click

from digest.commands.context import CommandContext, print_lines
from digest.config.load import line_of
from digest.subscribers.messages import suppression_line, why_suppressed
from digest.subscribers.registry import KnownSubscriber, SubscriberRegistry, open_registry


@click.command()
@click.argument("token_or_email", metavar="TOKEN|EMAIL")
@click.pass_obj
def unsubscribe(command: CommandContext, token_or_email: str) -> None:
    """Send a subscriber no more mail.

    That holds whatever the configuration says; `digest resubscribe` undoes it.
    """
    with open_registry(command.config(), command.clock) as registry:
        subscriber = known(registry, token_or_email)
        before = None if registry.unsubscribe(subscriber) else registry.suppression(subscriber)
    if before:
        print_lines([f"{subscriber.label} already {suppression_line(before)}"])
    else:
        print_lines([f"{subscriber.label} gets no more mail; `digest resubscribe EMAIL` undoes it"])


@click.command()
@click.argument("email")
@click.pass_obj
def resubscribe(command: CommandContext, email: str) -> None:
    """Send mail again to a subscriber who gets none.

    It does not matter whether they unsubscribed, were refused, were not found or are forgotten.
    """
    with open_registry(command.config(), command.clock) as registry:
        subscriber = known(registry, email)
        before = registry.resubscribe(subscriber)
    if before:
        print_lines([f"{subscriber.label} gets mail again; there was none because {why_suppressed(before)}"])
    else:
        print_lines([f"{subscriber.label} gets mail already: nothing to do"])


@click.command()
@click.argument("email")
@click.pass_obj
def forget(command: CommandContext, email: str) -> None:
    """Erase a subscriber's data, and send them no more mail."""
    config = command.config()
    with open_registry(config, command.clock) as registry:
        subscriber = known(registry, email)
        registry.forget(subscriber)
    print_lines([f"{subscriber.label} is forgotten: nothing of them is left in the state and the outbox"])
    if line := line_of(config, subscriber.email):
        print_lines([f"their address is still on line {line} of {config.file.name}: delete that entry"])


def known(registry: SubscriberRegistry, token_or_email: str) -> KnownSubscriber:
    """The subscriber with this token or address. Raises click.UsageError if nobody has it."""
    if subscriber := registry.find(token_or_email):
        return subscriber
    raise click.UsageError(
        "neither the configuration nor the state knows a subscriber of this address or token"
    )

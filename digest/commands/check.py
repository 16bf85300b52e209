"""The commands that only look: at the configuration, at what a run needs, at how things stand."""

import click

from digest import bootstrap
from digest.commands.context import CommandContext, ExitStatus, print_lines
from digest.domain.keywords import distinct
from digest.domain.text import counted
from digest.errors import ConfigError, StoreError
from digest.preview.samples import template_faults
from digest.subscribers.messages import suppression_lines
from digest.subscribers.registry import suppressed_subscribers


@click.command()
@click.pass_obj
def check(command: CommandContext) -> int:
    """Read configuration and templates, tell every fault, show each keyword's query. No network."""
    try:
        config = command.config()
    except ConfigError as exc:
        print_lines(str(fault) for fault in exc.faults)
        return ExitStatus.CONFIGURATION
    if faults := template_faults(config.templates):
        print_lines(faults)
        return ExitStatus.CONFIGURATION
    keywords = distinct(config.keywords)
    print_lines([f"{config.file.name}: {counted(len(config.subscribers), 'subscriber')}, no faults"])
    width = max(len(keyword.name) for keyword in keywords)
    print_lines(f"  {keyword.name:{width}}  {bootstrap.source_query(keyword)}" for keyword in keywords)
    try:
        print_lines(suppression_lines(suppressed_subscribers(config)))
    except StoreError as exc:
        print_lines([f"who gets no mail is not known: {exc}"])
    return ExitStatus.DONE

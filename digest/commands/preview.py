"""`digest preview`: show in a browser the mails that would go out now."""

import webbrowser
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import click

from digest.commands.context import (
    CommandContext,
    ExitStatus,
    print_lines,
    refuse_used_file,
    selected_subscribers,
)
from digest.domain.settings import Config
from digest.preview import samples
from digest.preview.dry_run import DryRun
from digest.preview.models import Preview
from digest.preview.redirect_page import redirect_page
from digest.preview.server import PreviewServer
from digest.preview.site import site, write_site
from digest.preview.watcher import Watcher
from digest.system.places import Kind, place_of, templates_folder
from digest.system.signals import Interrupted
from digest.system.templates import Templates


@click.command()
@click.argument("email", required=False)
@click.option("--offline", is_flag=True, help="Do not ask arXiv: show what waits.")
@click.option("--demo", is_flag=True, help="Show invented papers; needs no state and no configuration.")
@click.option("--output", type=click.Path(path_type=Path), metavar="DIR", help="Write it there, and end.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="On 127.0.0.1; 0 is a free one.")
@click.option("--browser/--no-browser", default=True, help="Whether to open a browser.")
@click.pass_obj
def preview(
    command: CommandContext,
    email: str | None,
    offline: bool,
    demo: bool,
    output: Path | None,
    port: int,
    browser: bool,
) -> int:
    """Show in a browser the mails that would go out now.

    Sends and remembers nothing. The page follows changes of the templates and of the configuration, until
    Ctrl-C.
    """
    if demo and email:
        raise click.UsageError("--demo has subscribers of its own; leave EMAIL out")
    config = None if demo and place_of(command.config_file).kind is Kind.NOTHING else command.config()
    own = config.templates if config else None
    make = partial(samples.sample_preview, own) if demo else _dry_run(command, email, offline=offline)
    folders = [folder for folder in (own, templates_folder()) if folder]
    if output:
        return _write(make(), Templates(*folders), output.absolute(), config)
    watcher = Watcher(make, Templates(*folders), [*folders, command.config_file])
    return _serve(watcher, port, browser=browser)


def _dry_run(command: CommandContext, email: str | None, *, offline: bool) -> Callable[[], Preview]:
    emails = [email] if email else []
    config = command.config()
    if not config.subscribers:
        raise click.UsageError(f"{config.file.name} has no subscribers; --demo shows invented ones")
    selected_subscribers(config, emails)
    return DryRun.of_state(command.config, command.clock, emails, offline=offline).preview


def _write(shown: Preview, templates: Templates, folder: Path, config: Config | None) -> int:
    files = site(shown, templates)
    if config:
        for name in files:
            refuse_used_file(config, folder / name)
    print_lines([str(write_site(files, folder))])
    print_lines((f"error: {failure}" for failure in shown.failures), err=True)
    return ExitStatus.PARTLY_FAILED if shown.failures else ExitStatus.DONE


def _serve(watcher: Watcher, port: int, *, browser: bool) -> int:
    with ExitStack() as stack:
        stack.enter_context(suppress(Interrupted))
        server = stack.enter_context(PreviewServer(watcher.latest_build, port))
        print_lines([f"the preview is at {server.url}"])
        if browser:
            webbrowser.open(stack.enter_context(redirect_page(server.url)).as_uri())
        server.serve_forever()
    return ExitStatus.DONE

"""`digest test-mail`: send one mail of invented papers to one address, and tell each step."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import click

from digest import bootstrap
from digest.commands.context import CommandContext, ExitStatus, log_warnings, print_lines
from digest.config.fields import address
from digest.domain.compose import compose
from digest.domain.identity import mailbox_of
from digest.domain.keywords import Keyword
from digest.domain.mails import Mail
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.mail.addresses import contact, domain
from digest.mail.smtp.limits import LOOK
from digest.preview.dry_run import pending_papers
from digest.preview.sample_papers import sample_papers
from digest.subscribers.messages import suppression_line
from digest.subscribers.registry import open_registry
from digest.system.masking import masked

_PAPERS = 5
_KEYWORD = Keyword(name="A test with invented papers", any=("Reward Model", "Reasoning"))


@click.command("test-mail")
@click.argument("email")
@click.pass_obj
def test_mail(command: CommandContext, email: str) -> int:
    """Send one mail of invented papers to an address, and tell each step.

    The address need not be a subscriber's. The state remembers nothing of it.
    """
    config = command.config()
    log_warnings(config)
    if config.smtp is None:
        raise click.UsageError(
            "no mail server is configured; name it in DIGEST_SMTP_URL, or in a file under mail.smtp_url_file"
        )
    recipient = _recipient(config, email)
    _refuse_suppressed(command, config, recipient)  # makes the state, whose key is that of all tokens
    mail = _mail(command, config, recipient)

    def say(line: str) -> None:
        print_lines([masked(line) if command.prints_to_log else line])

    options = {"timeouts": LOOK, "tell": lambda step: say(f"✓ {step}")}
    with closing(bootstrap.smtp_transport(config.smtp, config, **options)) as transport:
        transport.deliver(mail, lambda: None)
    for line in next_steps(config):
        say(line)
    return ExitStatus.DONE


def next_steps(config: Config) -> Iterator[str]:
    """Where to look now."""
    sender = domain(config.mail.sender)
    yield "look for it in the mailbox, and in its spam folder"
    yield f"if it is in the spam folder, see that SPF, DKIM and DMARC of {sender} name this mail server"
    yield f"if it does not come, look for the answer of a mail server in the mailbox {contact(config.mail)}"


def _recipient(config: Config, email: str) -> Subscriber:
    """The subscriber with this address, or somebody else; they follow the invented papers alone."""
    try:
        mailbox = mailbox_of(address(email))
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc
    known = [one for one in config.subscribers if mailbox_of(one.email) == mailbox]
    stranger = replace(config.subscribers[0], email=address(email), name="", label="the address")
    return replace(known[0] if known else stranger, keywords=(_KEYWORD,))


def _refuse_suppressed(command: CommandContext, config: Config, recipient: Subscriber) -> None:
    with open_registry(config, command.clock) as registry:
        known = registry.find(recipient.email)
        suppression = registry.suppression(known) if known else None
    if suppression:
        why = suppression_line(suppression)
        raise click.UsageError(f"{recipient.label} {why}; `digest resubscribe EMAIL` sends them mail again")


def _mail(command: CommandContext, config: Config, recipient: Subscriber) -> Mail:
    """Few papers, so that one mail holds them."""
    papers = pending_papers(list(sample_papers(recipient))[-_PAPERS:])
    with bootstrap.open_dry_run(config, command.clock) as context:
        now = context.clock.now()
        return context.mail_builder.build(compose(recipient, papers, now.date(), {}), now)[0]

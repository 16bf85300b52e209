"""Write docs/reference.md: every key of subscribers.yaml, every command, exit status and variable.

`python -m tests.support.reference > docs/reference.md`
"""

import re
import sys
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Any

import click

from digest.cli import COMMANDS, cli
from digest.commands.context import ExitStatus
from digest.config.schema import FileSection, sections

STATUSES = {
    ExitStatus.DONE: "All done, or nothing to do.",
    ExitStatus.PARTLY_FAILED: "Some part failed, such as a keyword or a subscriber. The rest was done.",
    ExitStatus.CONFIGURATION: "A mistake in the command or the configuration, or a decision for you.",
    ExitStatus.BUG: "A bug. The traceback is on standard error; please report it.",
    ExitStatus.TRY_LATER: "Try later: another run works, or arXiv, the mail server or the inbox is down.",
    ExitStatus.INTERRUPTED: "Interrupted by a signal, such as Ctrl-C.",
}

VARIABLES = {
    "DIGEST_CONFIG": "The configuration file. Replaces `--config`. Default: `subscribers.yaml`.",
    "DIGEST_LOG_FORMAT": "`plain` or `json`. Replaces `--log-format`.",
    "DIGEST_STATE": "The state file. Replaces `state:`.",
    "DIGEST_OUTBOX": "The folder for mails when there is no mail server. Replaces `outbox:`.",
    "DIGEST_SMTP_URL": "The mail server: `smtps://user:password@mail.example.org:465`. A secret.",
    "DIGEST_SMTP_URL_FILE": "A file with that URL (chmod 600). Replaces `smtp_url_file:`.",
    "DIGEST_INBOX_PASSWORD": "The password of the mailbox that `inbox:` names. A secret.",
    "DIGEST_INBOX_PASSWORD_FILE": "A file with that password. Replaces `inbox_password_file:`.",
    "DIGEST_PING_URL": "The health check that is called after each run. A secret. Replaces `ping_url:`.",
    "DIGEST_AFTER_RESTORE": "`skip` or `send`, as for `digest run --after-restore`.",
    "DIGEST_STATE_KEY": "Encrypts the state on the branch `digest-state` ([github.md](github.md)). A secret.",
    "DIGEST_DNS_SERVER": "The DNS server that `digest doctor` asks. Replaces `name_server:`.",
    "DIGEST_ARXIV_API": "arXiv's search. Replaces `api:`.",
    "DIGEST_ARXIV_FEED": "arXiv's feed. Replaces `feed:`.",
    "DIGEST_ARXIV_OAI": "arXiv's OAI-PMH server, for the audit. Replaces `oai:`.",
    "DIGEST_ARXIV_INTERVAL": "Seconds between two requests to arXiv. Replaces `interval:`.",
    "DIGEST_NOW": "For tests: the moment at which the program believes it started (ISO 8601).",
    "DIGEST_RETRY_SCALE": "For tests: multiplies every pause before a retry.",
    "GITHUB_TOKEN": "The token for `digest publish github`. A secret.",
    "GITHUB_REPOSITORY": "Where it announces. GitHub sets it in a workflow.",
}
"""Those that a person may set. The program reads some others that systemd and GitHub set."""

_DEFAULT = re.compile(r" ?Default: (.*?)\.$")
_TYPES = {"string": "text", "integer": "number", "array": "list", "object": "section"}

_HEAD = """\
# Reference

`make reference` writes this page from the program. [The README](../README.md) and the other
pages say how to use it.

- [Keys of subscribers.yaml](#keys-of-subscribersyaml)
- [Commands](#commands)
- [Exit statuses](#exit-statuses)
- [Environment variables](#environment-variables)
"""


def reference() -> str:
    """The whole page, in Markdown."""
    return "\n".join([_HEAD, *_keys(), *_commands(), *_statuses(), *_variables()])


def _keys() -> Iterator[str]:
    schema = FileSection.model_json_schema()
    yield "## Keys of subscribers.yaml\n"
    yield "Paths start at the folder of the file. You may leave out every key that is not *required*.\n"
    for place, section in sections():
        yield f"### {place or 'At the top'}\n"
        definition = schema["$defs"][section.__name__] if place else schema
        yield f"{definition['description']}\n"
        yield from _table(("key", "type", "default", "meaning"), _rows(definition, schema["$defs"]))


def _rows(definition: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    required = definition.get("required", ())
    for name, setting in definition["properties"].items():
        text = setting.get("description") or _referred(setting, known).get("description", "")
        default = _DEFAULT.search(text)
        shown = "*required*" if name in required else _value(default[1]) if default else ""
        yield f"`{name}`", _type(setting, known), shown, _DEFAULT.sub("", text)


def _value(default: str) -> str:
    """A default as one writes it, or the words that describe it."""
    return default if " " in default else f"`{default}`"


def _referred(setting: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a setting's `$ref` leads to, or the setting itself."""
    found: Mapping[str, Any] = known[setting["$ref"].rpartition("/")[2]] if "$ref" in setting else setting
    return found


def _type(setting: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    it = _referred(setting, known)
    if choices := it.get("anyOf"):
        kinds = [_type(one, known) for one in choices if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in it:
        return ", ".join(f"`{value}`" for value in it["enum"])
    if "const" in it:
        return f"`{it['const']}`"
    if isinstance(it.get("type"), list):
        return " or ".join(_TYPES.get(kind, kind) for kind in it["type"])
    kind = {"uri": "URL", "email": "address"}.get(it.get("format", "")) or it.get("type", "text")
    limits = [str(it[end]) for end in ("minimum", "maximum") if end in it]
    span = f" {' to '.join(limits)}" if len(limits) == 2 else f" from {limits[0]}" if limits else ""
    return "true or false" if kind == "boolean" else f"{_TYPES.get(kind, kind)}{span}"


def _commands() -> Iterator[str]:
    yield "## Commands\n"
    yield "These options come before the command, as in `digest --quiet run`:\n"
    yield from _table(("option", "meaning"), _options(cli))
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command
        yield from _command(f"digest {name}", command)


def _command(name: str, command: click.Command) -> Iterator[str]:
    arguments = [one.metavar or str(one.name).upper() for one in _of(command, click.Argument)]
    yield f"### {name}\n"
    if not isinstance(command, click.Group):
        yield f"`{' '.join([name, *arguments])}`\n"
    yield f"{cleandoc(command.help or '')}\n"  # Python takes the indentation away only from 3.13 on
    if _of(command, click.Option):
        yield from _table(("option", "meaning"), _options(command))
    if isinstance(command, click.Group):
        for part in command.list_commands(click.Context(command)):
            child = command.get_command(click.Context(command), part)
            assert child
            yield from _command(f"{name} {part}", child)


def _options(command: click.Command) -> Iterator[tuple[str, ...]]:
    for option in _of(command, click.Option):
        shown = option.get_help_record(click.Context(command))
        assert shown
        yield f"`{shown[0]}`", shown[1].replace("  [", " [")


def _of(command: click.Command, kind: type[click.Parameter]) -> list[Any]:
    return [one for one in command.params if isinstance(one, kind)]


def _statuses() -> Iterator[str]:
    yield "## Exit statuses\n"
    yield from _table(("status", "means"), ((str(int(one)), text) for one, text in STATUSES.items()))


def _variables() -> Iterator[str]:
    yield "## Environment variables\n"
    yield "A variable wins over the key of `subscribers.yaml`. An empty variable counts as not set.\n"
    yield from _table(("variable", "meaning"), ((f"`{name}`", text) for name, text in VARIABLES.items()))


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    sys.stdout.write(reference())

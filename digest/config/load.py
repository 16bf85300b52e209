"""Load the configuration: read the file and the environment, check both, and build the Config.

All faults are reported at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from digest.config.build import ConfigBuilder, definitions
from digest.config.dkim_key import read_dkim_key
from digest.config.environment import read_environment
from digest.config.inbox_url import read_inbox
from digest.config.keyword_warnings import keyword_warnings
from digest.config.mail_server import read_mail_server
from digest.config.mail_warnings import mail_warnings
from digest.config.paths import path_faults, path_uses
from digest.config.schema import read_sections
from digest.config.timezone_warnings import timezone_warnings
from digest.config.validation import consistency_faults, interval_faults, sender_faults, templates_faults
from digest.config.variables import with_variables
from digest.config.yaml_document import parse
from digest.domain.identity import mailbox_of
from digest.domain.settings import Config
from digest.errors import ConfigError, ConfigFault
from digest.system.files import read_file
from digest.system.remedies import why_refused

MOST_BYTES = 10_000_000
"""Of the file: a configuration with 10,000 subscribers has a tenth."""


def load_config(file: Path, environment: Mapping[str, str]) -> Config:
    """The Config of the file and the environment, with defaults for the rest.

    Raises ConfigError with every fault of both, first those of the file.
    """
    overrides, faults = read_environment(environment)
    try:
        written, duplicates = parse(str(file), _text(file))
    except ConfigError as exc:
        raise ConfigError([*exc.faults, *faults]) from exc
    document, unnamed = with_variables(written, environment)
    folder = file.absolute().parent
    defined = definitions(document)
    section, schema_faults = read_sections(document)
    mail_server = read_mail_server(document, folder, overrides)
    smtp = mail_server.server
    dkim_key, dkim_faults = read_dkim_key(document, folder, overrides)
    inbox, password, inbox_faults = read_inbox(document, folder, overrides)
    faults += [*duplicates, *unnamed, *consistency_faults(document, defined), *schema_faults]
    faults += [*mail_server.faults, *dkim_faults, *inbox_faults]
    faults += [*sender_faults(document, smtp), *interval_faults(document, overrides)]
    faults += templates_faults(document, folder)
    uses = path_uses(file.absolute(), document, overrides, smtp, inbox)
    faults += path_faults(uses)
    if section is None or faults:
        raise ConfigError(_in_order(faults), [use.used.path for use in uses if use.used.is_watched])
    builder = ConfigBuilder(file.absolute(), section, defined, overrides, smtp, dkim_key, inbox, password)
    config = builder.config()
    of_mail = (*mail_server.warnings, *mail_warnings(document, config.mail))
    warnings = (*keyword_warnings(document, defined), *timezone_warnings(document), *of_mail)
    return replace(config, used_paths=tuple(use.used for use in uses), warnings=warnings)


def line_of(config: Config, email: str) -> int | None:
    """The line of the configuration file with this address, however spelled, or None.

    Reads the file again, since a Config has no positions. Raises ConfigError.
    """
    mailboxes = [mailbox_of(subscriber.email) for subscriber in config.subscribers]
    if mailbox_of(email) not in mailboxes:
        return None
    document, _ = parse(str(config.file), _text(config.file))
    position = document.values.get(("subscribers", mailboxes.index(mailbox_of(email)), "email"))
    return position.line if position else None


def _text(file: Path) -> str:
    """The file's text, never blank. Raises ConfigError."""
    try:
        text = read_file(file, MOST_BYTES).decode("utf-8-sig")
    except OSError as exc:
        raise _refused(file, _unreadable(file, exc)) from exc
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        raise _refused(file, "not UTF-8; save the file as UTF-8", line) from exc
    if not text.strip():
        raise _refused(file, 'empty; begin with the line "subscribers:"')
    return text


def _refused(file: Path, problem: str, line: int | None = None) -> ConfigError:
    return ConfigError([ConfigFault(str(file), line, None, "", problem, quotes=False)])


def _unreadable(file: Path, error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file; write it, or name another with --config"
        case IsADirectoryError():
            return "this is a folder; name the file in it with --config"
        case _:
            why, what_to_do = why_refused(file, error)
            return f"cannot be read ({why}); {what_to_do}"


def _in_order(faults: Iterable[ConfigFault]) -> list[ConfigFault]:
    """By position, faults without a line last. Of several faults in one value only the first is kept."""
    first: dict[object, ConfigFault] = {}
    for fault in faults:
        first.setdefault((fault.file, fault.line, fault.column, fault.path), fault)
    return sorted(first.values(), key=lambda fault: (fault.line is None, fault.line or 0, fault.column or 0))

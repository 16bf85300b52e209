"""The door of the configuration: file and environment in, a Config out, or all that is wrong at once."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from digest.config.build import ConfigBuilder, definitions
from digest.config.environment import read_environment
from digest.config.schema import read_sections
from digest.config.smtp_url import read_smtp
from digest.config.validation import faults_across, interval_faults, sender_faults, templates_faults
from digest.config.yaml_document import parse
from digest.domain.settings import Config
from digest.errors import ConfigError, ConfigFault


def load_config(file: Path, environment: Mapping[str, str]) -> Config:
    """Everything that the file and the environment set, with defaults for the rest.

    Raises ConfigError with every fault of both: those of the file first, in its order.
    """
    overrides, faults = read_environment(environment)
    try:
        document, duplicates = parse(str(file), _text(file))
    except ConfigError as exc:
        raise ConfigError([*exc.faults, *faults]) from exc
    folder = file.absolute().parent
    defined = definitions(document)
    smtp, smtp_faults = read_smtp(document, folder, overrides)
    section, form_faults = read_sections(document)
    faults += [*duplicates, *faults_across(document, defined), *form_faults, *smtp_faults]
    faults += [*sender_faults(document, smtp), *interval_faults(document, overrides)]
    faults += templates_faults(document, folder)
    if section is None or faults:
        raise ConfigError(_in_order(faults))
    return ConfigBuilder(file.absolute(), section, defined, overrides, smtp).config()


def _text(file: Path) -> str:
    """The file's text. Raises ConfigError, also if there is nothing in it."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise ConfigError([ConfigFault(str(file), None, None, "", _unreadable(exc))]) from exc
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        raise ConfigError(
            [ConfigFault(str(file), line, None, "", "not UTF-8; save the file as UTF-8")]
        ) from exc
    if not text.strip():
        raise ConfigError(
            [ConfigFault(str(file), None, None, "", 'empty; begin with the line "subscribers:"')]
        )
    return text


def _unreadable(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file; write it, or name another with --config"
        case IsADirectoryError():
            return "this is a folder; name the file in it with --config"
        case _:
            return f"cannot be read ({error.strerror}); mend its path or permissions"


def _in_order(faults: Iterable[ConfigFault]) -> list[ConfigFault]:
    """By place, one for each value (the first that was found); faults without a line come last."""
    first: dict[object, ConfigFault] = {}
    for fault in faults:
        first.setdefault((fault.file, fault.line, fault.column, fault.path), fault)
    return sorted(first.values(), key=lambda fault: (fault.line is None, fault.line or 0, fault.column or 0))


def line_of(config: Config, email: str) -> int | None:
    """The line of the configuration file on which their address stands; None if it does not."""
    emails = [subscriber.email.casefold() for subscriber in config.subscribers]
    if email.casefold() not in emails:
        return None
    document, _ = parse(str(config.file), config.file.read_text(encoding="utf-8-sig"))
    return document.values["subscribers", emails.index(email.casefold()), "email"].line

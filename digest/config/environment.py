"""Read the environment variables, which win over the file. An empty variable counts as unset."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from digest.config import fields, mail_fields
from digest.config.quoting import quoted
from digest.errors import ConfigError, ConfigFault

Value = TypeVar("Value")

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the environment sets; None for what it leaves to the file. Paths are absolute.

    The fields have the names of the settings that they win over; config/build.py matches them by name.
    """

    state: Path | None = None
    outbox: Path | None = None
    api: str | None = None
    feed: str | None = None
    oai: str | None = None
    interval_seconds: float | None = None
    retry_scale: float | None = None
    name_server: str | None = None
    ping_url: str | None = field(default=None, repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    smtp_url_file: Path | None = None
    inbox_password: str | None = field(default=None, repr=False)
    inbox_password_file: Path | None = None
    credentials: Path | None = None
    """The folder of the secrets that systemd keeps for a service (systemd.exec(5), LoadCredential=)."""


def read_environment(environment: Mapping[str, str]) -> tuple[Overrides, list[ConfigFault]]:
    """What the environment sets, and its faults. A variable with a fault counts as unset."""
    variables = _Variables(environment)
    overrides = Overrides(
        state=variables.read("DIGEST_STATE", _path),
        outbox=variables.read("DIGEST_OUTBOX", _path),
        api=variables.read("DIGEST_ARXIV_API", fields.endpoint),
        feed=variables.read("DIGEST_ARXIV_FEED", fields.feed),
        oai=variables.read("DIGEST_ARXIV_OAI", fields.endpoint),
        interval_seconds=variables.read("DIGEST_ARXIV_INTERVAL", _number),
        retry_scale=variables.read("DIGEST_RETRY_SCALE", _number),
        name_server=variables.read("DIGEST_DNS_SERVER", mail_fields.name_server),
        ping_url=variables.read("DIGEST_PING_URL", fields.endpoint),
        smtp_url=variables.read("DIGEST_SMTP_URL", str),
        smtp_url_file=variables.read("DIGEST_SMTP_URL_FILE", _path),
        inbox_password=variables.read("DIGEST_INBOX_PASSWORD", str),
        inbox_password_file=variables.read("DIGEST_INBOX_PASSWORD_FILE", _path),
        credentials=variables.read("CREDENTIALS_DIRECTORY", _path),
    )
    both = {
        "DIGEST_SMTP_URL": overrides.smtp_url and overrides.smtp_url_file,
        "DIGEST_INBOX_PASSWORD": overrides.inbox_password and overrides.inbox_password_file,
    }
    for name in filter(both.get, both):
        variables.faults.append(fault_of(name, f"{name}_FILE is set too; unset one of the two"))
    return overrides, variables.faults


def started_at(environment: Mapping[str, str]) -> datetime | None:
    """The moment in DIGEST_NOW, in UTC; None if it is not set. A moment without an offset is in UTC.

    Raises ConfigError if it is not ISO 8601.
    """
    variables = _Variables(environment)
    moment = variables.read("DIGEST_NOW", _moment)
    if variables.faults:
        raise ConfigError(variables.faults)
    return moment


def fault_of(variable: str, problem: str) -> ConfigFault:
    """A fault in a variable."""
    return ConfigFault(variable, None, None, "", problem)


class _Variables:
    """Reads variables and collects their faults."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.faults: list[ConfigFault] = []
        self._environment = environment

    def read(self, name: str, parse: Callable[[str], Value]) -> Value | None:
        text = self._environment.get(name, "").strip()  # a file with CRLF leaves a CR behind each value
        try:
            return parse(text) if text else None
        except ValueError as exc:
            self.faults.append(fault_of(name, str(exc)))
            return None


def _path(text: str) -> Path:
    return Path.cwd() / fields.path(text)


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a number of 0 or more; write one such as 3 or 0.5")
    return float(text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise ValueError(f"{quoted(text)} is not a moment; write one such as 2026-06-22T07:00:00Z") from exc

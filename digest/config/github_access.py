"""How to get at GitHub: the variables that a workflow has, and the repository that the file names.

Source: GitHub's page "Variables reference", default environment variables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from digest.config.environment import fault_of
from digest.config.fields import endpoint
from digest.config.github_fields import repository
from digest.domain.settings import GitHubAccess, GitHubSettings
from digest.errors import ConfigError, ConfigFault

Value = TypeVar("Value")

_TOKEN, _REPOSITORY = "GITHUB_TOKEN", "GITHUB_REPOSITORY"
_API, _GRAPHQL, _SERVER = "GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GITHUB_SERVER_URL"

_PUBLIC_API, _PUBLIC_SERVER = "https://api.github.com", "https://github.com"

_MISSING = "missing; in the workflow, write below `env:` of the step: GITHUB_TOKEN: ${{ github.token }}"
_MISTYPED = "has a space or a sign beyond ASCII; copy it again"
_NO_REPOSITORY = "missing; name it in the file, below github: repository: you/daily-papers"

_HINT = "docs/github-announcements.md has the lines of a workflow"


def github_access(environment: Mapping[str, str], settings: GitHubSettings) -> GitHubAccess:
    """The repository and the token for it. The file's repository wins, since each workflow sets the
    variable. Raises ConfigError with every fault."""
    faults: list[ConfigFault] = []

    def value(name: str, read: Callable[[str], str], missing: str = "") -> str:
        text = environment.get(name, "").strip()
        if not text and missing:
            faults.append(fault_of(name, missing))
        try:
            return read(text) if text else ""
        except ValueError as exc:
            faults.append(fault_of(name, str(exc)))
            return ""

    name = settings.repository or value(_REPOSITORY, repository, _NO_REPOSITORY)
    token = value(_TOKEN, _token, _MISSING)
    api = value(_API, _address) or _PUBLIC_API
    graphql = value(_GRAPHQL, _address) or f"{api.removesuffix('/v3')}/graphql"
    server = value(_SERVER, _address) or _PUBLIC_SERVER
    if faults:
        raise _refused(faults)
    return GitHubAccess(name, token, api, graphql, server)


def _refused(faults: Sequence[ConfigFault]) -> ConfigError:
    """Each log shows them: none has a secret, and `digest check` knows nothing of GitHub."""
    error = ConfigError([replace(fault, quotes=False) for fault in faults])
    error.hint = _HINT
    return error


def _token(text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(_MISTYPED)
    return text


def _address(text: str) -> str:
    return endpoint(text).rstrip("/")

"""arXiv asks for three seconds between two requests; only a server on this machine may be asked faster.

Source: https://info.arxiv.org/help/api/tou.html
"""

from digest.config.document import Document
from digest.config.endpoints import is_local
from digest.config.environment import Overrides, fault_of
from digest.errors import Fault

_LEAST_SECONDS = 3
_INTERVAL = ("arxiv", "interval")


def pace_faults(document: Document, overrides: Overrides) -> list[Fault]:
    """A fault if arXiv itself would be asked too fast."""
    by_environment = overrides.interval_seconds
    interval = document.at(_INTERVAL) if by_environment is None else by_environment
    if not isinstance(interval, int | float) or not 0 <= interval < _LEAST_SECONDS:
        return []
    if _is_local(overrides.api, document, "api") and _is_local(overrides.feed, document, "feed"):
        return []
    problem = (
        f"under {_LEAST_SECONDS} seconds only where api and feed are both on this machine; write 3 or more"
    )
    if by_environment is None:
        return [document.fault(_INTERVAL, problem)]
    return [fault_of("DIGEST_ARXIV_INTERVAL", problem)]


def _is_local(override: str | None, document: Document, key: str) -> bool:
    url = override or document.at(("arxiv", key))
    return isinstance(url, str) and is_local(url)

"""Read the texts that have a meaning below `github:` only. Each function raises ValueError with problem and
remedy."""

import re

from digest.config.fields import choice, label
from digest.config.quoting import quoted
from digest.domain.settings import ANNOUNCEMENTS

_LONGEST_LABEL = 50  # characters, at GitHub
_REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}", re.ASCII)
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?github\.com/(?P<name>[^/\s]+/[^/\s]+?)(?:\.git)?/?", re.ASCII)


def announcement(text: str) -> str:
    """`issue`, `discussion`, `release` or `none`."""
    return choice(text, ANNOUNCEMENTS)


def repository(text: str) -> str:
    """A repository as GitHub names it: `owner/name`."""
    if _REPOSITORY.fullmatch(text):
        return text
    if (address := _ADDRESS.fullmatch(text)) and _REPOSITORY.fullmatch(address["name"]):
        raise ValueError(f"{quoted(text)} is its address; write its name, {address['name']}")
    raise ValueError(f"{quoted(text)} is no repository; write owner and name, such as you/daily-papers")


def short_label(text: str) -> str:
    """The name of a label or a category."""
    name = label(text)
    if len(name) > _LONGEST_LABEL:
        raise ValueError(f"{len(name)} characters long; shorten it to {_LONGEST_LABEL}, as GitHub wants it")
    return name

"""Refuse two settings that name one file: a slip must not cost the configuration, the state or a secret.

SETTINGS has every setting that names a path; a test compares it with the schema.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import get_args

from digest.config import fields
from digest.config.environment import Overrides, fault_of
from digest.config.interests import libraries
from digest.config.schema import sections
from digest.config.yaml_document import Document, Location, spelled
from digest.domain.settings import ImapServer, SmtpServer, UsedPath, files_of_state
from digest.errors import ConfigFault
from digest.system.places import Kind, Place, place_of, templates_folder

_MORE_FILES = ("monthly", "feeds", "page")
_ARCHIVE = {"file": "README.md", "folder": "archive"}

FilesOf = Callable[[Path], Iterable[UsedPath]]


@dataclass(frozen=True, slots=True)
class PathSetting:
    """A setting that names a path. `files_of` says what the program reads or writes there."""

    location: Location
    files_of: FilesOf
    variable: str = ""
    """The environment variable that wins over it, if there is one."""


def _file(name: str, *, is_watched: bool = False) -> FilesOf:
    return lambda path: [UsedPath(name, path, is_watched=is_watched)]


def _templates(folder: Path) -> list[UsedPath]:
    return [UsedPath("a template", folder / file.name) for file in sorted(templates_folder().iterdir())]


def _outbox(folder: Path) -> list[UsedPath]:
    return [UsedPath("the outbox", folder, is_folder=True)]


def _archive_folder(folder: Path, document: Document) -> Iterator[UsedPath]:
    """Where the other files of the archive are, if it has any: whatever gets there is published."""
    archive = document.at(("archive",))
    if isinstance(archive, dict) and any(archive.get(key) for key in ("folder", *_MORE_FILES)):
        page, name = (_path(archive.get(key, default)) for key, default in _ARCHIVE.items())
        if page and name:
            place = (folder / page).parent / name
            yield UsedPath("the folder of the archive", place, is_folder=True, holds="what is published")


def _inbox(inbox: ImapServer | Path | None) -> Iterator[UsedPath]:
    if isinstance(inbox, Path):
        yield UsedPath("the inbox", inbox, is_folder=inbox.is_dir())
    elif inbox and inbox.ca_file:
        yield UsedPath("the certificate of the inbox", inbox.ca_file, is_watched=True)


SETTINGS = (
    PathSetting(("mail", "smtp_url_file"), _file("the secret file", is_watched=True), "DIGEST_SMTP_URL_FILE"),
    PathSetting(("mail", "dkim", "key_file"), _file("the key that signs mails", is_watched=True)),
    PathSetting(
        ("mail", "inbox_password_file"),
        _file("the inbox's password file", is_watched=True),
        "DIGEST_INBOX_PASSWORD_FILE",
    ),
    PathSetting(("mail", "smtp_token_file"), _file("the token file")),
    PathSetting(("templates",), _templates),
    PathSetting(("state",), files_of_state, "DIGEST_STATE"),
    PathSetting(("outbox",), _outbox, "DIGEST_OUTBOX"),
    PathSetting(("archive", "file"), _file("the archive")),
    PathSetting(("monitoring", "metrics_file"), _file("the metrics file")),
)
"""Of two settings with the same file the later one has the fault."""


@cache
def path_keys() -> dict[Location, str | None]:
    """The keys that hold a path, each with its default."""
    return {
        (*section, key.alias or name): None if key.is_required() else key.default
        for place, kind in sections()
        for section in [place.split(".") if place else ()]
        for name, key in kind.model_fields.items()
        if Path in _types(key.annotation)
    }


def _types(annotation: object) -> Iterator[object]:
    yield annotation
    for part in get_args(annotation):
        yield from _types(part)


@dataclass(frozen=True, slots=True)
class PathUse:
    """A path, and the setting that names it."""

    used: UsedPath
    setting: str = ""
    """Such as `state on line 3` or `DIGEST_STATE`; empty if nobody wrote it."""
    fault: Callable[[str], ConfigFault] | None = None
    """Makes a fault of the setting; None for what is no setting, such as the configuration itself."""

    def __str__(self) -> str:
        return f"{self.used.name} ({self.setting})" if self.setting else self.used.name


def path_uses(
    file: Path,
    document: Document,
    overrides: Overrides,
    smtp: SmtpServer | None,
    inbox: ImapServer | Path | None = None,
) -> tuple[PathUse, ...]:
    """All paths that the program uses; `file` is the configuration.

    An outbox that has the configuration in it is a folder for all kinds of files, and is left out.
    """
    given = [UsedPath("the configuration", file), *_templates(templates_folder()), *_inbox(inbox)]
    if smtp and smtp.ca_file:
        given.append(UsedPath("the certificate of the mail server", smtp.ca_file, is_watched=True))
    given += [UsedPath("the interests of a subscriber", file.parent / path) for path in libraries(document)]
    given += _archive_folder(file.parent, document)
    uses = [PathUse(used) for used in given]
    for setting in SETTINGS:
        uses += _uses_of(setting, file.parent, document, overrides)
    home = place_of(file)
    return tuple(use for use in uses if not (use.used.is_folder and home.is_within(place_of(use.used.path))))


def _uses_of(
    setting: PathSetting, folder: Path, document: Document, overrides: Overrides
) -> Iterator[PathUse]:
    """Those of the environment and of the file; or else of the default."""
    override = getattr(overrides, str(setting.location[-1]), None) if setting.variable else None
    if isinstance(override, Path):
        for used in setting.files_of(override):
            yield PathUse(used, setting.variable, lambda problem: fault_of(setting.variable, problem))

    def fault(problem: str) -> ConfigFault:
        return document.fault(setting.location, problem)

    if setting.location in document.values:
        named = document.at(setting.location)
        where = f"{spelled(setting.location)} on line {document.values[setting.location].line}"
    else:
        named, where = None if override else path_keys()[setting.location], ""
    if path := _path(named):
        for used in setting.files_of(folder / path):
            yield PathUse(used, where, fault)


def _path(named: object) -> Path | None:
    """None for what the schema refuses."""
    try:
        return fields.path(named) if isinstance(named, str) else None
    except ValueError:
        return None


def path_faults(uses: Sequence[PathUse]) -> Iterator[ConfigFault]:
    """The faults of settings that name what another one names, or no file where a file is needed."""
    places = {use.used.path: place_of(use.used.path) for use in uses}
    for use in uses:
        yield from _kind_faults(use, places[use.used.path].kind)
    for earlier, later in combinations(uses, 2):
        yield from _pair_faults(earlier, later, places)


def _kind_faults(use: PathUse, kind: Kind) -> Iterator[ConfigFault]:
    """Of paths that a person wrote: an archive that is a folder by itself is reported by the run."""
    if use.fault and use.setting and kind is (Kind.FILE if use.used.is_folder else Kind.FOLDER):
        wanted = "a file; name a folder" if use.used.is_folder else "a folder; name a file in it"
        yield use.fault(f"{use.used.path} is {wanted}")


def _pair_faults(earlier: PathUse, later: PathUse, places: Mapping[Path, Place]) -> Iterator[ConfigFault]:
    if earlier.used.name == later.used.name:
        return  # a variable and its key may name the same, and there are templates in two folders
    # The fault is in what a person wrote, if possible. Of one setting the state can be one of its own locks.
    is_later = later.setting != earlier.setting if later.setting else not earlier.fault
    at_fault, other = (later, earlier) if is_later else (earlier, later)
    if at_fault.fault is None:
        return
    here, there = places[at_fault.used.path], places[other.used.path]
    if here.is_same(there):
        yield at_fault.fault(f"{at_fault.used.path} is {other}; name another file")
    elif other.used.is_folder and here.is_within(there):
        yield at_fault.fault(
            f"{at_fault.used.path} is in {other}, a folder for {other.used.holds}; name another"
        )
    elif at_fault.used.is_folder and there.is_within(here):
        yield at_fault.fault(f"{at_fault.used.path} holds {other}; name a folder for {at_fault.used.holds}")

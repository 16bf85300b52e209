"""Hands the state from one run to the next through a branch of the repository, where machines keep nothing.

Before a run the state is taken from the branch, and the branch says so: `in_use_since`. After the run the
new state replaces it. So a state that was taken and never came back is known: mails may have gone out of
which it knows nothing, and a person decides (digest.store.restore). Everything is in one commit, which
replaces the one before only if nobody else has done so meanwhile.
"""

import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from digest.errors import SavedStateError, StoreError
from digest.publish.github.branch import Branch
from digest.publish.github.sealing import KEY_VARIABLE, opened, refuse_weak, sealed
from digest.store.backup import back_up
from digest.store.handover import accept_as_newest, erase_people, latest_run, refuse_undecided
from digest.system.files import PRIVATE_FILE, make_private_folder, write_atomically

BRANCH = "digest-state"

_ABOUT, _README = "about.json", "README.md"
_SEALED, _PLAIN = "state.sqlite3.gz.age", "state.sqlite3.gz"

_WORDS = """\
This branch holds what `digest` remembers from one run to the next. The program replaces it as a whole: change
nothing here. To begin anew, delete the branch; every subscriber then gets a first mail again.
"""

_BEGIN_ANEW = f"delete the branch {BRANCH} to begin anew: everybody then gets a first mail again"


@dataclass(frozen=True, slots=True)
class About:
    """What the branch says of the state on it, for everybody to read."""

    latest_run: int = 0
    """The number of the latest run that the state knows; 0: there is no state yet."""
    saved_at: datetime | None = None
    in_use_since: datetime | None = None
    """When a run took the state that has not brought it back."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What `take` found."""

    about: About
    is_newest: bool
    """Whether nothing can have been mailed since the state was saved."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """The state on its branch. `key` encrypts it; without one, it holds nothing about people."""

    branch: Branch
    key: str = ""

    def take(self, state: Path, now: datetime, *, mails: bool) -> Taken:
        """Place what is saved as the state, and mark the branch as in use.

        `mails` says whether anybody is mailed. If so, a state that was taken before and not brought back
        stays marked as a copy, so that a run refuses it. Raises SavedStateError, StoreError, GitError.
        """
        _refuse_existing(state)
        commit = self.branch.fetched()
        files = self.branch.files(commit) if commit else {}
        about = _about(files) if commit else About()
        is_newest = not (about.in_use_since and mails)
        if not (is_newest or about.latest_run):
            raise _never_saved(about)
        taken = replace(about, in_use_since=about.in_use_since or now)
        with _removed_on_failure(state):
            if about.latest_run:
                _place(self._content(files, about), state, accepted=is_newest)
            self.branch.hold(self._replace(commit, files, taken))
        return Taken(about, is_newest)

    def bring_back(self, state: Path, now: datetime) -> About:
        """Save the state in place of what was taken, and see that it can be read from the branch.

        Raises SavedStateError, also if no run is recorded in it since it was taken; StateRestored if nobody
        has decided yet what to mail; StoreError, also if there is none; GitError.
        """
        held = self.branch.held
        if held is None:
            hint = "run `digest state restore` first, before the run"
            raise SavedStateError("the state was not taken from its branch here", hint)
        files = self.branch.files(held)
        before = _about(files)
        if not before.latest_run and not state.exists():
            self._replace(held, files, replace(before, in_use_since=None))
        refuse_undecided(state)
        with tempfile.TemporaryDirectory(dir=state.parent, prefix="saved-") as folder:
            copy = Path(folder) / "copy.sqlite3"
            back_up(state, copy, now)
            if not self.key:
                erase_people(copy)
            content, about = copy.read_bytes(), About(latest_run(copy), now)
        packed = gzip.compress(content, mtime=0)
        state_file = {_SEALED: sealed(packed, self.key)} if self.key else {_PLAIN: packed}
        commit = self._replace(held, state_file, about)
        self._verify(commit, content, about)
        self.branch.hold(commit)
        if about.latest_run <= before.latest_run:
            hint = "see why `digest run` did not begin; nothing was mailed"
            raise SavedStateError("the saved state is no newer than the one before: no run is in it", hint)
        return about

    def _replace(self, expected: str | None, files: Mapping[str, bytes], about: About) -> str:
        states = {name: content for name, content in files.items() if name in (_SEALED, _PLAIN)}
        words = {_README: _WORDS.encode(), _ABOUT: _written(about)}
        return self.branch.replace(expected, {**states, **words}, "State of digest")

    def _verify(self, commit: str, content: bytes, about: About) -> None:
        """Raise SavedStateError unless the branch, fetched anew, holds exactly this."""
        found = self.branch.fetched(anew=True)
        files = self.branch.files(found) if found else {}
        if found != commit or self._content(files, about) != content or _about(files) != about:
            raise SavedStateError(f"the branch {BRANCH} does not hold what was saved", "run it again")

    def _content(self, files: Mapping[str, bytes], about: About) -> bytes:
        """The state itself, whole. Raises SavedStateError."""
        if _SEALED in files and not self.key:
            raise SavedStateError(
                f"the saved state is encrypted, and {KEY_VARIABLE} is not set", f"set {KEY_VARIABLE}"
            )
        packed = opened(files[_SEALED], self.key) if _SEALED in files else files.get(_PLAIN)
        if packed is None:
            raise SavedStateError(f"the branch {BRANCH} has no state in it", _BEGIN_ANEW)
        try:
            content = gzip.decompress(packed)
        except (OSError, EOFError, ValueError) as exc:
            raise SavedStateError(f"the saved state is damaged: {exc}", _BEGIN_ANEW) from exc
        _refuse_other(content, about)
        return content


def refuse_unsafe(key: str, *, mails: bool, has_server: bool) -> None:
    """Raise SavedStateError where mails would be lost with the machine, or repeated with the next run."""
    if key:
        refuse_weak(key)
    if mails and not has_server:
        hint = "set the secret DIGEST_SMTP_URL; or write `subscribers: []`, for an archive without mail"
        raise SavedStateError("there are subscribers and no mail server: the mails would be lost", hint)
    if mails and not key:
        hint = (
            f"set the secret {KEY_VARIABLE}, `openssl rand -base64 32` prints one; or write `subscribers: []`"
        )
        raise SavedStateError("there are subscribers and no key: who got what could not be saved", hint)


def _refuse_existing(state: Path) -> None:
    if state.exists():
        hint = "move it away if the saved one is to take its place"
        raise SavedStateError(f"{state}: there is a state already, and it is not replaced", hint)


def _never_saved(about: About) -> SavedStateError:
    since = f"{about.in_use_since:%Y-%m-%d %H:%M} UTC"
    hint = f"delete the branch {BRANCH} to begin anew: who had a first mail then may get it again"
    return SavedStateError(f"the first run, of {since}, did not save its state: it may have sent mails", hint)


def _refuse_other(content: bytes, about: About) -> None:
    """Raise SavedStateError if this is no sound state, or not the one that the branch speaks of."""
    with tempfile.TemporaryDirectory(prefix="saved-") as folder:
        copy = Path(folder) / "copy.sqlite3"
        copy.touch(PRIVATE_FILE)
        copy.write_bytes(content)
        try:
            found = latest_run(copy)
        except StoreError as exc:
            problem = str(exc).partition(": ")[2]
            raise SavedStateError(f"on the branch {BRANCH} {problem}", _BEGIN_ANEW) from exc
    if found != about.latest_run:
        problem = f"the saved state ends with run {found}, and its branch speaks of run {about.latest_run}"
        raise SavedStateError(problem, _BEGIN_ANEW)


@contextmanager
def _removed_on_failure(state: Path) -> Iterator[None]:
    """What is placed stays only if the branch says that it is in use."""
    try:
        yield
    except BaseException:
        state.unlink(missing_ok=True)
        raise


def _place(content: bytes, state: Path, *, accepted: bool) -> None:
    make_private_folder(state.parent)
    write_atomically(state, content, PRIVATE_FILE)
    if accepted:
        accept_as_newest(state)


def _written(about: About) -> bytes:
    moments = {
        "saved_at": about.saved_at and about.saved_at.isoformat(),
        "in_use_since": about.in_use_since and about.in_use_since.isoformat(),
    }
    return json.dumps({"latest_run": about.latest_run, **moments}, indent=2).encode() + b"\n"


def _about(files: Mapping[str, bytes]) -> About:
    """The inverse of `_written`. Raises SavedStateError."""
    try:
        found = json.loads(files[_ABOUT])
        return About(int(found["latest_run"]), _moment(found["saved_at"]), _moment(found["in_use_since"]))
    except (KeyError, TypeError, ValueError) as exc:
        raise SavedStateError(f"{_ABOUT} on the branch {BRANCH} is damaged", _BEGIN_ANEW) from exc


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

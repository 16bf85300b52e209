"""A closer look at what a run needs: the state, arXiv, the mail server. Sends no mail."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from digest.app import arxiv_client, smtp_transport
from digest.errors import DigestError, StoreError
from digest.files import make_private_folder, write_atomically
from digest.models import Config, SmtpServer
from digest.protocols import Clock
from digest.sources.arxiv import ArxivApi
from digest.store.database import Database


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; without a problem all is well."""

    subject: str
    problem: str = ""
    hint: str = ""


def examine(config: Config, clock: Clock) -> Iterator[Check]:
    """One check after the other, as they are done."""
    yield _check(f"the state {config.state} can be written", lambda: _check_state(config))
    yield _check(f"arXiv answers at {config.arxiv.api}", lambda: _check_arxiv(config, clock))
    if server := config.smtp:
        name = f"{server.host}:{server.port}"
        yield _check(
            f"the mail server {name} takes our TLS and password", lambda: _check_smtp(server, config)
        )
    else:
        yield _check(f"the outbox {config.outbox} can be written", lambda: _check_folder(config.outbox))


def _check(subject: str, look: Callable[[], None]) -> Check:
    try:
        look()
    except DigestError as exc:
        return Check(subject, str(exc), exc.hint)
    except OSError as exc:
        return Check(subject, str(exc), "let the program write there")
    return Check(subject)


def _check_state(config: Config) -> None:
    """Write beside the state, and read all of it if there is one."""
    _check_folder(config.state.parent)
    if not config.state.exists():
        return
    with closing(Database.open_existing(config.state)) as database:
        if damage := database.damage():
            raise StoreError(config.state, f"the state is damaged: {damage}", "restore it from a backup")


def _check_arxiv(config: Config, clock: Clock) -> None:
    with closing(arxiv_client(config, clock)) as client:
        ArxivApi(client, config.arxiv.api).newest("cat:cs.*", 1)


def _check_smtp(server: SmtpServer, config: Config) -> None:
    with closing(smtp_transport(server, config)) as transport:
        transport.connect()


def _check_folder(folder: Path) -> None:
    make_private_folder(folder)
    probe = folder / ".doctor"
    write_atomically(probe, b"")
    probe.unlink()

"""Postfix, Exim and OpenSMTPD as relays of tests: they accept every mail, hand it over to one port, and
return what is refused there.

Debian's packages of the three conflict, so `.ci/run` unpacks two of them below `build/servers`. Exim and
OpenSMTPD look for their programs, users and queue in fixed places: each runs in a mount namespace of its own,
where these places are ours, and the machine's stay as they are. Manuals: unshare(1), mount(8), exim4(8),
smtpd.conf(5).
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.support.home import PROJECT
from tests.support.ports import free_port
from tests.support.postfix import make_certificate, postfix, shared_folder, wait_for_listener
from tests.support.tools import unusable

SERVERS = PROJECT / "build" / "servers"
"""Where `.ci/run` unpacks the packages."""

_EXIM = """\
primary_hostname = relay.example.net
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
pid_file_path = {folder}/spool/pid
tls_advertise_hosts =
acl_smtp_rcpt = everything
acl_smtp_data = everything
begin acl
everything:
  accept
begin routers
everywhere:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = onward
begin transports
onward:
  driver = smtp
  port = {onward}
  allow_localhost
begin retry
* * F,2s,1s
"""
_OPENSMTPD = """\
queue ttl 3s
listen on 127.0.0.1 port {port} hostname relay.example.net
action "onward" relay host "smtp://127.0.0.1:{onward}"
match from any for any action "onward"
"""
_POSTFIX = (
    "relayhost = [127.0.0.1]:{onward}",
    "queue_run_delay = 1s",
    "minimal_backoff_time = 1s",
    "maximal_backoff_time = 1s",
    "maximal_queue_lifetime = 2s",
)
_USERS = ("Debian-exim", "opensmtpd", "opensmtpq")
_FIRST_ID = 61_000

_AS_INSTALLED = """\
set -e
mount -t overlay overlay -o lowerdir={servers}/usr:/usr /usr
mount --bind {folder}/passwd /etc/passwd
mount --bind {folder}/group /etc/group
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib
mount -t tmpfs -o mode=755 tmpfs /var/spool
mkdir -p /var/lib/opensmtpd/empty
mkdir -m 711 /var/spool/smtpd
exec "$@"
"""

Relay = Callable[[int], AbstractContextManager[int]]
"""Runs a relay that hands over to this port of the loopback interface; the port that it listens on."""


@contextmanager
def postfix_relay(onward: int) -> Iterator[int]:
    """A whole Postfix; see tests.support.postfix."""
    with shared_folder() as folder:
        settings = [setting.format(onward=onward) for setting in _POSTFIX]
        with postfix(make_certificate(folder), (), {"open": ()}, settings) as running:
            yield running.ports["open"]


@contextmanager
def exim(onward: int) -> Iterator[int]:
    """Exim, which gives up after two seconds."""
    arguments = ("/usr/sbin/exim4", "-bdf", "-q1s", "-C")
    with _installed("exim4", "exim4", _EXIM, arguments, onward) as port:
        yield port


@contextmanager
def opensmtpd(onward: int) -> Iterator[int]:
    """OpenSMTPD, which gives up after three seconds."""
    with _installed("opensmtpd", "smtpd", _OPENSMTPD, ("/usr/sbin/smtpd", "-d", "-f"), onward) as port:
        yield port


@contextmanager
def _installed(
    package: str, program: str, settings: str, arguments: tuple[str, ...], onward: int
) -> Iterator[int]:
    """Run a server of the unpacked packages. Its last argument is the file with its settings."""
    _require(package, program)
    with shared_folder() as folder:
        port, configuration = free_port(), folder / "configuration"
        configuration.write_text(settings.format(folder=folder, port=port, onward=onward))
        _add_users(folder)
        (folder / "spool").mkdir()
        os.chown(folder / "spool", _FIRST_ID, _FIRST_ID)
        command = [*_in_namespace(folder), *arguments, str(configuration)]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_for_listener(port)
                yield port
            finally:
                process.terminate()


def _require(package: str, program: str) -> None:
    if not (SERVERS / "usr" / "sbin" / program).exists():
        unusable(package, f"has no build/servers/usr/sbin/{program}: .ci/run fetches it")
    if os.geteuid() != 0:
        unusable(package, f"lets only root run {program}")
    with shared_folder() as folder:
        _add_users(folder)
        if subprocess.run([*_in_namespace(folder), "true"], capture_output=True).returncode:
            unusable(package, "lets nobody mount anything")


def _add_users(folder: Path) -> None:
    """Copies of the machine's users and groups, and those that the packages would make."""
    for name, line in (
        ("passwd", "{0}:x:{1}:{1}::/nonexistent:/usr/sbin/nologin\n"),
        ("group", "{0}:x:{1}:\n"),
    ):
        shutil.copy(Path("/etc") / name, folder)
        with (folder / name).open("a") as file:
            file.writelines(line.format(user, _FIRST_ID + number) for number, user in enumerate(_USERS))


def _in_namespace(folder: Path) -> list[str]:
    script = _AS_INSTALLED.format(servers=SERVERS, folder=folder)
    return ["unshare", "--mount", "sh", "-c", script, "sh"]

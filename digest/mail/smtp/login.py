"""Log in to a mail server (RFC 4954): by a password, or by an access token (XOAUTH2, RFC 7628).

Each way to log in ends with a reply. A refusal becomes LoginRefused: its text has the codes, its `detail` the
server's words without user and password, and its hint what they mean.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from digest.domain.settings import SmtpServer
from digest.errors import LoginRefused, TransportUnavailable
from digest.mail.smtp.connection import Connection
from digest.mail.smtp.login_advice import login_advice, mechanism_advice
from digest.mail.smtp.replies import Reply, shown
from digest.mail.smtp.token import fetch_token

_WELCOME, _GO_ON = 235, 334
_UNKNOWN_MECHANISM = (500, 501, 502, 504)


@dataclass(frozen=True, slots=True)
class Login:
    """A user, and the password or the token that proves it."""

    user: str = field(repr=False)
    secret: str = field(repr=False)
    with_token: bool = False

    @property
    def secrets(self) -> tuple[str, str]:
        """What no error may show."""
        return (self.user, self.secret)


def login_of(server: SmtpServer) -> Login | None:
    """What to log in with now; None: nothing. Fetches a token. Raises TransportUnavailable."""
    if not server.user:
        return None
    if server.token:
        return Login(server.user, fetch_token(server.token), with_token=True)
    return Login(server.user, server.password or "")


def log_in(smtp: Connection, server: SmtpServer, login: Login) -> None:
    """Log in by the first way that we know and the server offers. Raises LoginRefused or, if there is none,
    TransportUnavailable."""
    ways = _WAYS_WITH_TOKEN if login.with_token else _WAYS
    known = [name for name in ways if name in smtp.offered]
    if not known:
        raise _no_way(smtp, login)
    for name in known:
        problem = ""
        try:
            reply = ways[name](smtp, login)
        except OSError as exc:
            problem = shown(exc)
        if problem:  # outside of the block: no error may have one as its cause that knows the password
            raise LoginRefused(f"{smtp.name} did not let us log in: {problem}")
        if reply.code == _WELCOME:
            smtp.tell(f"logged in by {name}")
            return
        if reply.code not in _UNKNOWN_MECHANISM:
            break
    raise _refused(smtp, server, login, reply)


def _refused(smtp: Connection, server: SmtpServer, login: Login, reply: Reply) -> LoginRefused:
    codes = reply.wordless.redacted()
    given = "our token" if login.with_token else "our user and password"
    match reply.code // 100:
        case 5:
            what = f"refused {given}: {codes}"
        case 4:
            what = f"cannot check {given} now: {codes}"
        case _:
            what = f"did not let us log in: {codes}"
    error = LoginRefused(f"{smtp.name} {what} (it offers {', '.join(smtp.offered)})")
    error.detail = f"it says: {reply.redacted(login.secrets, login.user.rpartition('@')[0])}"
    error.hint = login_advice(server.host, reply, with_token=login.with_token)
    return error


def _no_way(smtp: Connection, login: Login) -> TransportUnavailable:
    ways = ", ".join(smtp.offered)
    what = f"takes no login but by {ways}" if ways else "takes no user and password (no AUTH)"
    error = TransportUnavailable(f"{smtp.name} {what}")
    error.hint = mechanism_advice(
        smtp.offered,
        is_encrypted=smtp.is_encrypted,
        has_starttls=smtp.has_extn("STARTTLS"),
        with_token=login.with_token,
    )
    return error


def _plain(smtp: Connection, login: Login) -> Reply:
    """RFC 4616"""
    words = "\0".join(("", login.user, login.secret))
    return smtp.exchange(f"AUTH PLAIN {_encoded(words)}")


def _login(smtp: Connection, login: Login) -> Reply:
    """No standard, but widespread: the server asks for the user, then for the password."""
    reply = smtp.exchange("AUTH LOGIN")
    for word in (login.user, login.secret):
        if reply.code != _GO_ON:
            break
        reply = smtp.exchange(_encoded(word))
    return reply


def _cram_md5(smtp: Connection, login: Login) -> Reply:
    """RFC 2195: the password itself is not sent."""
    reply = smtp.exchange("AUTH CRAM-MD5")
    if reply.code != _GO_ON:
        return reply
    proof = hmac.new(login.secret.encode(), _decoded(reply), "md5").hexdigest()
    return smtp.exchange(_encoded(f"{login.user} {proof}"))


def _xoauth2(smtp: Connection, login: Login) -> Reply:
    """Source: https://developers.google.com/workspace/gmail/imap/xoauth2-protocol"""
    return _with_token(smtp, "XOAUTH2", f"user={login.user}\1auth=Bearer {login.secret}\1\1", answer="")


def _oauthbearer(smtp: Connection, login: Login) -> Reply:
    """RFC 7628, section 3"""
    user = login.user.replace("=", "=3D").replace(",", "=2C")
    return _with_token(smtp, "OAUTHBEARER", f"n,a={user},\1auth=Bearer {login.secret}\1\1", answer="\1")


def _with_token(smtp: Connection, name: str, initial: str, *, answer: str) -> Reply:
    """A refusal comes in two replies: why, as JSON, and the end. Both are returned as one."""
    reply = smtp.exchange(f"AUTH {name} {_encoded(initial)}")
    if reply.code != _GO_ON:
        return reply
    why = _decoded(reply)
    end = smtp.exchange(_encoded(answer))
    return Reply(end.code, end.words + b"\n" + why)


_WAYS: Mapping[str, Callable[[Connection, Login], Reply]] = {
    "PLAIN": _plain,
    "LOGIN": _login,
    "CRAM-MD5": _cram_md5,
}
_WAYS_WITH_TOKEN: Mapping[str, Callable[[Connection, Login], Reply]] = {
    "XOAUTH2": _xoauth2,
    "OAUTHBEARER": _oauthbearer,
}
"""The ways to log in, the first choice first."""


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _decoded(reply: Reply) -> bytes:
    """The challenge of the server; what is not base64 stays as it is."""
    try:
        return base64.b64decode(reply.words, validate=True)
    except binascii.Error:
        return reply.words

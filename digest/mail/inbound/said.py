"""Understand a subject or a line that may be a request, whatever mail programs and gateways made of it."""

import re
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from urllib.parse import unquote

from digest.domain.preferences import Action
from digest.mail.inbound.wishes import is_wish, plain

_LONGEST = 400
"""Characters of a subject or a line that may be a request."""

_MOST_PREFIXES = 10
_MOST_TOKENS = 20
_TOKEN_LENGTH = 32
_TOKEN = re.compile(r"(?<![a-z0-9])[a-z2-7]{32}(?![a-z0-9])")
_TOGETHER = re.compile(r"\bunsubscribe(?=[a-z2-7]{32}\b)")
_ACTION = re.compile(
    r"(?:mute(?P<mute>[0-9a-f]{8})|(?P<weekly>weekly)|pause(?:until)?(?P<pause>\d{8})|"
    r"more(?:like)?(?P<more>\d{8,9})|(?P<reset>reset))(?P<token>[a-z2-7]{32})",
    re.ASCII,
)
"""The subjects of digest.mail.content.actions, without spaces: these get lost, or are put where none was."""

_ACTION_WORD = re.compile(rf"\b(?:{'|'.join(Action)})\b")
_LETTERS = re.compile(r"[a-z2-7]+")

# What gateways put before or behind a subject: `[EXT]`, `{Spam?}`, `(External)`, `***SPAM***`, `##SPAM##`.
_MARK = re.compile(
    r"[\[{(<【（［〔「][^\[\]{}()<>【】（）［］〔〕「」]{0,60}[\]})>】）］〕」]|"
    r"([*#_=~!-])\1+[^*#_=~!-]{1,40}\1\1+|[*_][^*_]{1,40}[*_]"
)

# Their words without brackets, of which each may end with a colon.
_GATEWAY = re.compile(
    r"(?:extern(?:al|e|o)?|esterno|ext|(?:(?:suspected|probable|possible|likely) )?spam|junk|bulk|suspect|"
    r"caution|warning|warnung|achtung|attention|avertissement|untrusted|unverified|外部|外部邮件|外部メール|"
    r"垃圾邮件|垃圾郵件|スパム|迷惑メール|스팸)(?: ?(?:e-?mail|mail|sender|message))?\W+",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"^[^\w\[({<]+")
_PREFIX = re.compile(r"([^:：]{1,40})[:：]\s*")
_SUBJECT = re.compile(r"subject|betreff|objet|asunto|assunto|oggetto|тема|主题|主題|件名|제목|mailto")
_SENTENCE = re.compile(r"[.!] | [-–—|] ")
_LINK = re.compile(r"^\s*(?:mailto:\S*)?\??subject=|[?&](?:body|cc)=.*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asked:
    """An action that a subscriber asks for: what it is about, such as a day, and the subscriber's token."""

    action: Action
    about: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """What a subject or a line says, if it says nothing but a wish to leave, or asks for an action."""

    token: str = field(default="", repr=False)
    is_wish: bool = False
    """A wish without a token, such as `unsubscribe`."""
    is_reply: bool = False
    """A prefix stands before it, such as `Re:`."""
    is_nothing: bool = False
    """It is empty."""
    asked: Asked | None = None

    @property
    def is_other(self) -> bool:
        """Whether it says something else."""
        return not (self.token or self.is_wish or self.is_nothing or self.asked)


def said_in_subject(subject: str) -> Said:
    """What a subject says, without the prefixes and marks that it got."""
    rest, is_reply = _LINK.sub("", _unquoted(subject[:_LONGEST])), False
    rest = _MARK.sub(lambda mark: mark[0] if _TOKEN.search(plain(mark[0])) else " ", rest).strip()
    for _ in range(_MOST_PREFIXES):
        rest = _SIGNS.sub("", rest)
        if _asked(rest):  # `Weekly: TOKEN`
            break
        if found := _GATEWAY.match(rest):
            rest = rest[found.end() :]
        elif found := _PREFIX.match(rest):
            if is_wish(found[1]):  # `Unsubscribe: TOKEN`
                rest = f"{found[1]} {rest[found.end() :]}"
                continue
            is_reply = is_reply or not _SUBJECT.fullmatch(plain(found[1]))
            rest = rest[found.end() :]
        else:
            break
    names_action = bool(_ACTION_WORD.search(plain(subject[:_LONGEST])))
    whole = _said(rest or subject[:_LONGEST], is_reply, names_action)
    last = _said(_SENTENCE.split(rest)[-1], True, names_action)  # a gateway's sentence stands before it
    return last if whole.is_other and (last.token or last.asked) else whole


def said(line: str) -> Said:
    """What a line of a text says."""
    return _said(_unquoted(line), is_reply=False) if len(line) <= _LONGEST else Said()


def tokens_in(text: str) -> list[str]:
    """All that looks like a token in a text."""
    found = (match[0] for match in _TOKEN.finditer(_unquoted(text).lower()))
    return list(dict.fromkeys(found))[:_MOST_TOKENS]


def _said(text: str, is_reply: bool, names_action: bool = False) -> Said:
    """`names_action`: it is the end of what names an action, where a token alone is no wish to leave."""
    if asked := _asked(text):
        return Said(asked=asked, is_reply=is_reply)
    words = _TOGETHER.sub("unsubscribe ", plain(text)).split()
    token, rest = _token_and_rest(words)
    if token and (is_wish(rest) if rest else not names_action):
        return Said(token, is_reply=is_reply)
    return Said(is_wish=is_wish(text), is_reply=is_reply, is_nothing=not words)


def _asked(text: str) -> Asked | None:
    found = _ACTION.fullmatch(plain(text).replace(" ", ""))
    if not found:
        return None
    action = next(action for action in Action if found[action])
    about = "" if found[action] == action else found[action]
    try:
        written = date.fromisoformat(about).isoformat() if action is Action.PAUSE else about
    except ValueError:  # no day of the calendar
        return None
    return Asked(action, f"{about[:4]}.{about[4:]}" if action is Action.LIKE else written, found["token"])


def _token_and_rest(words: list[str]) -> tuple[str, str]:
    """The token and all other words; the token may be folded into several words."""
    for length in (1, 2, 3, 4):
        for start in range(len(words) - length + 1):
            token = "".join(words[start : start + length])
            if len(token) == _TOKEN_LENGTH and _LETTERS.fullmatch(token):
                rest = words[:start] + words[start + length :]
                return token, " ".join(word for word in rest if word != token)
    return "", ""


def _unquoted(text: str) -> str:
    """`unsubscribe%20a` → `unsubscribe a`, also where a program quoted it twice or in another code."""
    return unescape(unquote(unquote(text))).replace("=20", " ")

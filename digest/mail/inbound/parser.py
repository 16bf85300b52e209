"""Find out what an incoming message is: a request, a complaint, a bounce, or none of them.

The sender is not trusted: `From` proves nothing and is not read. Only secrets that nobody can guess count
(domain.tokens): the token of a request, the Message-ID of a mail that is returned or answered.
"""

from collections.abc import Callable
from email.message import Message
from typing import TypeVar

from digest.mail.inbound.answers import Answer
from digest.mail.inbound.automatic import is_noise
from digest.mail.inbound.bounces.verdict import bounce
from digest.mail.inbound.complaints import complaint, is_feedback
from digest.mail.inbound.mime import TooComplex, is_report, parsed
from digest.mail.inbound.requests import action_request, unsubscribe_request
from digest.system.cpu_time import CpuTimeExceeded, cpu_limit

_MOST_SECONDS = 5  # of CPU time. A message takes a twentieth of a second: this is for what nobody knows yet

_Found = TypeVar("_Found")


def read(message: bytes) -> Answer | None:
    """The request or the bounce that the message is; None for any other. Raises TooComplex.

    Main thread only.
    """
    return _looked_at(message, _answer)


def needs_nobody(message: bytes) -> bool:
    """Whether no person has to read the message if nothing was understood. Raises TooComplex.

    Main thread only.
    """
    return bool(_looked_at(message, is_noise))


def _answer(message: Message) -> Answer | None:
    if is_feedback(message):
        return complaint(message)
    if found := bounce(message):
        return found
    return None if is_report(message) else unsubscribe_request(message) or action_request(message)


def _looked_at(message: bytes, look: Callable[[Message], _Found]) -> _Found | None:
    """What is found in the message within the limits; None if it is no message. Raises TooComplex."""
    try:
        with cpu_limit(_MOST_SECONDS):
            return look(parsed(message))
    except CpuTimeExceeded as exc:
        raise TooComplex from exc
    except TooComplex:
        raise
    except Exception:  # the email package raises a dozen types of errors for what strangers write
        return None

"""Find out what an incoming message is: an unsubscribe request, a bounce, or neither.

The sender is not trusted: `From` proves nothing and is not read. Only secrets that nobody can guess count
(domain.tokens): the token of a request, the Message-ID of a returned mail.
"""

from digest.mail.inbound.answers import Bounce, UnsubscribeRequest
from digest.mail.inbound.bounces.verdict import bounce
from digest.mail.inbound.mime import TooComplex, is_report, parsed
from digest.mail.inbound.requests import unsubscribe_request
from digest.system.cpu_time import CpuTimeExceeded, cpu_limit

_MOST_SECONDS = 5  # of CPU time. A message takes a twentieth of a second: this is for what nobody knows yet


def read(message: bytes) -> UnsubscribeRequest | Bounce | None:
    """The request or the bounce that the message is; None for any other. Raises TooComplex.

    Main thread only.
    """
    try:
        with cpu_limit(_MOST_SECONDS):
            parts = parsed(message)
            return bounce(parts) or (None if is_report(parts) else unsubscribe_request(parts))
    except CpuTimeExceeded as exc:
        raise TooComplex from exc
    except TooComplex:
        raise
    except Exception:  # the email package raises a dozen types of errors for what strangers write
        return None

"""How long a mail server may take: for each step, and for a whole mail."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How many seconds each step may take (RFC 5321, section 4.5.3.2), and a mail with all its steps."""

    connect: float = 60.0
    """To look up the name and for TCP, and again for TLS; the RFC sets no limit."""
    command: float = 300.0
    """For the greeting, and for every reply that is not named here."""
    data: float = 120.0
    block: float = 180.0
    """To send a part of the content."""
    end_of_data: float = 600.0
    """For the reply to the end of data; a shorter wait makes duplicates (section 4.5.3.2.6)."""
    quit: float = 10.0
    """The results of all mails are known by then, so a longer wait has no use."""
    mail: float = 3000.0
    """From the beginning to the end of data, whose reply has its own time: a bit more than the slowest server
    that keeps to the RFC needs for a mail with a login and two blocks."""
    silence: float = 5.0
    """After so many seconds without a greeting, another connection shows whether the port wants TLS first; it
    has as many again."""


LOOK = Timeouts(connect=15.0, command=30.0, data=60.0, block=60.0)
"""For a command whose user waits. The reply to the end of data keeps its time."""

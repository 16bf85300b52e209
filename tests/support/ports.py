"""Ports for servers of tests that run side by side."""

import random
import socket
from contextlib import suppress


def free_port() -> int:
    """A port of the loopback interface for a server that starts later.

    None of those that the system assigns by itself (net.ipv4.ip_local_port_range), as other
    tests do at the same time.
    """
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port

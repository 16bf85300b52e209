"""A private key for tests: of no domain, and known to everybody. Making a new one takes too long."""

from pathlib import Path

KEY = (Path(__file__).parent / "data" / "dkim_key.pem").read_bytes()
"""RSA, 2048 bits, PEM (PKCS #8)."""


def write_key(file: Path, content: bytes = KEY) -> Path:
    """The file, for its owner alone."""
    file.touch(mode=0o600)
    file.write_bytes(content)
    return file

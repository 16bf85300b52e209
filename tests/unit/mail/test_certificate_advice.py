"""What a refused certificate means, wherever the host is written."""

import ssl

import pytest

from digest.mail.certificate_advice import certificate_advice


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (62, "write the host in the inbox address as the server's certificate has it: a.example"),
        (64, "write the host in the inbox address as the server's certificate has it: a.example"),
        (10, "renew the certificate of the server; see also that the clock of this machine is right"),
        (
            18,
            (
                "if the server is your own, add ?ca=FILE to the inbox address, where FILE has "
                "the certificate of the server or of who signed it (PEM)"
            ),
        ),
        (
            20,
            (
                "if the authority is your own, add ?ca=FILE to the inbox address, where FILE has "
                "the certificate of the authority (PEM); else install ca-certificates"
            ),
        ),
    ],
)
def test_the_advice_goes_by_the_code(code: int, advice: str) -> None:
    error = ssl.SSLCertVerificationError(1, "failed")
    error.verify_code = code
    assert certificate_advice(error, ["a.example"], "inbox address") == advice

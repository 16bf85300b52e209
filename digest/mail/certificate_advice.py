"""What to do about a certificate that is refused. Pure."""

import ssl
from collections.abc import Sequence

# The codes: X509_STORE_CTX_get_error(3ssl), and x509_vfy.h.
OTHER_NAME = (62, 64)
"""The certificate is another host's, or another address's."""
_CA = "add ?ca=FILE to the {address}, where FILE has the certificate of"
_SELF_SIGNED = f"if the server is your own, {_CA} the server or of who signed it (PEM)"
_OTHER_AUTHORITY = f"if the authority is your own, {_CA} the authority (PEM); else install ca-certificates"
_ADVICE = {
    9: "see that the clock of this machine is right: the certificate is not valid yet",
    10: "renew the certificate of the server; see also that the clock of this machine is right",
    18: _SELF_SIGNED,
    19: _SELF_SIGNED,
}


def certificate_advice(
    error: ssl.SSLCertVerificationError, names: Sequence[str] = (), address: str = "SMTP URL"
) -> str:
    """What to do: `names` are the hosts that the certificate is for, if known; `address` is what a person
    has written the host in."""
    if error.verify_code in OTHER_NAME:
        known = f": {', '.join(names)}" if names else ""
        return f"write the host in the {address} as the server's certificate has it{known}"
    return _ADVICE.get(error.verify_code, _OTHER_AUTHORITY).format(address=address)

"""Signatures of mails. That another program accepts them is in e2e/test_dkim.py."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.domain.mails import Mail
from digest.domain.settings import DkimSettings, MailSettings
from digest.errors import RenderError
from digest.mail.dkim import OVERSIGNED, SIGNED, DkimSigner, is_public_part, record_of, tidy_key
from digest.mail.mime import compose_message, compose_notice
from tests.support.builders import subscriber
from tests.support.dkim_keys import KEY, write_key
from tests.unit.mail.test_mime import BASIC, read

DKIM = DkimSettings("example.org", "papers", KEY)
SETTINGS = MailSettings(
    "Daily Papers <papers@example.org>", unsubscribe_url="https://example.org/u", dkim=DKIM
)
DATE = datetime(2026, 6, 22, 7, tzinfo=UTC)


def signed() -> Mail:
    return compose_message(
        BASIC,
        SETTINGS,
        subscriber("jörg@example.org", name="Jörg"),
        message_id="<1@example.org>",
        token="q7",
        date=DATE,
        sign=DkimSigner(DKIM),
    )


def tags(content: bytes) -> dict[str, str]:
    field = re.sub(r"\s", "", str(read(content)["DKIM-Signature"]))
    return dict(tag.split("=", 1) for tag in field.split(";"))


def test_a_signature_covers_every_header_and_some_once_more_than_they_are_there() -> None:
    made = signed()
    names = tags(made.content)["h"].split(":")
    headers = [name.lower() for name in read(made.content).keys()[1:]]
    unsigned = {"auto-submitted", "precedence"}
    assert sorted(names) == sorted([*(set(headers) - unsigned), *map(str.lower, OVERSIGNED)])
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(names) <= set(map(str.lower, SIGNED))


def test_a_signature_says_whose_it_is_and_how_it_was_made() -> None:
    found = tags(signed().content)
    assert [found[tag] for tag in "vacds"] == ["1", "rsa-sha256", "relaxed/relaxed", "example.org", "papers"]
    assert "l" not in found  # which would let anybody append to the mail


def test_a_signature_is_folded_and_the_first_header() -> None:
    block = signed().content.partition(b"\r\n\r\n")[0]
    lines = block[: block.index(b"\r\nFrom:")].split(b"\r\n")
    assert (lines[0].startswith(b"DKIM-Signature: v=1;"), max(map(len, lines)) <= 78) == (True, True)


def test_a_notice_to_the_operator_is_signed_too() -> None:
    notice = compose_notice(
        BASIC, SETTINGS, "op@example.org", message_id="<2@example.org>", date=DATE, sign=DkimSigner(DKIM)
    )
    assert "content-transfer-encoding" in tags(notice.content)["h"].split(":")


def test_the_record_for_the_dns_has_the_public_part_as_openssl_writes_it(tmp_path: Path) -> None:
    command = ["openssl", "rsa", "-in", str(write_key(tmp_path / "key.pem")), "-pubout"]
    lines = subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()
    public = "".join(lines[1:-1])
    assert record_of(KEY) == f"v=DKIM1; k=rsa; p={public}"
    assert is_public_part(public, KEY)
    assert is_public_part(f"{public[:100]} {public[100:]}", KEY)


@pytest.mark.parametrize("published", ["", "AAAA", "not base64", "MCowBQYDK2VwAyEAinvented"])
def test_what_is_not_the_public_part_is_told_apart(published: str) -> None:
    assert not is_public_part(published, KEY)


def test_what_cannot_be_signed_is_not_sent() -> None:
    with pytest.raises(RenderError, match=r"^the message cannot be signed \(MessageFormatError\)$"):
        DkimSigner(DKIM)(b"no header\r\n\r\nbody\r\n")


def test_a_key_is_taken_with_a_mark_at_its_start_and_other_line_ends() -> None:
    assert tidy_key(b"\xef\xbb\xbf" + KEY.replace(b"\n", b"\r\n") + b"\r\n") == KEY

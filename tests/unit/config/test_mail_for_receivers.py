"""What the configuration says of signatures, return paths and one click, from the file to the settings."""

import subprocess
from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.domain.settings import Config, DkimSettings
from digest.errors import ConfigError
from tests.support.dkim_keys import KEY, write_key

_SUBSCRIBERS = "subscribers: [{email: ada@example.org, keywords: [Reasoning]}]\n"
_DKIM = "mail:\n  from: digest@example.org\n  dkim: {key_file: dkim.pem, selector: papers}\n"


def loaded(folder: Path, settings: str) -> Config:
    file = folder / "subscribers.yaml"
    file.write_text(_SUBSCRIBERS + settings)
    return load_config(file, {"DIGEST_DNS_SERVER": "127.0.0.1:5353"})


def fault(folder: Path, settings: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, settings)
    [found] = caught.value.faults
    return str(found).removeprefix(f"{folder}/subscribers.yaml:").replace(f"{folder}/", "")


def test_a_key_signs_for_the_senders_domain_unless_another_is_named(tmp_path: Path) -> None:
    write_key(tmp_path / "dkim.pem", KEY.replace(b"\n", b"\r\n"))
    assert loaded(tmp_path, _DKIM).mail.dkim == DkimSettings("example.org", "papers", KEY)
    other = _DKIM.replace("papers}", "papers, domain: Mail.Example.org}")
    config = loaded(tmp_path, other)
    assert (config.mail.dkim, config.warnings) == (DkimSettings("mail.example.org", "papers", KEY), ())
    assert "PRIVATE" not in repr(config)


def test_the_environments_name_server_wins(tmp_path: Path) -> None:
    assert loaded(tmp_path, "mail: {name_server: 192.0.2.1}").mail.name_server == "127.0.0.1:5353"


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    write_key(tmp_path / "dkim.pem").chmod(0o640)
    assert fault(tmp_path, _DKIM) == (
        "4:20: mail.dkim.key_file: dkim.pem: others may read this secret; run: chmod 600 dkim.pem"
    )


def test_a_key_that_is_missing_is_a_fault(tmp_path: Path) -> None:
    assert fault(tmp_path, _DKIM).startswith("4:20: mail.dkim.key_file: dkim.pem: cannot be read (")


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("echo hello", "not a private RSA key in PEM; make one with: openssl genrsa -out FILE 2048"),
        ("openssl genpkey -algorithm ed25519", "not a private RSA key in PEM; "),
        ("openssl genrsa 1024", "an RSA key of 1024 bits; make one with: "),
        ("openssl rsa -in KEY -pubout", "this is the public key, which goes into the DNS; "),
        ("openssl rsa -in KEY -aes128 -passout pass:secret", "the key has a password; "),
        ("head -c 900 KEY", "not a private RSA key in PEM; "),
        ("sed s/[a-f]/x/ KEY", "; make one with: openssl genrsa -out FILE 2048"),
    ],
    ids=["a text", "another kind", "too short", "public", "with a password", "cut off", "damaged"],
)
def test_a_file_that_is_no_key_is_a_fault_with_a_remedy(tmp_path: Path, command: str, problem: str) -> None:
    own = write_key(tmp_path / "own.pem")
    made = subprocess.run(command.replace("KEY", str(own)).split(), capture_output=True, check=True)
    write_key(tmp_path / "dkim.pem", made.stdout)
    found = fault(tmp_path, _DKIM)
    assert found.startswith("4:20: mail.dkim.key_file: dkim.pem: ")
    assert problem in found


def test_a_section_for_signatures_has_its_own_keys(tmp_path: Path) -> None:
    write_key(tmp_path / "dkim.pem")
    assert fault(tmp_path, "mail: {dkim: {key_file: dkim.pem}}") == (
        "2:14: mail.dkim.selector: missing; add a line such as selector: papers"
    )
    assert fault(tmp_path, "mail: {dkim: yes}") == (
        "2:14: mail.dkim: keys and values are needed; write lines such as key_file: dkim.pem"
    )
    wrong = "mail: {dkim: {key_file: dkim.pem, selector: papers, key: x}}"
    assert fault(tmp_path, wrong).endswith(
        ": unknown key; the keys known here are domain, key_file, selector"
    )


def test_the_key_is_no_file_that_the_program_writes(tmp_path: Path) -> None:
    write_key(tmp_path / "dkim.pem")
    assert "archive.file: dkim.pem is the key that signs mails" in fault(
        tmp_path, f"{_DKIM}archive: {{file: dkim.pem}}"
    )


@pytest.mark.parametrize(
    ("sender", "settings", "warning"),
    [
        ("example.org", "return_path: bounces@mail.example.org", ""),
        ("a.example.org", "return_path: bounces@b.example.org", ""),
        ("a.co.uk", "return_path: bounces@b.a.co.uk", ""),
        ("a.co.uk", "return_path: bounces@b.co.uk", "not in the sender's domain a.co.uk, so SPF"),
        ("example.org", "return_path: bounces@example.net", "not in the sender's domain example.org, so SPF"),
        (
            "example.org",
            "dkim: {key_file: dkim.pem, selector: s, domain: example.net}",
            "not the sender's domain example.org, so the signature does not count for DMARC; ",
        ),
    ],
)
def test_domains_that_do_not_go_together_are_a_warning(
    tmp_path: Path, sender: str, settings: str, warning: str
) -> None:
    write_key(tmp_path / "dkim.pem")
    config = loaded(tmp_path, f"mail:\n  from: digest@{sender}\n  {settings}\n")
    assert len(config.warnings) == bool(warning)
    assert all(warning in str(found) and ":4:" in str(found) for found in config.warnings)

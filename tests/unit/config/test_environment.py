from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.config.environment import Overrides, fault_of, read_environment, started_at
from digest.errors import ConfigError, ConfigFault


def test_without_our_variables_nothing_is_set() -> None:
    assert read_environment({"HOME": "/root", "DIGEST_STATE": ""}) == (Overrides(), [])


def test_every_variable_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {
        "DIGEST_STATE": "state.db",
        "DIGEST_OUTBOX": "/out",
        "DIGEST_ARXIV_API": "http://127.0.0.1:1/api",
        "DIGEST_ARXIV_FEED": "http://127.0.0.1:1/atom",
        "DIGEST_ARXIV_OAI": "http://127.0.0.1:1/oai",
        "DIGEST_ARXIV_INTERVAL": "0.25",
        "DIGEST_RETRY_SCALE": "0",
        "DIGEST_SMTP_URL": "smtp://localhost",
        "CREDENTIALS_DIRECTORY": "/run/credentials/digest.service",
    }
    assert read_environment(environment) == (
        Overrides(
            state=tmp_path / "state.db",
            outbox=Path("/out"),
            api="http://127.0.0.1:1/api",
            feed="http://127.0.0.1:1/atom/",
            oai="http://127.0.0.1:1/oai",
            interval_seconds=0.25,
            retry_scale=0.0,
            smtp_url="smtp://localhost",
            credentials=Path("/run/credentials/digest.service"),
        ),
        [],
    )


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "1e3", "three", "1,5"])
def test_a_number_is_plain_and_not_negative(text: str) -> None:
    problem = f'"{text}" is not a number of 0 or more; write one such as 3 or 0.5'
    assert read_environment({"DIGEST_RETRY_SCALE": text}) == (
        Overrides(),
        [fault_of("DIGEST_RETRY_SCALE", problem)],
    )


def test_a_line_end_behind_a_value_does_not_count() -> None:
    overrides, faults = read_environment({"DIGEST_PING_URL": "https://hc.example/secret\r"})
    assert (overrides.ping_url, faults) == ("https://hc.example/secret", [])


@pytest.mark.parametrize("url", ["https://hc.example/se\x7fcret", "http://hc.example/secret"])
def test_a_fault_of_an_address_does_not_quote_it(url: str) -> None:
    overrides, (fault,) = read_environment({"DIGEST_PING_URL": url})
    assert (overrides.ping_url, "cret" in str(fault)) == (None, False)


def test_a_smtp_url_and_a_smtp_url_file_exclude_each_other(tmp_path: Path) -> None:
    environment = {"DIGEST_SMTP_URL": "smtp://localhost", "DIGEST_SMTP_URL_FILE": str(tmp_path)}
    _, faults = read_environment(environment)
    assert faults == [
        ConfigFault(
            "DIGEST_SMTP_URL", None, None, "", "DIGEST_SMTP_URL_FILE is set too; unset one of the two"
        )
    ]


def test_the_smtp_url_is_not_in_a_repr() -> None:
    assert "hunter2" not in repr(read_environment({"DIGEST_SMTP_URL": "smtps://u:hunter2@h"}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-22T07:00:00Z", datetime(2026, 6, 22, 7, tzinfo=UTC)),
        ("2026-06-22T07:00:00+02:00", datetime(2026, 6, 22, 5, tzinfo=UTC)),
        ("2026-06-22 07:00", datetime(2026, 6, 22, 7, tzinfo=UTC)),
        ("", None),
    ],
    ids=["Z", "offset", "no offset", "empty"],
)
def test_the_time_of_the_start_is_in_utc(text: str, expected: datetime | None) -> None:
    assert started_at({"DIGEST_NOW": text}) == expected


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "0001-01-01T00:00+12:00"])
def test_an_invalid_time_of_the_start_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        started_at({"DIGEST_NOW": text})
    assert (
        str(caught.value) == f'DIGEST_NOW: "{text}" is not a moment; write one such as 2026-06-22T07:00:00Z'
    )

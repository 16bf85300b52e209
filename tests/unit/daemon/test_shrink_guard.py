"""Which configurations have shrunk; tests/unit/daemon/test_loop.py has what the daemon does with them."""

from dataclasses import replace
from pathlib import Path

import pytest

from digest.daemon.shrink_guard import has_shrunk
from digest.domain.settings import SmtpServer
from tests.support.builders import config, keyword, subscriber

EVERYBODY = [subscriber(f"{name}@example.org", keyword(name)) for name in ("ada", "bo", "cy", "dee")]


@pytest.mark.parametrize(("left", "expected"), [(0, True), (1, True), (2, False), (4, False)])
def test_a_configuration_has_shrunk_without_more_than_half_of_its_subscribers(
    tmp_path: Path, left: int, expected: bool
) -> None:
    before = config(tmp_path, *EVERYBODY)
    assert has_shrunk(before, replace(before, subscribers=tuple(EVERYBODY[:left])), 100, 100) is expected


@pytest.mark.parametrize(("bytes_after", "expected"), [(49, True), (50, False), (200, False)])
def test_a_configuration_has_shrunk_with_its_file(tmp_path: Path, bytes_after: int, expected: bool) -> None:
    same = config(tmp_path, *EVERYBODY)
    assert has_shrunk(same, same, 100, bytes_after) is expected


def test_a_configuration_has_shrunk_without_its_mail_server(tmp_path: Path) -> None:
    without = config(tmp_path, *EVERYBODY)
    with_server = replace(without, smtp=SmtpServer("mail.example.org", 465, "tls"))
    assert has_shrunk(with_server, without, 100, 100)
    assert not has_shrunk(without, with_server, 100, 100)


def test_a_configuration_has_shrunk_without_most_of_its_keywords(tmp_path: Path) -> None:
    before = config(tmp_path, replace(EVERYBODY[0], keywords=tuple(map(keyword, "abc"))))
    assert has_shrunk(before, config(tmp_path, EVERYBODY[0]), 100, 100)

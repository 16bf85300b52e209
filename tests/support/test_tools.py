import stat
from pathlib import Path

import pytest

from tests.support.tools import REQUIRED, required_module, required_tool, unusable


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program on the path."""
    file = tmp_path / "invented-program"
    file.touch(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(tmp_path))
    return file


def test_a_program_that_is_there_is_found(program: Path) -> None:
    assert required_tool("invented", "invented-program") == str(program)


@pytest.mark.parametrize(
    "required", ["", "chromium", "inventedly"], ids=["nothing", "another", "a longer name"]
)
def test_a_test_whose_program_is_missing_is_skipped_and_the_package_named(
    monkeypatch: pytest.MonkeyPatch, required: str
) -> None:
    monkeypatch.setenv(REQUIRED, required)
    with pytest.raises(pytest.skip.Exception) as skipped:
        required_tool("invented", "invented-program")
    assert str(skipped.value) == "this machine has no invented-program: install the package invented"


@pytest.mark.parametrize("required", ["invented", "chromium, invented"], ids=["alone", "among others"])
def test_where_the_package_is_required_its_tests_fail(monkeypatch: pytest.MonkeyPatch, required: str) -> None:
    monkeypatch.setenv(REQUIRED, required)
    with pytest.raises(pytest.fail.Exception) as failed:
        required_tool("invented", "invented-program")
    assert str(failed.value) == (
        "this machine has no invented-program: install the package invented "
        "(invented is required by DIGEST_TESTS_REQUIRE)"
    )


def test_a_module_of_perl_that_is_missing_counts_as_a_program_that_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    perl = tmp_path / "perl"
    perl.write_text('#!/bin/sh\n[ "$1" = -MThere ]\n')
    perl.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(REQUIRED, raising=False)
    assert required_module("invented", "There") == str(perl)
    with pytest.raises(pytest.skip.Exception, match=r"has no Missing: install the package invented$"):
        required_module("invented", "Missing")


def test_a_program_that_cannot_be_used_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"^this machine lets only root start it$"):
        unusable("invented", "lets only root start it")
    monkeypatch.setenv(REQUIRED, "invented")
    with pytest.raises(pytest.fail.Exception, match=r"lets only root start it \(invented is required"):
        unusable("invented", "lets only root start it")

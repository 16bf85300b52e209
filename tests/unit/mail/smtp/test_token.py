"""Where a token comes from, and what is said if none comes."""

from pathlib import Path

import pytest

from digest.domain.settings import TokenSource
from digest.errors import TransportUnavailable
from digest.mail.smtp.token import fetch_token

FILE_HINT = "see that the program that renews mail.smtp_token_file works"
COMMAND_HINT = "run the command under mail.smtp_token_command yourself: it must print the token alone"


def script(folder: Path, text: str) -> TokenSource:
    (folder / "fetch").write_text(text)
    return TokenSource(command=("sh", "fetch"), folder=folder)


def failure(source: TokenSource, seconds: float = 5) -> tuple[str, str, str]:
    with pytest.raises(TransportUnavailable) as raised:
        fetch_token(source, seconds)
    return str(raised.value), raised.value.detail, raised.value.hint


def test_a_token_is_what_a_file_holds(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text("ya29.to-ken\n")
    assert fetch_token(TokenSource(file)) == "ya29.to-ken"


def test_a_token_is_what_a_command_prints_in_the_folder_of_the_configuration(tmp_path: Path) -> None:
    assert fetch_token(script(tmp_path, "echo ya29.$(ls)")) == "ya29.fetch"


def test_no_shell_reads_the_words_of_a_command(tmp_path: Path) -> None:
    assert fetch_token(TokenSource(command=("printf", "%s", "$(id);"), folder=tmp_path)) == "$(id);"


def test_a_token_that_others_may_read_is_refused_unless_systemd_guards_it(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("token")
    file.chmod(0o644)
    problem = f"the token file {file}: others may read this secret; run: chmod 600 {file}"
    assert failure(TokenSource(file)) == (problem, "", FILE_HINT)
    assert fetch_token(TokenSource(file, is_guarded=True)) == "token"


@pytest.mark.parametrize("text", ["", "two words", "two\nlines", "tökén"])
def test_a_file_with_anything_else_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text(text)
    problem = f"the token file {file} must hold the token and nothing else"
    assert failure(TokenSource(file)) == (problem, "", FILE_HINT)


def test_a_command_that_fails_has_its_words_in_the_detail_alone(tmp_path: Path) -> None:
    source = script(tmp_path, "echo expired: ask ada@example.org >&2; echo secret; exit 3")
    problem = "the command for the token failed with status 3"
    assert failure(source) == (problem, "it says: expired: ask <address>", COMMAND_HINT)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("echo two words", "did not print a token and nothing else"),
        ("exit 0", "did not print a token and nothing else"),
        ("head -c 200000 /dev/zero", "cannot be used: it prints more than 100,000 bytes"),
    ],
)
def test_a_command_that_prints_anything_else_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    assert failure(script(tmp_path, text)) == (f"the command for the token {problem}", "", COMMAND_HINT)


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    problem = "the command for the token cannot be used: No such file or directory"
    assert failure(TokenSource(command=("no-such-program",), folder=tmp_path)) == (problem, "", COMMAND_HINT)


@pytest.mark.parametrize("text", ["sleep 60", "sleep 60 & exec >&- 2>&-; wait", "setsid sleep 60 & echo x"])
def test_a_command_that_does_not_end_is_ended(tmp_path: Path, text: str) -> None:
    problem = "the command for the token cannot be used: it did not end in 0.2 seconds"
    assert failure(script(tmp_path, text), 0.2) == (problem, "", COMMAND_HINT)

"""What `digest doctor` finds."""

from tests.e2e.home import LEAST, SENDER, Home
from tests.mailbox import Mailbox, serving


def test_doctor_finds_everything_well(home: Home) -> None:
    home.write(LEAST + SENDER)
    with serving(Mailbox()) as port:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://localhost:{port}"
        done = home.digest("doctor")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines() == [
        "✓ subscribers.yaml has no faults",
        f"✓ the state {home.folder}/state/digest.sqlite3 can be written",
        f"✓ arXiv answers at {home.arxiv.api_url}",
        f"✓ the mail server localhost:{port} takes our TLS and password",
    ]


def test_doctor_names_each_trouble_and_its_remedy(home: Home) -> None:
    (home.folder / "state").write_text("in the way")
    (home.folder / "outbox").write_text("in the way")
    home.environment["DIGEST_ARXIV_API"] = "http://127.0.0.1:9/api/query"
    done = home.digest("doctor")
    assert done.returncode == 1
    troubles = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert len(troubles) == 3


def test_doctor_finds_a_damaged_state(home: Home) -> None:
    home.digest("run")
    state = home.folder / "state" / "digest.sqlite3"
    content = bytearray(state.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    state.write_bytes(content)
    done = home.digest("doctor")
    assert done.returncode == 1
    assert f"    {state}: the state is damaged: " in done.stdout

"""What `digest doctor` finds."""

import pytest

from digest.mail.dkim import record_of
from digest.mail.smtp.login_advice import USUAL
from tests.support.dkim_keys import KEY, write_key
from tests.support.dns_server import serving_names
from tests.support.home import LEAST, SENDER, Home
from tests.support.hostile_smtp import HostileServer
from tests.support.mailbox import Mailbox, serving


def test_doctor_finds_everything_well(home: Home) -> None:
    write_key(home.folder / "dkim.pem")
    home.write(LEAST + SENDER + "  dkim: {key_file: dkim.pem, selector: s1}\n")
    zone = {
        ("example.org", "MX"): ["10 mail.example.org."],
        ("example.org", "TXT"): ["v=spf1 mx -all"],
        ("_dmarc.example.org", "TXT"): ["v=DMARC1; p=reject"],
        ("s1._domainkey.example.org", "TXT"): [record_of(KEY)],
    }
    with serving(Mailbox()) as port, serving_names(zone) as name_server:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://localhost:{port}"
        home.environment["DIGEST_DNS_SERVER"] = name_server
        done = home.digest("doctor")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines() == [
        "✓ subscribers.yaml has no faults",
        "✓ the templates can be filled in",
        f"✓ the state {home.folder}/state/digest.sqlite3 can be written",
        "✓ there is room on the disk of the state",
        f"✓ the archive {home.folder}/README.md can be written",
        f"✓ arXiv answers at {home.arxiv.api_url}",
        "✓ the clock agrees with arXiv's",
        f"✓ the mail server localhost:{port} takes our TLS and password",
        "✓ example.org gets mail",
        "✓ SPF: example.org says who may send for it: see that your mail server is among them",
        "✓ DKIM: s1._domainkey.example.org has the key that signs the mails",
        "✓ DMARC: example.org has p=reject",
    ]


@pytest.mark.exhaustive
@pytest.mark.parametrize("zone", [{}, None], ids=["nothing is there", "no answer"])
def test_what_the_dns_lacks_is_advice_and_no_failure(
    home: Home, zone: dict[tuple[str, str], list[str]] | None
) -> None:
    home.write(LEAST + SENDER)
    with serving(Mailbox()) as port, serving_names(zone) as name_server:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://localhost:{port}"
        home.environment["DIGEST_DNS_SERVER"] = name_server
        done = home.digest("doctor")
    advice = [line for line in done.stdout.splitlines() if line.startswith("!")]
    known = ["! example.org gets no mail", "! SPF: example.org does not say who may send for it"]
    assert (done.returncode, advice[:2]) == (
        0,
        known if zone is not None else ["! what the DNS says of example.org is not known"],
    )


def test_doctor_names_each_problem_and_its_remedy(home: Home) -> None:
    (home.folder / "state").write_text("in the way")
    (home.folder / "outbox").write_text("in the way")
    home.environment["DIGEST_ARXIV_API"] = "http://127.0.0.1:9/api/query"
    done = home.digest("doctor")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("✗")] == [
        f"✗ the state {home.folder}/state/digest.sqlite3 cannot be written",
        "✗ arXiv does not answer as it should at http://127.0.0.1:9/api/query",
        f"✗ the outbox {home.folder}/outbox cannot be written",
    ]
    assert lines.count("    correct the path: a file is where a folder should be, or the reverse") == 3


@pytest.mark.exhaustive
def test_doctor_finds_a_damaged_state(home: Home) -> None:
    home.digest("run")
    state = home.folder / "state" / "digest.sqlite3"
    content = bytearray(state.read_bytes())
    content[8192 * 3 : 8192 * 4] = b"\xff" * 8192
    state.write_bytes(content)
    done = home.digest("doctor")
    assert done.returncode == 1
    assert "✗ the state is not sound" in done.stdout
    assert f"    {state}: the state is damaged: " in done.stdout


def test_doctor_finds_a_state_sound(second_day: Home) -> None:
    done = second_day.digest("doctor")
    assert done.returncode == 0
    assert "✓ the state is sound" in done.stdout.splitlines()


def test_doctor_stops_at_faults_of_the_configuration(home: Home) -> None:
    home.write("subscribers:\n  - email: ada\n    keyword: [Reasoning]\n")
    done = home.digest("doctor")
    assert (done.returncode, done.stderr) == (2, "")
    first, *faults, hint = done.stdout.splitlines()
    assert first == "✗ subscribers.yaml: 2 faults"
    assert [fault[:22] for fault in faults] == ["    subscribers.yaml:2", "    subscribers.yaml:3"]
    assert hint == "    fix the lines above; `digest check` shows what is left"
    assert home.arxiv.requests == []


def test_doctor_finds_faults_in_templates_and_archive(home: Home) -> None:
    mine = home.folder / "mine"
    mine.mkdir()
    (mine / "digest.html").write_text("one\n{% for %}")
    (home.folder / "README.md").write_text("<!-- papers:begin -->\n")
    home.write(LEAST + "templates: mine\n")
    done = home.digest("doctor")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    templates = lines.index("✗ the templates cannot be filled in")
    assert f"{mine}/digest.html:2: " in lines[templates + 1]
    assert lines[templates + 2].startswith("    look at that line of the template")
    archive = lines.index(f"✗ the archive {home.folder}/README.md cannot be written")
    assert "one pair of markers is wanted" in lines[archive + 1]
    assert (home.folder / "README.md").read_text() == "<!-- papers:begin -->\n"


def test_doctor_finds_no_folder_for_the_archive(home: Home) -> None:
    home.write(LEAST + "archive:\n  file: pages/papers.md\n")
    assert f"    {home.folder}/pages: there is no such folder" in home.digest("doctor").stdout.splitlines()
    assert not (home.folder / "pages").exists()


def test_doctor_finds_a_clock_that_is_wrong(home: Home) -> None:
    home.environment["DIGEST_NOW"] = "2001-01-01T00:00:00Z"
    done = home.digest("doctor")
    assert done.returncode == 1
    assert "✗ the clock does not agree with arXiv's" in done.stdout
    assert "    it is 2001-01-01 00:00 UTC here, and 2026-06-23 07:00 UTC at arXiv" in done.stdout


def test_doctor_finds_a_mail_server_that_cannot_be_used(home: Home) -> None:
    home.write(LEAST + SENDER)
    home.environment["DIGEST_SMTP_URL"] = "smtp://localhost:9"
    with serving_names({}) as home.environment["DIGEST_DNS_SERVER"]:
        done = home.digest("doctor")
    assert done.returncode == 1
    assert "✗ the mail server localhost:9: cannot connect or log in" in done.stdout.splitlines()


REFUSED = "535 5.7.8 no, postbox; go to https://support.example.org/help"


@pytest.mark.exhaustive
def test_doctor_shows_what_the_server_says_of_a_login_but_not_the_user(home: Home) -> None:
    home.write(LEAST + SENDER)
    with HostileServer({"auth": REFUSED}, login=("postbox", "x")) as server:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://postbox:s3cr3t@localhost:{server.port}"
        with serving_names({}) as home.environment["DIGEST_DNS_SERVER"]:
            shown, logged = (home.digest(*options, "doctor").stdout for options in ((), ("--quiet",)))
    fact = f"    the mail server localhost:{server.port} refused our user and password: 535 5.7.8 "
    lines = shown.splitlines()
    found = lines.index(f"✗ the mail server localhost:{server.port}: cannot connect or log in")
    assert lines[found : found + 4] == [
        lines[found],
        f"{fact}(it offers PLAIN, LOGIN)",
        "    it says: 535 5.7.8 no, <secret>; go to https://support.example.org/help",
        f"    {USUAL}",
    ]
    assert logged.splitlines() == [line for line in shown.splitlines() if "it says" not in line]


def test_doctor_only_looks(home: Home) -> None:
    important, mine = home.folder / "important", home.folder / ".doctor"
    important.write_text("important")
    mine.symlink_to(important)
    before = {path.name for path in home.folder.iterdir()}
    assert home.digest("doctor").returncode == 0
    assert {path.name for path in home.folder.iterdir()} == before | {"state"}  # with the lock of arXiv
    assert (mine.is_symlink(), important.read_text()) == (True, "important")


def test_doctor_says_where_everybody_may_write(home: Home) -> None:
    (home.folder / "outbox").mkdir()
    (home.folder / "outbox").chmod(0o777)
    done = home.digest("doctor")
    assert done.stderr.splitlines() == [
        f"warning: everybody may write in {home.folder}/outbox",
        "hint: let only its owner write there: chmod go-w",
    ]

"""`digest publish`, and an archive without mail."""

import signal
from collections.abc import Callable

import pytest

from digest.demo.scenario import DAYS
from digest.system.locks import exclusive_lock
from tests.e2e.test_crashes import sabotaged
from tests.support.home import LEAST, TWO, Home
from tests.unit.publish.test_archive import assert_links_lead_somewhere

ALONE = "subscribers: []\narchive: {keywords: [Reward Model, Reasoning], monthly: true}\n"


def files(home: Home) -> list[str]:
    hidden = {"state", "outbox"}
    found = (path.relative_to(home.folder) for path in home.folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if path.parts[0] not in hidden)


@pytest.mark.exhaustive
def test_an_archive_without_mail_is_fetched_and_published_and_sends_nothing(home: Home) -> None:
    home.write(ALONE)
    home.environment["DIGEST_SMTP_URL"] = "smtps://user:password@localhost:9"  # where nobody listens

    done = home.digest("run")

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "the archive was brought up to date")
    assert "mail" not in done.stdout
    pages = ["README.md", "archive/2026-05.md", "archive/2026-06.md", "subscribers.yaml"]
    assert files(home) == pages
    assert not (home.folder / "outbox").exists()
    home.at(DAYS[1])
    assert home.digest("run").returncode == 0
    assert home.readme.count("https://arxiv.org/abs/") == 16 + 17 + 5
    assert home.digest("check").stdout.startswith("subscribers.yaml: an archive alone, no faults\n")
    assert "Subscriber" not in home.digest("status").stdout
    assert "mail server" not in home.digest("doctor").stdout


@pytest.mark.exhaustive
def test_what_needs_a_subscriber_says_that_there_is_none(home: Home) -> None:
    home.write(ALONE)
    for arguments in (("preview", "--no-browser"), ("run", "--only", "ada@example.org")):
        assert home.digest(*arguments).returncode == 2
    assert home.digest("preview", "--demo", "--output", "shown").returncode == 0


def test_publish_brings_the_archive_up_to_date_from_the_state_alone(served: Home) -> None:
    served.write(
        (served.folder / "subscribers.yaml").read_text() + "archive: {monthly: true, folder: pages}\n"
    )
    (served.folder / "README.md").write_text("mine\n")
    asked, mails = len(served.arxiv.requests), len(list(served.mails()))

    first, again = served.digest("publish"), served.digest("publish")

    assert (first.returncode, first.stdout.splitlines()) == (
        0,
        ["wrote pages/2026-05.md", "wrote pages/2026-06.md", "wrote README.md"],
    )
    assert (again.returncode, again.stdout.splitlines()) == (0, ["the archive is up to date"])
    assert (first.stderr, again.stderr) == ("", "")
    assert served.readme.startswith("mine\n\n<!-- papers:begin -->\nLast update: 2026-06-23\n")
    assert (len(served.arxiv.requests), len(list(served.mails()))) == (asked, mails)
    published = [served.folder / name for name in files(served) if name.endswith(".md")]
    assert [file for file in published if b"@example.org" in file.read_bytes()] == []


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "point", [f"{when} replace {file}" for file in (1, 2, 3) for when in ("before", "after")]
)
def test_publish_that_dies_leaves_no_dangling_link_and_is_simply_run_again(served: Home, point: str) -> None:
    served.write(TWO + "archive: {monthly: true}\n")
    (served.folder / "README.md").unlink()

    assert sabotaged(served, point, "publish").returncode == -signal.SIGKILL

    assert_links_lead_somewhere(served.folder)
    assert served.digest("publish").returncode == 0
    pages = ["README.md", "archive/2026-05.md", "archive/2026-06.md"]
    assert files(served) == [*pages, "subscribers.yaml"]
    assert_links_lead_somewhere(served.folder)


def fill_a_page(home: Home) -> None:
    home.write(ALONE)
    (home.folder / "archive").mkdir()
    (home.folder / "archive" / "2026-05.md").write_text("mine\n")


@pytest.mark.parametrize(
    ("prepare", "status", "lines"),
    [
        (
            lambda home: home.write(LEAST + "archive: {file: null}\n"),
            2,
            ["Error: there is no archive; write `file: README.md` below `archive:`"],
        ),
        (
            lambda home: home.write("subscribers: []\n"),
            2,
            ["hint: fix the lines above; `digest check` shows what is left"],
        ),
        (
            fill_a_page,
            1,
            [
                "error: {folder}/archive/2026-05.md: somebody else has written it",
                "hint: move it, or name another folder below `archive:`, as `folder:`",
            ],
        ),
    ],
    ids=["no archive", "a faulty configuration", "a person's file"],
)
def test_publish_says_what_is_wrong(
    served: Home, prepare: Callable[[Home], None], status: int, lines: list[str]
) -> None:
    prepare(served)
    done = served.digest("publish")
    assert done.returncode == status
    assert done.stderr.splitlines()[-len(lines) :] == [line.format(folder=served.folder) for line in lines]


def test_publish_without_a_state_says_where_it_comes_from(home: Home) -> None:
    done = home.digest("publish")
    assert done.returncode == 1
    assert done.stderr.endswith("there is no state yet\nhint: it comes with the first `digest run`\n")
    assert files(home) == ["subscribers.yaml"]


def test_publish_leaves_it_to_a_run_that_is_under_way(served: Home) -> None:
    before = served.readme
    with exclusive_lock(served.folder / "state" / "run.lock", wait=False):
        done = served.digest("publish")
    assert (done.returncode, served.readme) == (75, before)

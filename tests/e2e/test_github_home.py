"""The workflow of deploy/github, run step by step as it stands there, with a bare repository and a small API
in GitHub's place.

Three days with a small arXiv of invented papers, two subscribers whose addresses are secrets, and a person
who edits README.md meanwhile.
"""

import json
import re
import shutil
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from email import message_from_bytes
from itertools import chain
from pathlib import Path

import pytest

from digest.demo.papers import load_papers
from digest.demo.scenario import DAYS
from digest.demo.server import ArxivServer
from tests.support.github import TOKEN, GitHubServer
from tests.support.home import PROJECT
from tests.support.mailbox import Mailbox, serving
from tests.support.workflow import Runner, Step

pytestmark = pytest.mark.exhaustive

READERS = {"READER_ADA": "ada.lovelace@reader.example.org", "READER_BO": "bo.brown@reader.example.org"}
SENDER = "the.sender@group.example.org"
KEY = "an invented key of many words, for this test alone"
WITH_MAIL = """\
subscribers:
  - email: env:READER_ADA
    keywords: [Reward Model, Reasoning]
  - email: env:READER_BO
    keywords: [Graph Neural Network]
mail: {from: env:SENDER}
"""
WITHOUT_MAIL = (
    "subscribers: []\n"
    "archive: {keywords: [Reward Model, Reasoning], monthly: true, feeds: true, page: true}\n"
)

SAME_KEY = "set DIGEST_STATE_KEY to the key that it was saved with"

FOLDERS = ("digest", "templates", "deploy")
FILES = ("setup.cfg", "pyproject.toml", "constraints.txt", "LICENSE", "README.md", ".gitignore")


def git(folder: Path, *arguments: str) -> str:
    person = ["-c", "user.name=A person", "-c", "user.email=person@users.noreply.example.org"]
    done = subprocess.run(
        ["git", *person, "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


@dataclass
class Fork:
    """A fork of the program at our GitHub, and what its workflow did."""

    folder: Path
    temp: Path
    arxiv: ArxivServer
    mailbox: Mailbox
    smtp_port: int
    github: GitHubServer
    runs: list[list[Step]] = field(default_factory=list)

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    def create(self, subscribers: str) -> None:
        """Fork the program, put the workflow where it belongs and write subscribers.yaml."""
        clone = self.folder / "clone"
        clone.mkdir(parents=True)
        for name in FOLDERS:
            shutil.copytree(PROJECT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in FILES:
            shutil.copy(PROJECT / name, clone)
        (clone / "subscribers.yaml").write_text(subscribers)
        workflow = clone / ".github" / "workflows" / "digest.yml"
        workflow.parent.mkdir(parents=True)
        named = "".join(f"      {name}: ${{{{ secrets.{name} }}}}\n" for name in ("READER_BO", "SENDER"))
        written = (PROJECT / "deploy" / "github" / "digest.yml").read_text()
        ada = "      READER_ADA: ${{ secrets.READER_ADA }}\n"
        assert ada in written
        workflow.write_text(written.replace(ada, ada + named))
        git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        git(clone, "init", "--quiet", "--initial-branch=main")
        git(clone, "add", ".")
        git(clone, "commit", "--quiet", "--message", "A fork")
        git(clone, "remote", "add", "origin", str(self.remote))
        git(clone, "push", "--quiet", "--set-upstream", "origin", "main")

    def day(self, number: int, **options: object) -> dict[str, Step]:
        """Run the workflow on one of the days."""
        self.arxiv.now = self.github.now = DAYS[number]
        secrets = {**READERS, "SENDER": SENDER, "DIGEST_STATE_KEY": KEY}
        secrets["DIGEST_SMTP_URL"] = f"smtp://127.0.0.1:{self.smtp_port}"
        environment = {
            "DIGEST_ARXIV_API": self.arxiv.api_url,
            "DIGEST_ARXIV_FEED": self.arxiv.feed_url,
            "DIGEST_ARXIV_OAI": self.arxiv.oai_url,
            "DIGEST_ARXIV_INTERVAL": "0",
            "DIGEST_RETRY_SCALE": "0",
            "DIGEST_NOW": DAYS[number].isoformat(),
        }
        given = {"secrets": secrets, "environment": environment, **options}
        at_github = (self.github.variables, TOKEN)
        runner = Runner(self.remote, self.folder, self.temp, *at_github, **given)  # type: ignore[arg-type]
        self.runs.append(runner.run())
        return {step.name: step for step in self.runs[-1]}

    def edit(self, file: str, old: str, new: str) -> None:
        """A person changes words and pushes them."""
        clone = self.folder / "clone"
        git(clone, "pull", "--quiet", "--rebase")
        text = (clone / file).read_text()
        assert old in text
        (clone / file).write_text(text.replace(old, new))
        git(clone, "commit", "--quiet", "--all", "--message", "Other words")
        git(clone, "push", "--quiet")

    def show(self, name: str) -> str:
        return git(self.remote, "show", name)

    def got(self) -> Counter[tuple[str, str]]:
        """How often each reader got each paper."""
        papers = [paper.id for paper in load_papers()]
        mails = [message_from_bytes(mail.content) for mail in self.mailbox.received]
        texts = [
            (str(mail["To"]), mail.get_payload(0).get_payload(decode=True).decode())  # type: ignore[union-attr]
            for mail in mails
        ]
        return Counter((to, paper) for to, text in texts for paper in papers if f"/abs/{paper}" in text)

    def announced(self) -> Counter[str]:
        """How often the issues name each paper, their comments too."""
        comments = chain.from_iterable(self.github.comments.values())
        texts = [item["body"] for item in chain(self.github.issues, comments)]
        return Counter(paper for text in texts for paper in re.findall(r"/abs/([\d.]+)v", text))

    def copy(self, folder: Path, github: GitHubServer) -> "Fork":
        """Another one with the same history."""
        shutil.copytree(self.folder, folder)
        git(folder / "clone", "remote", "set-url", "origin", str(folder / "remote.git"))
        github.issues = deepcopy(self.github.issues)
        return Fork(folder, self.temp, self.arxiv, self.mailbox, self.smtp_port, github)


@contextmanager
def forked(folder: Path, temp: Path, subscribers: str) -> Iterator[Fork]:
    mailbox = Mailbox()
    arxiv = ArxivServer(load_papers(), DAYS[0])
    with arxiv, serving(mailbox) as port, GitHubServer(DAYS[0]) as github:
        fork = Fork(folder, temp, arxiv, mailbox, port, github)
        fork.create(subscribers)
        yield fork


@pytest.fixture(scope="module")
def temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RUNNER_TEMP, with the program once it is installed."""
    return tmp_path_factory.mktemp("runner")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, temp: Path) -> Iterator[Fork]:
    """A fork where three days were lived. Its README was changed after the first and during the second."""
    with forked(tmp_path_factory.mktemp("fork") / "fork", temp, WITH_MAIL) as fork:
        fork.day(0)
        fork.edit("README.md", "# Daily Papers\n", "# Papers for Ada's group\n")
        fork.day(
            1, before={"digest push": lambda _: fork.edit("README.md", "The licence is", "The LICENCE is")}
        )
        fork.day(2)
        yield fork


@pytest.fixture
def fork(lived: Fork, tmp_path: Path) -> Iterator[Fork]:
    with GitHubServer() as github:
        yield lived.copy(tmp_path / "fork", github)


def test_every_step_of_three_days_succeeds(lived: Fork) -> None:
    for steps in lived.runs:
        assert {step.name: step.outcome for step in steps} == {
            "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1": "success",
            "Install the program": "success",
            "Restore the state": "success",
            "Fetch, mail and publish": "success",
            "Push the archive": "success",
            "Tell those who watch": "success",
            "Save the state": "success",
        }, "\n".join(step.output for step in steps)


def test_the_state_survives_so_that_nobody_gets_a_paper_twice_and_nobody_misses_one(lived: Fork) -> None:
    got = lived.got()
    assert set(got.values()) == {1}
    assert Counter(reader for reader, _ in got) == {READERS["READER_ADA"]: 27, READERS["READER_BO"]: 8}
    assert len(lived.mailbox.received) == 6


def test_those_who_watch_get_one_issue_a_day_with_each_new_paper_once(lived: Fork) -> None:
    titles = [issue["title"] for issue in lived.github.issues]
    assert titles == [f"{count} new papers – June {day}, 2026" for count, day in ((3, 23), (5, 24), (5, 25))]
    assert lived.github.mails == titles
    announced = lived.announced()
    assert set(announced.values()) == {1}
    assert set(announced) <= {paper for _, paper in lived.got()}


def test_no_address_is_in_what_github_is_told(lived: Fork) -> None:
    told = json.dumps(lived.github.issues)
    assert [address for address in (*READERS.values(), SENDER) if address in told] == []


def test_words_that_a_person_pushes_between_two_runs_and_during_one_stay(lived: Fork) -> None:
    readme = lived.show("main:README.md")
    assert readme.startswith("# Papers for Ada's group\n")
    assert "LICENCE is" in readme
    assert "](https://arxiv.org/abs/2606.15808v1)" in readme


def test_the_branch_of_the_state_has_one_commit_and_can_be_read_by_the_key_alone(lived: Fork) -> None:
    assert lived.show(["--no-patch", "--format=%P", "digest-state"][-1]).count("commit ") == 1
    assert git(lived.remote, "rev-list", "--count", "digest-state").strip() == "1"
    names = git(lived.remote, "ls-tree", "--name-only", "digest-state").split()
    assert names == ["README.md", "about.json", "state.sqlite3.gz.age"]


def test_no_address_is_anywhere_in_the_history_of_the_repository(lived: Fork) -> None:
    log = git(lived.remote, "log", "-p", "--all").encode()
    everything = [log, *chain.from_iterable(map(readings, objects(lived.remote)))]
    assert len(everything) > 100
    for address in (*READERS.values(), SENDER):
        name, _, domain = address.partition("@")
        spelled = (address, f"{name}%40{domain}", f"{name}=40{domain}", address.encode().hex(), f"{name}@")
        found = [text for text in everything if any(one.encode() in text for one in spelled)]
        assert found == []


def objects(repository: Path) -> Iterator[bytes]:
    """Each object that the repository ever had, also what no branch has any more."""
    for line in git(repository, "cat-file", "--batch-all-objects", "--batch-check").splitlines():
        name, kind, _ = line.split()
        command = ["git", "-C", str(repository), "cat-file", kind, name]
        yield subprocess.run(command, check=True, capture_output=True).stdout


def readings(blob: bytes) -> Iterator[bytes]:
    """A blob as it is, and decompressed where it can be."""
    yield blob
    for options in (zlib.MAX_WBITS | 16, zlib.MAX_WBITS):
        try:
            yield zlib.decompress(blob, options)
        except zlib.error:
            continue


def test_no_address_is_in_what_the_steps_print(lived: Fork) -> None:
    printed = "\n".join(step.output for steps in lived.runs for step in steps)
    assert [address for address in (*READERS.values(), SENDER) if address in printed] == []


def test_a_state_that_was_changed_on_its_branch_is_refused_and_nothing_is_mailed(fork: Fork) -> None:
    clone = fork.folder / "clone"
    git(clone, "fetch", "--quiet", "origin", "digest-state")
    git(clone, "switch", "--quiet", "--detach", "FETCH_HEAD")
    file = clone / "state.sqlite3.gz.age"
    file.write_bytes(file.read_bytes()[:-100] + bytes(100))
    git(clone, "commit", "--quiet", "--all", "--message", "Damage")
    git(clone, "push", "--quiet", "--force", "origin", "HEAD:digest-state")
    mails = len(fork.mailbox.received)
    steps = fork.day(2)
    assert outcomes(steps) == ["success", "success", "failure", "skipped", "skipped", "skipped", "skipped"]
    assert steps["Restore the state"].output.startswith(
        f"error: the saved state cannot be decrypted: decryption error\nhint: {SAME_KEY}"
    )
    assert len(fork.mailbox.received) == mails


def failed(steps: dict[str, Step]) -> list[str]:
    return [step.output for step in steps.values() if step.is_red]


def outcomes(steps: dict[str, Step]) -> list[str]:
    return [step.outcome for step in steps.values()]


def test_a_run_whose_state_was_lost_is_followed_by_one_that_asks_a_person(fork: Fork) -> None:
    """The machine is gone after the mails, before the state is saved."""
    fork.arxiv.now = DAYS[2]
    mails = len(fork.mailbox.received)

    def lose(checkout: Path) -> None:
        shutil.rmtree(checkout / "state")

    lost = fork.day(2, before={"digest state save": lose})
    assert lost["Save the state"].outcome == "failure"
    again = fork.day(2)
    assert again["Restore the state"].output.splitlines()[1].endswith("and did not bring it back")
    assert outcomes(again)[2:] == ["success", "failure", "success", "success", "failure"]
    assert "the state was restored from the backup of" in again["Fetch, mail and publish"].output
    decided = fork.day(2, inputs={"after_restore": "skip"})
    assert failed(decided) == failed(fork.day(2)) == []
    assert len(fork.mailbox.received) == mails


def test_a_refused_address_is_told_and_the_run_stays_green(lived: Fork, tmp_path: Path) -> None:
    with forked(tmp_path / "fork", lived.temp, WITH_MAIL) as fork:
        fork.mailbox.refuses = READERS["READER_BO"]
        steps = fork.day(0)
    assert failed(steps) == []
    assert "the mail to subscribers[1] was not delivered" in steps["Fetch, mail and publish"].output
    assert len(fork.mailbox.received) == 1


def test_subscribers_without_a_key_or_a_mail_server_are_refused_before_anything_is_sent(
    lived: Fork, tmp_path: Path
) -> None:
    with forked(tmp_path / "fork", lived.temp, WITH_MAIL) as fork:
        steps = fork.day(0, secrets={**READERS, "SENDER": SENDER})
        assert steps["Restore the state"].output.startswith(
            "error: there are subscribers and no mail server: the mails would be lost\n"
        )
        url = f"smtp://127.0.0.1:{fork.smtp_port}"
        steps = fork.day(0, secrets={**READERS, "SENDER": SENDER, "DIGEST_SMTP_URL": url})
        assert steps["Restore the state"].output.startswith(
            "error: there are subscribers and no key: who got what could not be saved\n"
        )
        assert outcomes(steps)[2:] == ["failure", *["skipped"] * 4]
        assert fork.mailbox.received == []


@pytest.fixture
def alone(lived: Fork, tmp_path: Path) -> Iterator[Fork]:
    """A fork with an archive and without mail."""
    with forked(tmp_path / "alone", lived.temp, WITHOUT_MAIL) as fork:
        yield fork


def test_an_archive_without_mail_needs_no_secret_and_saves_nothing_about_people(alone: Fork) -> None:
    for number in range(3):
        assert failed(alone.day(number, secrets={})) == []
    assert "](https://arxiv.org/abs/2606.15808v1)" in alone.show("main:README.md")
    assert "](https://arxiv.org/abs/2606.15808v1)" in alone.show("main:archive/2026-06.md")
    assert "https://arxiv.org/abs/2606.15808" in alone.show("main:archive/all.atom")
    assert "2606.15808" in alone.show("main:archive/data/2026.js")
    names = git(alone.remote, "ls-tree", "--name-only", "digest-state").split()
    assert names == ["README.md", "about.json", "state.sqlite3.gz"]
    assert len(alone.github.issues) == 3


def test_a_day_without_github_stays_green_and_its_papers_are_announced_later(alone: Fork) -> None:
    alone.day(0, secrets={})
    for _ in range(5):
        alone.github.fail("GET", "/issues", status=503)
    steps = alone.day(1, secrets={})
    assert (steps["Tell those who watch"].outcome, failed(steps)) == ("failure", [])
    assert len(alone.github.issues) == 1
    assert outcomes(alone.day(1, secrets={})) == ["success"] * 7
    assert len(alone.github.issues) == 2
    assert set(alone.announced().values()) == {1}


def test_nothing_is_announced_twice_although_a_run_is_repeated_and_its_state_lost(alone: Fork) -> None:
    """Once the machine is gone before the state is saved, once the branch of the state is deleted."""
    alone.day(0, secrets={})
    lost = alone.day(1, secrets={}, before={"digest state save": lambda here: shutil.rmtree(here / "state")})
    assert (lost["Tell those who watch"].outcome, lost["Save the state"].outcome) == ("success", "failure")
    issues = deepcopy(alone.github.issues)
    assert failed(alone.day(1, secrets={}, inputs={"after_restore": "skip"})) == []
    assert failed(alone.day(1, secrets={})) == []
    git(alone.remote, "update-ref", "-d", "refs/heads/digest-state")
    assert failed(alone.day(1, secrets={})) == []
    assert alone.github.issues == issues
    assert set(alone.announced().values()) == {1}

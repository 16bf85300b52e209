"""`digest preview`, as a process, seen in a browser."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from digest.demo.scenario import DAYS
from tests.support.browser import Browser, Page
from tests.support.home import LEAST, PROJECT, TWO, Home

pytestmark = pytest.mark.exhaustive

CHOSEN = """() => Array.from(document.querySelectorAll("[role=tab][aria-selected=true]"))
    .filter(tab => !document.getElementById(tab.getAttribute("aria-controls")).hidden)
    .map(tab => tab.textContent.trim())"""
SHOWN = "() => document.querySelectorAll('[role=tabpanel]:not([hidden])').length"
LIGHTEST_AT_THE_TOP = """() => {
    let element = document.elementFromPoint(innerWidth / 2, 30);
    while (getComputedStyle(element).backgroundColor === "rgba(0, 0, 0, 0)") {
        element = element.parentElement;
    }
    return Math.max(...getComputedStyle(element).backgroundColor.match(/\\d+/g));
}"""
WORDS = "document.body.innerText"


@pytest.fixture
def workshop(home: Home, tmp_path: Path) -> Path:
    """A copy of the templates that the program uses."""
    copy = tmp_path / "project"
    for name in ("digest", "templates"):
        shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    home.environment["PYTHONPATH"] = str(copy)
    return copy / "templates"


@contextmanager
def previewing(home: Home, *arguments: str) -> Iterator[str]:
    """The address at which the running preview is to be seen."""
    process = home.start("preview", "--no-browser", *arguments)
    try:
        assert process.stdout
        yield process.stdout.readline().split()[-1]
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> str:
    """Press Ctrl-C; returns its standard error."""
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=10)
    return error


@pytest.fixture
def demo(home: Home, browser: Browser) -> Iterator[Page]:
    """The page of `--demo` on a wide screen."""
    with previewing(home, "--demo") as url, browser.opened(url, width=1600) as page:
        yield page


def test_the_mails_that_would_go_out_are_shown_and_not_recorded(home: Home, browser: Browser) -> None:
    home.write(TWO)
    home.digest("run")
    home.at(DAYS[1])
    before = {path: path.stat().st_mtime_ns for path in home.folder.rglob("*") if path.is_file()}
    with previewing(home) as url, browser.opened(url) as page:
        assert page.evaluate(CHOSEN) == ["ada@example.org"]
        assert "5 new papers" in page.frame_text(0)
    after = {path: path.stat().st_mtime_ns for path in home.folder.rglob("*") if path.is_file()}
    assert {path for path in after if after[path] != before.get(path)} <= {home.folder / "state/arxiv.lock"}


def test_where_nothing_is_new_a_sample_is_shown(home: Home, browser: Browser) -> None:
    home.digest("run")
    with previewing(home, "ada@example.org") as url, browser.opened(url) as page:
        assert "A sample, made of the latest papers" in page.evaluate(WORDS)
        assert "Reward Model" in page.frame_text(0)


@pytest.mark.exhaustive
def test_offline_arxiv_is_not_asked(home: Home) -> None:
    home.digest("run")
    asked = len(home.arxiv.requests)
    home.at(DAYS[1])
    done = home.digest("preview", "--offline", "--output", "out")
    assert (done.returncode, done.stdout) == (0, f"{home.folder}/out/index.html\n")
    assert len(home.arxiv.requests) == asked


def test_the_preview_works_while_arxiv_cannot_be_reached(home: Home) -> None:
    home.environment["DIGEST_ARXIV_API"] = home.environment["DIGEST_ARXIV_FEED"] = "http://127.0.0.1:9/"
    done = home.digest("preview", "--output", "out")
    assert done.returncode == 0, done.stderr
    assert "2 keywords failed (Reward Model, Reasoning)" in (home.folder / "out/index.html").read_text()


def test_the_files_can_be_seen_without_a_server(home: Home, browser: Browser) -> None:
    assert home.digest("preview", "--demo", "--output", "out").returncode == 0
    folder = home.folder / "out"
    assert {oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == {"0o600"}
    with browser.opened(folder / "index.html", width=1600) as page:
        assert page.evaluate(CHOSEN) == ["Many papers"]
        page.press("Tab")
        page.press("ArrowRight")
        assert "Daily Papers" in page.frame_text(0)
        assert {urlsplit(request).scheme for request in page.requests} == {"file"}


@pytest.mark.exhaustive
def test_the_demo_needs_no_configuration_but_uses_the_templates_of_one(home: Home) -> None:
    own = home.folder / "mine"
    own.mkdir()
    (own / "digest.txt").write_text("RESTYLED\n")
    home.write(f"{LEAST}templates: mine\n")
    for file, restyled in (("subscribers.yaml", True), ("nothing.yaml", False)):
        done = home.digest("--config", file, "preview", "--demo", "--output", "out")
        assert done.returncode == 0, done.stderr
        assert ("RESTYLED" in (home.folder / "out/index.html").read_text()) is restyled


def test_dark_is_dark_and_light_is_light_on_any_desktop(home: Home, browser: Browser) -> None:
    with previewing(home, "--demo") as url:
        for desktop in (False, True):
            with browser.opened(f"{url}mail-1-1-dark.html", dark=desktop) as page:
                assert page.evaluate(LIGHTEST_AT_THE_TOP) < 80
            with browser.opened(f"{url}mail-1-1-light.html", dark=desktop) as page:
                assert page.evaluate(LIGHTEST_AT_THE_TOP) > 200


def test_tabs_are_chosen_with_the_mouse(demo: Page) -> None:
    assert demo.evaluate(CHOSEN) == ["Many papers"]
    demo.click("[role=tab]:nth-child(3)")
    assert (demo.evaluate(CHOSEN), demo.evaluate(SHOWN)) == (["A welcome"], 1)


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (["ArrowRight"], "One paper"),
        (["ArrowRight", "ArrowRight", "ArrowLeft"], "One paper"),
        (["ArrowLeft"], "Nothing new"),
        (["End"], "Nothing new"),
        (["End", "ArrowRight"], "Many papers"),
        (["End", "Home"], "Many papers"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_tabs_are_chosen_with_the_keyboard(demo: Page, keys: list[str], chosen: str) -> None:
    demo.press("Tab")
    for key in keys:
        demo.press(key)
    assert (demo.evaluate(CHOSEN), demo.evaluate(SHOWN)) == ([chosen], 1)
    assert demo.evaluate("document.activeElement.textContent.trim()") == chosen


def test_no_request_leaves_the_loopback_even_if_a_template_asks_for_it(
    home: Home, browser: Browser, workshop: Path
) -> None:
    file = workshop / "digest.html"
    remote = f'<img src="{home.arxiv.api_url}"><script src="{home.arxiv.feed_url}"></script>'
    file.write_text(file.read_text().replace("</body>", f"{remote}</body>"))
    with previewing(home, "--demo") as url, browser.opened(url) as page:
        assert "Daily Papers" in page.frame_text(0)
        assert page.evaluate("document.readyState") == "complete"
    assert home.arxiv.requests == []


def test_a_changed_template_shows_by_itself_and_the_tab_stays(
    home: Home, browser: Browser, workshop: Path
) -> None:
    file = workshop / "digest.txt"
    with previewing(home, "--demo") as url, browser.opened(url) as page:
        page.click("[role=tab]:nth-child(2)")
        file.write_text(f"RESTYLED\n{file.read_text()}")
        page.wait_for("body:has-text('RESTYLED')")
        assert page.evaluate(CHOSEN) == ["One paper"]


@pytest.mark.parametrize("name", ["digest.html", "preview.html"])
def test_a_broken_template_is_shown_with_file_and_line_and_recovers(
    home: Home, browser: Browser, workshop: Path, name: str
) -> None:
    file = workshop / name
    whole = file.read_text()
    with previewing(home, "--demo") as url, browser.opened(url) as page:
        file.write_text(f"<p>\n{{{{ nobody.knows }}}}\n{whole}")
        page.wait_for(f"body:has-text(\"{name}:2: 'nobody' is undefined\")")
        file.write_text(whole)
        page.wait_for("body:has-text('Many papers'):not(:has-text('undefined'))")


def test_a_broken_configuration_is_shown_with_its_line_and_recovers(home: Home, browser: Browser) -> None:
    with previewing(home) as url, browser.opened(url) as page:
        asked = len(home.arxiv.requests)
        home.write(f"{LEAST}    keyword: [x]\n")
        page.wait_for("body:has-text('subscribers.yaml:4:5: subscribers[0].keyword: unknown key')")
        assert page.evaluate(CHOSEN) == ["ada@example.org"]
        home.write(TWO)
        page.wait_for("body:has-text('bo@example.org')")
        assert "unknown key" not in page.evaluate(WORDS)
        assert len(home.arxiv.requests) == asked


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_is_accessible(home: Home, browser: Browser, dark: bool) -> None:
    with previewing(home, "--demo") as url, browser.opened(url, width=375, dark=dark) as page:
        assert page.violations() == []
        page.click("[role=tab]:last-child")
        assert page.violations() == []


@pytest.mark.parametrize("width", [320, 375, 1600])
def test_the_page_never_scrolls_sideways(home: Home, browser: Browser, width: int) -> None:
    with previewing(home, "--demo") as url, browser.opened(url, width=width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_ctrl_c_ends_it(home: Home) -> None:
    process = home.start("preview", "--demo", "--no-browser")
    assert process.stdout
    process.stdout.readline()
    assert (end(process), process.returncode) == ("", 0)


@pytest.mark.exhaustive
def test_the_secret_address_is_in_no_argument_of_the_browser(home: Home) -> None:
    seen, browser = home.folder / "seen", home.folder / "a-browser"
    os.mkfifo(seen)  # reading it waits for the browser
    browser.write_text(f'#!/bin/sh\n{{ echo "$@"; cat "${{1#file://}}"; }} > {seen}\n')
    browser.chmod(0o755)
    home.environment |= {"BROWSER": str(browser), "HOME": str(home.folder)}
    process = home.start("preview", "--demo")
    assert process.stdout
    url = process.stdout.readline().split()[-1]
    argument, *page = seen.read_text().splitlines()
    end(process)
    assert url not in argument
    assert url in "\n".join(page)
    assert [path for path in home.folder.iterdir() if path.name.startswith("daily-papers-preview-")] == []


@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        (["eve@example.org"], 2, "not every address is a subscriber's in subscribers.yaml"),
        (["--demo", "ada@example.org"], 2, "--demo has subscribers of its own"),
        (["--output", "subscribers.yaml/x"], 1, "error: the preview cannot be written to "),
    ],
    ids=["stranger", "demo of one", "no folder"],
)
def test_what_cannot_be_shown_is_reported(home: Home, arguments: list[str], status: int, error: str) -> None:
    done = home.digest("preview", "--no-browser", *arguments)
    assert (done.returncode, error in done.stderr) == (status, True), done.stderr


@pytest.mark.exhaustive
def test_a_mail_that_cannot_be_made_fails_what_is_written(home: Home, workshop: Path) -> None:
    (workshop / "digest.txt").write_text("\n{{ nobody.knows }}\n")
    done = home.digest("preview", "--demo", "--output", "out")
    assert done.returncode == 1
    assert done.stderr == f"error: {workshop}/digest.txt:2: 'nobody' is undefined\n"
    assert "digest.txt:2: &#39;nobody&#39; is undefined" in (home.folder / "out/index.html").read_text()

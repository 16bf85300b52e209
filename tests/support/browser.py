"""A real Chromium for tests: how a page looks, what it does, and what it requests.

A test takes the fixture `browser` and opens a page in it; nothing beyond this machine can be reached.

    with browser.opened(html, width=375, dark=True) as page:
        assert page.requests == []
        assert page.evaluate("document.title") == "..."
        assert page.violations() == []
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api as playwright

from tests.support.tools import required_tool

_TIMEOUT_SECONDS = 20
_FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
]
_AXE = """options => axe.run(document, options).then(found => found.violations.flatMap(violation =>
    violation.nodes.map(node => `${violation.id}: ${node.target.join(" ")}: ${violation.help}`)))"""


class Page:
    """A page that is open; selectors are CSS."""

    def __init__(self, page: playwright.Page) -> None:
        self._page = page
        self.requests: list[str] = []
        """The addresses that it asked for, its own first unless it was given as HTML."""
        page.on("request", lambda request: self.requests.append(request.url))
        self.messages: list[str] = []
        """What its console says: errors of scripts, what its policy forbids."""
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(error.message))

    def go_to(self, place: str | Path) -> None:
        """Show an address, a file, or HTML (what begins with `<`)."""
        if isinstance(place, Path):
            self._page.goto(place.as_uri())
        elif place.startswith("<"):
            self._page.set_content(place)
        else:
            self._page.goto(place)

    def evaluate(self, script: str, argument: object = None) -> Any:
        """The value of an expression, or of a function called with the argument."""
        return self._page.evaluate(script, argument)

    def wait_for(self, selector: str) -> None:
        """Wait until there is such an element, in this document or in one that takes its place; besides
        CSS there is `:has-text("...")`."""
        self._page.wait_for_selector(selector, state="attached")

    def click(self, selector: str) -> None:
        self._page.click(selector)

    def press(self, key: str) -> None:
        """A key such as `ArrowRight`, for what has the focus."""
        self._page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Type the text, for what has the focus."""
        self._page.keyboard.type(text)

    def text(self, selector: str) -> str:
        """What is seen of the first such element."""
        return self._page.inner_text(selector)

    def frame_text(self, number: int) -> str:
        """What the frame of this number (from 0) shows as text."""
        return self._page.frame_locator(f"iframe >> nth={number}").locator("body").inner_text()

    def screenshot(self, file: Path) -> None:
        """The whole page as a PNG."""
        self._page.screenshot(path=file, full_page=True)

    def violations(self, *but: str) -> list[str]:
        """What axe-core finds wrong with the page, except for these rules: `rule: element: advice`.

        Frames are not checked, and nothing is loaded for it. Rules: https://dequeuniversity.com/rules/axe/
        """
        axe = resources.files("axe_playwright_python").joinpath("axe.min.js")
        self._page.evaluate(axe.read_text("utf-8"))
        rules = {rule: {"enabled": False} for rule in but}
        return list(self._page.evaluate(_AXE, {"iframes": False, "preload": False, "rules": rules}))


class Browser:
    """Opens pages, each as if it were the first that this browser sees."""

    def __init__(self, browser: playwright.Browser) -> None:
        self._browser = browser

    @contextmanager
    def opened(
        self, place: str | Path, *, width: int = 700, dark: bool = False, scripts: bool = True
    ) -> Iterator[Page]:
        """An address, a file or HTML in a window of so many CSS pixels, on a light or a dark desktop."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(_TIMEOUT_SECONDS * 1000)
        try:
            page = Page(context.new_page())
            page.go_to(place)
            yield page
        finally:
            context.close()


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """This Chromium, running."""
    environment: Mapping[str, str | float | bool] = {"LC_ALL": "C.UTF-8"}
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=program, args=_FLAGS, chromium_sandbox=False, env=dict(environment)
        )
        try:
            yield Browser(running)
        finally:
            running.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the whole session. Without Debian's chromium its tests are skipped (tests/tools.py)."""
    with chromium(required_tool("chromium", "chromium")) as running:
        yield running

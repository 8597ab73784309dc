"""One Chromium for all browser tests, and a watch over what no visit to the page may cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Request,
    Route,
    sync_playwright,
)

from nn.data import Images, read_folder
from tests.browser.lab import Lab
from tests.conftest import locked
from tools import chromium
from tools.publish import SITE, publish
from tools.serve import make_server

ROOT = Path(__file__).parents[2]


Routes = dict[str, Callable[[Route], object]]


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve `folder`, and give the address of its root."""
    with make_server(folder) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a browser test that failed try twice more, alone, for a machine may be held up.

    The run's closing line counts what had to be tried again.
    """
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture(scope="session")
def site(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which the page is served, made as a user makes it."""
    if worker_id == "master":
        publish(ROOT)
    else:
        # The first process makes it for all: to make it anew would take files from under a page.
        made = tmp_path_factory.getbasetemp().parent / "published"
        with made.open("ab") as file, locked(file):
            if made.stat().st_size == 0:
                publish(ROOT)
                file.write(b"yes")
    with serving(ROOT / SITE) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    assert path, "there is no Chromium; `make browser` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """Collects what goes wrong in the browser during a test.

    Attributes:
        problems: console errors, starts in the usual way, uncaught errors, failed requests and
            requests to other origins.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._contexts: list[BrowserContext] = []

    def over(self, context: BrowserContext, origin: str) -> None:
        """Watch whatever happens in `context`, whose pages come from `origin`."""

        def add(problem: str) -> None:
            if context in self._contexts:
                self.problems.append(problem)

        def console(message: ConsoleMessage) -> None:
            # A start in the usual way is right where the quick one fails, but here none may fail.
            if message.type == "error" or "could not be restored" in message.text:
                add(f"console: {message.text}")

        def request(request: Request) -> None:
            if not request.url.startswith((origin, "data:", "blob:")):
                add(f"another origin: {request.url}")

        def failed(request: Request) -> None:
            # What the browser calls failed is not always: a blob that becomes a download, and an
            # answer without a body when the page is closed or loaded anew. The page's icon it asks
            # for by itself, past the service worker, and whenever it likes.
            gone = request.url.startswith("blob:") or request.method == "HEAD"
            gone = gone or "/icons/" in request.url
            if not gone:
                add(f"failed: {request.url} {request.failure}")

        context.on("console", console)
        context.on("weberror", lambda error: add(f"uncaught: {error.error}"))
        context.on("request", request)
        context.on("requestfailed", failed)
        self._contexts.append(context)

    def settle(self) -> None:
        """Wait for what the browser has already sent but nobody has looked at."""
        for context in self._contexts:
            for page in context.pages:
                page.evaluate("0")

    def expect(self, *parts: str) -> None:
        """Forget problems that a test caused on purpose: each holds one of `parts`."""
        self.settle()
        self.problems = [
            problem for problem in self.problems if not any(part in problem for part in parts)
        ]

    def end(self, context: BrowserContext) -> None:
        """Close `context`: what is cut off by that is nobody's fault."""
        self.settle()
        self._contexts.remove(context)
        context.close()


@pytest.fixture(scope="session")
def watch() -> Watch:
    return Watch()


@pytest.fixture(autouse=True)
def nothing_goes_wrong(watch: Watch) -> Iterator[None]:
    """Every test fails on an error in the browser that it did not provoke and expect."""
    watch.problems.clear()
    yield
    watch.settle()
    assert watch.problems == []


NEW_TAB = """try {
  sessionStorage.nnTab ??= `${Date.now()}-${Math.random()}`;
} catch { /* about:blank */ }"""
"""Lets no tab go on with what the browser keeps of one that was closed."""


@contextmanager
def browsing(
    browser: Browser,
    watch: Watch,
    origin: str,
    routes: Routes | None = None,
    keeping: bool = False,
    **options: Any,
) -> Iterator[BrowserContext]:
    """A browser without a past, closed in the end.

    Args:
        browser: in which it is a context of its own.
        watch: which looks on.
        origin: where the page comes from, with a slash in the end.
        routes: what handles requests, by a pattern of their address.
        keeping: whether a new tab goes on with the work of one that was closed.
        options: of Playwright's browser context.
    """
    # What a service worker fetches, nobody here can see or hold up.
    usual = {"viewport": {"width": 1440, "height": 900}, "service_workers": "block"}
    context = browser.new_context(**{**usual, **options})
    context.set_default_timeout(60_000)
    if not keeping:
        context.add_init_script(NEW_TAB)
    for pattern, handler in (routes or {}).items():
        context.route(pattern, handler)
    watch.over(context, origin)
    try:
        yield context
    finally:
        watch.end(context)


@contextmanager
def visiting(
    context: BrowserContext, address: str, ready: bool = True, kind: type[Lab] = Lab
) -> Iterator[Lab]:
    """Open the page in a new tab, wait for it if it is to be `ready`, and close it in the end."""
    lab = kind(context.new_page())
    lab.page.goto(address, wait_until="domcontentloaded")
    try:
        if ready:
            lab.wait("ready")
        yield lab
    finally:
        lab.page.close()


@pytest.fixture(scope="session")
def context(browser: Browser, watch: Watch, site: str) -> Iterator[BrowserContext]:
    """A browser shared by many tests, which has the page's files in its cache after the first."""
    with browsing(browser, watch, site) as context:
        yield context


@pytest.fixture(scope="session")
def tab(context: BrowserContext, site: str) -> Iterator[Lab]:
    """The page in the one tab that most tests share: Python takes seconds to start in another."""
    with visiting(context, site) as lab:
        yield lab


@pytest.fixture(scope="module")
def lab(tab: Lab) -> Lab:
    """The page, tidy when a file's tests begin and shared by them."""
    tab.tidy()
    return tab


@pytest.fixture(scope="module")
def lab_class(request: pytest.FixtureRequest) -> type[Lab]:
    """What the tests of a file are about: one lab, its `LAB`, or the page as it opens."""
    return getattr(request.module, "LAB", Lab)


@pytest.fixture(scope="module")
def own_tab(context: BrowserContext, site: str, lab_class: type[Lab]) -> Iterator[Lab]:
    """The lab that a file is about, in a tab of its own for the tests of that file."""
    with visiting(context, f"{site}#{lab_class.name}", kind=lab_class) as lab:
        yield lab


@pytest.fixture
def own_lab(own_tab: Lab) -> Iterator[Lab]:
    """The lab that a file is about, as a visit begins."""
    own_tab.tidy()
    yield own_tab
    if own_tab.state == "training":
        own_tab.stop()


@pytest.fixture
def visit(context: BrowserContext, site: str, lab_class: type[Lab]) -> Callable[..., Any]:
    """A function that opens the page by a link, what follows in its address, for a `with`."""

    def visit(link: str = "") -> Any:
        return visiting(context, site + link, kind=lab_class)

    return visit


@pytest.fixture
def first_visit(
    browser: Browser, watch: Watch, site: str, lab_class: type[Lab]
) -> Callable[..., Any]:
    """A function that opens the page by a link as `visit` does, but in a browser of its own."""

    @contextmanager
    def first_visit(
        link: str = "", address: str = site, ready: bool = True, **options: Any
    ) -> Iterator[Lab]:
        with (
            browsing(browser, watch, address, **options) as context,
            visiting(context, address + link, ready, lab_class) as lab,
        ):
            yield lab

    return first_visit


@pytest.fixture(scope="session")
def mnist() -> Images:
    return read_folder(ROOT / "mnist")

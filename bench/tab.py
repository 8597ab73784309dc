"""Peers in tabs of Chromium."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Request, sync_playwright

from bench.nets import CLASSES
from bench.work import Speed, Work
from tools import chromium
from tools.errors import SetupError
from tools.serve import make_server

ROOT = Path(__file__).resolve().parent.parent


class Clock:
    """Processor time of the main threads of all tabs, of which one works at a time."""

    def __init__(self, browser: Browser) -> None:
        self._session = browser.new_browser_cdp_session()

    def read(self) -> float | None:
        """Return seconds, from any start; None where the system does not say, which Linux does."""
        processes = self._session.send("SystemInfo.getProcessInfo")["processInfo"]
        threads = [p["id"] for p in processes if p["type"] == "renderer"]
        try:
            stats = [Path(f"/proc/{i}/task/{i}/schedstat").read_text() for i in threads]
        except OSError:
            return None
        return sum(int(text.split()[0]) for text in stats) / 1e9


class Tab:
    """A peer in a tab of its own."""

    def __init__(
        self,
        context: BrowserContext,
        clock: Clock,
        address: str,
        module: str,
        options: dict[str, Any],
        permutation: np.ndarray,
    ) -> None:
        """Open the tab, and wait until the library is there.

        Args:
            context: the browser's.
            clock: its processor time.
            address: of the project's root.
            module: a file in peers/.
            options: what it is handed.
            permutation: the order of the training samples.
        """
        self.page = context.new_page()
        self._clock = clock
        self.page.goto(f"{address}bench/page.html")
        self.page.wait_for_function("window.bench")
        self._call("open", module, options, permutation.tolist())

    def setup(self, work: Work) -> None:
        """Make the network of ``work``, with the weights that all start from."""
        kernels = [base64.b64encode(kernel.tobytes()).decode() for kernel in work.net.kernels()]
        self._call("setup", work.name, work.net.facts(), work.batch, kernels)

    def train(self, work: Work, samples: int) -> float:
        """Train on the next samples; return the seconds that the tab was busy."""
        wall, busy = self._timed("train", work.name, samples)
        return busy or float(wall)

    def measure(self, work: Work, seconds: float) -> Speed:
        """Train for so long; return samples a second."""
        found, busy = self._timed("measure", work.name, seconds)
        samples, wall = found["samples"], found["seconds"]
        return Speed(samples / (busy or wall), samples / wall)

    def predict(self, work: Work, count: int) -> np.ndarray:
        """Return the outputs for the first test pictures, (count, 10)."""
        return np.array(self._call("predict", work.name, count)).reshape(count, CLASSES)

    def multiply(self, way: str, shape: tuple[int, int, int], seconds: float) -> Speed:
        """Multiply matrices for so long; return GFLOP/s."""
        (products, wall), busy = self._timed("multiply", way, *shape, seconds)
        m, k, n = shape
        work = 2e-9 * m * k * n * products
        return Speed(work / (busy or wall), work / wall)

    def memory(self, work: Work, samples: int) -> int:
        """Return how many bytes it takes to make a network and to train it on so many samples."""
        before = self._call("heap", True)
        self.setup(work)
        self._call("train", work.name, samples)
        return int(self._call("heap", False) - before)

    def _timed(self, function: str, *arguments: Any) -> tuple[Any, float | None]:
        """Return what a function returns, and for how long the tab was busy meanwhile."""
        before = self._clock.read()
        found = self._call(function, *arguments)
        after = self._clock.read()
        return found, after - before if before is not None and after is not None else None

    def _call(self, function: str, *arguments: Any) -> Any:
        return self.page.evaluate(
            "([name, ...rest]) => window.bench[name](...rest)", [function, *arguments]
        )


@contextmanager
def browsing() -> Iterator[tuple[Browser, BrowserContext, str]]:
    """Start a Chromium, and serve the project; nothing else can be reached."""
    path = chromium.find()
    if path is None:
        raise SetupError("There is no Chromium. `make browser` installs it.")
    with make_server(ROOT) as server, sync_playwright() as playwright:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        # Loading the libraries takes its time on a busy machine.
        context.set_default_timeout(120_000)
        strangers: list[str] = []

        def seen(request: Request) -> None:
            if not request.url.startswith((address, "data:", "blob:")):
                strangers.append(request.url)

        context.on("request", seen)
        yield browser, context, address
        browser.close()
        server.shutdown()
        if strangers:
            raise SetupError(f"Something was asked of another server: {strangers[0]}")


def sources() -> dict[str, str]:
    """The project's Python, as a tab is given it: text by path."""
    paths = [*ROOT.glob("nn/**/*.py"), *ROOT.glob("bench/**/*.py")]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in paths
        if "nn/web" not in path.as_posix() and "node_modules" not in path.parts
    }

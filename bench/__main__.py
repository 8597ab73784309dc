"""`python -m bench`: measure everything, print tables, write results.json and the chart."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from playwright.sync_api import Browser, BrowserContext, Error

from bench import chart, reference, tables
from bench.peers.pytorch import PyTorch
from bench.tab import ROOT, Clock, Tab, browsing, sources
from bench.work import (
    GOALS,
    MATMUL,
    MATMUL_BOUND,
    MATMUL_SCIPY,
    NUMPY,
    PEERS,
    PRODUCTS,
    RELAXED,
    SHAPES,
    TO_ACCURACY,
    TUTORIAL,
    WORKS,
    Peer,
    Speed,
    Work,
)
from nn.data import read_folder
from tools.errors import told_in_one_line

RESULTS = ROOT / "bench/results.json"
QUICK_RESULTS = ROOT / "bench/quick.json"
CHART = ROOT / "docs/bench.svg"
SCIPY = "bench/vendor"

ASKED = 500
"""Test pictures that show what the warm-up has taught."""

CHECK = 10_000
"""Samples between two tests on the way to an accuracy."""


Rounds = dict[str, dict[str, list[Speed]]]
"""What each round found, by work or shape, and by who did it."""


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        rounds: in each of which everybody does everything once; medians count.
        seconds: of each measurement.
        works: what is trained.
        patience: seconds of training after which an accuracy is given up.
    """

    rounds: int = 5
    seconds: float = 1.0
    works: tuple[Work, ...] = WORKS
    patience: float = 150.0


QUICK = Effort(
    rounds=2,
    seconds=0.25,
    works=(Work(TUTORIAL, 1), Work(TUTORIAL, 64), TO_ACCURACY),
    patience=5.0,
)


class Bench:
    """A run, in one browser.

    Attributes:
        results: what has been found so far, as it is written to results.json.
    """

    def __init__(
        self, effort: Effort, browser: Browser, context: BrowserContext, address: str
    ) -> None:
        self._effort = effort
        self._clock = Clock(browser)
        self._context, self._address = context, address
        self._images = read_folder(ROOT / "mnist")
        assert self._images.test is not None
        self._labels = self._images.test.targets
        self._order = np.random.default_rng(1).permutation(60_000)
        self._peers: dict[Peer, Tab | PyTorch] = {}
        self.results: dict[str, Any] = {
            "date": date.today().isoformat(),
            "machine": _machine(browser.version),
            "rounds": effort.rounds,
            "seconds": effort.seconds,
            "left_out": {},
        }

    def open(self) -> None:
        """Start everybody."""
        for peer in PEERS:
            _say(f"{peer.name}: opening")
            try:
                self._peers[peer] = self._open(peer)
            except ImportError:
                self._leave_out(peer.name, "not installed: .venv/bin/pip install torch==2.13.0")
            except Error as error:
                self._leave_out(peer.name, _last_line(error))

    def _open(self, peer: Peer) -> Tab | PyTorch:
        if not peer.module:
            return PyTorch(self._images, self._order)
        options = dict(peer.options)
        if peer.module == "pyodide.js":
            options |= {"files": sources(), "packages": []}
        return Tab(self._context, self._clock, self._address, peer.module, options, self._order)

    def warm_up(self) -> None:
        """Have everybody learn a little from the same start, and see that they do."""
        found: dict[str, Any] = defaultdict(dict)
        for work in self._effort.works:
            for peer, runner in list(self._peers.items()):
                if not peer.does(work):
                    continue
                try:
                    start = time.perf_counter()
                    runner.setup(work)
                    made = time.perf_counter() - start
                    before = self._loss(runner, work)
                    seconds = runner.train(work, work.warm_up)
                    after = self._loss(runner, work)
                except Error as error:
                    self._leave_out(peer.name, _last_line(error))
                    del self._peers[peer]
                    continue
                expected = found[work.name].get(NUMPY, {}).get("loss", after)
                found[work.name][peer.name] = {
                    "seconds": made + seconds,
                    "loss_before": before,
                    "loss": after,
                }
                _say(f"{work.name}, {peer.name}: loss {before:.3f} to {after:.3f}")
                tolerance = 0.1 if peer.strict else 0.3
                if not after < 0.9 * before or abs(after - expected) > tolerance * expected:
                    raise SystemExit(
                        f"{work.name}: with {peer.name} the loss falls from {before:.3f} to "
                        f"{after:.3f}; with {NUMPY} to {expected:.3f}. They do not do the same."
                    )
                runner.measure(work, self._effort.seconds / 2)
        self.results["warm_up"] = found

    def throughput(self) -> None:
        """Measure samples a second, in turns."""
        rounds: Rounds = defaultdict(lambda: defaultdict(list))
        for number in range(self._effort.rounds):
            for work in self._effort.works:
                _say(f"round {number + 1} of {self._effort.rounds}: {work.name}")
                for peer, runner in self._peers.items():
                    if peer.does(work):
                        speed = runner.measure(work, self._effort.seconds)
                        rounds[work.name][peer.name].append(speed)
        self.results["throughput"] = _medians(rounds)

    def multiplication(self) -> None:
        """Measure GFLOP/s of products of matrices."""
        wheels = [path.name for path in (ROOT / SCIPY).glob("scipy*.whl")]
        ways = dict(PRODUCTS)
        if not wheels:
            del ways[MATMUL_SCIPY]
            self._leave_out(MATMUL_SCIPY, "its wheel for Pyodide could not be had")
        if RELAXED in self.results["left_out"]:
            for name in (MATMUL, MATMUL_BOUND):
                del ways[name]
                self._leave_out(name, "the browser has no relaxed SIMD")
        options = {
            "files": sources(),
            "packages": [f"{self._address}{SCIPY}/{name}" for name in wheels],
        }
        tab = Tab(self._context, self._clock, self._address, "pyodide.js", options, self._order)
        rounds: Rounds = defaultdict(lambda: defaultdict(list))
        for number in range(self._effort.rounds + 1):
            for shape in SHAPES:
                for name, way in ways.items():
                    speed = tab.multiply(way, shape, self._effort.seconds / 2)
                    # The first round is the warm-up.
                    if number:
                        rounds["x".join(map(str, shape))][name].append(speed)
            _say(f"matmul, round {number} of {self._effort.rounds}")
        tab.page.close()
        self.results["matmul"] = _medians(rounds)

    def to_accuracy(self) -> None:
        """Measure the seconds of training until an accuracy on the test pictures is reached."""
        work, found = TO_ACCURACY, {}
        reached: dict[str, dict[str, float]]
        for peer, runner in self._peers.items():
            if not (peer.learns and peer.does(work)):
                continue
            runner.setup(work)
            seconds, samples = 0.0, 0
            reached = {}
            while len(reached) < len(GOALS) and seconds < self._effort.patience:
                seconds += runner.train(work, CHECK)
                samples += CHECK
                answers = runner.predict(work, len(self._labels)).argmax(axis=1)
                accuracy = float((answers == self._labels).mean())
                for goal in GOALS:
                    if accuracy >= goal:
                        reached.setdefault(f"{goal:.0%}", {"seconds": seconds, "samples": samples})
            found[peer.name] = reached
            _say(f"{peer.name}: {accuracy:.2%} after {seconds:.1f} s")
        self.results["to_accuracy"] = found

    def reference_run(self, quick: bool) -> None:
        """Do the reference run in the page itself."""
        found = {}
        for engine, epochs in (("wasm", 1 if quick else 5), *(() if quick else [("numpy", 1)])):
            _say(f"the reference run in the page, {engine}")
            try:
                repeats = 3 if engine == "wasm" else 1
                runs = [
                    reference.run(self._context, self._address, engine, epochs)
                    for _ in range(repeats)
                ]
            except reference.Refused as refused:
                self._leave_out(f"the reference run, {engine}", str(refused))
                continue
            run = sorted(runs, key=lambda run: run["seconds"])[repeats // 2]
            found[run.pop("engine")] = run
        self.results["reference"] = found

    def close(self) -> None:
        for runner in self._peers.values():
            if isinstance(runner, Tab):
                runner.page.close()
        self._peers.clear()

    def _loss(self, runner: Tab | PyTorch, work: Work) -> float:
        return work.net.value(runner.predict(work, ASKED), self._labels[:ASKED])

    def _leave_out(self, name: str, why: str) -> None:
        _say(f"{name} is left out: {why}")
        self.results["left_out"][name] = why


def _medians(rounds: Rounds) -> dict[str, Any]:
    return {
        work: {
            name: {
                "median": median(speed.busy for speed in speeds),
                "rounds": [speed.busy for speed in speeds],
                "wall": median(speed.wall for speed in speeds),
            }
            for name, speeds in by_name.items()
        }
        for work, by_name in rounds.items()
    }


def _last_line(error: Error) -> str:
    """Return what a browser complains of: of a Python traceback, the last line."""
    lines = [line for line in error.message.splitlines() if not re.match(r"\s+at ", line)]
    return " ".join(line.strip() for line in lines if line.strip())[-300:]


def _machine(browser: str) -> dict[str, Any]:
    """Describe the machine, without a name of its own, and how busy others keep it."""
    processor = platform.processor() or platform.machine()
    cpus = Path("/proc/cpuinfo")
    if cpus.exists() and (named := re.search(r"model name\s*: (.*)", cpus.read_text())):
        processor = named[1]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "load_before": load,
        "chromium": browser,
    }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a rough run of three minutes")
    parser.add_argument("--no-reference", action="store_true", help="skip the run in the page")
    options = parser.parse_args()
    with told_in_one_line(), browsing() as (browser, context, address):
        bench = Bench(QUICK if options.quick else Effort(), browser, context, address)
        bench.open()
        bench.warm_up()
        bench.throughput()
        bench.to_accuracy()
        bench.close()
        bench.multiplication()
        if not options.no_reference:
            bench.reference_run(options.quick)
    target = QUICK_RESULTS if options.quick else RESULTS
    results = _rounded(bench.results)
    target.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if not options.quick:
        CHART.write_text(chart.svg(results), encoding="utf-8")
    print(tables.everything(results))


def _rounded(value: Any) -> Any:
    """Return results with as many digits as mean something."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()

"""A run of the bench: who does what, and in which order."""

from __future__ import annotations

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

from bench import in_page
from bench.nets import TUTORIAL
from bench.peers.pytorch import PyTorch
from bench.tab import ROOT, Clock, Tab, sources
from bench.work import (
    CONV,
    GOALS,
    MATMUL,
    MATMUL_BOUND,
    MATMUL_SCIPY,
    PEERS,
    PRODUCTS,
    RELAXED,
    SHAPES,
    SIMD,
    TO_ACCURACY,
    WORKS,
    Peer,
    Speed,
    Work,
)
from nn.data import read_folder

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
        peers: who takes part.
        seeds: of the convolutional network in the page, which is trained with each of them.
        page_seconds: for which it is, at most.
    """

    rounds: int = 5
    seconds: float = 1.0
    works: tuple[Work, ...] = WORKS
    patience: float = 150.0
    peers: tuple[Peer, ...] = PEERS
    seeds: tuple[int, ...] = (1, 2, 3)
    page_seconds: float = 60.0

    @property
    def conv(self) -> bool:
        """Whether the convolutional network is measured."""
        return CONV in self.works

    @property
    def dense(self) -> bool:
        """Whether networks of dense layers are measured."""
        return any(work.net.dense for work in self.works)


QUICK = Effort(
    rounds=2,
    seconds=0.25,
    works=(Work(TUTORIAL, 1), Work(TUTORIAL, 64), TO_ACCURACY, CONV),
    patience=5.0,
    seeds=(1,),
    page_seconds=15.0,
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
        for peer in self._effort.peers:
            if not any(peer.does(work) for work in self._effort.works):
                continue
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
                # The first, NumPy unless it was not asked for, is what the others are held to.
                model, learnt = next(iter(found[work.name].items()), (peer.name, {"loss": after}))
                expected = learnt["loss"]
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
                        f"{after:.3f}; with {model} to {expected:.3f}. They do not do the same."
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

    def memory(self) -> None:
        """Measure how much memory training a convolutional network takes, in a fresh tab."""
        engine = "simd" if RELAXED in self.results["left_out"] else "relaxed"
        options = {"engine": engine, "files": sources(), "packages": []}
        tab = Tab(self._context, self._clock, self._address, "pyodide.js", options, self._order)
        name = SIMD if engine == "simd" else RELAXED
        self.results["memory"] = {name: tab.memory(CONV, CHECK) / 1e6}
        tab.page.close()
        _say(f"memory: {self.results['memory'][name]:.1f} MB")

    def reference_run(self, quick: bool) -> None:
        """Do the reference run in the page itself."""
        found = {}
        for engine, epochs in (("wasm", 1 if quick else 5), *(() if quick else [("numpy", 1)])):
            _say(f"the reference run in the page, {engine}")
            try:
                repeats = 3 if engine == "wasm" else 1
                runs = [
                    in_page.reference(self._context, self._address, engine, epochs)
                    for _ in range(repeats)
                ]
            except (in_page.Refused, Error) as error:
                self._leave_out(f"the reference run, {engine}", _last_line(error))
                continue
            run = sorted(runs, key=lambda run: run["seconds"])[repeats // 2]
            found[run.pop("engine")] = run
        self.results["reference"] = found

    def convolution_run(self) -> None:
        """Train the convolutional network of the page, in the page."""
        found = {}
        for seed in self._effort.seeds:
            _say(f"Convolution in the page, seed {seed}")
            try:
                found[str(seed)] = in_page.convolution(
                    self._context, self._address, seed, self._effort.page_seconds
                )
            except (in_page.Refused, Error) as error:
                self._leave_out(f"Convolution in the page, seed {seed}", _last_line(error))
        self.results["convolution"] = found

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


def _last_line(error: Exception) -> str:
    """Return what a browser complains of: of a Python traceback, the last line."""
    lines = [line for line in str(error).splitlines() if not re.match(r"\s+at ", line)]
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

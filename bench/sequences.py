"""`python -m bench.sequences`: who learns which character comes next, and how fast.

In each round everybody trains for a while, one after the other; what is told are medians, and how
many times as fast this project's compiled engine is in the same round. Time is that for which the
working thread had a processor, where the system says it, so that other programs do not count.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from statistics import median
from typing import Any

from playwright.sync_api import BrowserContext

from bench.characters import Task, network
from bench.in_page import names
from bench.peers.gru_pytorch import PyTorch
from bench.tab import ROOT, Clock, browsing, sources
from tools.errors import told_in_one_line

RESULTS = ROOT / "bench/sequences.json"
COMPILED = "nn, compiled"
NUMPY = "nn, NumPy in Pyodide"
PYTORCH = "PyTorch native, one thread"
TASKS = (Task(), Task("attention", 64))
PEERS: dict[str, tuple[str, dict[str, Any], bool]] = {
    COMPILED: ("gru_pyodide.js", {"engine": "wasm"}, True),
    NUMPY: ("gru_pyodide.js", {"engine": "numpy"}, True),
    "TensorFlow.js wasm": ("gru_tfjs.js", {"backend": "wasm"}, False),
    "TensorFlow.js cpu": ("gru_tfjs.js", {"backend": "cpu"}, False),
    "brain.js": ("gru_brain.js", {}, False),
}
"""Module, options, and whether they do attention too."""

NAMES_SECONDS = 30.0

STRICT = {COMPILED, NUMPY, PYTORCH, "TensorFlow.js wasm", "TensorFlow.js cpu"}
"""Those that start from the same weights, so that their losses have to be the same."""


class Tab:
    """A peer in a tab of its own."""

    def __init__(
        self, context: BrowserContext, clock: Clock, address: str, task: Task, name: str
    ) -> None:
        module, options, _ = PEERS[name]
        self._clock = clock
        self._page = context.new_page()
        self._page.goto(f"{address}bench/sequences.html")
        self._page.wait_for_function("window.bench")
        given: dict[str, Any] = asdict(task)
        if "engine" in options:
            options = {**options, "files": sources()}
        else:
            given["text"] = task.text().tolist()
            layers = network(task, "numpy").layers
            weights = [view.tolist() for layer in layers for view in layer.views.values()]
            options = {**options, "weights": weights}
        self._call("open", module, given, options)

    def train(self, batches: int) -> float:
        """Train with so many mini-batches; return seconds."""
        before = self._clock.read()
        wall = float(self._call("train", batches))
        after = self._clock.read()
        return wall if before is None or after is None else after - before

    def loss(self) -> float:
        return float(self._call("loss"))

    def _call(self, function: str, *arguments: Any) -> Any:
        return self._page.evaluate(
            "([name, ...rest]) => window.bench[name](...rest)", [function, *arguments]
        )


def measure(
    context: BrowserContext,
    clock: Clock,
    address: str,
    task: Task,
    rounds: int,
    seconds: float,
) -> dict[str, Any]:
    """Return characters a second by who trained, and ratios to the compiled engine."""
    peers: dict[str, Tab | PyTorch] = {}
    for name, (_, _, attends) in PEERS.items():
        if task.kind == "gru" or attends:
            peers[name] = Tab(context, clock, address, task, name)
    try:
        peers[PYTORCH] = PyTorch(task)
    except ImportError:
        print("PyTorch is not installed: left out")
    warm = 4
    losses, times = {}, {}
    for name, peer in peers.items():
        first = peer.train(1)
        times[name] = peer.train(warm - 1) / (warm - 1) if first < 20 else first
        losses[name] = peer.loss()
    expected = losses[NUMPY]
    for name in STRICT & losses.keys():
        if abs(losses[name] - expected) > 1e-3:
            raise ValueError(f"{name} learns something else: {losses[name]}, not {expected}")
    found: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(rounds):
        for name, peer in peers.items():
            batches = max(1, round(seconds / times[name]))
            took = peer.train(batches)
            times[name] = took / batches
            found[name].append(batches * task.batch * task.steps / took)
    ratios = {
        name: median(own / other for own, other in zip(found[COMPILED], speeds, strict=True))
        for name, speeds in found.items()
    }
    return {
        name: {"characters": round(median(speeds)), "ratio": float(f"{ratios[name]:.3g}")}
        for name, speeds in found.items()
    }


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m bench.sequences", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each measurement")
    parser.add_argument("--only", choices=["gru", "attention", "names"])
    options = parser.parse_args()
    results: dict[str, Any] = {}
    with told_in_one_line(), browsing() as (browser, context, address):
        clock = Clock(browser)
        for task in TASKS:
            if options.only in (None, task.kind):
                found = measure(context, clock, address, task, options.rounds, options.seconds)
                results[task.name] = found
                print(f"{task.name}\n{'':<30}{'characters/s':>14}{'nn is':>10}")
                for name, row in found.items():
                    print(f"{name:<30}{row['characters']:>14,}{row['ratio']:>9}x")
        if options.only in (None, "names"):
            found = names(context, address, NAMES_SECONDS)
            results["names"] = found
            fewer = 1 - found["bits"] / found["bigram_bits"]
            print(f"Names in the page, {found['seconds']:.0f} s")
            print(f"  {found['bits']:.2f} bits a character")
            print(f"  {fewer:.1%} fewer than bigrams, {found['bigram_bits']:.2f}")
            print(f"  writes {found['written_a_second']:,.0f} characters a second meanwhile")
            print(f"  95th percentile between frames: {found['frame_gap_ms']:.0f} ms")
    if options.only is None:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

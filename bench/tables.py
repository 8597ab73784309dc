"""`python -m bench.tables`: what was found, as tables in Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.work import (
    DEEPER,
    GOALS,
    JAX,
    MATHJS,
    MATMUL,
    MATMUL_NUMPY,
    MATMUL_SCIPY,
    MATMUL_SIMD,
    NUMPY,
    PEERS,
    PRODUCTS,
    PYTORCH,
    RELAXED,
    SIMD,
    TFJS,
    TUTORIAL,
    Net,
    Work,
)

Results = dict[str, Any]

REFERENCE_SAMPLES = 300_000
REFERENCE_EPOCHS = 5


@dataclass(frozen=True)
class Ratio:
    """How many times as fast this project is.

    Attributes:
        work: what is compared.
        at_least, aim: what is asked for, if anything is.
        measured: None if one of the two was not measured.
    """

    work: str
    at_least: float | None
    aim: float | None
    measured: float | None


def ratios(results: Results) -> list[Ratio]:
    """Return what the project is held to, with what was found in one and the same run."""

    def training(work: Work, peer: str) -> float | None:
        found = results.get("throughput", {}).get(work.name, {})
        return _over(_median(found, RELAXED, SIMD), _median(found, peer))

    def product(way: str) -> float | None:
        found = results.get("matmul", {}).get("512x512x512", {})
        return _over(_median(found, MATMUL, MATMUL_SIMD), _median(found, way))

    def against(net: Net, batch: int, peer: str, at_least: float, aim: float) -> Ratio:
        work = Work(net, batch)
        return Ratio(f"{work.name}, against {peer}", at_least, aim, training(work, peer))

    return [
        against(TUTORIAL, 1, NUMPY, 15, 40),
        against(TUTORIAL, 1, PYTORCH, 12, 30),
        *(against(net, 64, TFJS, 15, 30) for net in (TUTORIAL, DEEPER)),
        *(against(net, batch, JAX, 2, 3) for net in (TUTORIAL, DEEPER) for batch in (64, 256)),
        Ratio(f"matmul 512x512x512, against {MATMUL_NUMPY}", 15, 25, product(MATMUL_NUMPY)),
        Ratio(f"matmul 512x512x512, against {MATMUL_SCIPY}", 5, 9, product(MATMUL_SCIPY)),
        *_reference_ratios(results),
    ]


def _reference_ratios(results: Results) -> list[Ratio]:
    """Compare the run in the page with math.js at its measured speed, and with NumPy in the page.

    Both would take too long; what they have done of it says how long.
    """
    runs = results.get("reference", {})
    seconds = {
        "NumPy" if name == "NumPy" else "nn": run["seconds"] * REFERENCE_EPOCHS / run["epochs"]
        for name, run in runs.items()
    }
    found = results.get("throughput", {}).get(Work(TUTORIAL, 1).name, {})
    return [
        Ratio(
            f"the reference run in the page, against {MATHJS}",
            100,
            None,
            _over(_over(REFERENCE_SAMPLES, _median(found, MATHJS)), seconds.get("nn")),
        ),
        Ratio(
            "the reference run in the page, against NumPy in the page",
            None,
            10,
            _over(seconds.get("NumPy"), seconds.get("nn")),
        ),
    ]


def _median(found: dict[str, Any], *names: str) -> float | None:
    """Return the median of the first of ``names`` that was measured."""
    return next((float(found[name]["median"]) for name in names if name in found), None)


def _over(a: float | None, b: float | None) -> float | None:
    return a / b if a is not None and b else None


def everything(results: Results) -> str:
    """Return all tables."""
    machine = results["machine"]
    lines = [
        f"{machine['processor']}, {machine['cores']} cores (load before the run: "
        f"{_figure(machine['load_before'])}), Chromium {machine['chromium']}, "
        f"{results['date']}; medians of {results['rounds']} rounds of {results['seconds']} s. "
        "A second is one that the working thread has a processor for, where the system says "
        "(Linux), so that other programs do not count; the run in the page goes by the clock.",
        "",
        "Samples a second, after warm-up:",
        "",
        training_table(results),
        "",
        "Warm-up, not counted above: seconds to make the network and to train it on the first "
        f"{Work(TUTORIAL, 1).warm_up} samples, or 20 mini-batches:",
        "",
        warm_up_table(results),
        "",
        f"{DEEPER.name}, batch 64: seconds of training until a test accuracy:",
        "",
        accuracy_table(results),
        "",
        "Products of float32 matrices, GFLOP/s:",
        "",
        matmul_table(results),
        "",
        "The reference run in the page (5 epochs of 60,000 single samples), tests included:",
        "",
        reference_table(results),
        "",
        "This project's fastest engine, as many times as fast:",
        "",
        ratio_table(results),
    ]
    lines += [""] * bool(results["left_out"])
    lines += [f"Left out: {name}: {why}" for name, why in results["left_out"].items()]
    return "\n".join(lines)


def training_table(results: Results) -> str:
    return _by_work(results["throughput"], "median")


def _by_work(found: Results, key: str) -> str:
    """Return a table with a line for each peer and a column for each work."""
    nets = [net.name for net in (TUTORIAL, DEEPER)]
    short = [work.replace(f"{nets[0]}, ", "").replace(nets[1], "deeper") for work in found]
    rows = [
        [
            peer.name,
            *(_figure(by_peer.get(peer.name, {}).get(key)) for by_peer in found.values()),
        ]
        for peer in PEERS
        if any(peer.name in by_peer for by_peer in found.values())
    ]
    return markdown([f"{nets[0]}; deeper is {nets[1]}", *short], rows)


def warm_up_table(results: Results) -> str:
    return _by_work(results["warm_up"], "seconds")


def accuracy_table(results: Results) -> str:
    goals = [f"{goal:.0%}" for goal in GOALS]
    rows = [
        [name, *(_figure(reached[g]["seconds"]) if g in reached else "–" for g in goals)]
        for name, reached in results["to_accuracy"].items()
    ]
    return markdown(["", *goals], rows)


def matmul_table(results: Results) -> str:
    found = results["matmul"]
    rows = [
        [way, *(_figure(_median(by_way, way)) for by_way in found.values())] for way in PRODUCTS
    ]
    return markdown(["", *found], rows)


def reference_table(results: Results) -> str:
    rows = [
        [
            name,
            str(run["epochs"]),
            _figure(run["seconds"]),
            f"{run['frame_gap_ms']:.1f} ms",
            f"{run['accuracy']:.2f} %",
        ]
        for name, run in results.get("reference", {}).items()
    ]
    headings = ["engine", "epochs", "seconds", "95th percentile between frames", "test accuracy"]
    return markdown(headings, rows)


def ratio_table(results: Results) -> str:
    rows = [
        [ratio.work, *(_times(value) for value in (ratio.at_least, ratio.aim, ratio.measured))]
        for ratio in ratios(results)
    ]
    rows += [
        [
            f"95th percentile between frames meanwhile, {name}",
            "34 ms",
            "–",
            f"{run['frame_gap_ms']:.0f} ms",
        ]
        for name, run in results.get("reference", {}).items()
    ]
    return markdown(["", "at least", "aim", "measured"], rows)


def _times(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.1f}x" if value < 100 and value % 1 else f"{value:,.0f}x"


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose columns line up, all but the first to the right."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        aligned = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        return f"| {' | '.join(aligned)} |"

    rule = ["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]
    return "\n".join([line(headings), f"|{'|'.join(rule)}|", *map(line, rows)])


if __name__ == "__main__":
    text = (Path(__file__).parent / "results.json").read_text(encoding="utf-8")
    print(everything(json.loads(text)))

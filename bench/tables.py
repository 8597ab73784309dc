"""`python -m bench.tables`: what was found, as tables in Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.nets import CONVOLUTIONAL, DEEPER, TUTORIAL, Net
from bench.work import (
    CONV,
    CONVNET,
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
    TFJS_CPU,
    Work,
)

Results = dict[str, Any]

REFERENCE_SAMPLES = 300_000
REFERENCE_EPOCHS = 5

SHORT_NAMES = {TUTORIAL: "", DEEPER: "deeper,", CONVOLUTIONAL: "convolutional,"}


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
        against(CONVOLUTIONAL, CONV.batch, NUMPY, 15, 30),
        against(CONVOLUTIONAL, CONV.batch, PYTORCH, 0.5, 1),
        against(CONVOLUTIONAL, CONV.batch, TFJS_CPU, 100, 250),
        against(CONVOLUTIONAL, CONV.batch, CONVNET, 25, 60),
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
    """Return all tables of what was measured."""
    machine = results["machine"]
    lines = [
        f"{machine['processor']}, {machine['cores']} cores (load before the run: "
        f"{_figure(machine['load_before'])}), Chromium {machine['chromium']}, "
        f"{results['date']}; medians of {results['rounds']} rounds of {results['seconds']} s. "
        "A second is one that the working thread has a processor for, where the system says "
        "(Linux), so that other programs do not count; the runs in the page go by the clock.",
    ]
    for key, (heading, table) in TABLES.items():
        if results.get(key):
            lines += ["", f"{heading}:", "", table(results)]
    lines += ["", "This project's fastest engine, as many times as fast:", "", ratio_table(results)]
    lines += [""] * bool(results["left_out"])
    lines += [f"Left out: {name}: {why}" for name, why in results["left_out"].items()]
    return "\n".join(lines)


def training_table(results: Results) -> str:
    return _by_work(results["throughput"], "median")


def _by_work(found: Results, key: str) -> str:
    """Return a table with a line for each peer and a column for each work."""
    rows = [
        [
            peer.name,
            *(_figure(by_peer.get(peer.name, {}).get(key)) for by_peer in found.values()),
        ]
        for peer in PEERS
        if any(peer.name in by_peer for by_peer in found.values())
    ]
    return markdown(["", *map(_short, found)], rows)


def _short(work: str) -> str:
    for net, name in SHORT_NAMES.items():
        work = work.replace(f"{net.name}, ", f"{name} " if name else "")
    return work


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


def convolution_table(results: Results) -> str:
    rows = [
        [
            seed,
            _figure(run["seconds"]),
            run["throughput"],
            f"{run['frame_gap_ms']:.1f} ms",
            f"{run['stop_ms']:.0f} ms",
            f"{run['accuracy']:.2f} %",
        ]
        for seed, run in results.get("convolution", {}).items()
    ]
    headings = ["seed", "seconds", "samples/s", "95th percentile between frames", "Stop"]
    return markdown([*headings, "test accuracy"], rows)


def ratio_table(results: Results) -> str:
    rows = [
        [ratio.work, *(_times(value) for value in (ratio.at_least, ratio.aim, ratio.measured))]
        for ratio in ratios(results)
        if ratio.measured is not None or not results.get("partial")
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
    rows += _convolution_rows(results)
    return markdown(["", "at least", "aim", "measured"], rows)


def _convolution_rows(results: Results) -> list[list[str]]:
    """Return what is asked of the convolutional network beyond speed; the worst run counts."""
    memory, runs = results.get("memory", {}), results.get("convolution", {}).values()
    name = f"memory for {CONVOLUTIONAL.name} and its training, beyond the data"
    rows = [[name, "40 MB", "15 MB", f"{size:.1f} MB"] for size in memory.values()]
    if not runs:
        return rows

    def worst(key: str) -> float:
        return max(float(run[key]) for run in runs)

    longest = f"{worst('seconds'):.0f} s of Convolution in the page"
    return [
        *rows,
        [f"{longest}, test accuracy", "99.30 %", "99.50 %"]
        + [f"{min(run['accuracy'] for run in runs):.2f} %"],
        [f"{longest}, 95th percentile between frames", "34 ms", "20 ms"]
        + [f"{worst('frame_gap_ms'):.0f} ms"],
        [f"{longest}, until Stop has answered", "100 ms", "20 ms", f"{worst('stop_ms'):.0f} ms"],
    ]


TABLES: dict[str, tuple[str, Callable[[Results], str]]] = {
    "throughput": (
        f"Samples a second, after warm-up, of {TUTORIAL.name}; deeper is {DEEPER.name}, "
        f"convolutional {CONVOLUTIONAL.name}, whose convolutions have kernels of 5x5, two pixels "
        "apart, and 3x3. TensorFlow.js wasm cannot train those: it has no kernel "
        "Conv2DBackpropFilter",
        training_table,
    ),
    "warm_up": (
        "Warm-up, not counted above: seconds to make the network and to train it on the first "
        f"{Work(TUTORIAL, 1).warm_up} samples, or 20 mini-batches, or 10 where there are "
        "convolutions",
        warm_up_table,
    ),
    "to_accuracy": (
        f"{DEEPER.name}, batch 64: seconds of training until a test accuracy",
        accuracy_table,
    ),
    "matmul": ("Products of float32 matrices, GFLOP/s", matmul_table),
    "reference": (
        "The reference run in the page (5 epochs of 60,000 single samples), tests included",
        reference_table,
    ),
    "convolution": (
        "The convolutional network of the page, in the page, with the settings of its button",
        convolution_table,
    ),
}
"""What stands above each table, by what is in it."""


def _times(value: float | None) -> str:
    if value is None:
        return "–"
    if value < 1:
        # One digit would make 0.97 the 1.0 that it is not.
        return f"{value:.2g}x"
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

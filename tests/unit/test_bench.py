"""The bench's arithmetic, tables and chart, from figures made up for it."""

from __future__ import annotations

import json
import re
from argparse import ArgumentTypeError
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from bench import chart, tables
from bench.__main__ import ONLY, peers_called
from bench.nets import CONVOLUTIONAL, DEEPER, TUTORIAL
from bench.work import CONV, NUMPY, PEERS, PYTORCH, RELAXED, SIMD, WORKS, Work

ROOT = Path(__file__).parents[2]
BATCH_1 = Work(TUTORIAL, 1).name


def figure(value: float) -> dict[str, object]:
    return {"median": value, "rounds": [value], "wall": value}


@pytest.fixture
def results() -> dict[str, object]:
    return {
        "date": "2026-01-02",
        "machine": {"processor": "A & B", "cores": 2, "load_before": 0.1, "chromium": "1.2"},
        "rounds": 1,
        "seconds": 1.0,
        "left_out": {"brain.js": "it resists"},
        "warm_up": {BATCH_1: {NUMPY: {"seconds": 0.5, "loss": 1.0}}},
        "throughput": {
            BATCH_1: {
                NUMPY: figure(1_000.0),
                SIMD: figure(20_000.0),
                RELAXED: figure(40_000.0),
                "math.js, as tutorials do": figure(50.0),
            }
        },
        "to_accuracy": {NUMPY: {"97%": {"seconds": 12.345, "samples": 60_000}}},
        "matmul": {"512x512x512": {"NumPy in Pyodide": figure(1.0)}},
        "reference": {
            "NumPy": {"epochs": 1, "seconds": 60.0, "accuracy": 94.0, "frame_gap_ms": 17.0},
            "WebAssembly SIMD": {
                "epochs": 5,
                "seconds": 20.0,
                "accuracy": 97.0,
                "frame_gap_ms": 17.0,
            },
        },
        "memory": {RELAXED: 5.04},
        "convolution": {"1": conv_run(99.41, stop=12.0), "2": conv_run(99.36, stop=18.2)},
    }


def conv_run(accuracy: float, stop: float) -> dict[str, object]:
    return {
        "seed": 1,
        "seconds": 60.0,
        "throughput": "5,000",
        "accuracy": accuracy,
        "frame_gap_ms": 17.0,
        "stop_ms": stop,
    }


def measured(results, work: str) -> float | None:
    (ratio,) = [ratio for ratio in tables.ratios(results) if ratio.work == work]
    return ratio.measured


def test_ratios_are_those_of_the_fastest_engine(results):
    assert measured(results, f"{BATCH_1}, against {NUMPY}") == 40
    del results["throughput"][BATCH_1][RELAXED]
    assert measured(results, f"{BATCH_1}, against {NUMPY}") == 20


def test_a_ratio_of_what_was_not_measured_is_left_open(results):
    assert measured(results, f"{BATCH_1}, against {PYTORCH}") is None
    assert measured(results, "matmul 512x512x512, against NumPy in Pyodide") is None


def test_the_reference_run_is_compared_with_what_five_epochs_would_take(results):
    run = "the reference run in the page, against "
    # 300,000 samples at 50 a second, and five times NumPy's one epoch, over 20 seconds.
    assert measured(results, f"{run}math.js, as tutorials do") == 300
    assert measured(results, f"{run}NumPy in the page") == 15


def test_what_is_asked_for_stands_beside_what_was_found(results):
    text = tables.ratio_table(results)
    assert re.search(r"\| 784-100-10, batch 1, against nn, NumPy +\| +15x \| +40x \| +40x \|", text)


def test_what_is_just_missed_is_not_rounded_to_what_is_asked_for(results):
    results["throughput"] = {CONV.name: {RELAXED: figure(9_670.0), PYTORCH: figure(10_000.0)}}
    text = tables.ratio_table(results)
    assert re.search(r"28x28x1-.*, against PyTorch .* 0.5x \| +1x \| +0.97x \|", text)


def test_the_worst_run_in_the_page_counts(results):
    text = tables.ratio_table(results)
    assert re.search(r"memory for 28x28x1-conv.* 40 MB \| +15 MB \| +5.0 MB \|", text)
    assert re.search(r"60 s of Convolution .*, test accuracy .* 99.36 % \|", text)
    assert re.search(r"until Stop has answered .* 100 ms \| +20 ms \| +18 ms \|", text)


def test_what_was_not_measured_has_no_table(results):
    del results["matmul"], results["to_accuracy"], results["convolution"], results["memory"]
    text = tables.everything(results)
    assert "GFLOP" not in text and "test accuracy:" not in text and "Convolution" not in text
    assert "Samples a second" in text and "SciPy" in text
    assert "SciPy" not in tables.everything(results | {"partial": True})


def test_all_tables_are_tables(results):
    text = tables.everything(results)
    assert "Left out: brain.js: it resists" in text
    for table in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        lines = table.splitlines()
        assert len({line.count("|") for line in lines}) == 1
        assert len({len(line) for line in lines}) == 1
        assert re.fullmatch(r"\|-+(\|-+:)+\|", lines[1])


def test_the_chart_has_a_bar_for_each_figure(results):
    root = ElementTree.fromstring(chart.svg(results))
    space = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in root.iter(f"{space}text")]
    bars = list(root.iter(f"{space}rect"))
    assert texts[0] == f"{BATCH_1}: samples a second"
    assert texts[1:4] == [RELAXED, "40,000", SIMD]
    widths = [float(bar.get("width", "")) for bar in bars]
    assert widths == sorted(widths, reverse=True) and len(widths) == 4
    assert widths[0] == 2 * widths[1]


def test_what_is_published_is_what_was_found():
    found = ROOT / "bench/results.json"
    text = found.read_text(encoding="utf-8")
    assert (ROOT / "docs/bench.svg").read_text(encoding="utf-8") == chart.svg(json.loads(text))


def test_everybody_is_measured_at_something():
    for peer in PEERS:
        assert any(peer.does(work) for work in WORKS), peer.name
    assert [len(kernel) for kernel in DEEPER.kernels()] == [784, 256, 128]


def test_layers_know_their_shapes():
    assert DEEPER.name == "784-256-128-10" and DEEPER.widths == [784, 256, 128, 10]
    shapes = [layer.outputs for layer in CONVOLUTIONAL.layers]
    assert shapes == [(12, 12, 16), (10, 10, 32), (5, 5, 32), (800,), (64,), (10,)]
    kernels = [kernel.shape for kernel in CONVOLUTIONAL.kernels()]
    assert kernels == [(5, 5, 1, 16), (3, 3, 16, 32), (800, 64), (64, 10)]
    facts = json.loads(json.dumps(CONVOLUTIONAL.facts()))
    assert [layer["kernel"] for layer in facts["layers"]][2:4] == [None, None]


def test_part_of_it_can_be_asked_for():
    found = peers_called("pytorch, relaxed")
    assert [peer.name for peer in found] == [RELAXED, PYTORCH]
    with pytest.raises(ArgumentTypeError, match="there is no 'torch'"):
        peers_called("torch")
    assert [work for work in WORKS if ONLY["conv"](work)] == [CONV]


def test_losses_are_those_of_the_package():
    outputs = np.array([[0.2, 0.3, 0.5] + [0.0] * 7])
    half = 0.5 * (0.2**2 + (0.3 - 0.99) ** 2 + 0.5**2)
    assert TUTORIAL.value(outputs, np.array([1])) == pytest.approx(half)
    assert DEEPER.value(outputs, np.array([1])) == pytest.approx(-np.log(0.3))

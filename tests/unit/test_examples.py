"""The examples run as they are, in a folder of their own."""

import math
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from tests.unit.test_data_idx import idx

ROOT = Path(__file__).parents[2]


def run(name: str, folder: Path, *arguments: str) -> str:
    """What an example prints, run in `folder`."""
    return subprocess.run(
        [sys.executable, ROOT / "examples" / name, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(("name", "least"), [("table.py", 95.0), ("own_layer.py", 95.0)])
def test_an_example_learns(tmp_path, name, least):
    printed = run(name, tmp_path)
    assert float(re.search(r"accuracy ([\d.]+)%", printed)[1]) > least
    if name == "own_layer.py":
        assert "gradients are right" in printed


def test_both_products_are_the_same(tmp_path):
    first, second = run("matmul.py", tmp_path).splitlines()
    assert first.split("c[")[1] == second.split("c[")[1]


def test_a_text_is_learnt_and_gone_on_with(tmp_path, monkeypatch):
    # On a machine that others use too, threads of a BLAS wait for each other.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    words = np.random.default_rng(1).choice(["one", "three", "seven", "eleven"], 3_000)
    (tmp_path / "words.txt").write_text("\n".join(words))
    printed = run("text.py", tmp_path, "words.txt", "10")
    found = {name: float(re.search(rf"{name} +([\d.]+)", printed)[1])
             for name in ("network", "bigrams", "gzip")}  # fmt: skip
    # Two bits say which word; with its line end it has 5.75 characters.
    assert 2 / 5.75 - 0.02 < found["network"] < found["gzip"] < found["bigrams"]
    written = printed.split("\n\n", 1)[1].split()
    assert len(written) > 40 and np.mean(np.isin(written, words)) > 0.9


def test_a_series_is_learnt_and_gone_on_with(tmp_path):
    rows = [f"{i},{50 + 10 * math.sin(i / 5):.3f}" for i in range(160)]
    (tmp_path / "waves.csv").write_text("\n".join(["hour,level", *rows]))
    printed = run("curve.py", tmp_path, "waves.csv")
    assert printed.startswith("level: ")
    off = {name: float(error) for name, error in re.findall(r"^  (\w+) +(\S+)$", printed, re.M)}
    assert 3 * off["network"] < off["straight_line"] < off["same_as_last"]
    onward = [float(value) for value in printed.split("and then: ")[1].split()]
    expected = [50 + 10 * math.sin(i / 5) for i in range(160, 170)]
    assert onward == pytest.approx(expected, abs=3)


def test_the_notebook_runs(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(ROOT / "examples/notebook.ipynb", as_version=4)
    NotebookClient(notebook, timeout=200, kernel_name="python3").execute()
    texts = [
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream"
    ]
    assert float(re.search(r"accuracy ([\d.]+)%", texts[0])[1]) > 90
    plane = texts[1].splitlines()
    assert len(plane) == 24 and {"@", " "} < set("".join(plane))


def test_digits_are_learnt_and_kept(tmp_path):
    rng = np.random.default_rng(1)
    labels = rng.integers(10, size=400).astype(np.uint8)
    pictures = np.zeros((400, 28, 28), np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        picture[2 * label + 2 : 2 * label + 6, 5:20] = 255  # a bar, whose height tells
    for part, some in (("train", slice(300)), ("t10k", slice(300, None))):
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx(pictures[some]))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx(labels[some]))
    printed = run("digits.py", tmp_path, ".", "10")
    assert float(re.search(r"accuracy ([\d.]+)%", printed)[1]) > 80
    assert (tmp_path / "digits.json").stat().st_size > 10_000

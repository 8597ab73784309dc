"""Programs as notebooks; and the program of each lab, as both, in a terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from nn.data.tables import read_table
from nn.experiment.code import program
from nn.experiment.notebook import cells, notebook
from nn.labs import colours, digits, points, temperature
from nn.labs.points_source import PointsSource
from nn.labs.table_source import Opened, TableSource

ROOT = Path(__file__).parents[2]
TABLE = b"size,weight,kind\n" + b"".join(
    b"%d,%d,%s\n" % (n % 13, n * 7 % 11, b"a" if n % 3 else b"b") for n in range(60)
)


def opened() -> Opened:
    return Opened(read_table(TABLE), "it's mine.csv", TABLE)


def lab_program(lab: str) -> str:
    """The program of a lab, with little to train; those of tables read a file."""
    if lab == "digits":
        settings = replace(digits.PRESETS["Classic"], epochs=1, train_samples=500)
        return program(settings, digits.task(settings), digits.data_code())
    if lab == "temperature":
        settings = replace(temperature.DEFAULTS, epochs=20)
        return program(settings, temperature.task(settings), temperature.data_code(settings))
    module = colours if lab in ("colours", "table") else points
    settings = replace(module.DEFAULTS, epochs=3)
    source = {
        "colours": TableSource,
        "table": lambda: TableSource.of(opened()),
        "points": PointsSource,
        "own points": lambda: PointsSource.of(opened()),
    }[lab]()
    return program(settings, source.task(settings), source.code(settings))


@pytest.fixture(params=["digits", "colours", "table", "points", "own points", "temperature"])
def text(request, tmp_path, monkeypatch):
    """The program of a lab, where the files are that it reads."""
    (tmp_path / "mnist").symlink_to(ROOT / "mnist")
    (tmp_path / "it's mine.csv").write_bytes(TABLE)
    monkeypatch.chdir(tmp_path)
    return lab_program(request.param)


def test_a_lab_s_program_runs_in_a_terminal(text, tmp_path):
    (tmp_path / "train.py").write_text(text)
    result = subprocess.run(
        [sys.executable, "train.py"], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert "test loss " in result.stdout


def test_a_lab_s_notebook_runs_cell_by_cell(text, capsys):
    made = nbformat.reads(notebook(text), as_version=nbformat.NO_CONVERT)
    nbformat.validate(made)
    assert (made.nbformat, made.nbformat_minor) == (4, 5)
    title, *code = made.cells
    assert title.cell_type == "markdown"
    assert len(code) > 4
    names: dict[str, object] = {}
    for cell in code:
        assert cell.cell_type == "code"
        exec(cell.source, names)
    assert "test loss " in capsys.readouterr().out
    assert "model" in names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n\n\n", []),
        ("a = 1\nb = 2\n", ["a = 1\nb = 2"]),
        ("a = 1\n\n\n\nb = 2", ["a = 1", "b = 2"]),
        ("# only a comment\n\n# another", ["# only a comment", "# another"]),
        ('a = """one\n\ntwo"""\n\nb', ['a = """one\n\ntwo"""', "b"]),
        (
            "@decorated\n\ndef f():\n\n    pass\n\nf()",
            ["@decorated\n\ndef f():\n\n    pass", "f()"],
        ),
        ("if x:\n\n  1 +\n\nnot Python", ["if x:\n\n  1 +\n\nnot Python"]),
        ("a = '\0'", ["a = '\0'"]),
    ],
)
def test_cells_are_parted_where_no_statement_goes_on(text, expected):
    assert cells(text) == expected


def test_a_notebook_of_nothing_has_a_cell():
    made = nbformat.reads(notebook(""), as_version=4)
    nbformat.validate(made)
    assert [cell.source for cell in made.cells] == [""]


def test_text_keeps_its_letters():
    source = "x = 'é 数 \\n'"
    assert json.loads(notebook(source))["cells"][0]["source"] == source

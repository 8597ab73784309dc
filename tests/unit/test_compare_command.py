"""`python -m nn compare`: rows, what is kept of them, and which setting is best."""

import csv
import re
from dataclasses import replace

import pytest

from nn.__main__ import main
from nn.data.tables import read_table
from nn.experiment.comparison_file import dumps, outline
from nn.labs.colours import DEFAULTS, parts_of
from nn.labs.selection import Selection
from nn.labs.subjects import columns_of, subject_of
from tests.unit.test_main import folder, refusal  # noqa: F401

DEFAULTS_FOR_BOTH = replace(DEFAULTS, loss="mean_squared_error")

GRID = """
lab = "digits"
seeds = 2
[settings]
epochs = 1
[vary]
hidden = ["10", "20"]
"""


@pytest.fixture
def compare(folder, capsys):  # noqa: F811
    """A function that writes a file, compares as it says, and returns what is printed."""

    def compare(text, *options, status=0):
        (folder / "some.toml").write_text(text)
        assert main(["compare", "some.toml", "--data", "data", *options]) == status
        return capsys.readouterr()

    return compare


def rows(folder):  # noqa: F811
    with (folder / "some.results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_all_are_trained_and_the_best_comes_first(compare, folder):  # noqa: F811
    printed = compare(GRID)
    said = printed.out.split("best first\n")[1].splitlines()
    means = [float(re.match(r" *([\d.]+) ± [\d.]+ %  hidden layers \d+", line)[1]) for line in said]
    assert len(means) == 2 and means == sorted(means, reverse=True)
    assert all(line.endswith("(2 seeds)") for line in said)
    assert "best so far" in printed.err
    found = rows(folder)
    assert [(row["hidden"], row["seed"]) for row in found] == [
        ("10", "1"),
        ("10", "2"),
        ("20", "1"),
        ("20", "2"),
    ]
    accuracies = [float(row["testAccuracy"]) for row in found if row["hidden"] == "20"]
    assert f"{50 * sum(accuracies):.2f} ± " in printed.out


def test_what_has_finished_is_not_trained_again(compare, folder):  # noqa: F811
    first = compare(GRID).out
    kept = (folder / "some.results.csv").read_bytes()
    again = compare(GRID)
    assert "4 finished runs are kept" in again.out and "  seed" not in again.out
    assert (folder / "some.results.csv").read_bytes() == kept
    assert again.out.split("best first")[1] == first.split("best first")[1]
    # Half of it gone: that half is trained, and ends as before.
    lines = kept.splitlines(keepends=True)
    (folder / "some.results.csv").write_bytes(b"".join(lines[:3]))
    compare(GRID)
    found = [{**row, "seconds": ""} for row in rows(folder)]
    (folder / "some.results.csv").write_bytes(kept)
    assert found == [{**row, "seconds": ""} for row in rows(folder)]


def test_results_of_other_data_are_refused(compare, folder, capsys):  # noqa: F811
    compare(GRID)
    path = folder / "some.results.csv"
    path.write_text(re.sub(r"[0-9a-f]{12}", "0" * 12, path.read_text()))
    status, error = refusal(capsys, "compare", "some.toml", "--data", "data")
    assert status == 1 and "has results of other data" in error
    path.write_text("a,b\n1,2\n")
    _, error = refusal(capsys, "compare", "some.toml", "--data", "data")
    assert "no file of results" in error


def test_halving_trains_few_to_the_end(compare, folder):  # noqa: F811
    text = """
        lab = "digits"
        halving = 2
        preset = "better"
        [settings]
        epochs = 4
        [vary]
        hidden = ["20"]
        learningRate = [0.000001, 0.002, 0.000002, 0.004]
        """
    printed = compare(text).out
    assert "round 1 of 3: 2 of 4 settings go on" in printed
    assert "round 2 of 3: 1 of 2 settings go on" in printed
    found = [(row["epochs"], row["learningRate"]) for row in rows(folder)]
    assert [epochs for epochs, _ in found] == ["1"] * 4 + ["2"] * 2 + ["4"]
    # The two that hardly learn are the first to go.
    assert {rate for epochs, rate in found if epochs != "1"} == {"0.002", "0.004"}


def test_a_run_that_cannot_be_is_said_and_the_rest_goes_on(compare):
    text = 'lab = "digits"\n[settings]\nepochs = 1\n[vary]\ntrainSamples = [100, 301]\n'
    printed = compare(text).out
    assert "refused: Train samples: there are only 300" in printed


@pytest.mark.parametrize("lab", ["colours", "points", "temperature", "curve", "text"])
def test_every_lab_can_be_compared(compare, lab):
    printed = compare(f'lab = "{lab}"\n[settings]\nepochs = 1\n[vary]\nbatchSize = [20, 10]\n')
    assert printed.out.count("batch size") == 4


def test_a_tables_columns_are_written_and_read(tmp_path):
    lines = "".join(f"{i % 7},{i % 3},{i % 2}\n" for i in range(60))
    (tmp_path / "few.csv").write_text("a,b,c\n" + lines)
    table = read_table((tmp_path / "few.csv").read_bytes()).with_kind("b", "category")
    selection = Selection.of(table, ["b"], ["c", "a"], ["number", "classes"])
    columns = columns_of("few.csv", selection)
    found = outline(dumps("colours", [DEFAULTS], columns))
    assert found.table == columns
    train, test = subject_of(found, tmp_path, tmp_path).prepare(DEFAULTS_FOR_BOTH)[1:]
    expected = parts_of(DEFAULTS_FOR_BOTH, selection)
    assert train.inputs.tobytes() == expected.train.inputs.tobytes()
    assert test.targets.tobytes() == expected.test.targets.tobytes()


def test_a_table_is_learnt(compare, folder):  # noqa: F811
    lines = "".join(f"{i % 7},{i % 3},{int(i % 7 > 3)}\n" for i in range(60))
    (folder / "few.csv").write_text("a,b,c\n" + lines)
    text = """
        lab = "colours"
        [table]
        file = "few.csv"
        outputs = ["c"]
        classes = ["c"]
        kinds = { b = "category" }
        [settings]
        epochs = 2
        [vary]
        batchSize = [1, 10]
        """
    assert compare(text).out.count("batch size") == 4
    assert [row["loss"] for row in rows(folder)] == ["categorical_crossentropy"] * 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'lab = "cats"',
            "lab: expected digits, colours, points, temperature, curve or text, not 'cats'",
        ),
        ('lab = "digits"\npreset = "best"', "preset: expected one of classic, better, convolution"),
        ('lab = "digits"\n[vary]\nepochs = [0]', "epochs: nothing stops this run"),
        ('lab = "digits"\n[table]\nfile = "x"', '[table] goes with lab = "colours"'),
        ('lab = "colours"\n[table]\nfile = "x.csv"', "x.csv: No such file"),
        ("lab =", "some.toml: the file is not TOML"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(folder, capsys, text, problem):  # noqa: F811
    (folder / "some.toml").write_text(text)
    status, error = refusal(capsys, "compare", "some.toml", "--data", "data")
    assert status == 1 and problem in error
    assert not (folder / "some.results.csv").exists()


def test_a_file_that_is_not_there_is_told(folder, capsys):  # noqa: F811
    assert refusal(capsys, "compare", "no.toml") == (1, "nn: there is no file no.toml")

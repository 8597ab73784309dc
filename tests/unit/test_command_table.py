"""``python -m nn table``: what the page does with a table, in a terminal."""

import csv
import json

import pytest

from nn.__main__ import main
from nn.formats import weights
from tests.unit.tables import passengers

FAST = ["--epochs", "3"]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "passengers.csv"
    table = passengers()
    rows = zip(*(column.as_texts() for column in table.columns.values()), strict=True)
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([list(table.columns), *rows])
    return path


def said(capsys, *arguments):
    assert main(["table", *map(str, arguments), "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    return json.loads(lines[0])


def test_without_options_it_makes_the_first_choices(file, capsys):
    found = said(capsys, file)
    assert found["inputs"] == ["Sex", "Age", "Alone", "Boarded", "Town"]
    ((output),) = found["outputs"]
    assert (output["name"], output["task"]) == ("Survived", "classes")
    assert output["accuracy"] > 0.75
    rows = found["rows"]
    assert (rows["used"], rows["held_out"], rows["left_out"]) == (300, 60, 0)
    assert rows["filled"] > 0
    assert any(sentence.startswith("left out at first: 'No'") for sentence in found["assumed"])


def test_columns_can_be_chosen_and_several_predicted(file, capsys):
    found = said(capsys, file, "--output", "Sex", "Age", "--inputs", "Survived", "Alone", *FAST)
    assert found["inputs"] == ["Survived", "Alone"]
    assert [(one["name"], one["task"]) for one in found["outputs"]] == [
        ("Sex", "classes"),
        ("Age", "number"),
    ]
    assert found["outputs"][1].keys() == {"name", "task", "r2"}


def test_classes_and_numbers_can_be_switched(file, capsys):
    (output,) = said(capsys, file, "--numbers", "Survived", *FAST)["outputs"]
    assert output["task"] == "number"


def test_a_test_file_is_tested_with(file, capsys):
    found = said(capsys, file, "--test", file, *FAST)
    assert (found["rows"]["used"], found["rows"]["held_out"]) == (600, 300)


def test_a_class_that_only_the_test_file_has_counts_as_wrong(file, tmp_path, capsys):
    other = tmp_path / "other.csv"
    other.write_text("Survived,Sex\n1,female\n0,male\n2,male\n")
    found = said(capsys, file, "--inputs", "Sex", "--output", "Survived", "--test", other)
    (output,) = found["outputs"]
    assert output["accuracy"] == pytest.approx(2 / 3)
    assert (
        "1 row has the class '2', which the training rows never show: it counts as wrong"
        in found["assumed"]
    )
    assert "tested with 3 rows of other.csv" in found["assumed"]


def test_rows_are_answered_and_written(file, tmp_path, capsys):
    new = tmp_path / "new.csv"
    new.write_text("Sex,Age,Alone,Boarded,Town\nfemale,30,TRUE,01.02.1912,Cork\nmale,,FALSE,,?\n")
    answers = tmp_path / "answers.csv"
    found = said(capsys, file, "--predict", new, "--answers", answers)
    assert found["predicted"] == {"Survived": ["1", "0"]}
    with answers.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["Survived"] for row in rows] == ["1", "0"]
    assert (rows[0]["Sex"], rows[1]["Age"]) == ("female", "")


def test_the_network_is_written_and_reads_raw_rows(file, tmp_path, capsys):
    path = tmp_path / "net.json"
    said(capsys, file, "--weights", path, *FAST)
    model, _ = weights.loads(path.read_bytes())
    assert model.columns.names == ("Sex", "Age", "Alone", "Boarded", "Town")
    assert model.columns.outputs[0].classes == ("0", "1")


def test_marks_such_as_999_below_zero_are_missing_unless_they_are_to_be_numbers(tmp_path, capsys):
    path = tmp_path / "station.csv"
    lines = [f"{-999 if i % 9 == 4 else i % 7},{i % 6},{i % 5 / 5}" for i in range(60)]
    path.write_text("\n".join(["wind,level,rain", *lines]))
    told = "-999 in 'wind' is taken for missing"
    found = said(capsys, path, *FAST)
    assert told in found["assumed"] and found["rows"]["filled"] == 7
    found = said(capsys, path, *FAST, "--nines", "number")
    assert f"{told.replace('missing', 'a number')}, as was chosen" in found["assumed"]
    assert found["rows"]["filled"] == 0
    assert said(capsys, path, *FAST, "--nines", "missing", "--dates", "day")["rows"]["filled"] == 7


def test_a_seed_repeats(file, capsys):
    assert said(capsys, file, *FAST) == said(capsys, file, *FAST)


def test_people_are_told_too(file, capsys):
    assert main(["table", str(file), *FAST]) == 0
    out = capsys.readouterr().out
    assert "predicted: Survived (classes)" in out and "Survived: accuracy" in out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--output", "Nobody"], "there is no column 'Nobody'; expected one of 'No', "),
        (["--output", "Name"], "'Name' has 300 different values in 300 rows"),
        (["--kind", "Age=colour"], "--kind Age=colour: expected NAME=KIND with one of number, "),
        (["--held-out", "60"], "expected a number from 0 up to 50"),
        (["--answers", "a.csv"], "--answers needs --predict FILE"),
        (["--test", "nowhere.csv"], "there is no file nowhere.csv"),
        (["--layers", "many"], "--layers"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(file, arguments, problem, capsys):
    assert main(["table", str(file), *arguments]) in (1, 2)
    error = capsys.readouterr().err
    assert problem in error and len(error.splitlines()) == 1


def test_a_file_that_is_no_table_is_named(tmp_path, capsys):
    path = tmp_path / "x.pkl"
    path.write_bytes(b"\x80\x04\x95")
    assert main(["table", str(path)]) == 1
    assert capsys.readouterr().err.startswith("nn: x.pkl: this is a pickle, which can run programs")


def test_every_row_that_is_to_be_answered_gets_an_answer_or_the_file_is_refused(
    file, tmp_path, capsys
):
    rows = tmp_path / "rows.csv"
    line = "female,30,TRUE,01.02.1912,Cork\n"
    rows.write_text("Sex,Age,Alone,Boarded,Town\n" + 20 * line + "male,3\n")
    assert main(["table", str(file), "--predict", str(rows), *FAST]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("nn: rows.csv: 1 of its rows have too many or too few values")


def test_a_run_without_an_end_is_refused(file, capsys):
    assert main(["table", str(file), "--epochs", "0", "--decay", "none"]) == 2
    assert "--epochs: nothing stops this run: give it 1 or more" in capsys.readouterr().err

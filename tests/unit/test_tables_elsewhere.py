"""Tables as they are written with other tools and in other languages."""

import gzip
import io
import json
import zipfile

import pytest

from nn.data.columns import Input
from nn.data.tables import column_of, read_table
from tests.unit.tables import values

PLAIN = "a,b,k\n" + "".join(f"{i * 1.5},{i * i % 7},{'uv'[i % 2]}\n" for i in range(12))


@pytest.mark.parametrize("separator", ["~", "^", ":", " ~ "])
def test_rarer_separators(separator):
    table = read_table(PLAIN.replace(",", separator).encode())
    assert values(table, "a") == values(read_table(PLAIN.encode()), "a")
    assert list(table.columns) == ["a", "b", "k"]


def test_names_of_rows_have_no_name_as_r_writes_them():
    lines = PLAIN.replace(",", " ").splitlines()
    text = "\n".join([lines[0], *(f'"{i}" {line}' for i, line in enumerate(lines[1:], start=1))])
    table = read_table(text.encode())
    assert list(table.columns) == ["column 1", "a", "b", "k"]
    assert values(table, "a")[1] == 1.5


def test_single_quotes_stand_round_cells():
    lines = [",".join(f"'{cell}'" for cell in line.split(",")) for line in PLAIN.splitlines()]
    table = read_table("\n".join(lines).replace("'u'", "'u,w'").encode())
    assert list(table.columns) == ["a", "b", "k"]
    assert table.columns["k"].texts == ("u,w", "v")
    # An apostrophe is none.
    assert read_table(b"a,b\n1,it's\n2,o'clock\n").columns["b"].texts == ("it's", "o'clock")


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["3. März 2024", "17. Oktober 2024"], ["2024-03-03", "2024-10-17"]),
        (["1er août 2024", "14 juillet 2024"], ["2024-08-01", "2024-07-14"]),
        (["5 juin 2024", "6 juil. 2024"], ["2024-06-05", "2024-07-06"]),
        (["3 de marzo de 2024", "4 de enero de 2025"], ["2024-03-03", "2025-01-04"]),
        (["Mon, 3 Mar 2025", "Tue, 4 Mar 2025"], ["2025-03-03", "2025-03-04"]),
        (["Monday, March 3, 2025", "Tue, Mar 4, 2025"], ["2025-03-03", "2025-03-04"]),
        (["2024年3月5日", "2024年12月31日"], ["2024-03-05", "2024-12-31"]),
        (
            ["20240131", "20240229", "20240301", "20240402", "20241231"],
            ["2024-01-31", "2024-02-29"],
        ),
    ],
)
def test_dates_in_other_languages_and_without_marks(cells, days):
    column = column_of("when", cells)
    assert column.kind == "date"
    assert column.as_texts()[:2] == days


@pytest.mark.parametrize(
    "cells",
    [["20240131", "20240230", "20240301", "20240402", "20241231"], ["20240131"] * 9, ["1", "2"]],
)
def test_other_numbers_are_no_dates(cells):
    assert column_of("when", cells).kind == "number"


def test_dates_without_marks_are_answered_by_what_learnt_from_them():
    days = [f"2024{1 + i % 12:02}{1 + i:02}" for i in range(20)]
    when = Input.of(column_of("when", days))
    assert when.kind == "date"
    assert when.numbers(column_of("when", ["20240131"])).tolist() == [19753.0]


@pytest.mark.parametrize(
    "pair", [("nein", "ja"), ("Faux", "Vrai"), ("no", "sí"), ("não", "sim"), ("FALSO", "VERO")]
)
def test_yes_and_no_in_other_languages(pair):
    column = column_of("a", [pair[i % 2] for i in range(6)])
    assert column.kind == "true/false" and column.numbers.tolist() == [0, 1] * 3


def test_a_minus_behind_a_number():
    assert column_of("a", ["1.5-", "2.5", "1,000.0-"]).numbers.tolist() == [-1.5, 2.5, -1000]


RECORDS = [{"a": i, "k": "uv"[i % 2]} for i in range(5)]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({f"-Kx{i}": record for i, record in enumerate(RECORDS)}),
        json.dumps({"meta": {"n": 5}, "result": {"items": RECORDS}}),
        f"// my data\n{json.dumps(RECORDS)[:-1]}, // the last one\n]",
        f"/* [ */ export const data = {json.dumps(RECORDS)};",
        f"data = {RECORDS!r}",
    ],
)
def test_more_shapes_of_json(text):
    table = read_table(text.encode())
    assert values(table, "a") == [0, 1, 2, 3, 4]
    assert table.columns["k"].texts == ("u", "v")


@pytest.mark.parametrize(
    "names", [("X_train", "y_train"), ("inputs", "targets"), ("rows", "answers")]
)
@pytest.mark.parametrize("several", [False, True])
def test_lists_of_inputs_and_of_answers_go_together(names, several):
    if several and names == ("rows", "answers"):
        return
    answers = [[i, -i] if several else "uv"[i % 2] for i in range(6)]
    content = dict(zip(names, ([[i, i % 3] for i in range(6)], answers), strict=True))
    columns = list(read_table(json.dumps(content).encode()).columns)
    given, wanted = names
    assert columns == [f"{given}.0", f"{given}.1"] + (
        [f"{wanted}.0", f"{wanted}.1"] if several else [wanted]
    )


def test_a_zip_may_say_what_its_table_is_and_its_table_may_be_packed():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("table.csv.gz", gzip.compress(PLAIN.encode()))
        archive.writestr("read me.txt", "What the columns are")
    assert len(read_table(file.getvalue())) == 12

"""A table is read back as it was written, or the file is refused with a sentence."""

import csv
import gzip
import io
import itertools
import json
import time
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data.tables import beside, json_rows, read_table, rows, source
from tests.unit.tables import CSV, from_csv, from_json, values, with_marks

ENTRIES = [
    {"r": 255, "g": 0.5, "label": "red-ish", "uid": "x1"},
    {"r": 0, "g": 128, "label": "green-ish", "uid": "x2"},
    {"r": 200, "g": 1e2, "label": "red-ish", "uid": "x3"},
]
COLUMNS = {key: [entry[key] for entry in ENTRIES] for key in ENTRIES[0]}


def zipped(content, name="colours.csv"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._colours.csv", b"\0")
        archive.writestr(f"data/{name}", content)
    return packed.getvalue()


FORMS = [
    json.dumps({"entries": ENTRIES}),
    json.dumps({"version": [1], "entries": ENTRIES}, indent=2),
    json.dumps({"anything": ENTRIES}),
    json.dumps(ENTRIES),
    "\ufeff \r\n" + json.dumps(ENTRIES),
    json.dumps(ENTRIES) + ";",
    "const data = " + json.dumps(ENTRIES) + ";\n",
    json.dumps([{key: str(value) for key, value in entry.items()} for entry in ENTRIES]),
    "\n".join(map(json.dumps, ENTRIES)),
    json.dumps(COLUMNS),
    json.dumps([list(COLUMNS), *(list(entry.values()) for entry in ENTRIES)]),
    json.dumps({key: dict(enumerate(column)) for key, column in COLUMNS.items()}),
    json.dumps({str(i): entry for i, entry in enumerate(ENTRIES)}),
    json.dumps({"columns": list(COLUMNS), "data": [list(e.values()) for e in ENTRIES]}),
    json.dumps({"data": [{}, *ENTRIES, {}]}),
    "[{r:255,g:0.5,label:'red-ish',uid:'x1'},{r:0,g:128,label:\"green-ish\",uid:'x2'},"
    "{r:200,g:100,label:'red-ish',uid:'x3',},]",
    CSV,
    CSV.replace("\n", "\r\n"),
    CSV.replace("\n", "\r"),
    CSV.removesuffix("\n"),
    "\ufeff" + CSV,
    "\n\n" + CSV.replace("\n", "\n\n"),
    "\r" + CSV.replace("\n", "\r\r"),
    "\n" * 2**16 + CSV.replace("\n", "\n" * 2**16),
    CSV.replace(",", ";"),
    "sep=;\r\n" + CSV.replace(",", ";"),
    CSV.replace(",", ";").replace(".", ","),
    CSV.replace(",", "\t"),
    CSV.replace(",", "|"),
    CSV.replace(",", "   "),
    CSV.replace(",", ", "),
    CSV.replace(",", " ,"),
    CSV.replace("\n", ",\n"),
    CSV.replace("\n", ",,,\n"),
    CSV.replace("x1\n", "x1,\n").replace("x2\n", "x2,\n").replace("x3\n", "x3,\n"),
    CSV + ",,,\n,,,\n",
    "Colours of a page\n" + CSV,
    "Colours of a page,,,\n" + CSV,
    "# from a page\n// twice\n" + CSV,
    CSV.replace("green-ish", ' "green-ish"'),
    CSV.replace("red-ish", '"red-ish"').replace("label", '"label"'),
    "@relation colours\n@attribute r real\n@attribute g real\n@attribute label {red-ish,"
    "green-ish}\n"
    "@attribute uid string\n@data\n% three\n" + CSV.split("\n", 1)[1],
]


@pytest.mark.parametrize("content", FORMS)
@pytest.mark.parametrize("pack", [bytes, memoryview, gzip.compress])
def test_one_table_is_read_from_every_form_it_is_written_in(content, pack):
    table = read_table(pack(content.encode()))
    assert list(table.columns) == ["r", "g", "label", "uid"]
    assert values(table, "r") == [255, 0, 200]
    assert values(table, "g") == [0.5, 128, 100]
    assert values(table, "label") == ["red-ish", "green-ish", "red-ish"]
    assert values(table, "uid") == ["x1", "x2", "x3"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings_are_told_apart(encoding):
    table = read_table("größe,naïve\n1,東京\n2,東京\n".encode(encoding))
    assert list(table.columns) == ["größe", "naïve"]
    assert values(table, "naïve") == ["東京", "東京"]


def test_the_only_table_of_a_zip_is_read():
    table = read_table(zipped(CSV))
    assert len(table) == 3 and table.notes[0] == "read colours.csv from the zip"


def archive(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as stream:
        for name, text in files.items():
            stream.writestr(f"set/{name}.csv", text)
    return packed.getvalue()


def test_a_zip_of_a_competition_is_the_table_to_learn_from_and_one_beside_it():
    content = archive(test="a,b\n7,8\n", train=CSV, sample_submission="id,label\n1,red\n")
    table = read_table(content)
    assert list(table.columns) == list(read_table(CSV.encode()).columns)
    assert table.notes[0].startswith("read train.csv from the zip; test.csv is in it")
    name, inner = beside(content)
    assert name == "test.csv" and list(read_table(inner).columns) == ["a", "b"]
    assert beside(zipped(CSV)) is None and beside(CSV.encode()) is None


def test_a_zip_of_two_tables_names_them():
    packed = io.BytesIO(zipped(CSV))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("more.csv", CSV)
    with pytest.raises(ValueError, match="the zip holds colours.csv, more.csv; expected one table"):
        read_table(packed.getvalue())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1,2,x\n3,4,y\n5,6,x\n", ["column 1", "column 2", "column 3"]),
        ("sunny,no\nrain,yes\nsunny,yes\n", ["column 1", "column 2"]),
        ("a,b\n1,2\n3,4\n", ["a", "b"]),
        ("outlook,play\nsunny,no\nrain,yes\nsunny,yes\n", ["outlook", "play"]),
        ("survived,age\nsurvived,3\ndied,4\n", ["survived", "age"]),
        ("# a b\n1 2\n3 4\n", ["a", "b"]),
        ("a,,c\n1,2,3\n4,5,6\n", ["a", "column 2", "c"]),
        ("a,b,a\n1,2,3\n4,5,6\n", ["a", "b", "a (2)"]),
    ],
)
def test_names_of_columns_are_found_or_given(text, names):
    assert list(from_csv(text).columns) == names


def test_a_header_can_be_insisted_on():
    text = b"2019,2020\n1,2\n3,4\n"
    assert list(read_table(text, header=True).columns) == ["2019", "2020"]
    assert len(read_table(text, header=False)) == 3
    assert read_table(text).header is False


def test_a_line_of_units_is_no_row():
    table = from_csv("length,width,kind\ncm,cm,\n1,2,a\n3,4,b\n5,6,a\n")
    assert values(table, "length") == [1, 3, 5]
    assert "the line below the names, cm, cm, has units" in table.notes


def test_a_row_of_another_length_is_left_out_and_said():
    table = from_csv("a,b\n" + "1,2\n" * 30 + "3\n")
    assert (len(table), table.left_out) == (30, 1)
    assert any("row 31, with 1 values instead of 2, is left out" in note for note in table.notes)


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ({"input": [0, 1], "output": [1]}, ["input.0", "input.1", "output.0"]),
        ({"xs": {"x": 1, "y": 2}, "ys": {"label": "A"}}, ["xs.x", "xs.y", "ys.label"]),
        ({"a": {"b": {"c": 1}}, "d": 2}, ["a.b.c", "d"]),
    ],
)
def test_what_is_nested_is_joined_by_dots(content, columns):
    assert list(from_json([content] * 3).columns) == columns


def test_answers_by_name_are_classes_or_numbers():
    classes = from_json([{"input": 1, "output": {"red": 1}}, {"input": 2, "output": {"blue": 1}}])
    assert values(classes, "output") == ["red", "blue"]
    several = from_json([{"input": 1, "output": {"a": 0.5}}, {"input": 2, "output": {"b": 1}}])
    assert (values(several, "output.a"), values(several, "output.b")) == ([0.5, 0], [0, 1])


def test_lists_of_inputs_and_outputs_go_together():
    table = read_table(b'{"xs": [[1, 2], [3, 4]], "ys": [[0], [1]]}')
    assert list(table.columns) == ["xs.0", "xs.1", "ys.0"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; expected a table in CSV or JSON"),
        (b" \r\n\t", "the file is empty; expected a table in CSV or JSON"),
        (b"\xef\xbb\xbf", "the file is empty; expected a table in CSV or JSON"),
        (b"a,b\n", "the table has no rows; expected at least one"),
        (b"[]", "the table has no rows; expected at least one"),
        (b"[{}]", "the table has no rows; expected at least one"),
        (b'[{"a": 1, "a": 2}]', 'the file has an object with the key "a" twice'),
        (b"a,b\n1,2\n3\n4\n", "row 2 has 1 values; expected 2"),
        (b"a,b\n1,2,3\n4,5,6,7\n", "row 1 has 3 values; expected 2"),
        (b'a,b\n1,"2\n3,4\n', "the table is damaged, at or before line 3: unexpected end of data"),
        (b'a,b\n1,"2"3\n', "the table is damaged, at or before line 2: ',' expected after"),
        (b'\n\na,b\r\n\r\n1,"2"3', "the table is damaged, at or before line 5: ',' expected"),
        (
            b"a,b\n1," + b"x" * 200_000,
            "a cell has more than 131,072 characters, at or before line 2: a quote",
        ),
        (b"a,b\n1,\0\n", "the file is not a table: it is not text"),
        (b"\x89PNG\r\n\x1a\n", "this is a picture, not a table"),
        (b"\x80\x04\x95\0\0", "this is a pickle, which can run programs: not opened"),
        (b"PAR1\0\0", "this is a Parquet file: save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1", "this is an old Excel workbook: save it as CSV"),
        (b"%PDF-1.7", "this is a PDF"),
        (b"<html><table>", "this is HTML or XML: save its table as CSV"),
        (b"PK\x03\x04 nothing", "the zip is damaged"),
        (b'{"entries": 3}', "the file is JSON, but not a table: expected a list of objects"),
        (b'{"wih": [[1]], "who": [[1]]}', "the file is JSON, but not a table: expected a list"),
        (b'[{"a": 1}, null]', "row 2 is nothing; expected an object"),
        (b'[{"a": 1},', "the file is not JSON: "),
        (b'[{"a": ' + b"1" * 5000 + b"}]", "the file holds a number of thousands of digits"),
        (b"[" * 100_000, "the file is not a table: its lists are nested too deeply"),
        (b'[{"a":' * 100_000, "the file is not a table: its lists are nested too deeply"),
        (b"@relation x\n@attribute a real\n", "the ARFF file has no attributes or no data"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-3], "the gzip data is damaged or cut short"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_file_that_is_no_table_is_refused(content, message):
    with pytest.raises(ValueError) as refused:
        read_table(content)
    assert str(refused.value).startswith(message)


WIDE = b",".join(b"n%d" % i for i in range(1001))


@pytest.mark.parametrize(
    ("module", "limit", "content", "message"),
    [
        (rows, {}, WIDE + b"\n" + WIDE, "there are 1,001 columns; up to 1,000 can be read"),
        (rows, {"MAX_ROWS": 2}, b"a\n1\n2\n3\n", "the table has more than 2 rows"),
        (json_rows, {"MAX_ROWS": 2}, b'[{"a":1},{"a":1},{"a":1}]', "the table has more than 2"),
        (rows, {"MAX_VALUES": 5}, b"a,b\n1,2\n3,4\n5,6\n", "the table has more than 5 values"),
        (rows, {"MAX_VALUES": 5}, b"a,b\n1,2\n,,,,,,", "the file has more than 5 values"),
        (json_rows, {"MAX_VALUES": 5}, b'[{"a":1},{"b":1},{"c":1}]', "the table has more than 5"),
        (json_rows, {"MAX_VALUES": 5}, b"[1,2,3,4,5,6,7]", "the file is not a table: it has too"),
        (json_rows, {"_MARKS": 5}, b'[{"a":1}]', "the file is not a table: it has too many lists"),
        (source, {"MAX_BYTES": 2**20}, b"a\n" + b" " * 2**21, "the file has 2 MB; tables of up"),
        (source, {"MAX_BYTES": 9}, zipped("a\n" + "1\n" * 9), "colours.csv has 0 MB"),
    ],
)
def test_a_table_beyond_a_limit_is_refused(module, limit, content, message, monkeypatch):
    for name, value in limit.items():
        monkeypatch.setattr(module, name, value)
    with pytest.raises(ValueError) as refused:
        read_table(content)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("where", "newline"),
    [*itertools.product(["before", "between", "after"], [b"\n", b"\r\n", b"\r"])],
)
def test_millions_of_blank_lines_cost_next_to_nothing(where, newline):
    blank = newline * (2**24 // len(newline))
    parts = [b"", b"a,b\n", b"1,2\n", b""]
    parts.insert({"before": 1, "between": 2, "after": 3}[where], blank)
    content = b"".join(parts)
    started = time.process_time()
    assert len(read_table(content)) == 1
    took = time.process_time() - started
    # About as little as a reader of CSV takes to skip them one after the other.
    started = time.process_time()
    assert sum(1 for _ in filter(None, csv.reader(io.StringIO(content.decode(), newline="")))) == 2
    assert took < 2 * (time.process_time() - started)


def test_a_hundred_thousand_rows_are_read_whole():
    numbers = np.random.default_rng(0).normal(size=(100_000, 2))
    lines = "".join(f"{a!r},{b!r},{'xyz'[i % 3]}\n" for i, (a, b) in enumerate(numbers.tolist()))
    table = from_csv("a,b,c\n" + lines)
    assert (table.columns["b"].numbers == numbers[:, 1]).all()
    assert table.columns["c"].texts == ("x", "y", "z")
    assert (table.columns["c"].codes == np.arange(100_000) % 3).all()


LETTERS = st.characters(codec="utf-8", exclude_characters="\0")
"""A text with NUL in it is taken for none."""

names = st.text(LETTERS, max_size=8).map(str.strip).filter(bool)
numbers = st.floats(-1e30, 1e30, allow_nan=False, width=64)
texts = st.text(LETTERS, max_size=8).map(lambda text: "text" + text.strip())


@st.composite
def tables(draw):
    """Columns by name, each of as many numbers or texts."""
    count = draw(st.integers(1, 6))
    columns = draw(st.dictionaries(names, st.sampled_from([numbers, texts]), min_size=2))
    return {
        name: draw(st.lists(cells, min_size=count, max_size=count))
        for name, cells in columns.items()
    }


def assert_same(table, columns):
    assert list(table.columns) == list(columns)
    for name, cells in columns.items():
        assert values(with_marks(table), name) == cells


def rows_of(columns):
    return list(zip(*columns.values(), strict=True))


@given(columns=tables(), wrapped=st.booleans(), as_ascii=st.booleans())
def test_any_table_is_read_back_from_json(columns, wrapped, as_ascii):
    entries = [dict(zip(columns, row, strict=True)) for row in rows_of(columns)]
    text = json.dumps({"entries": entries} if wrapped else entries, ensure_ascii=as_ascii)
    assert_same(read_table(text.encode()), columns)


@given(
    columns=tables(),
    newline=st.sampled_from(["\n", "\r\n"]),
    separator=st.sampled_from(",;\t|"),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_any_table_is_read_back_from_what_the_csv_module_writes(columns, newline, separator, mark):
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator=newline, delimiter=separator)
    writer.writerow(columns)
    writer.writerows(
        [repr(c) if isinstance(c, float) else c for c in row] for row in rows_of(columns)
    )
    assert_same(read_table((mark + written.getvalue()).encode(), header=True), columns)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.just("entries"), children, max_size=3)
    ),
    max_leaves=15,
)


def assert_read_or_refused(content):
    try:
        table = read_table(content)
    except ValueError as error:
        assert str(error)
        return
    for column in table.columns.values():
        assert len(column) == len(column.as_texts()) == len(table)


@given(value=json_values | st.lists(st.dictionaries(st.sampled_from("ab"), json_values)))
def test_any_json_is_read_or_refused(value):
    assert_read_or_refused(json.dumps(value).encode())


newlines = st.lists(st.sampled_from([b"\n", b"\r\n", b"\r", b" ", b"\t", b"\0"]), max_size=30)


@given(
    parts=st.lists(
        st.sampled_from([b"a,b", b"1,2", b'"', b'"x"', b"\xef\xbb\xbf", b"[", b"]", b"{}", b"\xff"])
        | newlines.map(b"".join)
        | st.integers(0, 2**17).map(lambda count: b"\n" * count),
        max_size=8,
    ),
    pack=st.sampled_from([bytes, gzip.compress]),
)
@settings(deadline=None)
def test_any_blank_lines_are_read_or_refused(parts, pack):
    assert_read_or_refused(pack(b"".join(parts)))


@given(
    start=st.sampled_from(
        [
            b"",
            b"a,b\n",
            b"\xef\xbb\xbf",
            b'[{"a":',
            b"\x1f\x8b\x08\0",
            b'"',
            b"PK\x03\x04",
            b"@data",
        ]
    ),
    rest=st.binary(max_size=60) | st.text('12,;\t\n\r" ab.e-', max_size=60).map(str.encode),
)
def test_any_bytes_are_read_or_refused(start, rest):
    assert_read_or_refused(start + rest)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ('{"X": [[1, 2], [3, 4.5]], "y": [0.5, 1.5]}', ["X.0", "X.1", "y"]),
        (
            '{"data": [[1, 2], [3, 4.5]], "target": [0, 1], "feature_names": ["a", "b"]}',
            ["data.a", "data.b", "target"],
        ),
        ('{"data": {"rows": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]}}', ["a", "b"]),
        ('{"name": "mine", "x": [1, 2], "y": [3, 4]}', ["x", "y"]),
    ],
)
def test_lists_beside_one_another_in_json_are_a_table(content, names):
    assert list(read_table(content.encode()).columns) == names


@pytest.mark.parametrize(
    "content",
    [
        "[" + "a" * 2**20,
        '["' + '\\"' * 2**19,
        "['" + "\\'" * 2**19,
        "[{" + "a:" * 2**18,
        "[" + ", " * 2**18 + "x",
        "# comment\n" * 2**17,
        "#\r" * 2**18 + "a,b\n",
    ],
    ids=lambda text: text[:6],
)
def test_what_never_ends_is_refused_in_time(content):
    # Looked at anew from each place, these would take hours.
    with pytest.raises(ValueError):
        read_table(content.encode())

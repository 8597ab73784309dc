"""A table is read back as it was written, or the file is refused with a sentence."""

import csv
import gzip
import io
import itertools
import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data import table_files
from nn.data.table_files import read_table
from tests.unit.tables import CSV, from_csv, from_json

ENTRIES = [
    {"r": 255, "g": 0.5, "label": "red-ish", "uid": "x1"},
    {"r": 0, "g": 128, "label": "green-ish", "uid": "x2"},
    {"r": 200, "g": 1e2, "label": "red-ish", "uid": "x3"},
]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"entries": ENTRIES}),
        json.dumps({"version": [1], "entries": ENTRIES}, indent=2),
        json.dumps(ENTRIES),
        "\ufeff \r\n" + json.dumps(ENTRIES),
        json.dumps([{key: str(value) for key, value in entry.items()} for entry in ENTRIES]),
        CSV,
        CSV.replace("\n", "\r\n"),
        CSV.replace("\n", "\r"),
        CSV.removesuffix("\n"),
        "\ufeff" + CSV,
        "\n\n" + CSV.replace("\n", "\n\n"),
        "\r" + CSV.replace("\n", "\r\r"),
        "\ufeff \n\r\n" + CSV.replace("\n", "\r\n\n") + "  \n ",
        "\n" * 2**16 + CSV.replace("\n", "\n" * 2**16),
        CSV.replace(",", ";"),
        CSV.replace(",", "\t"),
        CSV.replace(",", ", "),
        CSV.replace(",", " ,"),
        CSV.replace("green-ish", ' "green-ish"'),
        CSV.replace("red-ish", '"red-ish"').replace("label", '"label"'),
    ],
)
@pytest.mark.parametrize("pack", [bytes, bytearray, memoryview, gzip.compress])
def test_one_table_is_read_from_every_form_it_is_written_in(content, pack):
    table = read_table(pack(content.encode()))
    assert list(table.columns) == ["r", "g", "label", "uid"]
    assert len(table) == 3
    data, classes = table.dataset(["g", "r"], "label")
    assert data.inputs.dtype == np.float32
    assert data.inputs.tolist() == [[0.5, 255], [128, 0], [100, 200]]
    assert classes == ("green-ish", "red-ish")
    assert (data.targets.tolist(), data.classes) == ([1, 0, 1], 2)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; expected a table in CSV or JSON"),
        (b" \r\n\t", "the file is empty; expected a table in CSV or JSON"),
        (b"\xef\xbb\xbf", "the file is empty; expected a table in CSV or JSON"),
        (b"a,b\n", "the table has no rows; expected at least one"),
        (b"[]", "the table has no rows; expected at least one"),
        (b"[{}]", "the table has no rows; expected at least one"),
        (b'{"entries": []}', "the table has no rows; expected at least one"),
        (b"a,b,a\n1,2,3\n", "two columns have the name 'a'; expected different ones"),
        (b"a, a\n1,2\n", "two columns have the name 'a'; expected different ones"),
        (b'[{"a": 1, "a": 2}]', 'the file has an object with the key "a" twice'),
        (b'[{"a": 1, " a": 2}]', "two columns have the name 'a'; expected different ones"),
        (b"a,b\n1,2\n\n3\n", "row 2 has 1 values; the header names 2 columns"),
        (b"a,b\n1,2,3\n", "row 1 has 3 values; the header names 2 columns"),
        (b'a,b\n1,"2\n3,4\n', "the CSV is damaged, at or before line 3: unexpected end of data"),
        (b'a,b\n1,"2"3\n', "the CSV is damaged, at or before line 2: ',' expected after '\"'"),
        (b'\n\na,b\r\n\r\n1,"2"3', "the CSV is damaged, at or before line 5: ',' expected after"),
        (b"a,b\n \n1,2\n", "row 1 has 1 values; the header names 2 columns"),
        (b"a,b\n1," + b"x" * 200_000, "the CSV is damaged, at or before line 2: field larger"),
        (b"a,b\n1,\xff\n", "the file is not a table: it is not text in UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "the file is not a table: it is not text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "the file is not a table: it is not text in UTF-8"),
        (b'{"entries": 3}', "the file is JSON, but not a table: expected a list of objects"),
        (b'{"wih": [[1]]}', "the file is JSON, but not a table: expected a list of objects"),
        (b"[[1, 2], [3, 4]]", "row 1 is a list; expected an object"),
        (b'[{"a": 1}, null]', "row 2 is nothing; expected an object"),
        (b'[{"a": 1},', "the file is not JSON: "),
        (b'[{"a": ' + b"1" * 5000 + b"}]", "the file holds a number of thousands of digits"),
        (b"[" * 100_000, "the file is not a table: its lists are nested too deeply"),
        (b'[{"a":' * 100_000, "the file is not a table: its lists are nested too deeply"),
        (gzip.compress(b"a,b\n1,2\n")[:-3], "the gzip data is damaged or cut short"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_file_that_is_no_table_is_refused(content, message):
    with pytest.raises(ValueError) as refused:
        read_table(content)
    assert str(refused.value).startswith(message)


WIDE = b",".join(b"%d" % i for i in range(1001))


@pytest.mark.parametrize(
    ("limit", "content", "message"),
    [
        ({}, WIDE + b"\n" + WIDE, "there are 1,001 columns; up to 1,000 can be read"),
        ({"MAX_ROWS": 2}, b"a\n1\n2\n3\n", "the table has more than 2 rows"),
        ({"MAX_ROWS": 2}, b'[{"a":1},{"a":1},{"a":1}]', "the table has more than 2 rows"),
        ({"MAX_VALUES": 5}, b"a,b\n1,2\n3,4\n5,6\n", "the table has more than 5 values"),
        ({"MAX_VALUES": 5}, b"a,b\n1,2\n,,,,,,", "the file has more than 5 values"),
        ({"MAX_VALUES": 5}, b'[{"a":1},{"b":1},{"c":1}]', "the table has more than 5 values"),
        ({"MAX_VALUES": 5}, b"[1,2,3,4,5,6,7]", "the file is not a table: it has too many values"),
        ({"_JSON_MARKS": 5}, b'[{"a":1}]', "the file is not a table: it has too many lists or"),
        ({"MAX_BYTES": 2**20}, b"a\n" + b" " * 2**21, "the file has 2 MB; tables of up to 1 MB"),
    ],
)
def test_a_table_beyond_a_limit_is_refused(limit, content, message, monkeypatch):
    for name, value in limit.items():
        monkeypatch.setattr(table_files, name, value)
    with pytest.raises(ValueError) as refused:
        read_table(content)
    assert str(refused.value).startswith(message)


def test_a_table_just_within_the_limits_is_read(monkeypatch):
    monkeypatch.setattr(table_files, "MAX_ROWS", 3)
    monkeypatch.setattr(table_files, "MAX_VALUES", 6)
    assert len(from_csv("a,b\n1,2\n3,4\n5,6\n")) == 3
    assert len(from_json([{"a": 1, "b": 2}] * 3)) == 3


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("blank", [1, 70])
def test_a_damaged_line_in_any_block_is_named_with_its_number(newline, blank, monkeypatch):
    monkeypatch.setattr(table_files, "_BLOCK", 50)
    lines = ["a,b", *["1,2"] * 40, '1,"2"3', *["1,2"] * 9]
    with pytest.raises(ValueError, match=f"at or before line {41 * blank + 1}: "):
        from_csv((newline * blank).join(lines))


@pytest.mark.parametrize(
    ("where", "newline"),
    [
        *itertools.product(["before", "between", "after"], [b"\n", b"\r\n", b"\r"]),
        ("before", b" \n"),
        ("after", b" \n"),
    ],
)
def test_millions_of_blank_lines_cost_next_to_nothing(where, newline):
    blank = newline * (2**24 // len(newline))
    parts = [b"", b"a,b\n", b"1,2\n", b""]
    parts.insert({"before": 1, "between": 2, "after": 3}[where], blank)
    content = b"".join(parts)
    # In Python a line takes 100 ns at least, and a reader of CSV as long.
    started = time.process_time()
    assert len(read_table(content)) == 1
    assert time.process_time() - started < 0.8


def test_a_hundred_thousand_rows_are_read_whole():
    values = np.random.default_rng(0).normal(size=(100_000, 2))
    rows = "".join(f"{a!r},{b!r},{'xyz'[i % 3]}\n" for i, (a, b) in enumerate(values.tolist()))
    data, classes = from_csv("a,b,c\n" + rows).dataset(["a", "b"], "c")
    assert (data.inputs == values.astype(np.float32)).all()
    assert classes == ("x", "y", "z")
    assert (data.targets == np.arange(100_000) % 3).all()


names = st.text(st.characters(codec="utf-8"), max_size=8).map(str.strip).filter(bool)
numbers = st.floats(-1e30, 1e30, allow_nan=False, width=64)
texts = st.text(st.characters(codec="utf-8"), max_size=8).map(lambda text: "t" + text.strip())


@st.composite
def tables(draw):
    """Columns by name, each of as many numbers or texts."""
    rows = draw(st.integers(1, 6))
    columns = draw(st.dictionaries(names, st.sampled_from([numbers, texts]), min_size=1))
    return {
        name: draw(st.lists(cells, min_size=rows, max_size=rows)) for name, cells in columns.items()
    }


def assert_same(table, columns):
    assert list(table.columns) == list(columns)
    for name, cells in columns.items():
        column = table.columns[name]
        found = column.values.tolist()
        if column.texts is not None:
            found = [column.texts[code] for code in found]
        assert found == cells
        assert column.problem is None


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
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_any_table_is_read_back_from_csv(columns, newline, mark):
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator=newline)
    writer.writerow(columns)
    writer.writerows(
        [repr(c) if isinstance(c, float) else c for c in row] for row in rows_of(columns)
    )
    assert_same(read_table((mark + written.getvalue()).encode()), columns)


@given(
    columns=tables(),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    blank=st.lists(st.integers(0, 9), min_size=8, max_size=8),
    block=st.integers(1, 40),
)
def test_blank_lines_change_nothing(columns, newline, blank, block):
    rows = [columns, *rows_of(columns)]
    lines = [",".join('"' + str(cell).replace('"', '""') + '"' for cell in row) for row in rows]
    text = newline * blank[-1]
    for line, count in zip(lines, blank, strict=False):
        text += line + newline * (1 + count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_files, "_BLOCK", block)
        assert_same(read_table(text.encode()), columns)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.just("entries"), children, max_size=3)
    ),
    max_leaves=15,
)


def assert_read_or_refused(content):
    """Reading, and every choice of one input and an output, gives data or a ValueError."""
    try:
        table = read_table(content)
    except ValueError as error:
        assert str(error)
        return
    for name in table.columns:
        for output in table.columns:
            try:
                data, _ = table.dataset([name], output)
            except ValueError as error:
                assert str(error)
            else:
                assert len(data) == len(table)
                assert np.isfinite(data.inputs).all()
                assert np.isfinite(data.targets).all()


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
    start=st.sampled_from([b"", b"a,b\n", b"\xef\xbb\xbf", b'[{"a":', b"\x1f\x8b\x08\0", b'"']),
    rest=st.binary(max_size=60) | st.text('12,;\t\n\r" ab.e-', max_size=60).map(str.encode),
)
def test_any_bytes_are_read_or_refused(start, rest):
    assert_read_or_refused(start + rest)

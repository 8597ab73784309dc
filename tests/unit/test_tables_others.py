"""Tables as pandas and spreadsheets write them come back as they were."""

import gzip
import io

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data.tables import read_table, reading_table
from tests.unit.tables import values, with_marks

texts = st.text("abcdefgh ,;|\t\"'.-", min_size=1, max_size=8).map(lambda text: f"t{text.strip()}")
numbers = st.floats(-1e6, 1e6, allow_nan=False)
wholes = st.integers(-(10**6), 10**6)


@st.composite
def frames(draw):
    """Two or more columns of numbers, whole numbers or texts, of which a few may be missing."""
    rows = draw(st.integers(2, 8))
    columns = {"first": draw(st.lists(numbers, min_size=rows, max_size=rows))}
    for name in draw(st.lists(texts, min_size=1, max_size=3, unique=True)):
        kind = draw(st.sampled_from([numbers, wholes, texts]))
        columns[name] = draw(st.lists(kind, min_size=rows, max_size=rows))
    frame = pd.DataFrame(columns)
    for name in draw(st.sets(st.sampled_from(list(columns)[1:]))):
        frame[name] = frame[name].astype(object)
        frame.loc[draw(st.integers(0, rows - 1)), name] = None
    return frame


def assert_same(table, frame):
    assert list(table.columns) == [str(name) for name in frame.columns]
    table = with_marks(table)
    for name in frame.columns:
        expected = [None if pd.isna(cell) else cell for cell in frame[name]]
        found = [None if cell == "" or cell != cell else cell for cell in values(table, str(name))]
        if all(cell is None for cell in expected):
            found = expected if not any(found) else found
        assert found == expected, name


@settings(deadline=None)
@given(
    frame=frames(),
    separator=st.sampled_from(",;\t|"),
    decimal=st.sampled_from(".,"),
    missing=st.sampled_from(["", "NA", "NaN", "null", "?"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_pandas_writes_as_csv(frame, separator, decimal, missing, newline, encoding):
    if separator == decimal:
        decimal = "."
    text = frame.to_csv(
        index=False, sep=separator, decimal=decimal, na_rep=missing, lineterminator=newline
    )
    assert_same(read_table(text.encode(encoding), header=True), frame)


@settings(deadline=None)
@given(frame=frames(), orient=st.sampled_from(["columns", "index", "records", "split", "table"]))
def test_what_pandas_writes_as_json(frame, orient):
    text = frame.to_json(orient=orient, double_precision=15, index=orient not in ("records",))
    if orient == "table":
        text = frame.to_json(orient=orient, double_precision=15, index=False)
    table = with_marks(read_table(text.encode()))
    for name in frame.columns:
        if frame[name].map(type).eq(float).all():
            assert np.allclose(table.columns[name].numbers, frame[name].astype(float))
        else:
            assert len(table.columns[name]) == len(frame)


@pytest.fixture
def workbook():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Houses"
    for line in (
        ["Houses of a town"],
        [],
        ["size", "sold", "district", "price"],
        [80.5, pd.Timestamp("2020-03-01").to_pydatetime(), "north", 1200],
        [95, pd.Timestamp("2020-04-01").to_pydatetime(), "south", None],
    ):
        sheet.append(line)
    book.create_sheet("Empty")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_first_filled_sheet_of_a_workbook_is_read(workbook):
    table = read_table(workbook)
    assert values(table, "size") == [80.5, 95]
    assert table.columns["sold"].kind == "date"
    assert table.columns["sold"].as_texts() == ["2020-03-01", "2020-04-01"]
    assert values(table, "district") == ["north", "south"]
    assert np.isnan(values(table, "price")[1])
    assert "read the sheet 'Houses'" in table.notes


def test_a_large_sheet_is_read_in_slices_and_the_first_of_several_is_named():
    book = openpyxl.Workbook()
    book.active.append(["a remark"])
    for title in ("First", "Second"):
        sheet = book.create_sheet(title)
        for i in range(2_000):
            sheet.append([i / 3, None, i % 7])
    stream = io.BytesIO()
    book.save(stream)
    reading = reading_table(stream.getvalue())
    slices = 0
    while True:
        try:
            next(reading)
        except StopIteration as stop:
            table = stop.value
            break
        slices += 1
    assert slices > 4
    assert (len(table), list(table.columns)) == (2_000, ["column 1", "column 3"])
    assert "read the sheet 'First', the first of several" in table.notes


@pytest.mark.parametrize("cut", [100, 2000, -30])
def test_a_damaged_workbook_is_refused_by_name(workbook, cut):
    with pytest.raises(ValueError, match="Excel workbook|zip is damaged"):
        read_table(workbook[:cut])


def test_reading_says_how_far_it_is():
    rows = "".join(f"{i},{i * i % 97},{'uv'[i % 2]}\n" for i in range(40_000))
    table = reading_table(gzip.compress(f"a,b,kind\n{rows}".encode()))
    shares = [share for share in table if share is not None]
    assert shares == sorted(shares) and len(shares) > 8
    assert 0 < shares[0] < 0.2 and shares[-1] == 1

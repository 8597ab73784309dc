"""Tables in the dialects of exports and data sets are read as people read them."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data.tables import read_table
from tests.unit.tables import from_csv, values

WORLD_BANK = (
    '"Data Source","World Development Indicators",\n\n"Last Updated Date","2024-06-28",\n\n'
    '"Country Name","Country Code","Indicator Name","2020","2021","2022",\n'
    '"Aruba","ABW","Population","1.5","2.5","3.5",\n"Chad","TCD","Population","","7.5","8.5",\n'
    '"Peru","PER","Population","9.5","10.5","11.5",\n'
)


def test_a_preamble_of_several_columns_is_left_out():
    table = from_csv(WORLD_BANK)
    names = ["Country Name", "Country Code", "Indicator Name", "2020", "2021", "2022"]
    assert list(table.columns) == names
    assert values(table, "2021") == [2.5, 7.5, 10.5]
    assert 'the first 2 lines, "Data Source", are titles' in table.notes


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("name,2019,2020,2021\nx,1,2,3\ny,4,5,6\n", ["name", "2019", "2020", "2021"]),
        ("0,1,2,3\n5,3,1,2\n7,8,8,2\n", ["0", "1", "2", "3"]),
        ("1,2,3,4\n5,6,7,9\n", ["column 1", "column 2", "column 3", "column 4"]),
        ("x,2019,2020\ny,2020,2021\nx,2021,2022\n", ["column 1", "column 2", "column 3"]),
    ],
)
def test_numbers_that_count_up_may_be_names(text, names):
    assert list(from_csv(text).columns) == names


def test_two_colons_part_cells():
    lines = [
        "1::Toy Story (1995)::Animation|Comedy::4",
        '2::"Great" Cats::Drama::5',
        "3::Love, Actually; or not::Comedy|Drama|Romance::3",
    ]
    table = from_csv("\n".join(lines))
    assert len(table.columns) == 4 and len(table) == 3
    assert values(table, "column 2")[1:] == ['"Great" Cats', "Love, Actually; or not"]
    assert 'cells are parted by "::"' in table.notes


def test_two_colons_within_cells_part_nothing():
    table = from_csv("name,size\n" + "".join(f"std::v{i},{i / 3}\n" for i in range(120)))
    assert list(table.columns) == ["name", "size"] and len(table) == 120


def test_libsvm_is_refused_by_name():
    with pytest.raises(ValueError, match="^this is LIBSVM data"):
        from_csv("+1 3:0.5 7:1.2\n-1 1:2 3:1e-3 # note\n")


def test_a_cell_that_is_too_long_is_named():
    with pytest.raises(ValueError, match="a cell has more than 131,072 characters.*line 2"):
        from_csv("a,b\n1," + "x" * 200_000)


words = st.text("abcdefgh", min_size=1, max_size=6).map(lambda text: f"w{text}")
numbers = st.floats(-1e6, 1e6, allow_nan=False)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(words, words, numbers, numbers), min_size=4, max_size=9),
    preamble=st.lists(st.lists(words, min_size=1, max_size=2), max_size=3),
    blank=st.booleans(),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_MINIMAL]),
    separator=st.sampled_from(",;\t|"),
    trailing=st.booleans(),
)
def test_any_preamble_that_the_csv_module_writes(
    rows, preamble, blank, quoting, separator, trailing
):
    written = io.StringIO()
    writer = csv.writer(written, quoting=quoting, delimiter=separator, lineterminator="\n")
    for line in preamble:
        writer.writerow(line)
        written.write("\n" * blank)
    end = separator * trailing + "\n"
    for line in [("Name", "Kind", "size", "price"), *rows]:
        text = io.StringIO()
        csv.writer(text, quoting=quoting, delimiter=separator, lineterminator="").writerow(line)
        written.write(text.getvalue() + end)
    table = from_csv(written.getvalue())
    assert list(table.columns) == ["Name", "Kind", "size", "price"]
    assert values(table, "size") == [row[2] for row in rows]
    assert values(table, "Name") == [row[0] for row in rows]


@given(rows=st.lists(st.tuples(words, numbers, words), min_size=2, max_size=9))
def test_any_table_parted_by_two_colons(rows):
    text = "\n".join("::".join(map(str, row)) for row in rows)
    table = read_table(text.encode(), header=False)
    for place, cells in enumerate(zip(*rows, strict=True), start=1):
        assert values(table, f"column {place}") == list(cells)


@settings(deadline=None)
@given(
    days=st.lists(st.dates(pd.Timestamp("1970-01-01").date()), min_size=2, max_size=9),
    style=st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%Y-%m"]),
)
def test_dates_that_pandas_writes(days, style):
    days = [
        day.replace(year=1970 + day.year % 130)
        if day.day < 29
        else day.replace(year=1970 + day.year % 130, day=28)
        for day in days
    ]
    # One day above 12 tells the order.
    days.append(days[0].replace(month=5, day=25))
    frame = pd.DataFrame({"when": pd.to_datetime(days), "n": np.arange(len(days)) / 3})
    table = read_table(frame.to_csv(index=False, date_format=style).encode(), header=True)
    expected = [str(day.replace(day=1) if style == "%Y-%m" else day) for day in days]
    assert table.columns["when"].as_texts() == expected


@given(
    times=st.lists(st.times(), min_size=1, max_size=9),
    style=st.sampled_from(["%H:%M", "%H:%M:%S", "%I:%M %p"]),
)
def test_times_that_pandas_writes(times, style):
    frame = pd.DataFrame({"at": [time.strftime(style) for time in times], "n": 0.5})
    table = read_table(frame.to_csv(index=False).encode(), header=True)
    seconds = [time.second if "%S" in style else 0 for time in times]
    expected = [t.hour + t.minute / 60 + s / 3600 for t, s in zip(times, seconds, strict=False)]
    assert values(table, "at") == pytest.approx(expected)

"""Groups of columns above their names: the names are those of columns, whatever is above them."""

import io

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data.tables import read_table
from tests.unit.tables import from_csv, values

ROWS = ["1,5.5,0.2,Cork", "2,6.5,0.1,Bern", "3,4.25,0,Cork", "4,7,1,Rome"]
TOLD = "the line above the names, Weather, Place, has groups of columns"


def table_below(*header, rows=ROWS, **how):
    return read_table("\n".join([*header, *rows]).encode(), **how)


@pytest.mark.parametrize(
    "groups",
    [",Weather,,Place", ",Weather,Weather,Place", "Time,Weather,,Place", "Place,Weather,Weather,"],
)
def test_names_stand_below_groups(groups):
    table = table_below(groups, "day,temp,rain,town")
    assert list(table.columns) == ["day", "temp", "rain", "town"]
    assert len(table) == 4 and values(table, "temp") == [5.5, 6.5, 4.25, 7]
    listed = ", ".join(dict.fromkeys(filter(None, groups.split(","))))
    assert table.notes == (f"the line above the names, {listed}, has groups of columns",)


def test_names_that_repeat_are_told_apart_by_their_groups():
    rows = [f"{i},{i * 3},{i * i},{i % 5},{i % 2}" for i in range(8)]
    for groups in ("A,A,B,B,C", "A,,B,,C", "A,,B,,"):
        table = table_below(groups, "low,high,low,high,y", rows=rows)
        names = ["A low", "A high", "B low", "B high", "y"]
        assert list(table.columns) == names and len(table) == 8
    years = table_below(",Rain,,Sun,", "town,2019,2020,2019,2020", rows=[f"x{r}" for r in rows])
    assert list(years.columns) == ["town", "Rain 2019", "Rain 2020", "Sun 2019", "Sun 2020"]


def test_groups_with_much_between_them_are_no_titles():
    rows = [",".join(str((i + 1) * k) for k in range(1, 7)) for i in range(6)]
    table = table_below("A,,,B,,", "x,y,z,x,y,z", rows=rows)
    assert list(table.columns) == ["A x", "A y", "A z", "B x", "B y", "B z"]
    titled = table_below("Rain of a year", "", "A,,,B,,", "x,y,z,u,v,w", rows=rows)
    assert list(titled.columns) == list("xyzuvw")
    assert 'the first line, "Rain of a year", is a title' in titled.notes


def test_units_may_stand_below_the_names():
    table = table_below(",Weather,,Place", "day,temp,rain,town", "d,deg C,mm,")
    assert list(table.columns) == ["day", "temp", "rain", "town"] and len(table) == 4
    assert table.notes == (TOLD, "the line below the names, d, deg C, mm, has units")


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        # Units, below names of which one is lacking or twice there.
        (["day,temp,,town", "d,deg C,%,"], ["day", "temp", "column 3", "town"]),
        (["day,temp,temp,town", "d,°C,°F,-"], ["day", "temp", "temp (2)", "town"]),
        (["day,temp,temp,town", "d,(K),m/s,x"], ["day", "temp", "temp (2)", "town"]),
        (["day,temp,rain,town", "d,deg C,mm,name"], ["day", "temp", "rain", "town"]),
        # Titles.
        (["Weather", "day,temp,rain,town"], ["day", "temp", "rain", "town"]),
        (["Weather,2024", "day,temp,rain,town"], ["day", "temp", "rain", "town"]),
        # Names alone.
        (["day,temp,temp,town"], ["day", "temp", "temp (2)", "town"]),
        (["day,temp,,town"], ["day", "temp", "column 3", "town"]),
        # The same group at two places, or the same name twice in a group.
        (["A,B,A,A", "d,t,r,w"], ["A", "B", "A (2)", "A (3)"]),
        (["A,B,B,C", "d,t,t,w"], ["A", "B", "B (2)", "C"]),
    ],
)
def test_what_are_no_groups(lines, names):
    table = table_below(*lines, rows=8 * ROWS)
    assert list(table.columns) == names and len(table) == 32
    assert not any("groups" in note for note in table.notes)


def test_without_numbers_nothing_tells_names_from_texts():
    table = from_csv("a,,b\nBob,Lee,Bern\nAnn,Moor,Rome\nJoe,Day,Cork\n")
    assert list(table.columns) == ["a", "column 2", "b"] and len(table) == 3


def test_the_first_row_can_still_be_data_or_names():
    header = (",Weather,,Place", "day,temp,rain,town")
    assert len(table_below(*header, header=False)) == 6
    table = table_below(*header, header=True)
    assert list(table.columns) == ["day", "temp", "rain", "town"] and table.header


texts = st.text("abcdefgh", min_size=3, max_size=6)


@settings(deadline=None)
@given(
    groups=st.lists(texts, min_size=2, max_size=3, unique=True),
    names=st.lists(texts.map(str.title), min_size=2, max_size=3, unique=True),
    index=st.sampled_from([None, "", "day"]),
    separator=st.sampled_from(",;\t"),
)
def test_what_pandas_writes_with_two_levels_of_names(groups, names, index, separator):
    columns = pd.MultiIndex.from_product([groups, names])
    rows = [[i * 7 % 5 + place / 4 for place in range(len(columns))] for i in range(6)]
    frame = pd.DataFrame(rows, columns=columns, index=[f"r{i}" for i in range(6)])
    frame.index.name = index or None
    text = frame.to_csv(index=index is not None, sep=separator)
    table = read_table(text.encode())
    expected = [f"{group} {name}" for group, name in columns]
    if index is not None:
        expected = [index or "column 1", *expected]
    assert list(table.columns) == expected
    assert values(table, expected[-1]) == [row[-1] for row in rows]


@pytest.mark.parametrize("levels", [[None, None], ["what", "how"]])
def test_what_the_levels_of_names_are_called_is_no_row(levels):
    columns = pd.MultiIndex.from_tuples([("A", "low"), ("A", "high"), ("B", "low")], names=levels)
    frame = pd.DataFrame([[i, i / 2, i * i] for i in range(6)], columns=columns)
    frame.index.name = "day"
    table = read_table(frame.to_csv().encode())
    assert list(table.columns) == ["day", "A low", "high", "B low"] and len(table) == 6
    assert values(table, "day") == list(range(6))


def test_two_levels_of_names_in_json_are_groups_too():
    columns = pd.MultiIndex.from_tuples([("A", "low"), ("A", "high"), ("B", "low")])
    frame = pd.DataFrame([[i, i / 2, i * i] for i in range(6)], columns=columns)
    table = read_table(frame.to_json(orient="split").encode())
    assert list(table.columns) == ["A low", "high", "B low"] and len(table) == 6
    for names in ("[]", '[["a"], "b"]', '["a", "b"]', "{}", "3", "[[]]"):
        text = f'{{"columns": {names}, "data": [[1, 2], [3, 4]]}}'
        try:
            assert len(read_table(text.encode())) >= 2
        except ValueError as error:
            assert names != '["a", "b"]' and "expected" in str(error)


def test_cells_that_are_merged_in_a_workbook_are_groups():
    book = openpyxl.Workbook()
    for line in [["", "Weather", None, "Place"], ["day", "temp", "rain", "town"]]:
        book.active.append(line)
    for row in ROWS:
        day, temp, rain, town = row.split(",")
        book.active.append([int(day), float(temp), float(rain), town])
    book.active.merge_cells("B1:C1")
    stream = io.BytesIO()
    book.save(stream)
    table = read_table(stream.getvalue())
    assert list(table.columns) == ["day", "temp", "rain", "town"]
    assert TOLD in table.notes

"""What stands in cells is read as a person would read it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data.tables import column_of, read_table
from nn.data.tables.cells import MISSING, is_missing
from tests.unit.tables import from_csv, values, with_marks


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1", "2.5", "-3e2"], [1, 2.5, -300]),
        (["1,5", "2,25", "3"], [1.5, 2.25, 3]),
        (["1,234.5", "12", "1,000,000"], [1234.5, 12, 1e6]),
        (["1.234,5", "12", "1.000.000"], [1234.5, 12, 1e6]),
        (["1 234,5", "12,5", "1\u202f000\u00a0000"], [1234.5, 12.5, 1e6]),
        (["1'234.5", "12", "1’000"], [1234.5, 12, 1000]),
        (["$1,200", "$ 30", "-$5.50"], [1200, 30, -5.5]),
        (["12,50 €", "3 €", "1.000 €"], [12.5, 3, 1000]),
        (["EUR 5", "EUR 6.5", "7"], [5, 6.5, 7]),
        (["82.3 m2", "90 m2", "70.25m2"], [82.3, 90, 70.25]),
        (["5%", "12.5 %", "-3 %"], [5, 12.5, -3]),
        (["21 °C", "-3 °C", "4.5 °C"], [21, -3, 4.5]),
        (["\u22123", "+4", ".5"], [-3, 4, 0.5]),
        (["(12.50)", "3", "(1,000)"], [-12.5, 3, -1000]),
        (["0,125", "0,250", "1,375"], [0.125, 0.25, 1.375]),
        (["58,859", "55,581", "1,234,567"], [58859, 55581, 1234567]),
        (["5'10\"", "6' 2.5\"", "5 ft 11 in"], [70, 74.5, 71]),
    ],
)
def test_numbers_with_marks_and_units(cells, numbers):
    column = column_of("a", cells)
    assert column.kind == "number"
    assert column.numbers.tolist() == numbers


@pytest.mark.parametrize(
    "cells",
    [
        ["1st", "2nd", "3rd"],
        ["5 km", "500 m", "2 km"],
        ["A1", "A2", "A3"],
        ["1-2", "3-4", "5-6"],
        ["10/12", "3/4", "5/6"],
        ["12:30", "25:45", "9:00"],
        ["1.2.3", "4.5.6", "7.8.9"],
        ["1,5", "2.5", "3"],
        ["1_000", "2_000", "3"],
        ["٣", "٤", "٥"],
        ["1" * 200, "2", "3"],
    ],
)
def test_what_is_no_quantity_stays_text(cells):
    column = column_of("a", cells)
    assert column.kind in ("category", "text")
    assert column.as_texts() == cells


def test_one_column_tells_how_another_is_written():
    table = from_csv("a;b\n1,5;1.234\n2,5;5.678\n")
    assert values(table, "b") == [1234, 5678]
    table = from_csv('a,b\n1.5,"1,234"\n2.5,"5,678"\n')
    assert values(table, "b") == [1234, 5678]
    assert "'b' is read with commas between thousands" in table.notes


@pytest.mark.parametrize("spelling", sorted(MISSING))
def test_missing_values_in_all_spellings(spelling):
    assert is_missing(spelling) and is_missing(f" {spelling.upper()} ")
    numbers = column_of("a", ["1.5", spelling, "2"])
    assert numbers.kind == "number" and math.isnan(numbers.numbers[1])
    texts = column_of("a", ["red", spelling, "blue", "red", "red"])
    assert texts.codes[1] == -1 and texts.texts == ("blue", "red")


@pytest.mark.parametrize("pair", ["false true", "FALSE TRUE", "no yes", "No Yes", "f t", "off on"])
def test_true_and_false(pair):
    no, yes = pair.split()
    column = column_of("a", [yes, no, "", yes])
    assert column.kind == "true/false"
    assert column.numbers[[0, 1, 3]].tolist() == [1, 0, 1] and math.isnan(column.numbers[2])
    assert column.categories[1] == (no, yes)


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["1970-01-02", "1971-01-01"], ["1970-01-02", "1971-01-01"]),
        (["2.1.1970", "13.1.1970"], ["1970-01-02", "1970-01-13"]),
        (["01/02/1970", "01/13/1970"], ["1970-01-02", "1970-01-13"]),
        (["13/01/1970", "01/02/1970"], ["1970-01-13", "1970-02-01"]),
        (["01/01/2023", "02/01/2023", "03/01/2023"], ["2023-01-01", "2023-01-02", "2023-01-03"]),
        (["Jan 2, 1970", "March 3, 1970"], ["1970-01-02", "1970-03-03"]),
        (["2 Jan 1970", "3 March 1970"], ["1970-01-02", "1970-03-03"]),
        (["2024-03", "2024-11"], ["2024-03-01", "2024-11-01"]),
        (["Mar 2024", "sept. 2024", "March 2025"], ["2024-03-01", "2024-09-01", "2025-03-01"]),
        (["1970-01-02T12:00:00Z", "1970-01-03 06:00"], ["1970-01-02 12:00", "1970-01-03 06:00"]),
    ],
)
def test_dates(cells, days):
    column = column_of("when", cells)
    assert column.kind == "date"
    assert column.as_texts() == days


@pytest.mark.parametrize(
    "cells",
    [
        ["31.2.2020", "1.1.2020"],
        ["2020", "2021"],
        ["maybe 3", "no 4"],
        ["2009-10", "2010-11", "2011-12"],
        ["Marine 2024", "May 2024"],
        ["2024-13", "2024-01"],
    ],
)
def test_what_is_no_date(cells):
    assert column_of("a", cells).kind != "date"


def test_an_order_of_day_and_month_that_nothing_tells_is_said():
    column = column_of("when", ["03/04/2024", "05/06/2024"])
    assert column.kind == "date"
    assert column.note == (
        "'when' has dates, day first, as it seems: no day above 12 tells them from month first"
    )
    assert column_of("when", ["03/04/2024", "25/06/2024"]).note == "'when' has dates, day first"
    assert column_of("when", ["3.4.2024", "5.6.2024"]).note == "'when' has dates, day first"


def test_dates_that_do_not_tell_can_be_read_in_the_other_order_and_others_not():
    column = column_of("when", ["03/04/2024", "", "05/06/2024"])
    other = column.in_reading("month first")
    assert other.as_texts() == ["2024-03-04", "", "2024-05-06"]
    assert other.note == "'when' has dates, month first"
    assert column.in_reading("day first").as_texts() == column.as_texts()
    some = column.take(np.array([2, 1]))
    assert some.in_reading("month first").as_texts() == ["2024-05-06", ""]
    for cells in (["03/04/2024", "25/06/2024"], ["2024-03-04"], ["03/03/2024"]):
        column = column_of("when", cells)
        assert column.in_reading("month first") is column


def test_the_order_of_dates_can_be_chosen_where_they_do_not_tell():
    table = from_csv("when,y\n03/04/2024,1\n05/06/2024,2\n")
    again = table.with_reading("when", "month first")
    assert again.columns["when"].as_texts() == ["2024-03-04", "2024-05-06"]
    assert again.notes == ("'when' has dates, month first, as was chosen",)
    assert again.with_reading("when", "month first") is again
    back = again.with_reading("when", "day first")
    assert back.columns["when"].as_texts() == table.columns["when"].as_texts()
    for text in ("when,y\n03/04/2024,1\n25/06/2024,2\n", "when,y\n2024-03-04,1\n2024-03-05,2\n"):
        with pytest.raises(ValueError, match="can be read in one way only"):
            from_csv(text).with_reading("when", "month first")


def test_dates_that_do_not_tell_are_read_as_those_of_another_column():
    rows = "from,to,x\n03/04/2024,03/25/2024,1\n03/05/2024,04/01/2024,2\n"
    table = read_table(rows.encode())
    assert table.columns["from"].as_texts() == ["2024-03-04", "2024-03-05"]
    assert "'from' has dates, month first" in table.notes


def test_dates_in_both_orders_are_text_and_it_is_said():
    column = column_of("when", ["25/06/2024", "06/25/2024", "01/02/2024"])
    assert column.kind == "text"
    assert column.note == (
        "'when' has dates with the day first and with the month first: taken for text"
    )


@pytest.mark.parametrize(
    ("cells", "hours"),
    [
        (["10:30", "9:00", "23:59"], [10.5, 9, 23 + 59 / 60]),
        (["10:30:18", "00:00:00"], [10.505, 0]),
        (["3 PM", "12 am", "12:30 p.m."], [15, 0, 12.5]),
    ],
)
def test_times_of_day_are_hours(cells, hours):
    column = column_of("at", [*cells, ""])
    assert column.kind == "number"
    assert column.numbers[:-1] == pytest.approx(hours) and math.isnan(column.numbers[-1])
    assert column.note == "'at' has times of day, read as hours"


@pytest.mark.parametrize("cells", [["13 PM", "1 PM"], ["10:60", "10:30"], ["3", "4 PM"]])
def test_what_is_no_time_of_day(cells):
    assert "hours" not in column_of("at", cells).note


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("Id", [5, 9, 2, 7], "identifier"),
        ("user_id", [5, 9, 2, 7], "identifier"),
        ("count", list(range(12)), "identifier"),
        ("count", [3, 1, 2, 0, 5, 4, 7, 6, 9, 8], "identifier"),
        ("year", list(range(2000, 2012)), "number"),
        ("Id", [5, 5, 2, 7], "number"),
        ("price", [5.5, 9, 2, 7], "number"),
    ],
)
def test_numbers_that_only_count_or_name_rows(name, cells, kind):
    assert column_of(name, cells).kind == kind


def test_texts_that_hardly_repeat_are_no_categories():
    assert column_of("name", [f"Person {i}" for i in range(40)]).kind == "text"
    assert column_of("town", ["a", "b"] * 20).kind == "category"


@given(st.lists(st.floats(-1e30, 1e30), min_size=1), st.sampled_from(",;"))
def test_numbers_that_pandas_or_people_write_are_the_same(numbers, separator):
    lines = [repr(number) for number in numbers]
    if separator == ";":
        lines = [line.replace(".", ",") for line in lines]
    text = f"a{separator}b\n" + "\n".join(f"{line}{separator}x" for line in lines)
    table = with_marks(read_table(text.encode(), header=True))
    assert np.array_equal(table.columns["a"].numbers, np.array(numbers))


def test_a_few_odd_cells_in_a_column_of_numbers_are_missing_and_said():
    column = column_of("a", [*(str(i / 4) for i in range(60)), "about 3?"])
    assert column.kind == "number" and math.isnan(column.numbers[-1])
    assert column.note == "'about 3?' in 'a', a column of numbers, is taken for missing"


def test_multiples_are_multiplied():
    column = column_of("a", ["1.5M", "900k", "20", "1.2 bn"])
    assert column.numbers.tolist() == [1_500_000, 900_000, 20, 1_200_000_000]
    assert "as multiples" in column.note


def test_codes_of_more_digits_than_a_number_has_name_rows():
    cells = [str(12345678901234567890 + i) for i in range(20)]
    assert column_of("a", cells).kind == "identifier"


def test_cells_are_kept_as_they_stand_in_the_file():
    table = from_csv("code,price,day\n007,20.50,1.2.2020\n008,3,NA\n")
    written = [column.as_written() for column in table.columns.values()]
    assert written == [["007", "008"], ["20.50", "3"], ["1.2.2020", "NA"]]


def test_columns_are_found_whatever_their_capitals():
    table = from_csv("Age ,sex\n1.5,m\n2,f\n")
    assert table.column("AGE").numbers.tolist() == [1.5, 2]
    with pytest.raises(ValueError, match="there is no column 'ages'"):
        table.column("ages")

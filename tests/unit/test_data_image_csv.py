"""CSV comes back as the pictures that were written, or as a ValueError that names the line."""

import gzip
import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data import image_csv, read_image_csv

HEADER = ",".join(["label", *(f"pixel{i}" for i in range(784))])


def random_rows(count: int, seed: int = 0) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (count, 784)) * (rng.random((count, 784)) < 0.3)
    return np.column_stack([rng.integers(0, 10, count), pixels]).tolist()


def csv(rows: list[list[object]], separator: str = ",") -> bytes:
    return "\n".join(separator.join(map(str, row)) for row in rows).encode()


def assert_same(data, rows) -> None:
    expected = np.array(rows)
    assert data.classes == 10
    assert data.inputs.dtype == data.targets.dtype == np.uint8
    assert data.inputs.shape[1:] == (28, 28, 1)
    assert data.inputs.reshape(-1, 784).tolist() == expected[:, 1:].tolist()
    assert data.targets.tolist() == expected[:, 0].tolist()


@given(
    count=st.integers(1, 5),
    seed=st.integers(0, 1000),
    header=st.sampled_from(["", HEADER + "\n"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    last_newline=st.booleans(),
    mark=st.sampled_from(["", "\ufeff"]),
    pack=st.sampled_from([bytes, gzip.compress]),
    kind=st.sampled_from([bytes, bytearray, memoryview]),
)
@settings(deadline=None)
def test_what_was_written_is_read_back(
    count, seed, header, newline, last_newline, mark, pack, kind
):
    rows = random_rows(count, seed)
    text = mark + header + csv(rows).decode() + "\n" * last_newline
    content = text.replace("\n", newline).encode()
    assert_same(read_image_csv(kind(pack(content))), rows)


def test_a_file_of_many_chunks_is_read_whole():
    rows = random_rows(400)
    content = csv(rows)
    assert len(content) > 2 * image_csv._CHUNK
    assert_same(read_image_csv(content), rows)


@pytest.mark.parametrize("last_newline", [b"", b"\n"])
def test_the_shortest_lines_there_can_be_are_read_whole(last_newline):
    rows = [[0] * 785] * 3
    assert_same(read_image_csv(csv(rows) + last_newline), rows)


@pytest.mark.parametrize(
    "content",
    [csv(random_rows(3)), csv(random_rows(3)).replace(b"\n", b"\r\n"), csv(random_rows(3), ", ")],
    ids=["plain", "carriage returns", "a space after each comma"],
)
def test_the_usual_forms_are_never_read_value_by_value(content, monkeypatch):
    monkeypatch.delattr(image_csv, "_parse_line")
    assert_same(read_image_csv(content), random_rows(3))


@pytest.mark.parametrize("separator", [", ", " ,", " , "])
def test_spaces_around_values_are_allowed(separator):
    rows = random_rows(3)
    assert_same(read_image_csv(csv(rows, separator)), rows)


FIELD_ERRORS = [
    (0, "10", "found '10' where a label belongs; expected a whole number from 0 to 9"),
    (0, "x", "found 'x' where a label belongs; expected a whole number from 0 to 9"),
    (1, "256", "found '256' where a pixel belongs; expected a whole number from 0 to 255"),
    (784, "999", "found '999' where a pixel belongs"),
    (5, "1000", "found '1000' where a pixel belongs"),
    (5, "4294967296", "found '4294967296' where a pixel belongs"),
    (5, "18446744073709551616", "found '18446744073709551616' where a pixel belongs"),
    pytest.param(5, "9" * 5000, f"found '{'9' * 20}' where a pixel belongs", id="many-digits"),
    (5, "-1", "found '-1' where a pixel belongs"),
    (5, "+1", r"found '\+1' where a pixel belongs"),
    (5, "1.0", r"found '1\.0' where a pixel belongs"),
    (5, "1e2", "found '1e2' where a pixel belongs"),
    (5, "1_0", "found '1_0' where a pixel belongs"),
    (5, "1 0", "found '1 0' where a pixel belongs"),
    (5, "1/", "found '1/' where a pixel belongs"),
    (5, "1:", "found '1:' where a pixel belongs"),
    (5, "nan", "found 'nan' where a pixel belongs"),
    (5, "", "found nothing where a pixel belongs"),
    (784, "", "found nothing where a pixel belongs"),
    (0, "", "found nothing where a label belongs"),
    (5, "\u0663", "found '\u0663' where a pixel belongs"),
]


@pytest.mark.parametrize(("column", "field", "message"), FIELD_ERRORS)
@pytest.mark.parametrize("header", [0, 1])
def test_a_wrong_value_is_named_with_its_line_and_column(column, field, message, header):
    rows = random_rows(4)
    rows[2][column] = field
    content = (HEADER + "\n").encode() * header + csv(rows)
    with pytest.raises(ValueError, match=rf"^line {3 + header}, column {column + 1}: {message}"):
        read_image_csv(content)


@given(
    count=st.integers(1, 5),
    line=st.integers(0, 4),
    column=st.integers(0, 784),
    header=st.booleans(),
    field=st.text(st.characters(codec="utf-8", exclude_characters=",\n"), max_size=4).filter(
        lambda text: not re.fullmatch(r"\s*[0-9]{1,3}\s*", text, re.ASCII)
    ),
)
@settings(deadline=None)
def test_any_text_that_is_no_number_is_found_where_it_is(count, line, column, header, field):
    rows = random_rows(count)
    rows[line % count][column] = field
    content = (HEADER + "\n").encode() * header + csv(rows) + b"\n"
    expected = rf"^line {line % count + 1 + header}, column {column + 1}: found "
    with pytest.raises(ValueError, match=expected):
        read_image_csv(content)


def test_a_wrong_value_far_into_a_file_is_named_with_its_line():
    rows = random_rows(400)
    rows[399][784] = 256
    with pytest.raises(ValueError, match="^line 400, column 785: found '256'"):
        read_image_csv(csv(rows))


def without_last_value(row):
    return row[:-1]


def with_one_more_value(row):
    return [*row, 0]


@pytest.mark.parametrize(
    ("change", "found"), [(without_last_value, 784), (with_one_more_value, 786)]
)
@pytest.mark.parametrize("line", [1, 2, 4])
def test_a_short_or_long_line_is_named(change, found, line):
    rows = random_rows(4)
    rows[line - 1] = change(rows[line - 1])
    with pytest.raises(ValueError, match=rf"^line {line}: expected 785 values .*; found {found}$"):
        read_image_csv(csv(rows))


def test_a_short_and_a_long_line_do_not_make_up_for_each_other():
    rows = random_rows(4)
    rows[1].append(rows[2].pop(0))
    with pytest.raises(ValueError, match="^line 2: expected 785 values .*; found 786$"):
        read_image_csv(csv(rows))


@pytest.mark.parametrize("blank", [b"", b"  ", b"\r"])
@pytest.mark.parametrize("line", [1, 2])
def test_a_blank_line_before_others_is_named(blank, line):
    lines = csv(random_rows(2)).split(b"\n")
    lines.insert(line - 1, blank)
    with pytest.raises(ValueError, match=f"^line {line}: it is blank"):
        read_image_csv(b"\n".join(lines) + b"\n")


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\n \n\n", b"  "])
def test_blank_lines_at_the_end_are_no_lines(end):
    rows = random_rows(2)
    data = read_image_csv(csv(rows).rstrip() + end)
    assert data.targets.tolist() == [row[0] for row in rows]


@pytest.mark.parametrize("start", [b"", csv(random_rows(1))])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b" \n"])
def test_millions_of_blank_lines_at_the_end_cost_next_to_nothing(start, newline):
    content = start + newline * (2**25 // len(newline))
    # Byte by byte it would take 40 ns for each of them.
    started = time.process_time()
    try:
        assert len(read_image_csv(content)) == 1
    except ValueError as error:
        assert not start and str(error).startswith("the file is empty")
    assert time.process_time() - started < 0.7


@given(
    parts=st.lists(
        st.sampled_from([csv(random_rows(1)), b"5,0", b"\xef\xbb\xbf", b"\n", b"\r\n", b"\r", b" "])
        | st.integers(0, 2**19).map(lambda count: b"\n" * count),
        max_size=6,
    ),
    pack=st.sampled_from([bytes, gzip.compress]),
)
@settings(deadline=None)
def test_any_blank_lines_are_read_or_a_value_error(parts, pack):
    content = b"".join(parts)
    try:
        data = read_image_csv(pack(content))
    except ValueError as error:
        assert str(error)
    else:
        assert len(data) == content.count(b",") // 784


@pytest.mark.parametrize("content", [b"", gzip.compress(b"", mtime=0), b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content):
    with pytest.raises(ValueError, match="^the file is empty"):
        read_image_csv(content)


@pytest.mark.parametrize("newline", ["", "\n", "\r\n"])
def test_a_header_alone_is_refused(newline):
    with pytest.raises(ValueError, match="^there is only a header"):
        read_image_csv((HEADER + newline).encode())


def test_a_header_with_another_number_of_columns_is_refused():
    content = ("id," + HEADER + "\n").encode() + csv(random_rows(1))
    with pytest.raises(ValueError, match="^line 1: expected 785 values .*; found 786$"):
        read_image_csv(content)


def test_a_wrong_first_line_of_values_is_not_mistaken_for_a_header():
    rows = random_rows(2)
    rows[0][0] = "x"
    with pytest.raises(ValueError, match="^line 1, column 1: found 'x'"):
        read_image_csv(csv(rows))


def test_a_line_without_end_is_refused():
    content = csv(random_rows(1)) + b"\n" + b"0," * image_csv._CHUNK
    with pytest.raises(ValueError, match="^line 2: longer than 262,144 bytes"):
        read_image_csv(content)


def test_a_file_cut_short_is_refused_unless_the_cut_is_in_the_last_value_of_a_line():
    rows = [[5, *[123] * 784], [6, *[45] * 784]]
    content = csv(rows)
    first_line = content.index(b"\n")
    complete = {first_line - 2, first_line - 1, first_line, first_line + 1}
    complete |= {len(content) - 1}
    for length in {*range(0, len(content), 7), *range(first_line - 9, first_line + 9)} - complete:
        with pytest.raises(ValueError, match="^line |^the file is empty"):
            read_image_csv(content[:length])


@given(st.binary(min_size=1, max_size=200), st.sampled_from([b"", csv(random_rows(1)) + b"\n"]))
@settings(deadline=None)
def test_arbitrary_content_is_a_value_error_even_after_a_good_line(junk, start):
    with pytest.raises(ValueError, match=r"line|empty|gzip"):
        read_image_csv(start + junk)

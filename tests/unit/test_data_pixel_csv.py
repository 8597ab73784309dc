"""CSV files of pictures, in whatever dialect, come back as the pictures that were written."""

import csv
import io
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data import read_images
from nn.data.csv_layout import is_header, layout_of
from nn.data.pixel_csv import looks_like_text, read_csv
from nn.elsewhere import BelongsElsewhere

SIDE = 7


def pictures(count: int, side: int = SIDE, channels: int = 1, seed: int = 0) -> np.ndarray:
    """Smooth pictures on black, as (count, side, side, channels) uint8, with all of 0 to 255."""
    rng = np.random.default_rng(seed)
    found = np.zeros((count, side, side, channels))
    grid = np.linspace(0, 1, side - 2)
    for picture in found:
        for c in range(channels):
            a, b, level = rng.random(3)
            slope = a * grid[:, np.newaxis] + b * grid
            picture[1:-1, 1:-1, c] = 20 + 200 * level * slope / 2
    found[:, side // 2, side // 2] = 255
    return found.astype(np.uint8)


def written(
    pixels: np.ndarray,
    before: list[list[object]] = (),
    after: list[list[object]] = (),
    header: list[str] | None = None,
    **dialect: object,
) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, **{"lineterminator": "\n", **dialect})
    if header is not None:
        writer.writerow(header)
    for i, row in enumerate(pixels.reshape(len(pixels), -1).tolist()):
        writer.writerow([*(part[i] for part in before), *row, *(part[i] for part in after)])
    return file.getvalue().encode()


LABELS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
WORDS = [f"kind {label}" for label in LABELS]
NAMES = [f"pixel{i}" for i in range(SIDE * SIDE)]
PICTURES = pictures(len(LABELS))


@given(
    separator=st.sampled_from(",;\t|"),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    header=st.booleans(),
    last=st.booleans(),
    labels=st.sampled_from([LABELS, WORDS]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    values=st.sampled_from(["whole", "fractions", "255.0"]),
    mark=st.sampled_from(["", "\ufeff"]),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
    trailing=st.booleans(),
    blank=st.booleans(),
)
@settings(deadline=None, max_examples=150)
def test_what_was_written_is_read_back(
    separator, newline, header, last, labels, quoting, values, mark, encoding, trailing, blank
):
    pixels = {"whole": PICTURES, "fractions": PICTURES / 255, "255.0": PICTURES.astype(float)}
    names = [*NAMES, "label"] if last else ["label", *NAMES]
    text = written(
        pixels[values],
        **{"after" if last else "before": [labels]},
        header=names if header else None,
        delimiter=separator,
        quoting=quoting,
    ).decode()
    if trailing:
        text = text.replace("\n", f"{separator}\n")
    if blank:
        text = text.replace("\n", "\n\n", 3) + f"{separator * 3}\n\n"
    text = text.replace("\n", newline)
    content = (text if encoding == "utf-16" else mark + text).encode(encoding)
    part = read_csv(content)
    assert part.pictures.shape == (len(LABELS), SIDE, SIDE, 1)
    assert np.array_equal(part.pictures, PICTURES)
    assert part.labels.tolist() == list(labels)


@pytest.mark.parametrize("side", [5, 8, 16, 28, 32, 64])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_number_of_columns_says_how_large_pictures_are(side, channels):
    written_ones = pictures(len(LABELS), side, channels)
    part = read_csv(written(written_ones, [LABELS]))
    assert np.array_equal(part.pictures, written_ones)
    assert part.labels.tolist() == LABELS


def test_one_whole_picture_after_another_for_each_colour_is_noticed():
    coloured = pictures(12, 16, 3)
    part = read_csv(written(coloured.transpose(0, 3, 1, 2), [LABELS]))
    assert np.array_equal(part.pictures, coloured)
    assert part.said[1:] == ("the three colours are taken to come one after another",)


@pytest.mark.parametrize("name", ["label", "Class", "target", "y", "digit", "Letter", "category"])
@pytest.mark.parametrize("place", [0, 20, SIDE * SIDE])
def test_the_label_is_found_by_its_name_wherever_it_stands(name, place):
    rows = PICTURES.reshape(len(LABELS), -1)
    table = np.insert(rows, place, LABELS, axis=1)
    header = [*NAMES[:place], name, *NAMES[place:]]
    part = read_csv(written(table, header=header))
    assert np.array_equal(part.pictures, PICTURES)
    assert part.labels.tolist() == LABELS


def test_the_label_is_found_by_its_nature_and_it_is_said():
    part = read_csv(written(PICTURES, after=[LABELS]))
    assert part.labels.tolist() == LABELS
    assert part.said == ("the label is the last column, the one that is not like pixels",)
    first = read_csv(written(PICTURES, [LABELS]))
    assert first.said == ("the label is the first column",)
    assert read_csv(written(PICTURES, [LABELS], header=["label", *NAMES])).said == ()


def test_labels_that_come_in_their_order_are_labels_all_the_same():
    many = pictures(200)
    labels = np.repeat(range(10), 20).tolist()
    assert read_csv(written(many, after=[labels])).labels.tolist() == labels


def test_without_a_label_all_columns_are_pixels():
    for header in (None, NAMES):
        part = read_csv(written(PICTURES, header=header))
        assert part.labels is None
        assert np.array_equal(part.pictures, PICTURES)


def test_an_empty_column_called_label_is_none():
    empty = [""] * len(LABELS)
    part = read_csv(written(PICTURES, [empty], header=["label", *NAMES]))
    assert part.labels is None


def test_what_the_pictures_are_called_is_kept():
    ids = [f"a{i}.png" for i in range(len(LABELS))]
    part = read_csv(written(PICTURES, [ids, LABELS], header=["filename", "label", *NAMES]))
    assert part.ids == tuple(ids)
    assert part.labels.tolist() == LABELS
    counted = read_csv(written(PICTURES, [range(len(LABELS))], header=["id", *NAMES]))
    assert counted.labels is None
    assert counted.ids[-1] == str(len(LABELS) - 1)


def test_a_table_saved_with_its_row_numbers_and_without_names():
    header = ["", *map(str, range(1 + SIDE * SIDE))]
    part = read_csv(written(PICTURES, [range(len(LABELS)), LABELS], header=header))
    assert part.labels.tolist() == LABELS
    assert np.array_equal(part.pictures, PICTURES)


def test_columns_of_which_one_is_1_are_a_label():
    one_hot = [[int(label == c) for label in LABELS] for c in range(10)]
    part = read_csv(written(PICTURES, after=one_hot, delimiter=" "))
    assert part.labels.tolist() == LABELS
    assert "which of 10 columns is 1" in part.said[0]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (PICTURES // 255, "pixels from 0 to 1 were made 0 to 255"),
        (PICTURES // 16 + (PICTURES == 255), "pixels from 0 to 16 were made 0 to 255"),
        (PICTURES / 255, "pixels from 0 to 1 were made 0 to 255"),
        (np.round(PICTURES / 127.5 - 1, 4), "pixels from -1 to 1 were made 0 to 255"),
        (PICTURES / 255 * 3 - 0.4, "pixels from -0.4 to 2.6 were made 0 to 255"),
    ],
)
def test_pixels_of_other_ranges_are_stretched_and_it_is_said(values, said):
    part = read_csv(written(values, [LABELS]))
    assert part.said[1:] == (said,)
    assert (part.pictures.min(), part.pictures.max()) == (0, 255)


def test_decimal_commas_between_semicolons():
    text = written(PICTURES / 255, [LABELS], delimiter=";").replace(b".", b",")
    assert np.array_equal(read_csv(text).pictures, PICTURES)


@pytest.mark.parametrize(
    ("line", "column", "value", "message"),
    [
        (3, 0, "", "^line 3: it has no label"),
        (3, 1, "x", "^line 3, column 2: found 'x' where a pixel belongs"),
        (5, 9, "256", "^line 5, column 10: found '256'"),
        (5, 9, "", "^line 5, column 10: found nothing"),
        (5, 9, "nan", "^line 5, column 10: found 'nan'"),
        (5, 9, "1_0", "^line 5, column 10: found '1_0'"),
        (5, 9, "inf", "^line 5, column 10: found 'inf'"),
    ],
)
def test_a_wrong_value_is_named_with_its_line_and_column(line, column, value, message):
    lines = [text.split(",") for text in written(PICTURES, [WORDS]).decode().splitlines()]
    lines[line - 1][column] = value
    text = "\n".join(map(",".join, lines))
    if value == "x":
        lines[0][1] = "0"
    with pytest.raises(ValueError, match=message):
        read_csv(text.encode())


def test_a_short_row_is_named():
    lines = written(PICTURES, [WORDS]).splitlines()
    lines[6] = lines[6].rpartition(b",")[0]
    with pytest.raises(ValueError, match="^line 7: expected 50 values, a label and pixels; found"):
        read_csv(b"\n".join(lines))


@pytest.mark.parametrize(
    "content",
    [
        b"sepal,petal,species\n5.1,3.5,setosa\n",
        b"a,b\n1,2\n",
        b"word\n",
        b"1,2,3,4,5,6\n" * 30,
        b",".join(b"%d" % i for i in range(60)) + b"\n",
        b"\n\n",
    ],
)
def test_a_table_is_not_taken_for_pictures(content):
    with pytest.raises(ValueError, match="expected|only a header"):
        read_csv(content)


def test_first_rows_that_are_headers():
    assert is_header(["label", "pixel0"])
    assert is_header(["", *map(str, range(64))])
    assert not is_header(["7", *["0"] * 64])
    assert not is_header(["seven", *["0"] * 64])


def test_columns_called_alike_are_the_pixels():
    names = ["width", "height", *[f"p{i}" for i in range(25)], "class"]
    rows = [["28", "28", *["0"] * 25, "a"], ["28", "28", *["9"] * 25, "b"]]
    layout = layout_of(names, rows)
    assert layout.pixels == tuple(range(2, 27))
    assert layout.label == 27
    assert '"width", "height" are left out' in layout.said


@given(st.binary(max_size=300) | st.text('0123456789,;.\n\r\t" ax-', max_size=300).map(str.encode))
@settings(deadline=None)
def test_arbitrary_text_is_read_or_a_value_error(content):
    if looks_like_text(content):
        try:
            part = read_csv(content)
        except ValueError as error:
            assert str(error)
        else:
            assert len(part.pictures)


@given(st.binary(min_size=1, max_size=60), st.integers(0, 10**6))
@settings(deadline=None)
def test_a_file_damaged_anywhere_is_read_or_a_value_error(junk, place):
    content = bytearray(written(PICTURES, [WORDS]))
    place %= len(content)
    content[place : place + len(junk)] = junk
    try:
        part = read_csv(bytes(content))
    except ValueError as error:
        assert str(error)
    else:
        assert part.pictures.dtype == np.uint8


@pytest.mark.parametrize("values", ["whole", "words", "fractions"])
def test_ten_megabytes_are_read_within_two_seconds(values):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (3000, 784)) * (rng.random((3000, 784)) < 0.5)
    lines = []
    for i, row in enumerate(pixels.tolist()):
        label = "abc"[i % 3] if values == "words" else str(i % 10)
        texts = [f"{v / 255:.4f}" if values == "fractions" else str(v) for v in row]
        lines.append(",".join([label, *texts]))
    content = "\n".join(lines).encode()
    content = (content + b"\n") * round(10e6 / len(content))
    started = time.process_time()
    read_images({"a.csv": content})
    assert time.process_time() - started < 2


@pytest.mark.parametrize("text", [b"0", b"0\n1\n2\n", b"1\n0\n5\n"])
def test_a_single_column_is_no_pictures(text):
    with pytest.raises(ValueError, match="expected a label and the pixels of a square picture"):
        read_csv(text)


@pytest.mark.parametrize(
    "text",
    [b"a\nb\n", b"It was late.\nNobody, not even Ann, knew why,\nor when, or how.\nSo be it.\n"],
)
def test_running_text_is_for_the_lab_of_texts(text):
    with pytest.raises(BelongsElsewhere) as refused:
        read_csv(text)
    assert refused.value.lab == "text"


@pytest.mark.parametrize(
    "text",
    [b"kind;weight;price\napple;1,5;2,25\npear;0,75;1,5\n", b"play,outlook\nyes,sunny\nno,rain\n"],
)
def test_a_small_table_is_for_the_lab_of_tables(text):
    with pytest.raises(BelongsElsewhere, match="opens in the lab Colours") as refused:
        read_csv(text)
    assert refused.value.lab == "colours"

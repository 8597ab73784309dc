"""ONNX models whose weights lie in other files, as PyTorch's newer exporter writes them."""

import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

import nn
from nn import formats
from nn.__main__ import main
from nn.formats import zipped
from nn.formats.onnx import dumps
from nn.formats.weights import MAX_BYTES
from tests.unit.format_cases import (
    check_equal,
    check_mutants,
    check_refused,
    check_sentence,
    every_kind,
    load,
)
from tests.unit.photos import STROKES, ink, photo
from tests.unit.test_onnx_of_others import made, random
from tests.unit.weights_files import named

BEST = Path(__file__).parents[2] / "dist" / "best.json"
DATA = "model.onnx.data"
KERNEL = random(4, 3)


def saved(data: bytes, folder: Path, one: bool = True) -> Path:
    """A model that is saved by ONNX's own library with all weights in other files."""
    path = folder / "model.onnx"
    onnx.save_model(
        onnx.load_from_string(data),
        path,
        save_as_external_data=True,
        all_tensors_to_one_file=one,
        location=DATA if one else None,
        size_threshold=0,
        convert_attribute=True,
    )
    return path


def model_of(entries: dict[str, str], external: bool = True) -> bytes:
    """A dense layer whose kernel, 4 x 3 float32, lies where the entries say."""
    model = onnx.load_from_string(made((4,), ("Gemm", "w"), w=KERNEL))
    (tensor,) = model.graph.initializer
    tensor.ClearField("raw_data")
    if external:
        tensor.data_location = TensorProto.EXTERNAL
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=value)
    return bytes(model.SerializeToString())


def archive(entries: dict[str, str], content: bytes = KERNEL.tobytes()) -> bytes:
    """The model of entries, with a file of the usual name."""
    return zipped.pack({"model.onnx": model_of(entries), DATA: content})


@pytest.mark.parametrize("one", [True, False], ids=["one file", "many files"])
@pytest.mark.parametrize("model", [named(), every_kind()], ids=["named", "every kind"])
def test_a_model_and_its_weights_are_read_from_one_folder(model, one, tmp_path):
    path = saved(dumps(model), tmp_path, one)
    names = [each.name for each in tmp_path.iterdir() if each != path]
    assert (names == [DATA]) is one and names
    assert b"location" in path.read_bytes()
    again = nn.load_model(path)
    check_equal(again, load(dumps(model)))
    assert again.columns == model.columns


@pytest.mark.parametrize("one", [True, False], ids=["one file", "many files"])
def test_the_command_converts_it(one, tmp_path, capsys):
    path = saved(dumps(named()), tmp_path, one)
    assert main(["convert", str(path), str(tmp_path / "b.json")]) == 0
    assert capsys.readouterr().out.startswith("wrote ")
    check_equal(nn.load_model(tmp_path / "b.json"), named())


def test_the_command_that_reads_pictures_takes_it(tmp_path, capsys):
    path = saved(dumps(nn.load_model(BEST)), tmp_path)
    Image.fromarray(photo(ink(STROKES[7]))).save(tmp_path / "seven.png")
    assert main(["predict", "--weights", str(path), str(tmp_path / "seven.png")]) == 0
    assert capsys.readouterr().out.startswith("prediction: 7\n")
    (tmp_path / DATA).unlink()
    assert main(["predict", "--weights", str(path), str(tmp_path / "seven.png")]) == 1
    assert f'another file, "{DATA}": choose both' in capsys.readouterr().err


@pytest.mark.parametrize("name", ["model.onnx", "model.ONNX", "mine", "new.pb"])
def test_files_that_are_chosen_together_are_one_model(name, tmp_path):
    path = saved(dumps(named()), tmp_path)
    content, weights = path.read_bytes(), (tmp_path / DATA).read_bytes()
    for chosen in ({name: content, DATA: weights}, {DATA: weights, name: content}):
        check_equal(load(formats.together(chosen)), named())
    check_equal(nn.load_model(path.rename(tmp_path / name)), named())


@pytest.mark.parametrize("folder", ["", "mine/", "a/b/"])
def test_a_zip_of_both_is_read_as_people_pack_it(folder, tmp_path):
    path = saved(dumps(named()), tmp_path)
    members = {f"{folder}{DATA}": (tmp_path / DATA).read_bytes()}
    members[f"{folder}model.onnx"] = path.read_bytes()
    # What macOS adds.
    members[f"__MACOSX/{folder}._model.onnx"] = b"\0\5\x16\7"
    check_equal(load(zipped.pack(members)), named())
    (tmp_path / "any").write_bytes(zipped.pack(members))
    check_equal(nn.load_model(tmp_path / "any"), named())
    two = zipped.pack({**members, f"{folder}other.onnx": path.read_bytes()})
    assert "has 2 ONNX models; expected one" in check_refused(load, two)
    elsewhere = {f"{folder}model.onnx": path.read_bytes(), f"{folder}in/{DATA}": b""}
    assert "weights in another file" in check_refused(load, zipped.pack(elsewhere))
    assert "0 ONNX models" in check_refused(load, zipped.pack({"model.onnx": b"<html>"}))


def test_names_of_one_model_are_known():
    for names in (
        ["model.onnx", DATA],
        ["model.onnx", "model.onnx_data"],
        ["a.weight", "b.bias", "m.ONNX"],
    ):
        assert formats.are_model_names(names)
    assert formats.are_model_names(["model.onnx.zip"])
    for names in (["a.onnx", "b.onnx"], ["a.png", "b.data"], ["mine.zip"]):
        assert not formats.are_model_names(names)


def test_what_is_missing_is_named(tmp_path):
    path = saved(dumps(named()), tmp_path)
    (tmp_path / DATA).unlink()
    told = f'weights in another file, "{DATA}": choose both together, or put them into one folder'
    with pytest.raises(ValueError, match=f"^model.onnx: the ONNX model has {told}; PyTorch saves"):
        nn.load_model(path)
    assert told in check_refused(load, path.read_bytes())
    other = {"model.onnx": path.read_bytes(), "other.data": b""}
    assert told in check_refused(load, formats.together(other))
    with pytest.raises(ValueError, match=r"2 files are not of one network: .* \.onnx\.data and"):
        formats.together({"model.onnx": dumps(named()), DATA: b""})


def test_of_many_files_those_that_are_missing_are_named(tmp_path):
    path = saved(made((4,), ("Gemm", "w"), ("Gemm", "v", "b" * 90), w=KERNEL, v=random(3, 2),
                      **{"b" * 90: random(2)}), tmp_path, one=False)  # fmt: skip
    nn.load_model(path)
    (tmp_path / "w").unlink()
    told = check_refused(lambda _: nn.load_model(path), b"")
    assert 'in another file, "w": choose both' in told
    for each in ("v", "b" * 90):
        (tmp_path / each).unlink()
    told = check_refused(lambda _: nn.load_model(path), b"")
    assert f'in other files, "w", "v", "{"b" * 37}...": choose all' in told


LOCATIONS = [
    "/etc/passwd", "../model.onnx.data", "..", ".", "", "a/b", "a\\b", "..\\b", "C:b", "C:\\b",
    "file:///etc/passwd", "./model.onnx.data", "a\0b", "a\nb", "\u202eb", "x" * 1000, "ü" * 150,
]  # fmt: skip


@pytest.mark.parametrize("location", LOCATIONS, ids=ascii)
def test_a_name_that_leads_out_of_the_folder_is_refused(location, tmp_path):
    (tmp_path / "in").mkdir()
    for folder in (tmp_path, tmp_path / "in"):
        (folder / DATA).write_bytes(KERNEL.tobytes())
    (tmp_path / "in" / "model.onnx").write_bytes(model_of({"location": location}))
    with pytest.raises(ValueError, match=r"^model.onnx: the constant \"w\" lies in the file "):
        nn.load_model(tmp_path / "in" / "model.onnx")
    assert "own folder only" in check_refused(load, archive({"location": location}))


def test_a_constant_that_says_nothing_of_where_it_lies_is_refused():
    assert 'lies in the file ""' in check_refused(load, archive({}))


WHOLE = KERNEL.tobytes()
SHORT = [
    ({"offset": "4", "length": "48"}, WHOLE[:47], "reaches beyond its file"),
    ({"length": "48"}, WHOLE[:47], 'reaches beyond its file, "model.onnx.data", which has 47'),
    ({"offset": "1", "length": "48"}, WHOLE, "has 48 bytes: it is cut short, or of another"),
    ({"offset": "49"}, WHOLE, "reaches beyond its file"),
    ({"offset": "9" * 18, "length": "9" * 18}, WHOLE, "reaches beyond its file"),
    ({"length": "48"}, b"", "reaches beyond its file"),
    ({"length": "44"}, WHOLE, "has 11 numbers, not what its shape says"),
    ({"length": "0"}, WHOLE, "has 0 numbers, not what its shape says"),
    ({"length": "46"}, WHOLE, "has 0 numbers, not what its shape says"),
    ({}, WHOLE * 2, "has 24 numbers, not what its shape says"),
]


@pytest.mark.parametrize(("entries", "content", "message"), SHORT)
def test_a_file_that_does_not_hold_the_weights_is_refused(entries, content, message):
    assert message in check_refused(load, archive({"location": DATA, **entries}, content))


NO_NUMBERS = ["-1", "+1", "1e3", "0x10", "", " 1", "1_0", "٣", "9" * 19, "9" * 100_000]


@pytest.mark.parametrize("what", ["offset", "length"])
@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: ascii(value)[:25])
def test_a_place_that_is_no_number_is_refused(what, value):
    told = check_refused(load, archive({"location": DATA, what: value}))
    assert f'the {what} of the constant "w" must be a number of bytes' in told


def test_a_place_may_be_left_out_and_other_notes_are_not_minded():
    for entries in ({}, {"offset": "0"}, {"length": "48"}, {"checksum": "abc"}):
        model = load(archive({"location": DATA, **entries}))
        np.testing.assert_array_equal(model.parameters[:12].reshape(4, 3), KERNEL)
    shifted = archive({"location": DATA, "offset": "5"}, b"12345" + KERNEL.tobytes())
    np.testing.assert_array_equal(load(shifted).parameters[:12].reshape(4, 3), KERNEL)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    (tmp_path / "model.onnx").write_bytes(model_of({"location": DATA}))
    with (tmp_path / DATA).open("wb") as file:
        # All of it is a hole.
        file.truncate(10**12)
    told = check_refused(lambda _: nn.load_model(tmp_path / "model.onnx"), b"")
    assert f'the model and "{DATA}" have 1,000,000 MB together; up to 24 MB can be loaded' in told


def test_constants_that_share_their_bytes_are_bounded():
    size = MAX_BYTES // 8
    names = [f"c{number}" for number in range(9)]
    model = onnx.load_from_string(made((size,), *[("Mul", name) for name in names]))
    for name in names:
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[size // 4])
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=DATA)
        model.graph.initializer.append(tensor)
    data = zipped.pack({"model.onnx": model.SerializeToString(), DATA: bytes(size)})
    assert "more than 24 MB together" in check_refused(load, data)


def test_a_link_leads_to_no_other_folder_but_of_a_cache(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    (there / "1").write_bytes(KERNEL.tobytes())
    (there / "2").write_bytes(model_of({"location": DATA}))
    (here / "model.onnx").write_bytes((there / "2").read_bytes())
    os.symlink(there / "1", here / DATA)
    told = check_refused(lambda _: nn.load_model(here / "model.onnx"), b"")
    assert f'"{DATA}" is a link to another folder: not opened' in told
    (here / "model.onnx").unlink()
    os.symlink(there / "2", here / "model.onnx")
    assert nn.load_model(here / "model.onnx").parameters.size == KERNEL.size


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_file_is_not_read(make, tmp_path):
    (tmp_path / "model.onnx").write_bytes(model_of({"location": DATA}))
    make(tmp_path / DATA)
    assert "in another file" in check_refused(lambda _: nn.load_model(tmp_path / "model.onnx"), b"")


def test_only_what_is_marked_lies_elsewhere():
    """Notes alone do not count, as the format has it: numbers in the model do."""
    model = onnx.load_from_string(model_of({"location": DATA}, external=False))
    model.graph.initializer[0].raw_data = KERNEL.tobytes()
    np.testing.assert_array_equal(load(model.SerializeToString()).parameters[:12], KERNEL.ravel())


def test_constants_of_nodes_lie_elsewhere_too(tmp_path):
    model = onnx.load_from_string(made((4,), ("Gemm", "w"), w=KERNEL))
    (tensor,) = model.graph.initializer
    node = helper.make_node("Constant", [], ["w"], value=numpy_helper.from_array(KERNEL))
    model.graph.node.insert(0, node)
    model.graph.initializer.remove(tensor)
    path = saved(model.SerializeToString(), tmp_path)
    assert (tmp_path / DATA).stat().st_size >= 48
    np.testing.assert_array_equal(nn.load_model(path).parameters[:12], KERNEL.ravel())
    assert 'in another file, "model.onnx.data"' in check_refused(load, path.read_bytes())


def test_sparse_constants_are_refused():
    model = onnx.load_from_string(made((4,), ("Gemm", "w")))
    values = numpy_helper.from_array(np.ones(1, np.float32), "w")
    places = numpy_helper.from_array(np.zeros(1, np.int64), "places")
    sparse = helper.make_sparse_tensor(values, places, [4, 3])
    model.graph.sparse_initializer.append(sparse)
    assert "has sparse constants" in check_refused(load, model.SerializeToString())


def test_mutants_are_read_or_refused(tmp_path):
    path = saved(dumps(named()), tmp_path)
    model, weights = path.read_bytes(), (tmp_path / DATA).read_bytes()
    check_mutants(lambda data: load(zipped.pack({"m.onnx": data, DATA: weights})), model, 5_000)
    check_mutants(load, zipped.pack({"m.onnx": model, DATA: weights}), 2_000, seed=1)
    entries = {"location": DATA, "offset": "0", "length": "48"}
    check_mutants(load, archive(entries), 1_500, seed=2)

    def from_folder(data: bytes) -> None:
        path.write_bytes(data)
        try:
            nn.load_model(path)
        except ValueError as error:
            check_sentence(error)

    (tmp_path / DATA).write_bytes(KERNEL.tobytes())
    check_mutants(from_folder, model_of(entries), 1_500, seed=3)

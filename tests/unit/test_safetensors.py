"""safetensors give the same network back, are read by their library, and are never believed."""

import json
from typing import Any

import numpy as np
import pytest
from safetensors import numpy as library

import nn
from nn import formats
from nn.formats.safetensors import METADATA, OUTLINE, dumps, loads
from nn.formats.weights import Training
from nn.layers import Dense
from nn.model import Sequential
from tests.unit.format_cases import (
    check_equal,
    check_mutants,
    check_refused,
    every_kind,
    load,
    random_networks,
)
from tests.unit.weights_files import named, network

VALID = dumps(named(), Training(2, 120, 0.75, {"optimizer": "sgd"}))


def parts(data: bytes = VALID) -> tuple[dict[str, Any], bytes]:
    size = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def made(header: Any, arrays: bytes = parts()[1]) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + arrays


def edited(name: str, key: str, value: Any) -> bytes:
    header, _ = parts()
    header[name][key] = value
    return made(header)


def test_any_network_comes_back_to_the_bit():
    for model in (every_kind(), *random_networks(60)):
        again, _ = loads(dumps(model))
        check_equal(again, model)
        # Scales are single precision once they have been loaded.
        assert dumps(loads(dumps(again))[0]) == dumps(again)


def test_columns_and_training_come_back():
    model, training = formats.loads(VALID)
    assert model.columns == named().columns
    assert (training.samples, training.settings) == (120, {"optimizer": "sgd"})


def test_the_library_reads_what_is_written():
    model = every_kind()
    found = library.load(dumps(model))
    views = [view for layer in model.layers for view in layer.views.values()]
    assert len(found) == len(views)
    for index, layer in enumerate(model.layers):
        for name, view in layer.views.items():
            assert np.array_equal(found[f"{index}.{name}"], view)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_what_the_library_writes_is_read(dtype):
    arrays = {name: array.astype(dtype) for name, array in library.load(VALID).items()}
    again = load(library.save(arrays, parts()[0][METADATA]))
    expected = [array.astype(np.float32) for array in arrays.values()]
    assert np.array_equal(np.sort(again.parameters), np.sort(np.concatenate(expected, axis=None)))


def without_outline(outline: Any) -> bytes:
    header, _ = parts()
    header[METADATA] = outline
    return made(header)


def with_layers(count: int) -> bytes:
    return without_outline({OUTLINE: json.dumps({"layers": [{}] * count})})


def edited_names(old: str, new: str) -> bytes:
    header, _ = parts()
    header[new] = header.pop(old)
    return made(header)


REFUSED = [
    (VALID[:5], "is cut short: it has 5 bytes"),
    (VALID[:50], "is cut short: it has 50 bytes, but its header alone should have"),
    ((2**63).to_bytes(8, "little") + b"{}", "is cut short: it has 10 bytes"),
    (VALID[:-1], "do not lie within the file"),
    (VALID + b"\0", "1 bytes at the end of the file belong to no tensor"),
    (made([]), "the header of the safetensors file must be an object"),
    (made({}), 'the architecture, "nn-weights" in its metadata, is missing'),
    (b"\1" + bytes(7) + b"{", "the header of the safetensors file is damaged: the file is"),
    (without_outline({"format": "pt"}), "the safetensors file has weights only"),
    (without_outline({OUTLINE: "{"}), "the architecture of the safetensors file is damaged"),
    (without_outline({OUTLINE: "\ud800"}), "not even text in UTF-8"),
    (without_outline({OUTLINE: "[]"}), "the architecture of the safetensors file must be an"),
    (without_outline({OUTLINE: "{}"}), "the tensor \"0.kernel\" belongs to no layer"),
    (with_layers(101), "there are 101 layers; up to 100 can be loaded"),
    (with_layers(2), 'expected "format": "nn-weights"'),
    (edited("0.kernel", "dtype", "BF16"), 'has the dtype "BF16"; expected one of: F16, F32, F64'),
    (edited("0.kernel", "dtype", ["F32"]), "has the dtype a list; expected one of"),
    (edited("0.kernel", "dtype", "F64"), "has 24 bytes; its shape needs 48"),
    (edited("0.kernel", "shape", [2, 3]), "the kernel of layer 1 has the shape [2, 3], expected"),
    (edited("0.kernel", "shape", [3, 2.0]), "a whole number from 1 to 2,000,000, found 2.0"),
    (edited("0.kernel", "shape", [2_000_000] * 8), "has 24 bytes; its shape needs 1024000"),
    (edited("0.kernel", "shape", [1] * 9), "must be a list of sizes"),
    (edited("0.kernel", "shape", [0, 2]), "must be a whole number from 1 to 2,000,000, found 0"),
    (edited("0.kernel", "data_offsets", [24, 0]), "do not lie within the file"),
    (edited("0.kernel", "data_offsets", [-4, 20]), "do not lie within the file"),
    (edited("0.kernel", "data_offsets", [0, 10**30]), "do not lie within the file"),
    (edited("0.kernel", "data_offsets", [False, 24]), "do not lie within the file"),
    (edited("0.kernel", "data_offsets", [0]), "do not lie within the file"),
    (edited("0.kernel", "data_offsets", [4, 28]), "tensors must neither overlap nor leave gaps"),
    (edited("0.bias", "data_offsets", [16, 24]), "tensors must neither overlap nor leave gaps"),
    (edited("0.bias", "more", 1), 'has "more", which is not known here'),
    (edited_names("0.bias", "7.bias"), "the tensor \"7.bias\" belongs to no layer"),
    (edited_names("0.bias", "00.bias"), "the tensor \"00.bias\" belongs to no layer"),
    (edited_names("0.bias", "0.bia"), "the bias of layer 1 is missing"),
    (made(parts()[0], b"\xff" * len(parts()[1])), "the kernel of layer 1 holds a number that is"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_wrong_is_named(data, message):
    assert message in check_refused(loads, data)


def test_a_name_twice_is_refused():
    size = int.from_bytes(VALID[:8], "little")
    text = VALID[8 : 8 + size].replace(b'"0.bias"', b'"1.bias"')
    assert "twice" in check_refused(loads, VALID[:8] + text + VALID[8 + size :])


def test_mutants_are_read_or_refused():
    check_mutants(loads, VALID, 7_000)
    check_mutants(load, dumps(every_kind()), 3_000)


# ---- by the name of the file, and by its content -----------------------------------------------


def test_the_suffix_says_how_a_model_is_written_and_its_content_how_it_is_read(tmp_path):
    model = named()
    model.save(tmp_path / "mine.SAFETENSORS")
    (tmp_path / "mine.SAFETENSORS").rename(tmp_path / "mine.json")
    check_equal(nn.load_model(tmp_path / "mine.json"), model)
    with pytest.raises(ValueError, match="unknown kind of file '.doc'; expected one of: .json, ."):
        model.save(tmp_path / "mine.doc")
    (tmp_path / "mine.json").write_bytes(VALID[:-1])
    with pytest.raises(ValueError, match="^mine.json: the offsets of"):
        nn.load_model(tmp_path / "mine.json")


def test_a_header_of_any_size_is_not_taken_for_json():
    for length in range(0x7A, 0x7D):
        text = b"{" + b" " * (length - 2) + b"}"
        data = length.to_bytes(8, "little") + text
        assert "has weights only" in check_refused(load, data)


def test_what_cannot_be_saved_is_refused():
    model = network([2, 1], ["sigmoid"])
    model.parameters[0] = np.inf
    with pytest.raises(ValueError, match="the weights are NaN or infinite"):
        dumps(model)

    class Own(Dense):
        pass

    own = Sequential([Own(1)])
    own.build(2, 1)
    with pytest.raises(ValueError, match="Own is not a layer kind of nn"):
        dumps(own)

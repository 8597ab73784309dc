"""Programs for PyTorch, and their weights: PyTorch runs them where it is installed."""

import ast
import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import numpy as library

import nn
from nn import formats
from nn.data.columns import Columns
from nn.formats.pytorch import beside, dumps, names_of
from nn.layers import BatchNormalization, Conv2D, Dense, Flatten
from nn.model import Sequential
from tests.unit.format_cases import (
    LAYERS,
    PICTURES,
    built,
    check_equal,
    check_mutants,
    check_refused,
    every_kind,
    inputs_for,
    load,
    preset_networks,
    random_networks,
)
from tests.unit.weights_files import named


def networks() -> list[Sequential]:
    alone = [built(Sequential([type(one)(**one.config())]), PICTURES) for one in LAYERS]
    flat = built(Sequential([BatchNormalization(), Dense(3)]), 4)
    rows = built(Sequential([BatchNormalization(), Dense(3)]), (5, 4))
    return [every_kind(), flat, rows, *alone, *random_networks(40), *preset_networks()]


def test_pytorch_predicts_equal_and_what_it_writes_is_read(tmp_path):
    torch = pytest.importorskip("torch")
    for number, model in enumerate(networks()):
        program = tmp_path / f"network{number}.py"
        model.save(program)
        module = imported(program)
        network = module.load()
        x = inputs_for(model)
        with torch.no_grad():
            found = network(torch.from_numpy(x)).numpy()
        expected = model.predict(x)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())
        module.save(network, tmp_path / "again.safetensors")
        check_equal(nn.load_model(tmp_path / "again.safetensors"), model)


def imported(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_program_names_the_weights_beside_it():
    """Without PyTorch: what has weights in the program has tensors of their shapes in the file."""
    for model in networks():
        text = dumps(model)
        compile(text, "network.py", "exec")
        state = library.load(beside(model))
        modules, buffers = made_in(text)
        for name, (kind, sizes, bias) in modules.items():
            shape = state[f"{name}.weight"].shape
            if kind == "Linear":
                assert shape == (sizes[1], sizes[0])
            elif kind == "Conv2d":
                assert shape == (sizes[1], sizes[0], *sizes[2])
            else:
                assert shape == (sizes[0],) and f"{name}.running_var" in state
            assert (f"{name}.bias" in state) == bias
        for name, shape in buffers.items():
            assert state[name].shape == shape
        assert {name.partition(".")[0] for name in state} == modules.keys() | buffers.keys()


def made_in(text: str) -> tuple[dict[str, tuple[str, list[Any], bool]], dict[str, tuple]]:
    """The modules with weights, with class, sizes and bias, and the shapes of buffers, by name."""
    modules, buffers = {}, {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            target, call = node.targets[0], node.value
            if isinstance(target, ast.Attribute) and isinstance(call.func, ast.Attribute):
                given = [ast.literal_eval(argument) for argument in call.args]
                bias = {one.arg: ast.literal_eval(one.value) for one in call.keywords}
                if call.func.attr != "Dropout":
                    modules[target.attr] = call.func.attr, given, bias.get("bias", True)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "self.register_buffer":
            name, zeros = node.args
            assert isinstance(zeros, ast.Call)
            shape = tuple(ast.literal_eval(argument) for argument in zeros.args)
            buffers[ast.literal_eval(name)] = shape
    return modules, buffers


def test_weights_have_pytorchs_axes():
    model = built(Sequential([Conv2D(3, (2, 1)), Flatten(), Dense(2)]), PICTURES)
    state = library.load(beside(model))
    kernel = model.layers[0].views["kernel"]
    assert state["conv2d.weight"][2, 1, 0, 0] == kernel[0, 0, 1, 2]
    assert np.array_equal(state["dense.weight"], model.layers[2].views["kernel"].T)
    assert names_of(model.layers) == ["conv2d", "flatten", "dense"]


def test_both_files_come_back_by_either(tmp_path):
    for model in (named(), every_kind(), *random_networks(10)):
        model.save(tmp_path / "mine.py")
        written = sorted(path.name for path in tmp_path.iterdir())
        assert written == ["mine.py", "mine.torch.safetensors"]
        check_equal(nn.load_model(tmp_path / "mine.torch.safetensors"), model)
        check_equal(nn.load_model(tmp_path / "mine.py"), model)
        name, archive = formats.one_file(model, "mine.py")
        assert name == "mine.py.zip"
        check_equal(load(archive), model)
    assert nn.load_model(tmp_path / "mine.py").columns == model.columns


def test_names_of_classes_are_a_text_in_the_program():
    model = built(Sequential([Dense(2)]), 2)
    model.columns = Columns.plain(("a", "b"), "kind", ('"""', "x'\n\"é"))
    found = next(
        node for node in ast.parse(dumps(model)).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CLASSES"
    )  # fmt: skip
    assert ast.literal_eval(found.value) == ['"""', "x'\n\"é"]


def test_a_layer_that_is_not_written_is_refused_by_its_name(monkeypatch):
    monkeypatch.delitem(formats.pytorch_program._WRITERS, Dense)
    with pytest.raises(ValueError, match="layer dense, Dense, cannot be written for PyTorch here"):
        dumps(named())


VALID = beside(named())


def edited(change: Any) -> bytes:
    size = int.from_bytes(VALID[:8], "little")
    header = json.loads(VALID[8 : 8 + size])
    change(header)
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + VALID[8 + size :]


def renamed(before: str, after: str) -> bytes:
    return edited(lambda header: header.update({after: header.pop(before)}))


REFUSED = [
    (dumps(named()).encode(), "this is a program for PyTorch: open its weights, ...torch.safetens"),
    (renamed("dense.weight", "lin.weight"), 'the tensor "dense.weight" is missing'),
    (edited(lambda header: header["dense.weight"].update(shape=[6])), "has 1 axes"),
    (edited(lambda header: header["dense.weight"].update(shape=[3, 2])), "has the shape [2, 3]"),
    (edited(lambda header: header["__metadata__"].pop("nn-weights")), "the architecture, "),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_wrong_is_named(data, message):
    assert message.replace("...torch", "....torch") in check_refused(load, data)


def test_mutants_are_read_or_refused():
    check_mutants(load, VALID, 8_000)
    check_mutants(load, formats.one_file(named(), "mine.py")[1], 2_000, seed=1)

"""Networks for sequences as programs for PyTorch: it runs them where it is installed."""

import ast
import json
from typing import Any

import numpy as np
import pytest
from safetensors import numpy as library

import nn
from nn.activations import named
from nn.formats.pytorch import beside, dumps, names_of
from nn.layers import GRU, LSTM, Conv1D, Dense, GlobalMaxPooling1D, SimpleRNN
from nn.model import Sequential
from tests.unit.format_cases import check_mutants, check_refused, load
from tests.unit.sequence_cases import (
    ATTENTION,
    BODIES,
    check_same,
    of_letters,
    of_numbers,
    sequence_networks,
    steps_for,
)
from tests.unit.test_pytorch import imported


def networks() -> list[Sequential]:
    several = [
        of_numbers([GRU(3), Dense(4, activation=named("softmax(3)+linear(1)"))]),
        of_numbers([Conv1D(5, 2, activation=named("leaky_relu(2)+sigmoid(3)"))]),
    ]
    several += [of_letters(body) for body in ATTENTION]
    return [*sequence_networks(), of_letters([LSTM(2, True)], dtype="float64"), *several]


def test_pytorch_predicts_equal_and_what_it_writes_is_read(tmp_path):
    torch = pytest.importorskip("torch")
    for number, model in enumerate(networks()):
        program = tmp_path / f"network{number}.py"
        model.save(program)
        module = imported(program)
        network = module.load()
        x = steps_for(model)
        with torch.no_grad():
            found = network(torch.from_numpy(x)).numpy()
        np.testing.assert_allclose(found, model.predict(x), rtol=1e-4, atol=1e-5)
        module.save(network, tmp_path / "again.safetensors")
        check_same(nn.load_model(tmp_path / "again.safetensors"), model)


def test_both_files_come_back(tmp_path):
    for model in networks():
        model.save(tmp_path / "mine.py")
        check_same(nn.load_model(tmp_path / "mine.py"), model)


SHAPES: dict[str, Any] = {
    "Embedding": lambda things, width: {"weight": (things, width)},
    "LayerNorm": lambda features: {"weight": (features,), "bias": (features,)},
    "Linear": lambda given, units: {"weight": (units, given), "bias": (units,)},
    "Conv1d": lambda given, filters, size, _: {
        "weight": (filters, given, size), "bias": (filters,)
    },
    "Dropout": lambda rate: {},
}  # fmt: skip


def recurrent(given: int, units: int, gates: int) -> dict[str, tuple[int, ...]]:
    rows = gates * units
    kernels = {"weight_ih_l0": (rows, given), "weight_hh_l0": (rows, units)}
    return {**kernels, "bias_ih_l0": (rows,), "bias_hh_l0": (rows,)}


GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def test_the_program_names_the_weights_beside_it():
    """Without PyTorch: the file has the tensors that the program's modules have, and no others."""
    for model in networks():
        expected = {}
        for node in ast.walk(ast.parse(dumps(model))):
            if not isinstance(node, ast.Assign) or ast.unparse(node.targets[0])[:5] != "self.":
                continue
            assert isinstance(node.value, ast.Call)
            kind = ast.unparse(node.value.func).removeprefix("nn.")
            sizes = [ast.literal_eval(argument) for argument in node.value.args]
            more = {one.arg: ast.literal_eval(one.value) for one in node.value.keywords}
            if kind in GATES:
                assert more == {"batch_first": True}
                shapes = recurrent(*sizes, GATES[kind])
            else:
                shapes = SHAPES[kind](*sizes)
            name = ast.unparse(node.targets[0]).removeprefix("self.")
            expected |= {f"{name}.{weight}": shape for weight, shape in shapes.items()}
        found = {name: array.shape for name, array in library.load(beside(model)).items()}
        buffers = {name for name in found if "scal" in name}
        assert {name: shape for name, shape in found.items() if name not in buffers} == expected


def test_weights_have_pytorchs_gates_and_axes():
    model = of_numbers([GRU(2, True), LSTM(3, True), SimpleRNN(4, True), Conv1D(2, 3)])
    gru, lstm, _, conv = model.layers
    state = library.load(beside(model))
    assert names_of(model.layers) == ["gru", "lstm", "simple_rnn", "conv1d"]
    # The reset gate is the first one there, and the second here.
    assert np.array_equal(state["gru.weight_ih_l0"][:2], gru.kernel[:, 2:4].T)
    assert np.array_equal(state["gru.bias_hh_l0"][2:4], gru.bias[1, :2])
    assert np.array_equal(state["lstm.weight_hh_l0"], lstm.recurrent_kernel.T)
    assert not state["lstm.bias_hh_l0"].any()
    assert state["conv1d.weight"][1, 3, 2] == conv.kernel[2, 3, 1]


def test_what_pytorch_trains_further_has_two_biases():
    model = of_numbers([LSTM(3), Dense(2)])
    state = library.load(beside(model))
    state["lstm.bias_hh_l0"] = np.ones(12, np.float32)
    size = int.from_bytes(beside(model)[:8], "little")
    metadata = json.loads(beside(model)[8 : 8 + size])["__metadata__"]
    again = load(library.save(state, metadata))
    assert np.array_equal(again.layers[0].bias, model.layers[0].bias + 1)
    assert np.array_equal(again.layers[1].kernel, model.layers[1].kernel)

    cut = {**state, "lstm.weight_hh_l0": np.ones((12, 2), np.float32)}
    message = check_refused(load, library.save(cut, metadata))
    assert message == "weight_hh_l0 has the shape [12, 2], expected [12, 3]"
    del state["lstm.bias_ih_l0"]
    message = check_refused(load, library.save(state, metadata))
    assert message == 'the tensor "lstm.bias_ih_l0" is missing'


def test_what_pytorch_has_not_is_refused_by_name():
    with pytest.raises(ValueError, match="GRU after an Embedding with mask_zero cannot be written"):
        dumps(of_letters([GRU(3, True)], mask_zero=True))
    assert "Embedding(7, 4)" in dumps(of_letters([GlobalMaxPooling1D()], mask_zero=True))


def test_attention_that_does_not_fit_is_named():
    model = of_letters(ATTENTION[1])
    state = library.load(beside(model))
    size = int.from_bytes(beside(model)[:8], "little")
    metadata = json.loads(beside(model)[8 : 8 + size])["__metadata__"]
    kernel = model.layers[2].query_kernel
    assert np.array_equal(state["multi_head_attention_query.weight"], kernel.reshape(4, 6).T)
    cut = {**state, "multi_head_attention_query.weight": np.ones((4, 6), np.float32)}
    message = check_refused(load, library.save(cut, metadata))
    assert message == "multi_head_attention_query.weight has the shape [4, 6], expected [6, 4]"
    del state["position_embedding.weight"]
    message = check_refused(load, library.save(state, metadata))
    assert message == 'the tensor "position_embedding.weight" is missing'


def test_mutants_are_read_or_refused():
    check_mutants(load, beside(of_letters(BODIES[2])), 6_000)
    check_mutants(load, beside(of_letters(ATTENTION[3])), 4_000, seed=1)

"""Networks in ONNX: the checker is content, ONNX Runtime answers as nn does, and they come back."""

import numpy as np
import onnx
import onnxruntime
import pytest

from nn.formats import onnx_model, onnx_writer
from nn.formats.onnx import dumps, loads
from nn.formats.weights import Training
from nn.layers import (
    Activation,
    Dropout,
    Rescaling,
)
from nn.model import Sequential
from tests.unit.format_cases import (
    LAYERS,
    PICTURES,
    built,
    check_equal,
    check_mutants,
    every_kind,
    inputs_for,
    load,
    preset_networks,
    random_networks,
)
from tests.unit.weights_files import named


def run(data: bytes, x: np.ndarray) -> np.ndarray:
    """What ONNX Runtime answers."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    found: np.ndarray = session.run(None, {given.name: x})[0]
    return found


def check_written(model: Sequential) -> bytes:
    """The checker finds nothing, and the answers are those of nn."""
    data = dumps(model)
    onnx.checker.check_model(data, full_check=True)
    x = inputs_for(model)
    expected = model.predict(x)
    found = run(data, x)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(
        found, expected, rtol=1e-5, atol=1e-5 * max(1, np.abs(expected).max())
    )
    return data


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_layer_of_any_kind_answers_the_same(layer, dtype):
    again = type(layer)(**layer.config())
    model = built(Sequential([again], Rescaling(1 / 255), dtype), PICTURES)
    data = check_written(model)
    if type(layer) is not Dropout:
        check_equal(load(data), model)


def test_a_network_of_every_kind_answers_the_same():
    model = every_kind()
    again = load(check_written(model))
    check_equal(again, model)
    kinds = [type(layer) for layer in model.layers if not isinstance(layer, Dropout)]
    kinds.remove(Activation)
    assert onnx_writer.WRITERS.keys() >= {type(layer) for layer in LAYERS}
    assert [type(layer) for layer in again.layers if not isinstance(layer, Activation)] == kinds


def test_any_network_answers_the_same_and_comes_back():
    for model in random_networks(40):
        again = load(check_written(model))
        assert again.parameters.size == model.parameters.size
        x = inputs_for(model)
        np.testing.assert_allclose(again.predict(x), model.predict(x), rtol=1e-5, atol=1e-6)


def test_the_presets_of_the_labs_answer_the_same_and_come_back():
    for model in preset_networks():
        again = load(check_written(model))
        check_equal(again, model)
        assert again.columns == model.columns
        assert (again.loss, again.target_range) == (model.loss, model.target_range)


def test_what_a_network_has_been_through_comes_back():
    training = Training(2, 120, 0.75, {"optimizer": "sgd"})
    model, found = loads(dumps(named(), training))
    assert (found, model.columns) == (training, named().columns)


def test_what_onnx_has_no_operators_for_is_refused(monkeypatch):
    monkeypatch.delitem(onnx_writer.WRITERS, Dropout)
    with pytest.raises(ValueError, match="layer 6, Dropout, cannot be written as ONNX"):
        dumps(every_kind())


def test_the_operators_are_the_current_ones():
    used = {node.op for node in onnx_model.loads(dumps(every_kind())).nodes} | {"GlobalAveragePool"}
    versions = {onnx.defs.get_schema(op).since_version for op in used}
    assert max(versions) == onnx_model.OPSET
    table = {opset: ir for _, ir, opset, *_ in onnx.helper.VERSION_TABLE}
    assert table[onnx_model.OPSET] == onnx_model.IR_VERSION


def test_mutants_are_read_or_refused():
    check_mutants(load, dumps(named()), 6_000)
    check_mutants(loads, dumps(every_kind()), 4_000, seed=1)

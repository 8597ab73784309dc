"""Shapes, orders of axes and padding in ONNX files, as exporters of other tools have them."""

import numpy as np
import pytest
from onnx import TensorProto

from nn.formats.onnx import loads
from tests.unit.format_cases import check_refused
from tests.unit.test_onnx import run
from tests.unit.test_onnx_exporters import STEPS, UNITS, Chain, check_read, linear
from tests.unit.test_onnx_of_others import made, random


def test_an_lstm_of_the_newer_exporter():
    """With an axis for directions that is turned, and then dropped with a shape worked out."""
    add = Chain()
    count = add("Shape", "x", start=0, end=1)
    sizes = add("Concat", np.array([1]), count, np.array([UNITS]), axis=0)
    zeros = add("Expand", np.array(0.0), sizes)
    zeros = add("Slice", zeros, np.array([0]), np.array([1]), np.array([0]))
    weights = (random(1, 16, 3), random(1, 16, UNITS), random(1, 32))
    steps = add("Transpose", "x", perm=(1, 0, 2))
    y = add("LSTM", steps, *weights, "", zeros, zeros, hidden_size=UNITS)
    y = add("Transpose", y, perm=(0, 2, 1, 3))
    shape = add("Shape", y)
    parts = [add("Slice", shape, np.array([i]), np.array([i + 1])) for i in range(4)]
    last = add("Reshape", add("Mul", parts[2], parts[3]), np.array([-1]))
    y = add("Reshape", y, add("Concat", parts[0], parts[1], last, axis=0))
    y = add("Gather", add("Transpose", y, perm=(1, 0, 2)), np.array(-1), axis=1)
    check_read(add.file(y, STEPS, 3), "LSTM")


def test_the_last_step_may_be_a_slice():
    """As PyTorch has it for version 9, which has a Slice without inputs."""
    add = Chain()
    steps = add("Transpose", "x", perm=(1, 0, 2))
    y = add("RNN", steps, random(1, 4, 3), random(1, 4, 4), hidden_size=4)
    y = add("Transpose", add("Squeeze", y, axes=[1]), perm=(1, 0, 2))
    y = add("Squeeze", add("Slice", y, axes=[1], starts=[-1], ends=[2**31]), axes=[1])
    check_read(add.file(y, STEPS, 3, opset=9), "SimpleRNN")
    add = Chain()
    steps = add("Transpose", "x", perm=(1, 0, 2))
    y = add("RNN", steps, random(1, 4, 3), random(1, 4, 4), hidden_size=4)
    y = add("Slice", add("Squeeze", y, axes=[1]), axes=[0], starts=[-1], ends=[2**31])
    check_read(add.file(add("Squeeze", y, axes=[0]), STEPS, 3, opset=9), "SimpleRNN")


def test_one_output_may_be_a_number_and_no_row():
    add = Chain()
    data = add.file(add("Squeeze", linear(add, "x", 4, 1), np.array([-1])), 4)
    model, _ = loads(data)
    x = random(5, 4)
    np.testing.assert_allclose(model.predict(x)[:, 0], run(data, x), rtol=1e-4, atol=1e-5)


def test_sequences_whose_features_come_first_are_turned():
    add = Chain()
    steps = add("Transpose", add("Transpose", "x", perm=(0, 2, 1)), perm=(1, 0, 2))
    y = add("RNN", steps, random(1, 4, 3), random(1, 4, 4), hidden_size=4)
    y = add("Transpose", add("Squeeze", y, np.array([1])), perm=(1, 0, 2))
    model = check_read(add.file(y, 3, STEPS), "SimpleRNN", shape=(3, STEPS))
    assert model.input_shape == (STEPS, 3)


def test_rows_that_are_looked_up_may_be_counted_from_the_end():
    """As Keras has it, of inputs that are floats."""
    add = Chain()
    rows = add("Cast", "x", to=TensorProto.INT64)
    below = add("Less", rows, np.array(0))
    rows = add("Where", below, add("Add", rows, np.array(9)), rows)
    looked_up = add("Gather", random(9, 3), rows)
    data = add.file(linear(add, looked_up, 3, 2), STEPS)
    model, _ = loads(data)
    assert [type(layer).__name__ for layer in model.layers] == ["Embedding", "Dense"]
    x = np.random.default_rng(0).integers(0, 9, (4, STEPS)).astype("f4")
    np.testing.assert_allclose(model.predict(x), run(data, x), rtol=1e-4, atol=1e-5)
    add.constants["constant_1"] = np.array(8)
    message = check_refused(loads, add.file(looked_up, STEPS))
    assert "it counts rows from another end than that of an Embedding" in message


@pytest.mark.parametrize(
    ("size", "kernel", "strides", "pads"),
    [
        ((8, 7), (3, 3), (2, 2), (1, 1, 1, 1)),
        ((8, 6), (5, 3), (2, 2), (2, 1, 2, 1)),
        ((8, 8), (3, 3), (2, 2), (0, 0, 1, 1)),
        ((8, 8), (4, 4), (2, 2), (1, 1, 1, 1)),
        ((6, 8), (1, 3), (1, 2), (0, 1, 0, 1)),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_padding_alike_on_both_sides_with_strides(size, kernel, strides, pads, apart):
    """It is none of nn's: a wider kernel, in which zeros stand, begins where that begins."""
    add = Chain()
    weights, given, own = random(3, 2, *kernel), "x", {"pads": pads}
    if apart:
        around = np.array([0, 0, *pads[:2], 0, 0, *pads[2:]])
        given, own = add("Pad", "x", around, np.array(0.0), mode="constant"), {}
    y = add("Flatten", add("Conv", given, weights, random(3), strides=strides, **own))
    rows = [(n + pads[i] + pads[i + 2] - kernel[i]) // strides[i] + 1 for i, n in enumerate(size)]
    y = add("Gemm", y, random(2, 3 * rows[0] * rows[1]), transB=1)
    check_read(add.file(y, 2, *size), "Conv2D", "Flatten", "Dense", shape=(2, *size))


@pytest.mark.parametrize(
    ("steps", "size", "pads"), [(8, 5, (2, 2)), (8, 3, (1, 1)), (7, 3, (1, 1))]
)
def test_padding_alike_on_both_sides_with_strides_along_sequences(steps, size, pads):
    add = Chain()
    y = add("Conv", "x", random(4, 3, size), random(4), strides=[2], pads=pads)
    y = add("Transpose", y, perm=(0, 2, 1))
    check_read(add.file(y, 3, steps), "Conv1D", shape=(3, steps))


def test_padding_before_a_convolution_along_sequences():
    """As Keras pads "causal": before the channels come first."""
    add = Chain()
    padded = add("Pad", "x", np.array([0, 2, 0, 0, 0, 0]))
    turned = add("Transpose", padded, perm=(0, 2, 1))
    y = add("Transpose", add("Conv", turned, random(4, 3, 3)), perm=(0, 2, 1))
    y = add("Add", y, random(1, 1, 4))
    model = check_read(add.file(y, 7, 3), "Conv1D")
    assert model.layers[0].config()["padding"] == "causal"


def test_padding_with_what_stands_at_the_edge_is_that_of_the_largest():
    add = Chain()
    padded = add("Pad", "x", np.array([0, 0, 1, 0, 0, 0, 1, 1]), mode="edge")
    y = add("MaxPool", padded, kernel_shape=[3, 3], strides=[2, 2])
    y = add("Gemm", add("Flatten", y), random(2, 2 * 5 * 4), transB=1)
    check_read(add.file(y, 2, 9, 8), "MaxPooling2D", "Flatten", "Dense", shape=(2, 9, 8))
    for node in add.nodes[1:2]:
        node.op_type = "AveragePool"
    message = check_refused(loads, add.file(y, 2, 9, 8))
    assert "node 2, 'AveragePool': nn has padding as part of a convolution" in message


def test_the_largest_of_all_steps_with_an_axis_for_the_time_being():
    add = Chain()
    y = add("Unsqueeze", add("Conv", "x", random(4, 3, 3)), np.array([-2]))
    y = add("ReduceMax", y, np.array([-2, -1]), keepdims=1)
    y = add("Reshape", add("Squeeze", y, np.array([-2])), np.array([-1, 4]), allowzero=1)
    check_read(add.file(y, 3, 7), "Conv1D", "GlobalMaxPooling1D", shape=(3, 7))


@pytest.mark.parametrize("op", ["Unsqueeze", "Reshape"])
def test_pictures_without_channels_are_given_one(op):
    add = Chain()
    given = np.array([1]) if op == "Unsqueeze" else np.array([-1, 1, 4, 6])
    y = add("Flatten", add("Conv", add(op, "x", given), random(2, 1, 3, 3)))
    y = add("Gemm", y, random(16, 3))
    model, _ = loads(add.file(y, 4, 6))
    assert model.input_shape == (4, 6, 1)
    x = random(4, 4, 6)
    expected = run(add.file(y, 4, 6), x)
    np.testing.assert_allclose(model.predict(x[..., np.newaxis]), expected, rtol=1e-4, atol=1e-5)


def test_a_softmax_of_version_9_may_be_on_the_last_axis():
    data = made((5, 4), ("MatMul", "w"), ("Softmax", {"axis": 2}), opset=9, w=random(4, 3))
    check_read(data, "Dense")


# ---- what nn has not ---------------------------------------------------------------------------


def of_samples() -> bytes:
    """Something divided by how many samples there are."""
    add = Chain()
    count = add("Cast", add("Shape", "x", start=0, end=1), to=TensorProto.FLOAT)
    return add.file(add("Div", "x", count), 3)


def gated() -> bytes:
    add = Chain()
    x = linear(add, "x", 3, 4)
    return add.file(add("Mul", x, add("Sigmoid", x)), 3)


def projected() -> bytes:
    add = Chain()
    weights = (random(1, 8, 3), random(1, 8, 2), random(1, 16))
    zeros = (np.zeros((1, 1, 2)), np.zeros((1, 1, 4)))
    steps = add("Transpose", "x", perm=(1, 0, 2))
    return add.file(add("LSTM", steps, *weights, "", *zeros, hidden_size=2), STEPS, 3)


REFUSED = [
    (of_samples(), "its constant is another for another number of samples"),
    (gated(), "'Mul': nn has no layer for it: with the Sigmoid before, it is SiLU"),
    (projected(), "its states have other sizes: nn has no projection of them"),
    (made((3,), ("Erf",)), "'Erf': nn has no layer for it, which is part of GELU"),
    (made((3,), ("LogSoftmax",)), "export the network with Softmax, or without"),
    (made((3,), ("Relu",), ("Clip", "a", "b"), a=np.float32(0), b=np.float32(6)), "has no layer"),
    (made((2, 5, 5), ("Pad", "p"), ("Relu",), ("Conv", "k"), p=np.array([0, 0, 1, 1] * 2),
          k=random(2, 2, 3, 3)), "'Relu': nn has padding as part of a convolution"),
    (made((2, 5, 5), ("Pad", "p"), p=np.array([0, 1, 1, 1] * 2)), "nn pads pictures and sequences"),
    (made((2, 5, 5), ("Pad", "p", {"mode": "reflect"}), ("Conv", "k"),
          p=np.array([0, 0, 1, 1] * 2), k=random(2, 2, 3, 3)), "nn pads with zeros only"),
    (made((5, 3), ("Slice", "a", "b", "c"), a=np.array([0]), b=np.array([1]), c=np.array([1])),
     "for the last step that a recurrent layer gives only"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_nn_has_not_is_named(data, message):
    assert message in check_refused(loads, data)

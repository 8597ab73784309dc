"""ONNX files as other tools write them: read where their operators are layers in a row."""

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from nn.formats.onnx import loads
from tests.unit.format_cases import check_refused
from tests.unit.test_onnx import run

RNG = np.random.default_rng(0)


def made(shape: Any, *nodes: Any, opset: int = 18, **constants: Any) -> bytes:
    """A file: each node is its operator, its constants by name and its attributes.

    What comes in is the node's first input; where "x" is among its constants, it stands there.
    """
    found = []
    for number, (op, *names) in enumerate(nodes):
        attributes = names.pop() if names and isinstance(names[-1], dict) else {}
        current = f"t{number}"
        inputs = [current if name == "x" else name for name in names]
        if current not in inputs:
            inputs = [current, *inputs]
        found.append(helper.make_node(op, inputs, [f"t{number + 1}"], **attributes))
    given = helper.make_tensor_value_info("t0", TensorProto.FLOAT, shape and ["n", *shape])
    result = helper.make_tensor_value_info(f"t{len(nodes)}", TensorProto.FLOAT, None)
    tensors = [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()]
    graph = helper.make_graph(found, "main", [given], [result], tensors)
    opsets = [helper.make_opsetid("", opset)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="pytorch")
    return bytes(model.SerializeToString())


def random(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def normal(channels: int) -> dict[str, np.ndarray]:
    return {
        "gamma": random(channels),
        "beta": random(channels),
        "mean": random(channels),
        "variance": np.abs(random(channels)) + 0.5,
    }


def check_same(data: bytes, *kinds: str, batch: int = 3) -> None:
    """nn's answers, for pictures with their channels last, are those of ONNX Runtime."""
    model, _ = loads(data)
    assert [type(layer).__name__ for layer in model.layers] == list(kinds)
    (given,) = onnx.load_from_string(data).graph.input
    shape = [dim.dim_value for dim in given.type.tensor_type.shape.dim][1:]
    x = random(batch, *shape)
    expected = run(data, x)
    turned = x
    if tuple(shape) != model.input_shape and len(shape) == len(model.input_shape):
        turned = np.moveaxis(x, 1, -1)
    found = model.predict(turned.reshape(batch, *model.input_shape))
    if found.shape != expected.shape:
        expected = np.moveaxis(expected, 1, -1)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


CONV = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [1, 1], "group": 1}
POOL = {"kernel_shape": [2, 2], "strides": [2, 2]}


@pytest.mark.parametrize("flatten", [("Flatten",), ("Reshape", "rows")])
def test_a_convolutional_network_of_pytorch(flatten):
    data = made(
        (2, 8, 6),
        ("Conv", "k1", "b1", CONV | {"dilations": [1, 1]}),
        ("BatchNormalization", "gamma", "beta", "mean", "variance", {"epsilon": 1e-5}),
        ("Relu",),
        ("MaxPool", POOL | {"ceil_mode": 0}),
        ("Conv", "k2", {"kernel_shape": [2, 2]}),
        ("Sigmoid",),
        ("AveragePool", POOL | {"strides": [1, 1], "count_include_pad": 1}),
        flatten,
        ("Gemm", "w1", "c1", {"transB": 1, "alpha": 1.0, "beta": 1.0}),
        ("Tanh",),
        ("Gemm", "w2", "c2", {"transB": 1}),
        ("Softmax", {"axis": 1}),
        k1=random(4, 2, 3, 3), b1=random(4), k2=random(3, 4, 2, 2), **normal(4),
        rows=np.array([-1, 6]), w1=random(5, 6), c1=random(5), w2=random(3, 5), c2=random(3),
    )  # fmt: skip
    check_same(
        data, "Conv2D", "BatchNormalization", "Activation", "MaxPooling2D", "Conv2D",
        "AveragePooling2D", "Flatten", "Dense", "Dense",
    )  # fmt: skip


@pytest.mark.parametrize("batch", [-1, 0])
def test_what_is_done_to_a_row_of_pictures_is_put_into_order(batch):
    data = made(
        (2, 3, 2),
        ("Conv", "k", {"kernel_shape": [1, 1]}),
        ("Reshape", "rows"),
        ("Mul", "scale"),
        ("BatchNormalization", "gamma", "beta", "mean", "variance"),
        ("Dropout",),
        ("Softmax",),
        ("Gemm", "w"),
        k=random(2, 2, 1, 1), rows=np.array([batch, 12]), scale=random(12), **normal(12),
        w=random(12, 2),
    )  # fmt: skip
    kinds = ("Conv2D", "Flatten", "Rescaling", "BatchNormalization", "Activation", "Dense")
    check_same(data, *kinds)


def test_a_convolutional_network_of_keras():
    first, last = {"perm": [0, 3, 1, 2]}, {"perm": [0, 2, 3, 1]}
    data = made(
        (9, 7, 2),
        ("Cast", {"to": TensorProto.FLOAT}),
        ("Mul", "scale"),
        ("Sub", "mean"),
        ("Transpose", first),
        ("Conv", "k1", {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ("Add", "b1"),
        ("LeakyRelu", {"alpha": 0.2}),
        ("MaxPool", POOL | {"auto_pad": "VALID"}),
        ("Transpose", last),
        ("Reshape", "rows"),
        ("MatMul", "w1"),
        ("Add", "c1"),
        ("Relu",),
        ("MatMul", "w2"),
        ("Softmax", {"axis": -1}),
        scale=np.float32(0.5), mean=random(2), k1=random(4, 2, 3, 3), b1=random(1, 4, 1, 1),
        rows=np.array([-1, 16]), w1=random(16, 5), c1=random(5), w2=random(5, 3),
    )  # fmt: skip
    check_same(data, "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dense")


@pytest.mark.parametrize(
    "mean",
    [
        [("GlobalAveragePool",), ("Flatten",)],
        [("GlobalAveragePool",), ("Relu",), ("Squeeze", "axes")],
        [("GlobalAveragePool",), ("Add", "each"), ("Reshape", "rows")],
        [("GlobalAveragePool",), ("Softmax", {"axis": 1}), ("Transpose", {"perm": [0, 2, 3, 1]}),
         ("Reshape", "rows")],
        [("ReduceMean", "axes"), ("Flatten",)],
        [("ReduceMean", "axes", {"keepdims": 0})],
        [("Transpose", {"perm": [0, 2, 3, 1]}), ("ReduceMean", "other", {"keepdims": 0})],
        [("Transpose", {"perm": [0, 2, 3, 1]}), ("ReduceMean", "other"), ("Reshape", "rows")],
    ],
)  # fmt: skip
def test_a_mean_over_pictures_however_it_is_written(mean):
    data = made(
        (2, 5, 6), ("Conv", "k", {"kernel_shape": [3, 3]}), *mean, ("Gemm", "w"),
        k=random(3, 2, 3, 3), axes=np.array([2, 3]), other=np.array([1, 2]), w=random(3, 2),
        rows=np.array([-1, 3]), each=random(3, 1, 1),
    )  # fmt: skip
    _, *kinds = (type(layer).__name__ for layer in loads(data)[0].layers)
    assert kinds[0] == "GlobalAveragePooling2D" and kinds[-1] == "Dense"
    check_same(data, "Conv2D", *kinds)


def test_rows_that_are_made_pictures_at_once_are_pictures():
    data = made(
        (24,), ("Div", "scale"), ("Reshape", "picture"), ("Conv", "k"), ("Relu",), ("Flatten",),
        ("MatMul", "w"),
        scale=np.float32(255), picture=np.array([-1, 1, 4, 6]), k=random(2, 1, 2, 2),
        w=random(30, 2),
    )  # fmt: skip
    model, _ = loads(data)
    assert model.input_shape == (4, 6, 1)
    check_same(data, "Conv2D", "Flatten", "Dense")


def test_pictures_that_are_rows_at_once_keep_their_order():
    data = made((2, 3, 4), ("Flatten",), ("Gemm", "w"), w=random(24, 3))
    assert loads(data)[0].input_shape == (2, 3, 4)
    check_same(data, "Flatten", "Dense")


def test_arithmetic_of_constants():
    data = made(
        (4,), ("Sub", "one", "x"), ("Add", "one"), ("Div", "two"), ("Sub", "two"),
        ("Sub", "ones", "x"),
        one=np.float32(1), two=random(4) + 4, ones=random(1, 4),
    )  # fmt: skip
    check_same(data, "Rescaling", "Rescaling", "Rescaling")


def test_constants_may_be_nodes_and_be_worked_out():
    data = made(
        (4,), ("Gemm", "w"), ("Softmax",), opset=11, w=random(3, 4)
    )  # fmt: skip
    model = onnx.load_from_string(data)
    (tensor,) = model.graph.initializer
    del model.graph.initializer[:]
    nodes = [
        helper.make_node("Constant", [], ["v"], value=tensor),
        helper.make_node("Transpose", ["v"], ["u"], perm=[1, 0]),
        helper.make_node("Identity", ["u"], ["w"]),
    ]
    for node in reversed(nodes):
        model.graph.node.insert(0, node)
    check_same(model.SerializeToString(), "Dense")


def test_a_shape_may_be_worked_out():
    """As PyTorch writes x.view(x.size(0), -1)."""
    shape = numpy_helper.from_array(np.array([-1]), "rest")
    data = made(
        (2, 3, 4), ("Conv", "k"), ("Reshape", "rows"), ("Gemm", "w"),
        k=random(2, 2, 2, 2), zero=np.array(0), w=random(12, 3), axes=np.array([0]),
    )  # fmt: skip
    model = onnx.load_from_string(data)
    model.graph.initializer.append(shape)
    nodes = [
        helper.make_node("Shape", ["t1"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["count"], axis=0),
        helper.make_node("Unsqueeze", ["count", "axes"], ["counts"]),
        helper.make_node("Concat", ["counts", "rest"], ["rows"], axis=0),
    ]
    for node in reversed(nodes):
        model.graph.node.insert(1, node)
    check_same(model.SerializeToString(), "Conv2D", "Flatten", "Dense")
    model.graph.node[2].attribute[0].i = 1
    assert "node 3, 'Gather': its axis is 1" in check_refused(loads, model.SerializeToString())


def test_numbers_need_not_be_raw_bytes():
    data = made((2,), ("Gemm", "w", "c"), w=random(2, 2), c=np.float16([1, 2]).astype("f4"))
    model = onnx.load_from_string(data)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor).ravel().tolist()
        tensor.ClearField("raw_data")
        tensor.float_data.extend(values)
    check_same(model.SerializeToString(), "Dense")


# ---- what nn has not ---------------------------------------------------------------------------

W = {"w": random(3, 2)}
K = {"k": random(2, 2, 3, 3)}

REFUSED = [
    (made((3,), ("Gelu",), opset=20), "node 1, 'Gelu': nn has no layer for it"),
    (made((3,), ("Concat", "w", "v"), w=random(2), v=random(1)), "it in the arithmetic of"),
    (made(None, ("Relu",)), "does not say the shape of its input"),
    (made(("a",), ("Relu",)), "does not say the shape of its input"),
    (made((3_000_000,), ("Relu",)), "the input's shape must be a whole number from 1 to 2,000,000"),
    (made((3000, 3000), ("Relu",)), "a sample has more than 2,000,000 numbers"),
    (made((4,), ("Gemm", "w"), **W), "node 1, 'Gemm': it takes 3 inputs, but 4 come to it"),
    (made((3,), ("Gemm", "w", {"alpha": 2.0}), **W), "its alpha is 2.0; layers of nn have 1.0"),
    (made((3,), ("Add", "x", "x")), "the network branches here, and those of nn are layers"),
    (made((3,), ("LeakyRelu",)), "its slope is not 0.2, which leaky_relu has in nn"),
    (made((3,), ("Div", "w", "x"), w=random(3)), "it divides by what is no constant, or by zero"),
    (made((2, 5, 5), ("Conv", "k", {"group": 2}), **K), "its group is 2; layers of nn have 1"),
    (made((2, 5, 5), ("Conv", "k", {"dilations": [2, 1]}), **K), "its dilations is (2, 1); layers"),
    (made((2, 5, 5), ("Conv", "k", {"pads": [2, 2, 2, 2]}), **K),
     'its padding (2, 2, 2, 2) is not "valid", nor "same", which is (1, 1, 1, 1)'),
    (made((2, 5, 5), ("Conv", "k", {"auto_pad": "SAME_LOWER"}), **K), "its padding 'SAME_LOWER'"),
    (made((2, 5), ("MaxPool", {"kernel_shape": [2]})), "nn has it for pictures only"),
    (made((3, 5, 5), ("Conv", "k"), **K), "its kernel does not fit what comes to it"),
    (made((2, 5, 5), ("MaxPool", {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1})),
     "its ceil_mode gives more than the pooling of nn"),
    (made((2, 5, 5), ("AveragePool", {**POOL, "pads": [0, 0, 1, 1], "count_include_pad": 1})),
     "its count_include_pad is 1; layers of nn have 0"),
    (made((2, 5, 5), ("Conv", "k"), ("MatMul", "w"), **K, **W), "another axis than that of the ch"),
    (made((2, 5, 5), ("Conv", "k"), ("Flatten",), **K), "are pictures in a row, channels first"),
    (made((2, 5, 5), ("Conv", "k"), ("Softmax", {"axis": -1}), **K), "another axis than that of"),
    (made((4, 6), ("Flatten", {"axis": 2})), "nn flattens whole samples only"),
    (made((4, 6), ("Reshape", "to"), to=np.array([-1, 7])), "it makes [-1, 7] of samples of the"),
    (made((3,), ("Mul", "w"), w=random(2, 3)), "its constant does not fit a sample"),
    (made((3,), ("Mul", "w"), w=np.arange(3) > 1), "is of a type that nn has not, true and false"),
    (made((3,), ("Mul", "w"), w=np.float32([1, np.nan, 2])), "holds a number that is not finite"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_nn_has_not_is_named(data, message):
    assert message in check_refused(loads, data)


@pytest.mark.parametrize("size", [0, 1, 2, 10])
def test_what_is_no_model_is_refused(size):
    check_refused(loads, bytes([8, 10, *bytes(8)])[:size])
    check_refused(loads, b"\xff" * size)


def test_very_many_nodes_and_numbers_are_refused_at_once():
    many = made((3,), *[("Relu",)] * 2500)
    assert "more than 2,000 nodes" in check_refused(loads, many)
    assert "more than 100 layers" in check_refused(loads, made((3,), *[("Relu",)] * 1500))
    # A field of two bytes, a million times.
    assert "too many fields" in check_refused(loads, b"\x08\x0a" * 1_000_000)
    attributes = {f"a{number}": 1 for number in range(300)}
    assert "too many fields" in check_refused(loads, made((3,), ("Relu", attributes)))
    size = 400_000
    scaled = made((size,), *[("Mul", "scale")] * 99, scale=random(size))
    assert "has too many numbers" in check_refused(loads, scaled)

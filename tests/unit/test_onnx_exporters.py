"""ONNX files in the spelling of PyTorch's newer exporter, of its older one and of Keras's.

Each graph here is one that ``torch.onnx.export`` of PyTorch 2.13 (``dynamo=True`` or ``False``) or
``model.export(..., format="onnx")`` of Keras 3.15 writes, without what makes no difference.
"""

from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from nn.formats.onnx import dumps, loads
from nn.layers import MultiHeadAttention, TransformerBlock
from nn.model import Sequential
from tests.unit.format_cases import check_mutants, check_refused
from tests.unit.test_onnx import run
from tests.unit.test_onnx_of_others import random

FLOAT = TensorProto.FLOAT


class Chain:
    """Operators one after another: each returns the name of what it gives."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, np.ndarray] = {}

    def __call__(self, op: str, *inputs: Any, **attributes: Any) -> str:
        name = f"{op}_{len(self.nodes)}"
        names = [each if isinstance(each, str) else self.constant(each) for each in inputs]
        self.nodes.append(helper.make_node(op, names, [name], **attributes))
        return name

    def split(self, x: str, count: int) -> list[str]:
        """Return the names of as many parts of the last axis."""
        names = [f"Split_{len(self.nodes)}_{place}" for place in range(count)]
        self.nodes.append(helper.make_node("Split", [x], names, axis=-1, num_outputs=count))
        return names

    def constant(self, value: Any) -> str:
        name = f"constant_{len(self.constants)}"
        array = np.asarray(value)
        self.constants[name] = array.astype("f4") if array.dtype == np.float64 else array
        return name

    def file(self, output: str, *shape: int, opset: int = 20, kind: int = FLOAT) -> bytes:
        nodes = [*self.nodes, helper.make_node("Identity", [output], ["y"])]
        given = helper.make_tensor_value_info("x", kind, ["n", *shape])
        result = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
        tensors = [numpy_helper.from_array(v, name) for name, v in self.constants.items()]
        graph = helper.make_graph(nodes, "main_graph", [given], [result], tensors)
        opsets = [helper.make_opsetid("", opset)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        return bytes(model.SerializeToString())


def check_read(
    data: bytes, *kinds: str, shape: tuple[int, ...] | None = None, whole: int = 0
) -> Sequential:
    """The layers are of these kinds, and the answers those of ONNX Runtime."""
    model, _ = loads(data)
    assert [type(layer).__name__ for layer in model.layers] == list(kinds)
    shape = shape or model.input_shape
    x = random(4, *shape)
    if whole:
        x = np.random.default_rng(0).integers(0, whole, (4, *shape))
    expected = run(data, x)
    if shape != model.input_shape and len(shape) > 1:
        x = np.moveaxis(x, 1, -1).reshape(4, *model.input_shape)
    found = model.predict(np.asarray(x, "f4"))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    return model


STEPS, FEATURES, HEADS, SIZE = 5, 6, 2, 3


def linear(add: Chain, x: str, inputs: int, units: int) -> str:
    return add("Add", add("MatMul", x, random(inputs, units)), random(units))


def heads_of(add: Chain, x: str, perm: tuple[int, ...] = (0, 2, 1, 3)) -> str:
    """A query, a key or a value of each head, as PyTorch's view and transpose give them."""
    rows = linear(add, x, FEATURES, HEADS * SIZE)
    shaped = add("Reshape", rows, np.array([-1, STEPS, HEADS, SIZE]), allowzero=1)
    return add("Transpose", shaped, perm=perm)


def joined(add: Chain, x: str) -> str:
    turned = add("Transpose", x, perm=(0, 2, 1, 3))
    rows = add("Reshape", turned, np.array([-1, STEPS, HEADS * SIZE]), allowzero=1)
    return linear(add, rows, HEADS * SIZE, FEATURES)


def by_hand(add: Chain, x: str) -> str:
    """As it is written by hand: masked with -inf, and scaled after the product."""
    query, key, value = heads_of(add, x), heads_of(add, x, (0, 2, 3, 1)), heads_of(add, x)
    later = np.triu(np.ones((1, 1, STEPS, STEPS), bool), 1)
    scores = add("Mul", add("MatMul", query, key), np.array(SIZE**-0.5))
    scores = add("Where", later, np.array(-np.inf), scores)
    return joined(add, add("MatMul", add("Softmax", scores, axis=-1), value))


def functional(add: Chain, x: str) -> str:
    """As scaled_dot_product_attention is: a root of the scale each, and shapes worked out."""
    query, key, value = heads_of(add, x), heads_of(add, x), heads_of(add, x)
    shape = add("Shape", key, start=0)
    last, before = np.array([-1]), np.array([-2])
    features = add("Slice", shape, last, np.array([2**63 - 1]))
    steps = add("Slice", shape, before, last)
    rest = add("Slice", shape, np.array([-(2**63)]), before)
    rows = add("Reshape", key, add("Concat", last, steps, features, axis=0))
    turned = add("Transpose", rows, perm=(0, 2, 1))
    turned = add("Reshape", turned, add("Concat", rest, features, steps, axis=0))
    half = np.array([SIZE**-0.25])
    scores = add("MatMul", add("Mul", query, half), add("Mul", turned, half))
    ones = add("Expand", np.array(1.0), add("Concat", steps, steps, axis=0))
    hidden = add("Equal", add("Trilu", ones, upper=0), np.array(0.0))
    hidden = add("Where", hidden, np.array(-3.4e38), np.array(0.0))
    scores = add("Add", scores, hidden)
    return joined(add, add("MatMul", add("Softmax", scores, axis=-1), value))


def operator(add: Chain, x: str) -> str:
    """As version 23 of ONNX has it."""
    parts = [heads_of(add, x) for _ in range(3)]
    return joined(add, add("Attention", *parts, is_causal=1, softcap=0.0))


def module(add: Chain, x: str, mask: bool = False) -> str:
    """As nn.MultiheadAttention is: the steps first, and one product for all three."""
    turned = add("Transpose", x, perm=(1, 0, 2))
    rows = linear(add, turned, FEATURES, 3 * FEATURES)
    rows = add("Reshape", rows, np.array([STEPS, -1, 3, FEATURES]), allowzero=1)
    parts = add("Transpose", add("Unsqueeze", rows, np.array([0])), perm=(3, 1, 2, 0, 4))
    parts = add("Squeeze", parts, np.array([-2]))
    made = []
    for place in range(3):
        one = add("Gather", parts, np.array(place), axis=0)
        one = add("Reshape", one, np.array([STEPS, -1, SIZE]), allowzero=1)
        one = add("Transpose", one, perm=(1, 0, 2))
        made.append(add("Reshape", one, np.array([-1, HEADS, STEPS, SIZE]), allowzero=1))
    query, key, value = made
    scores = add("MatMul", query, add("Transpose", key, perm=(0, 1, 3, 2)))
    scores = add("Mul", scores, np.array(SIZE**-0.5))
    if mask:
        scores = add("Add", scores, np.triu(np.full((1, 1, STEPS, STEPS), -np.inf), 1))
    given = add("MatMul", add("Softmax", scores, axis=-1), value)
    rows = add("Transpose", given, perm=(2, 0, 1, 3))
    rows = add("Reshape", rows, np.array([-1, FEATURES]), allowzero=1)
    rows = add("Gemm", rows, random(FEATURES, FEATURES), random(FEATURES), transB=1)
    rows = add("Reshape", rows, np.array([STEPS, -1, FEATURES]), allowzero=1)
    return add("Transpose", rows, perm=(1, 0, 2))


def of_keras(add: Chain, x: str) -> str:
    """As keras.layers.MultiHeadAttention is: an Einsum for each product."""
    made = []
    for _ in range(3):
        x = add("Cast", x, to=TensorProto.FLOAT)
        rows = add("Einsum", x, random(FEATURES, HEADS, SIZE), equation="abc,cde->abde")
        made.append(add("Add", rows, random(HEADS, SIZE)))
    query, key, value = made
    query = add("Mul", query, np.array(SIZE**-0.5))
    scores = add("Einsum", key, query, equation="aecd, abcd -> acbe")
    given = add("Einsum", add("Softmax", scores), value, equation="acbe,aecd->abcd")
    rows = add("Einsum", given, random(HEADS, SIZE, FEATURES), equation="abcd,cde->abe")
    return add("Add", rows, random(FEATURES))


def side_by_side(add: Chain, x: str, heads: int = HEADS, output: bool = True) -> str:
    """As courses write it: each head by itself, without biases, and put together afterwards."""
    later = np.triu(np.ones((STEPS, STEPS), bool), 1)
    width, made = FEATURES // heads, []
    for _ in range(heads):
        key, query, value = (add("MatMul", x, random(FEATURES, width)) for _ in range(3))
        scores = add("MatMul", query, add("Transpose", key, perm=(0, 2, 1)))
        scores = add("Mul", scores, np.array(width**-0.5))
        scores = add("Softmax", add("Where", later, np.array(-np.inf), scores), axis=-1)
        made.append(add("MatMul", scores, value))
    y = add("Concat", *made, axis=-1) if len(made) > 1 else made[0]
    return linear(add, y, FEATURES, FEATURES) if output else y


@pytest.mark.parametrize(
    ("attention", "causal"),
    [
        (by_hand, True),
        (functional, True),
        (operator, True),
        (side_by_side, True),
        (module, False),
        (of_keras, False),
    ],
)
def test_attention_is_known_by_what_it_computes(attention, causal):
    add = Chain()
    first = add("Relu", linear(add, "x", 4, FEATURES))
    y = linear(add, attention(add, first), FEATURES, 3)
    data = add.file(y, STEPS, 4, opset=23)
    model = check_read(data, "Dense", "MultiHeadAttention", "Dense")
    _, layer, _ = model.layers
    assert isinstance(layer, MultiHeadAttention)
    assert (layer.num_heads, layer.key_dim, layer.causal) == (HEADS, SIZE, causal)
    again, _ = loads(dumps(model))
    np.testing.assert_array_equal(again.parameters, model.parameters)


def test_one_head_may_have_no_weights_of_its_output():
    add = Chain()
    y = side_by_side(add, "x", heads=1, output=False)
    data = add.file(linear(add, y, FEATURES, 3), STEPS, FEATURES)
    model = check_read(data, "MultiHeadAttention", "Dense")
    assert model.layers[0].config() == {"num_heads": 1, "key_dim": FEATURES, "causal": True}


def block(
    add: Chain, x: str, activation: str = "Relu", mask: bool = True, apart: bool = False
) -> str:
    def normal(x: str) -> str:
        gamma = 1 + random(FEATURES) / 4
        return add("LayerNormalization", x, gamma, random(FEATURES), axis=-1, epsilon=1e-5)

    given = normal(x)
    x = add("Add", x, side_by_side(add, given) if apart else module(add, given, mask))
    wider = add(activation, linear(add, normal(x), FEATURES, 7))
    return add("Add", linear(add, wider, 7, FEATURES), x)


def test_a_block_of_a_transformer_is_known_by_its_sums():
    add = Chain()
    rows = add("Gather", random(9, FEATURES), "x", axis=0)
    x = add("Add", rows, random(STEPS, FEATURES))
    data = add.file(block(add, block(add, x), apart=True), STEPS, kind=TensorProto.INT64)
    kinds = ("Embedding", "PositionEmbedding", "TransformerBlock", "TransformerBlock")
    model = check_read(data, *kinds, whole=9)
    assert isinstance(model.layers[-1], TransformerBlock) and model.layers[-1].units == 7


@pytest.mark.parametrize("given", [{"activation": "Sigmoid"}, {"mask": False}])
def test_another_block_than_that_of_nn_is_refused(given):
    add = Chain()
    data = add.file(block(add, "x", **given), STEPS, FEATURES)
    assert "the network branches here" in check_refused(loads, data)


def test_attention_that_is_not_that_of_nn_is_refused():
    """With scores of which some are added to: what nn's gives is something else."""
    add = Chain()
    query, key, value = heads_of(add, "x"), heads_of(add, "x", (0, 2, 3, 1)), heads_of(add, "x")
    scores = add("Add", add("MatMul", query, key), random(1, 1, STEPS, STEPS))
    y = joined(add, add("MatMul", add("Softmax", scores, axis=-1), value))
    message = check_refused(loads, add.file(y, STEPS, FEATURES))
    assert "node 3, 'Reshape': nn has it as the first layer, or to flatten, only" in message


# ---- layers that are many operators ------------------------------------------------------------


UNITS = 4


def cell(add: Chain, kind: str, sums: str, states: list[Any], weights: dict[str, Any]) -> list[Any]:
    """One step, as Keras writes it: ``sums`` are those of the inputs, without the state."""
    h = states[0]
    own = add("MatMul", h, weights["own"])
    if kind == "SimpleRNN":
        return [add("Tanh", add("Add", sums, own))]
    if kind == "LSTM":
        parts = add.split(add("Add", sums, own), 4)
        i, f, o = (add("Sigmoid", parts[place]) for place in (0, 1, 3))
        kept = add("Mul", f, states[1])
        c = add("Add", kept, add("Mul", i, add("Tanh", parts[2])))
        return [add("Mul", o, add("Tanh", c)), c]
    of_inputs = add.split(sums, 3)
    of_state = add.split(add("Add", own, weights["second"]), 3)
    z, r = (add("Sigmoid", add("Add", of_inputs[i], of_state[i])) for i in (0, 1))
    c = add("Tanh", add("Add", of_inputs[2], add("Mul", r, of_state[2])))
    new = add("Mul", add("Sub", np.array(1.0), z), c)
    return [add("Add", add("Mul", z, h), new)]


def unrolled(add: Chain, kind: str, x: str, features: int, whole: bool) -> str:
    """A recurrent layer, one step after another, of steps that stand first."""
    gates = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[kind] * UNITS
    weights = {"own": random(UNITS, gates), "second": random(gates)}
    sums = linear(add, x, features, gates)
    count = add("Gather", add("Shape", "x"), np.array([0]), axis=0)
    zeros = add("ConstantOfShape", add("Concat", count, np.array([UNITS]), axis=0))
    states: list[Any] = [zeros, zeros][: 2 if kind == "LSTM" else 1]
    outputs = []
    for step in range(STEPS):
        one = add("Gather", sums, np.array(step), axis=0)
        states = cell(add, kind, one, states, weights)
        outputs.append(add("Unsqueeze", states[0], np.array([0])))
    return add("Concat", *outputs, axis=0) if whole else states[0]


@pytest.mark.parametrize("kind", ["SimpleRNN", "GRU", "LSTM"])
def test_a_recurrent_layer_may_be_written_step_by_step(kind):
    """Two of them: between them the steps stay first."""
    add = Chain()
    turned = add("Transpose", "x", perm=(1, 0, 2))
    first = unrolled(add, kind, turned, 3, whole=True)
    y = linear(add, unrolled(add, kind, first, UNITS, whole=False), UNITS, 2)
    check_read(add.file(y, STEPS, 3), kind, kind, "Dense")


def test_all_steps_of_a_layer_that_is_written_so():
    add = Chain()
    turned = add("Transpose", "x", perm=(1, 0, 2))
    whole = unrolled(add, "GRU", turned, 3, whole=True)
    y = linear(add, add("Transpose", whole, perm=(1, 0, 2)), UNITS, 2)
    check_read(add.file(y, STEPS, 3), "GRU", "Dense")


def test_a_layer_of_another_kind_written_so_is_refused():
    add = Chain()
    turned = add("Transpose", "x", perm=(1, 0, 2))
    y = unrolled(add, "SimpleRNN", turned, 3, whole=False)
    for node in add.nodes:
        if node.op_type == "Tanh":
            node.op_type = "Softsign"
    message = check_refused(loads, add.file(y, STEPS, 3))
    assert "the steps stand before the samples here, where nn knows recurrent layers" in message


@pytest.mark.parametrize("shape", [(4,), (5, 4)])
@pytest.mark.parametrize("scaled", [True, False])
def test_a_normalization_may_be_written_as_arithmetic(shape, scaled):
    """As it is before version 17."""
    add = Chain()
    x = add("Relu", linear(add, "x", 4, 6))
    centred = add("Sub", x, add("ReduceMean", x, axes=[-1]))
    variance = add("ReduceMean", add("Pow", centred, np.array(2.0)), axes=[-1])
    y = add("Div", centred, add("Sqrt", add("Add", variance, np.array(1e-5))))
    if scaled:
        y = add("Add", add("Mul", y, random(6)), random(6))
    data = add.file(linear(add, y, 6, 2), *shape, opset=13)
    model = check_read(data, "Dense", "LayerNormalization", "Dense")
    assert model.layers[1].config()["epsilon"] == 1e-5


def test_mutants_are_read_or_refused():
    add = Chain()
    x = module(add, add("Relu", linear(add, "x", 4, FEATURES)))
    check_mutants(loads, add.file(linear(add, x, FEATURES, 3), STEPS, 4), 600)
    add = Chain()
    turned = add("Transpose", "x", perm=(1, 0, 2))
    check_mutants(
        loads, add.file(unrolled(add, "GRU", turned, 3, whole=True), STEPS, 3), 600, seed=1
    )
    add = Chain()
    x = add("Gather", random(9, FEATURES), "x", axis=0)
    data = add.file(block(add, functional(add, x)), STEPS, kind=TensorProto.INT64)
    check_mutants(loads, data, 600, seed=2)

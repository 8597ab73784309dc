"""Networks for sequences in ONNX: ONNX Runtime answers as nn does, and they come back."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from nn.activations import named
from nn.formats import zipped
from nn.formats.onnx import dumps, loads
from nn.layers import (
    GRU,
    LSTM,
    Activation,
    Conv1D,
    Dense,
    Layer,
    MultiHeadAttention,
    SimpleRNN,
    TransformerBlock,
)
from nn.model import Sequential
from tests.unit.format_cases import check_mutants, check_refused
from tests.unit.sequence_cases import (
    ATTENTION,
    BODIES,
    check_same,
    of_letters,
    of_numbers,
    sequence_networks,
    steps_for,
)
from tests.unit.test_onnx import run
from tests.unit.test_onnx_of_others import made, random


def check_written(model: Sequential) -> bytes:
    """The checker finds nothing, and the answers are those of nn."""
    data = dumps(model)
    onnx.checker.check_model(data, full_check=True)
    x = steps_for(model)
    expected = model.predict(x)
    found = run(data, x)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    return data


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_any_network_answers_the_same_and_comes_back(dtype):
    for model in sequence_networks(dtype):
        again, _ = loads(check_written(model))
        assert again.parameters.tobytes() == model.parameters.tobytes()
        x = steps_for(model)
        assert np.array_equal(again.predict(x), model.predict(x))
    model = of_letters(ATTENTION[0], dtype=dtype)
    check_same(loads(check_written(model))[0], model)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("body", ATTENTION, ids=lambda body: type(body[-1]).__name__)
def test_attention_answers_the_same_and_comes_back(body, dtype):
    model = of_letters(body, dtype=dtype)
    again, _ = loads(check_written(model))
    check_same(again, model)
    kinds = MultiHeadAttention | TransformerBlock
    for one, other in zip(again.layers, model.layers, strict=True):
        assert not isinstance(other, kinds) or one.config() == other.config()


def test_attention_that_nn_would_write_otherwise_is_refused_or_is_what_it_computes():
    """A node left out, another one, another constant, or one that takes what comes elsewhere."""

    def changed(change: Any) -> bytes:
        model = onnx.load_from_string(dumps(of_letters(ATTENTION[3])))
        change(model.graph)
        return bytes(model.SerializeToString())

    def constant(graph: Any, name: str, change: Any) -> None:
        (tensor,) = (each for each in graph.initializer if each.name.endswith(name))
        array = change(numpy_helper.to_array(tensor))
        tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))

    def nodes(graph: Any, op: str) -> list[Any]:
        return [node for node in graph.node if node.op_type == op]

    for change in (
        lambda graph: setattr(nodes(graph, "Relu")[1], "op_type", "Sigmoid"),
        lambda graph: setattr(nodes(graph, "Softmax")[1].attribute[0], "i", 2),
        lambda graph: constant(graph, "block_1/attention/hidden", lambda array: array.T.copy()),
        lambda graph: constant(graph, "block_1/attention/heads", lambda array: array[[0, 2, 1, 3]]),
        lambda graph: constant(graph, "block_1/wider/kernel", lambda array: array.T.copy()),
        lambda graph: constant(graph, "block_1/wider/bias", lambda array: array[:-1]),
        lambda graph: nodes(graph, "Softmax")[1].input.__setitem__(0, "input"),
    ):
        refused = check_refused(loads, changed(change))
        assert re.match(r"node \d+, '(LayerNormalization|Reshape|MatMul|Add)': ", refused)
    data = changed(
        lambda graph: constant(graph, "block_1/attention/scale", lambda array: array * 2)
    )
    model, _ = loads(data)
    assert sum(isinstance(layer, TransformerBlock) for layer in model.layers) == 2
    x = np.zeros((3, *model.input_shape), "f4") + np.arange(3, dtype="f4")[:, np.newaxis]
    np.testing.assert_allclose(model.predict(x), run(data, x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("last", [Dense, Activation, Conv1D])
def test_outputs_of_several_kinds_answer_the_same_and_come_back(last, dtype):
    layers: dict[Any, list[Layer]] = {
        Dense: [Dense(6, activation=named("softmax(3)+linear(1)+sigmoid(2)"))],
        Activation: [Activation(named("tanh(2)+softmax(2)+relu(1)"))],
        Conv1D: [Conv1D(4, 2, activation=named("linear(1)+softmax(3)"))],
    }
    model = of_numbers(layers[last], dtype)
    again, _ = loads(check_written(model))
    check_same(again, model)
    assert again.layers[0].activation.name == model.layers[0].activation.name


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "body",
    [
        [GRU(3, return_sequences=True)],
        [LSTM(4, return_sequences=True), Dense(3, "relu"), GRU(2)],
        [Dense(5), LSTM(3, return_sequences=True), SimpleRNN(2, return_sequences=True)],
        [SimpleRNN(3), Dense(2)],
    ],
    ids=lambda body: "-".join(type(layer).__name__ for layer in body),
)
def test_padding_is_passed_over_wherever_it_stands(body, dtype):
    model = of_letters(body, mask_zero=True, dtype=dtype)
    data = dumps(model)
    onnx.checker.check_model(data, full_check=True)
    x = np.random.default_rng(1).integers(0, 3, (20, 6)).astype(dtype)
    x[0] = 0
    expected = model.predict(x)
    assert not np.allclose(of_letters(body, dtype=dtype).predict(x), expected)
    np.testing.assert_allclose(run(data, x), expected, rtol=1e-5, atol=1e-5)
    again, _ = loads(data)
    check_same(again, model)
    assert again.layers[0].mask_zero and np.array_equal(again.predict(x), expected)


def test_padding_of_other_steps_is_refused():
    with pytest.raises(ValueError, match="GRU after an Embedding with mask_zero .* as ONNX where"):
        dumps(of_letters([Conv1D(4, 2), GRU(3, return_sequences=True)], mask_zero=True))
    check_written(of_letters([Dense(2)], mask_zero=True))


def test_a_scan_that_does_anything_else_is_refused():
    def changed(change: Any) -> str:
        padded = of_letters([LSTM(3, return_sequences=True)], mask_zero=True)
        model = onnx.load_from_string(dumps(padded))
        (scan,) = [node for node in model.graph.node if node.op_type == "Scan"]
        step = next(each.g for each in scan.attribute if each.name == "body")
        change(model.graph, scan, step)
        return check_refused(loads, model.SerializeToString())

    def constant(name: str, value: int) -> Any:
        def change(graph: Any, scan: Any, step: Any) -> None:
            (found,) = [each for each in graph.initializer if each.name.endswith(name)]
            array = np.full_like(numpy_helper.to_array(found), value)
            found.CopyFrom(numpy_helper.from_array(array, found.name))

        return change

    def swap(graph: Any, scan: Any, step: Any) -> None:
        where = [node for node in step.node if node.op_type == "Where"][0]
        where.input[1], where.input[2] = where.input[2], where.input[1]

    def leave_out(graph: Any, scan: Any, step: Any) -> None:
        del step.node[-1]

    def backwards(graph: Any, scan: Any, step: Any) -> None:
        scan.attribute.append(helper.make_attribute("scan_input_directions", [1, 1]))

    def other_state(graph: Any, scan: Any, step: Any) -> None:
        graph.node[list(graph.node).index(scan) + 1].input[0] = scan.output[1]

    only = "'Scan': nn knows it as nn writes it only"
    others = constant("/padding", 1), constant("/last", 0)
    for change in (swap, leave_out, backwards, other_state, *others):
        assert only in changed(change)


# ---- as other tools write them -----------------------------------------------------------------


def graph(
    nodes: list[Any], constants: dict[str, Any], shape: list[Any], kind: int = TensorProto.FLOAT
) -> bytes:
    """A file of nodes from "x" to "y"."""
    given = helper.make_tensor_value_info("x", kind, shape)
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    tensors = [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()]
    made = helper.make_graph(nodes, "main", [given], [result], tensors)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def gates(op: str, features: int = 5, units: int = 3) -> dict[str, np.ndarray]:
    count = {"RNN": 1, "GRU": 3, "LSTM": 4}[op] * units
    return {
        "w": random(1, count, features),
        "r": random(1, count, units),
        "b": random(1, 2 * count),
    }


def how(op: str, **more: Any) -> dict[str, Any]:
    return {"hidden_size": 3, **({"linear_before_reset": 1} if op == "GRU" else {}), **more}


SAVED = Path(__file__).parent / "files" / "recurrent.onnx.zip"
"""A network that PyTorch 2.13.0 exported by ``torch.onnx.export(..., dynamo=False)``, and what it
answered there."""


def test_what_pytorch_exported_answers_as_it_did_and_trains_on():
    files = zipped.unpack(SAVED.read_bytes(), None, 10**6)
    answers = json.loads(files["answers.json"])
    model, _ = loads(files["recurrent.onnx"])
    names = ["Embedding", "Conv1D", "SimpleRNN", "GRU", "LSTM", "LayerNormalization", "Dense"]
    assert [type(layer).__name__ for layer in model.layers] == names
    x = np.float32(answers["inputs"])
    np.testing.assert_allclose(model.predict(x), answers["outputs"], rtol=1e-5, atol=1e-6)
    model.compile("adam", model.loss)
    before = model.evaluate(x, np.array([0, 1, 1])).loss
    model.fit(x, np.array([0, 1, 1]), epochs=20, rng=1)
    assert model.evaluate(x, np.array([0, 1, 1])).loss < before


@pytest.mark.parametrize("last", ["all", "last", "taken", "taken of all"])
@pytest.mark.parametrize("op", ["RNN", "GRU", "LSTM"])
def test_a_recurrent_network_of_pytorch(op, last):
    """As PyTorch writes batch_first: zeros of the size of the batch to begin with."""
    constants = {
        **gates(op), "one": np.array([1]), "zero": np.array([0]), "units": np.array([3]),
        "axis": np.array(1), "end": np.array(-1), "first": np.array([0]),
    }  # fmt: skip
    node = helper.make_node
    begin = ["h", "h"] if op == "LSTM" else ["h"]
    nodes = [
        node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        node("Shape", ["t"], ["shape"]),
        node("Gather", ["shape", "axis"], ["count"], axis=0),
        node("Unsqueeze", ["count", "zero"], ["counts"]),
        node("Concat", ["one", "counts", "units"], ["sizes"], axis=0),
        node("ConstantOfShape", ["sizes"], ["h"]),
        node(op, ["t", "w", "r", "b", "", *begin], ["all", "last"], **how(op)),
    ]
    if last == "last":
        nodes.append(node("Squeeze", ["last", "first"], ["y"]))
    elif last == "taken":
        nodes.append(node("Gather", ["last", "end"], ["y"], axis=0))
    else:
        whole = last == "all"
        nodes.append(node("Squeeze", ["all", "one"], ["s"]))
        nodes.append(node("Transpose", ["s"], ["y" if whole else "u"], perm=[1, 0, 2]))
        if not whole:
            nodes.append(node("Gather", ["u", "end"], ["y"], axis=1))
    data = graph(nodes, constants, ["n", 6, 5])
    model, _ = loads(data)
    (layer,) = model.layers
    assert type(layer) is {"RNN": SimpleRNN, "GRU": GRU, "LSTM": LSTM}[op]
    x = random(4, 6, 5)
    np.testing.assert_allclose(model.predict(x), run(data, x), rtol=1e-4, atol=1e-5)


def test_layers_upon_each_other_and_rows_of_whole_numbers():
    """As Keras's and PyTorch's exports have them: the steps stay first between two layers."""
    node = helper.make_node
    first, second = gates("GRU", 4), gates("LSTM", 3)
    constants = {"table": random(7, 4), "axis": np.array([1]), "end": np.array([0])}
    constants |= {f"{name}1": value for name, value in first.items()}
    constants |= {f"{name}2": value for name, value in second.items()}
    constants |= {"gamma": random(3)}
    nodes = [
        node("Gather", ["table", "x"], ["e"]),
        node("Transpose", ["e"], ["t"], perm=[1, 0, 2]),
        node("GRU", ["t", "w1", "r1", "b1"], ["a"], **how("GRU", activations=["Sigmoid", "Tanh"])),
        node("Squeeze", ["a", "axis"], ["s"]),
        node("LSTM", ["s", "w2", "r2"], ["", "h"], **how("LSTM", direction="forward")),
        node("Squeeze", ["h", "end"], ["u"]),
        node("LayerNormalization", ["u", "gamma"], ["y"], epsilon=0.01),
    ]
    data = graph(nodes, constants, ["n", 6], TensorProto.INT64)
    model, _ = loads(data)
    names = [type(layer).__name__ for layer in model.layers]
    assert names == ["Embedding", "GRU", "LSTM", "LayerNormalization"]
    x = np.random.default_rng(0).integers(0, 7, (4, 6))
    expected = run(data, x)
    np.testing.assert_allclose(model.predict(x.astype("f4")), expected, rtol=1e-4, atol=1e-5)


def test_orders_of_axes_that_are_changed_at_once():
    """Channels first to steps first and back, as PyTorch puts two Transposes into one."""
    node = helper.make_node
    constants = {**gates("RNN"), "k": random(5, 5, 2), "l": random(4, 3, 2), "axis": np.array([1])}
    nodes = [
        node("Conv", ["x", "k"], ["c"]),
        node("Transpose", ["c"], ["t"], perm=[2, 0, 1]),
        node("RNN", ["t", "w", "r", "b"], ["all", ""], **how("RNN")),
        node("Squeeze", ["all", "axis"], ["s"]),
        node("Transpose", ["s"], ["u"], perm=[1, 2, 0]),
        node("Conv", ["u", "l"], ["y"]),
    ]
    data = graph(nodes, constants, ["n", 5, 6])
    model, _ = loads(data)
    assert [type(layer) for layer in model.layers] == [Conv1D, SimpleRNN, Conv1D]
    x = random(3, 5, 6)
    found = model.predict(x.transpose(0, 2, 1)).transpose(0, 2, 1)
    np.testing.assert_allclose(found, run(data, x), rtol=1e-4, atol=1e-5)
    nodes[1] = node("Transpose", ["c"], ["t"], perm=[1, 0, 2])
    message = check_refused(loads, graph(nodes, constants, ["n", 5, 6]))
    assert "it puts another axis than that of the steps first" in message


@pytest.mark.parametrize(
    "attributes", [{"auto_pad": "SAME_UPPER"}, {"pads": [3, 0]}, {"strides": [2]}]
)
def test_a_convolution_of_pytorch_along_sequences(attributes):
    data = made(
        (3, 9), ("Conv", "k", attributes), ("GlobalMaxPool",), ("Flatten",), ("Gemm", "w"),
        k=random(4, 3, 4), w=random(4, 2),
    )  # fmt: skip
    model, _ = loads(data)
    names = [type(layer).__name__ for layer in model.layers]
    assert names == ["Conv1D", "GlobalMaxPooling1D", "Dense"]
    x = random(5, 3, 9)
    found = model.predict(x.transpose(0, 2, 1))
    np.testing.assert_allclose(found, run(data, x), rtol=1e-4, atol=1e-5)


def recurrent(op: str, inputs: str = "w r b", outputs: tuple[str, ...] = ("a",), **given: Any):
    turn = helper.make_node("Transpose", ["x"], ["t"], perm=[1, 0, 2])
    names = [name.strip("-") for name in inputs.split()]
    node = helper.make_node(op, ["t", *names], list(outputs), **given)
    rest = [helper.make_node("Squeeze", ["a", "axis"], ["y"])]
    constants = {**gates(op), "axis": np.array([0]), "ones": np.ones((1, 2, 3), "f4")}
    constants["length"] = np.array([6, 6], np.int32)
    made = graph([turn, node, *rest], constants, [2, 6, 5])
    return made


REFUSED = [
    (recurrent("GRU", hidden_size=3), "its reset comes before the product; nn's GRU has it after"),
    (recurrent("RNN", activations=["Relu"]), "its activations are others than nn's"),
    (recurrent("RNN", direction="reverse"), "its direction is 'reverse'; layers of nn have 'forwa"),
    (recurrent("LSTM", input_forget=1), "its input_forget is 1; layers of nn have 0"),
    (recurrent("LSTM", hidden_size=4), "its weights do not fit each other"),
    (recurrent("LSTM", inputs="w r w"), "its bias does not fit its weights"),
    (recurrent("LSTM", inputs="w r b - ones"), "it does not begin with zeros"),
    (recurrent("LSTM", inputs="w r b length"), "it is told how many steps there are"),
    (recurrent("RNN"), "node 3, 'Squeeze': it drops another axis than that of the directions"),
    (recurrent("LSTM", outputs=("a", "b", "y")), "nn has either all steps of it or the last one"),
    (made((6, 5), ("RNN", "w", "r"), **gates("RNN")), "its steps must stand before the samples"),
    (made((6, 5), ("Transpose", {"perm": [1, 0, 2]}), ("Relu",)), "the steps stand before the sa"),
    (made((6, 5), ("Transpose", {"perm": [1, 0, 2]})), "are no sequences, samples first"),
    (made((3,), ("Relu",), ("Cast", {"to": 7})), "nn has it for the raw inputs only"),
    (made((3,), ("Cast", {"to": 7}), ("Tanh",)), "nn has whole numbers to look up rows with only"),
    (made((3,), ("Clip", "a", "b"), a=np.float32(0), b=np.float32(6)), "before rows are looked up"),
    (made((3,), ("Cast", {"to": 7}), ("Gather", "k", "x", {"axis": 1}), k=random(4, 2)),
     "nn looks up whole rows only"),
    (made((6, 5), ("Gather", "i", {"axis": 1}), i=np.array(-1)), "for the last step that a recurr"),
    (made((6, 5), ("Conv", "k", {"pads": [2, 0]}), k=random(2, 6, 2)), "its padding (2, 0) is not"),
    (made((6, 5), ("Conv", "k"), k=random(2, 5, 2)), "its kernel does not fit what comes to it"),
    (made((6, 5), ("ReduceMax", "a"), a=np.array([2])), "the largest over all steps of a seq"),
    (made((6, 5), ("LayerNormalization", "g", {"axis": 1}), g=random(5)), "another axis than the"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_nn_computes_otherwise_is_refused(data, message):
    assert message in check_refused(loads, data)


def test_parts_that_are_not_put_together_again_are_refused():
    node = helper.make_node
    begin = node("Split", ["x", "sizes"], ["a", "b"], axis=-1)
    constants = {"sizes": np.array([2, 1])}
    for rest in (
        [node("Concat", ["b", "a"], ["y"], axis=-1)],
        [node("Concat", ["a", "b"], ["y"], axis=0)],
        [node("Softmax", ["a"], ["c"], axis=0), node("Concat", ["c", "b"], ["y"], axis=-1)],
        [node("Elu", ["a"], ["c"]), node("Concat", ["c", "b"], ["y"], axis=-1)],
        [node("Relu", ["a"], ["y"])],
    ):
        data = graph([begin, *rest], constants, ["n", 3])
        assert "node 1, 'Split': nn splits outputs for an activa" in check_refused(loads, data)


def test_mutants_are_read_or_refused():
    check_mutants(loads, dumps(of_letters(BODIES[2])), 5_000)
    check_mutants(loads, dumps(of_letters(BODIES[3])), 2_500, seed=1)
    check_mutants(loads, dumps(of_letters(BODIES[2], mask_zero=True)), 2_500, seed=5)
    check_mutants(loads, dumps(of_letters(ATTENTION[3])), 2_500, seed=3)
    exported = zipped.unpack(SAVED.read_bytes(), None, 10**6)["recurrent.onnx"]
    check_mutants(loads, exported, 2_500, seed=4)
    sliced = [SimpleRNN(3), Dense(3, activation=named("softmax(2)+linear(1)"))]
    check_mutants(loads, dumps(of_numbers(sliced)), 2_500, seed=2)

"""Operators of ONNX that stand for several others: these, so that they need be known once only.

Attention is new in version 23. Einsum is any product of tables; Keras has it in its attention.
"""

from __future__ import annotations

import numpy as np

from nn.formats import onnx_attributes as attributes
from nn.formats.onnx_model import Model, Node
from nn.layers.multi_head_attention import HIDDEN


def expand(model: Model) -> None:
    """Put the operators that they stand for in the place of each Attention and Einsum.

    One that does more than attention to all steps, or to those before, is left, to be refused;
    so is an Einsum that is no product of many matrices.
    """
    nodes: list[Node] = []
    for node in model.nodes:
        if node.op == "Einsum":
            nodes += _product(node) or [node]
        else:
            nodes += _parts(model, node) if _is_plain(node) else [node]
    model.nodes[:] = nodes


def _is_plain(node: Node) -> bool:
    """Whether it is of queries, keys and values (n, heads, steps, key_dim), and maybe a mask."""
    others = node.attributes.keys() - {"is_causal", "qk_matmul_output_mode", "scale"}
    return (
        (node.op, node.domain, len(node.outputs)) == ("Attention", "", 1)
        and len(node.inputs) in (3, 4)
        and all(node.inputs[:3])
        and all(node.attributes[name] == 0 for name in others)
    )


def _parts(model: Model, node: Node) -> list[Node]:
    output = node.outputs[0]
    query, key, value, mask = (*node.inputs, "")[:4]
    parts: list[Node] = []

    def add(op: str, inputs: list[str], **how: int | tuple[int, ...]) -> str:
        name = output if op == "MatMul" and inputs[1] == value else f"{output}/{len(parts)}"
        parts.append(Node(op, inputs, [name], how))
        return name

    def constant(name: str, value: object, kind: str = "f4") -> str:
        full = f"{output}/{name}"
        model.known[full] = np.asarray(value, kind)
        return full

    scores = add("MatMul", [query, add("Transpose", [key], perm=(0, 1, 3, 2))])
    if "scale" in node.attributes:
        factor = constant("scale", attributes.number(node, "scale", 1.0))
    else:
        last = add("Gather", [add("Shape", [query]), constant("last", 3, "i8")])
        factor = add("Reciprocal", [add("Sqrt", [add("Cast", [last], to=1)])])
    scores = add("Mul", [scores, factor])
    if mask:
        scores = add("Add", [scores, mask])
    if attributes.integer(node, "is_causal", 0):
        places = constant("places", [2, 3], "i8")
        sizes = add("Gather", [add("Shape", [scores]), places])
        ones = add("Expand", [constant("one", 1.0), sizes])
        later = add("Equal", [add("Trilu", [ones], upper=0), constant("zero", 0.0)])
        scores = add("Where", [later, constant("hidden", HIDDEN), scores])
    add("MatMul", [add("Softmax", [scores], axis=-1), value])
    return parts


def _product(node: Node) -> list[Node]:
    """Return a product of matrices, for an Einsum of two inputs with 4 axes that is one."""
    text = node.attributes.get("equation", "")
    text = text.replace(" ", "") if isinstance(text, str) else ""
    names, _, result = text.partition("->")
    given = names.split(",")
    letters = [*given, result]
    if len(node.inputs) != 2 or len(given) != 2 or len(node.outputs) != 1:
        return []
    if any(len(each) != 4 or len(set(each)) != 4 for each in letters):
        return []
    batch = [letter for letter in result if letter in given[0] and letter in given[1]]
    rows = [letter for letter in result if letter not in batch]
    summed = [letter for letter in given[0] if letter in given[1] and letter not in batch]
    if len(batch) != 2 or len(rows) != 2 or len(summed) != 1 or len(set("".join(letters))) != 5:
        return []
    # The matrix on the left is the one whose rows come first in the result.
    left, right = (0, 1) if rows[0] in given[0] else (1, 0)
    orders = {left: [*batch, rows[0], *summed], right: [*batch, *summed, rows[1]]}
    nodes, factors = [], []
    for place in (left, right):
        name = f"{node.outputs[0]}/factor_{place}"
        perm = tuple(given[place].index(letter) for letter in orders[place])
        turned = perm != (0, 1, 2, 3)
        if turned:
            nodes.append(Node("Transpose", [node.inputs[place]], [name], {"perm": perm}))
        factors.append(name if turned else node.inputs[place])
    perm = tuple([*batch, *rows].index(letter) for letter in result)
    turned = perm != (0, 1, 2, 3)
    name = f"{node.outputs[0]}/product" if turned else node.outputs[0]
    nodes.append(Node("MatMul", factors, [name]))
    if turned:
        nodes.append(Node("Transpose", [name], node.outputs, {"perm": perm}))
    return nodes

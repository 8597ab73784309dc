"""A walk through attention: each number is what its own arithmetic, done here anew, comes to."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest

from nn import Sequential
from nn.data import Dataset
from nn.explain import Number, Place, Walk
from nn.explain.attended import Attended
from nn.layers import (
    Activation,
    BatchNormalization,
    Dense,
    Embedding,
    Layer,
    MultiHeadAttention,
    TransformerBlock,
)
from nn.optimizers import SGD
from tests.unit.explained import check_lines, comes_to

STEPS, FEATURES = 7, 5

LAYERS = {
    "one head": MultiHeadAttention(1, 4),
    "three heads": MultiHeadAttention(3, 2),
    "sees all": MultiHeadAttention(2, 3, causal=False),
    "block": TransformerBlock(2, 3, 9),
    "block with one head": TransformerBlock(1, 4, 6),
}


def walked(layer: Layer, count: int = 1, before: tuple[Layer, ...] = ()) -> Walk:
    """A walk through a layer, the last but one."""
    model = Sequential([*before, copy.copy(layer), Dense(2, "tanh")])
    model.compile(SGD(0.1), "mean_squared_error", engine="numpy")
    model.build((STEPS, FEATURES), 1)
    rng = np.random.default_rng(2)
    model.parameters += rng.normal(0, 0.4, model.parameters.size).astype(np.float32)
    x, t = rng.normal(size=(count, STEPS, FEATURES)), rng.normal(size=(count, STEPS, 2))
    data = Dataset(x.astype(np.float32), t.astype(np.float32))
    return Walk(model, data, model.optimizer, count)


def normalized(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    return (x - x.mean(axis=-1, keepdims=True)) / spread * gamma + beta


def attended(x: np.ndarray, w: dict[str, np.ndarray], causal: bool) -> dict[str, np.ndarray]:
    """Attention in the plainest way: head by head, step by step."""
    heads, size = w["query_bias"].shape
    made = {
        name: np.einsum("tf,fhd->htd", x, w[f"{name}_kernel"]) + w[f"{name}_bias"][:, np.newaxis]
        for name in ("query", "key", "value")
    }
    scores = np.full((heads, len(x), len(x)), np.nan)
    shares, mix = np.zeros_like(scores), np.zeros((heads, len(x), size))
    for h in range(heads):
        for t in range(len(x)):
            seen = t + 1 if causal else len(x)
            for j in range(seen):
                scores[h, t, j] = made["query"][h, t] @ made["key"][h, j] / math.sqrt(size)
            raised = np.exp(scores[h, t, :seen])
            shares[h, t, :seen] = raised / raised.sum()
            mix[h, t] = shares[h, t] @ made["value"][h]
    z = np.einsum("htd,hdf->tf", mix, w["output_kernel"]) + w["output_bias"]
    return {**made, "score": scores, "share": shares, "mix": mix, "attention": z}


def numbers_of(layer: Any, x: np.ndarray) -> dict[str, np.ndarray]:
    """All that a layer makes of a sample, by the names that formulas have for it."""
    w = {name: view.astype(np.float64) for name, view in layer.views.items()}
    x = x.astype(np.float64)
    if isinstance(layer, MultiHeadAttention):
        found = attended(x, w, layer.causal)
        return {**found, "z": found["attention"]}
    start = "attention_"
    inner = {name.removeprefix(start): v for name, v in w.items() if name.startswith(start)}
    names = ("norm_before_attention", "norm_before_dense")
    first, second = ((w[f"{name}_gamma"], w[f"{name}_beta"]) for name in names)
    found = attended(normalized(x, *first), inner, causal=True)
    between = x + found["attention"]
    wider = np.maximum(normalized(between, *second) @ w["wider_kernel"] + w["wider_bias"], 0)
    narrower = wider @ w["narrower_kernel"] + w["narrower_bias"]
    made = {"between": between, "wider": wider, "narrower": narrower, "z": between + narrower}
    return {**found, **made}


@pytest.mark.parametrize("name", LAYERS)
def test_all_of_it_is_shown_for_any_head_and_step(name):
    walk = walked(LAYERS[name])
    layer = walk.trace.network.layers[0]
    found = numbers_of(layer, walk.trace.x[0][0])
    for t in (0, 3, STEPS - 1):
        for head in range(layer.num_heads):
            u = 2 * head % FEATURES
            walk.choose(1, t * FEATURES + u)
            walk.choose_head(0, head)
            page = walk.page(1)
            check_lines(page)
            assert all(comes_to(line) is not None for line in page.lines)
            shown = {line.parts[0].symbol: line.value for line in page.lines}
            j = walk.source(0) // FEATURES
            at = {symbol: values for symbol, values in found.items() if symbol in shown}
            assert {"mix", "share", "score", "query", "key", "value", "z"} <= set(at)
            for symbol, values in at.items():
                match symbol:
                    case "share" | "score":
                        expected = values[head, t, j : j + 1]
                    case "query" | "mix":
                        expected = values[head, t]
                    case "key" | "value":
                        expected = values[head, j]
                    case "wider":
                        expected = values[t]
                    case _:
                        expected = values[t, u : u + 1]
                # One of its numbers is shown, the one that counts most.
                assert np.abs(expected - shown[symbol]).min() < 1e-5, symbol
            seen = t + 1 if getattr(layer, "causal", True) else STEPS
            rows = page.shares.rows
            assert page.shares.total == pytest.approx(shown["mix"], rel=1e-4, abs=1e-6)
            assert sum(row.numbers[1] for row in rows) == pytest.approx(1, rel=1e-5)
            assert [row.chosen for row in rows].count(True) == 1
            places = [row.place // FEATURES for row in rows if row.place is not None]
            assert set(places) <= set(range(seen)) and len(places) >= min(seen, 5)
            for row, step in zip(rows, places, strict=False):
                assert row.numbers[0] == pytest.approx(found["score"][head, t, step], abs=1e-5)
                assert row.numbers[1] == pytest.approx(found["share"][head, t, step], abs=1e-6)
                walk.choose(0, row.place)
                assert walk.page(1).line("share").value == pytest.approx(row.numbers[1])


@pytest.mark.parametrize("name", LAYERS)
def test_what_comes_back_leads_to_the_gradients_of_every_weight(name):
    walk = walked(LAYERS[name])
    found, slopes = walk.attended(0), walk.trace.slopes[0]
    start = "attention_" if found.parts else ""
    for each, rows in found.d_rows.items():
        kernel, bias = (slopes[f"{start}{each}_{part}"] for part in ("kernel", "bias"))
        assert found.x.T @ rows == pytest.approx(kernel.reshape(FEATURES, -1), rel=1e-4, abs=1e-6)
        assert rows.sum(axis=0) == pytest.approx(bias.ravel(), rel=1e-4, abs=1e-6)
    kernel = np.einsum("htd,tf->hdf", found.mix, found.dz)
    assert kernel == pytest.approx(slopes[f"{start}output_kernel"], rel=1e-4, abs=1e-6)
    # Where nothing can be seen nothing comes back from there.
    hidden = found.shares == 0
    assert not found.d_scores[hidden].any()
    assert hidden.any() == found.layer.causal


def loss_with_scores(walk: Walk, more: np.ndarray) -> float:
    """What the loss is if something is added to the scores of the first layer."""
    trace = walk.trace
    layer = trace.network.layers[0]
    w = {name: view.astype(np.float64) for name, view in layer.views.items()}
    found = attended(trace.x[0][0].astype(np.float64), w, causal=True)
    raised = np.where(np.isnan(found["score"]), 0, np.exp(found["score"] + more))
    mix = raised / raised.sum(axis=-1, keepdims=True) @ found["value"]
    z = np.einsum("htd,hdf->tf", mix, w["output_kernel"]) + w["output_bias"]
    last = trace.network.layers[1]
    y = np.tanh(z @ last.kernel.astype(np.float64) + last.bias)
    return float(((y - trace.t[0]) ** 2).mean())


def test_the_gradients_of_the_scores_are_what_nudging_them_shows():
    walk = walked(LAYERS["three heads"])
    d_scores = walk.attended(0).d_scores
    assert loss_with_scores(walk, np.zeros_like(d_scores)) == pytest.approx(walk.trace.loss)
    for head, t, j in ((0, 1, 0), (2, 4, 4), (1, 6, 2)):
        losses = []
        for nudge in (-1e-5, 1e-5):
            more = np.zeros(d_scores.shape)
            more[head, t, j] = nudge
            losses.append(loss_with_scores(walk, more))
        assert d_scores[head, t, j] == pytest.approx((losses[1] - losses[0]) / 2e-5, rel=1e-3)


@pytest.mark.parametrize("name", LAYERS)
def test_the_way_back_tells_how_the_scores_matter(name):
    before = Dense(FEATURES, "tanh")
    walk = walked(LAYERS[name], before=(before,))
    found: Attended = walk.attended(1)
    layer = walk.trace.network.layers[1]
    for t in (0, 4, STEPS - 1):
        for head in range(layer.num_heads):
            walk.choose(2, t * FEATURES + 1)
            walk.choose_head(1, head)
            j = walk.source(1) // FEATURES
            page = walk.page(walk.stops.index(("backward", 1)))
            check_lines(page)
            told = {line.parts[0].symbol: line for line in page.lines}
            assert told["∂L/∂share"].value == float(found.d_shares[head, t, j])
            assert told["∂L/∂score"].value == float(found.d_scores[head, t, j])
            for symbol in ("∂L/∂mix", "∂L/∂query", "∂L/∂w", "∂L/∂b"):
                assert comes_to(told[symbol]) is not None
            assert page.uses.total == pytest.approx(told["∂L/∂w"].value, rel=1e-4, abs=1e-6)
            # What comes back to the number that is looked at has a sum, too.
            line = walk.page(walk.stops.index(("backward", 0))).line("∂L/∂y")
            assert line.value == float(walk.trace.dy[0].ravel()[walk.units[1]])
            assert comes_to(line) == pytest.approx(line.value, rel=1e-3, abs=1e-6)
            assert len([part for part in line.parts if isinstance(part, Number)]) > 2


@pytest.mark.parametrize("name", ["three heads", "block"])
def test_of_several_samples_the_others_have_their_part_in_a_gradient(name):
    walk = walked(LAYERS[name], count=3, before=(BatchNormalization(),))
    page = walk.page(walk.stops.index(("backward", 1)))
    check_lines(page)
    assert page.line("∂L/∂w").parts[-1].symbol == "other samples"
    weight = walk.weight_of(1, bias=False)
    assert page.line("∂L/∂w").value == walk.trace.slopes[1][weight.name].ravel()[weight.index]


def test_a_path_leads_where_attention_looks_and_never_to_what_is_to_come():
    walk = walked(LAYERS["block"])
    walk.choose(1, 3 * FEATURES + 1)
    assert walk.units[0] // FEATURES <= 3
    # An input that the unit does not see belongs to a later one.
    walk.choose(0, 5 * FEATURES + 2)
    assert walk.units[:2] == [5 * FEATURES + 2, 5 * FEATURES + 1]
    walk = walked(LAYERS["sees all"])
    walk.choose(1, 3 * FEATURES + 1)
    walk.choose(0, 5 * FEATURES + 2)
    assert walk.units[:2] == [5 * FEATURES + 2, 3 * FEATURES + 1]


def test_a_head_is_chosen_kept_in_a_link_and_refused_where_there_is_none():
    walk = walked(LAYERS["three heads"])
    usual = walk.page(1).shares.caption
    other = 1 if usual.startswith("Where head 1") else 0
    walk.choose_head(0, other)
    assert walk.page(1).shares.caption.startswith(f"Where head {other + 1} looks")
    assert walk.weight.told.startswith("the weight from number")
    assert f"the mix of head {other + 1} " in walk.weight.told
    text = str(Place.of(walk, "train", 0, 1))
    assert text.endswith(f",0:{other}")
    twin = walked(LAYERS["three heads"])
    assert Place.read(text).lead(twin) == 1 and twin.page(1) == walk.page(1)
    # A link that was made with another network.
    assert Place.read("train:1,1,0:0:0,0:w,0:9:1:0:7:0").lead(twin) == 1 and twin.heads == {}
    for head, layer in ((3, 0), (-1, 0), (0, 1)):
        with pytest.raises(ValueError, match="heads of attention"):
            walk.choose_head(layer, head)
    with pytest.raises(ValueError, match="expected such as"):
        Place.read("train:1,1,0:0:0,0:w,0:1:2")


def test_bias_and_weight_are_followed_to_their_update():
    for name, kernel, bias in (
        ("one head", "output_kernel", "output_bias"),
        ("block", "narrower_kernel", "narrower_bias"),
    ):
        walk = walked(LAYERS[name])
        assert walk.has_bias(0) and walk.weighted[0] == 0
        for of_bias, array in ((False, kernel), (True, bias)):
            walk.follow(0, of_bias)
            assert walk.weight.name == array
            rows = walk.page(1).terms.rows
            assert [row.chosen for row in rows if row.name == "bias"] == [of_bias]
            new = walk.page(len(walk.stops) - 2).line(f"new {walk.weight.symbol}")
            place = walk.trace.place(0, array, walk.weight.index)
            assert new.value == walk.update.after[place] != walk.update.before[place]


def test_steps_of_a_text_are_named_by_their_characters():
    model = Sequential([Embedding(4, 4), TransformerBlock(1, 2, 3), Dense(4, "softmax")])
    model.compile(SGD(0.1), "categorical_crossentropy", engine="numpy")
    model.build((4,), 1)
    model.classes = ("\n", " ", "b", "c")
    data = Dataset(np.array([[3, 1, 2, 0]], np.uint8), np.array([[1, 2, 0, 3]]), 4)
    walk = Walk(model, data, model.optimizer)
    names = {row.name for row in walk.page(2).shares.rows}
    assert names == {"step 1, “c”", "step 2, “␣”", "step 3, “b”", "step 4, “↵”"}
    assert walk.names.of(3, 1) == "output “␣” of step 1"
    stops = ["1 Embedding", "2 Transformer", "3 Dense"]
    assert [walk.short(stop) for stop in (1, 2, 3)] == stops


def test_numbers_that_have_become_nan_are_shown_as_such():
    walk = walked(LAYERS["block"], before=(Activation("tanh"),))
    model = copy.copy(walk.trace.network)
    model.parameters[:] = np.nan
    data = Dataset(walk.trace.raw, walk.trace.t)
    broken = Walk(model, data, model.optimizer)
    for stop in range(len(broken.stops)):
        assert broken.page(stop).lines
    assert math.isnan(broken.page(2).line("share").value)

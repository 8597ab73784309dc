"""Layers of every kind are written as text, read back, and refused with a sentence."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import AveragePooling2D, Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Rescaling
from nn.activations import ACTIVATIONS
from nn.experiment.layer_settings import KINDS, LayerSettings, described, fewest_arguments
from nn.experiment.layer_text import (
    MAX_LAYERS,
    MAX_UNITS,
    read_layer,
    read_layers,
    read_output,
    write_layer,
    write_layers,
    write_manner,
    write_size,
)
from nn.initializers import INITIALIZERS
from nn.layers import LAYERS

SIZES = st.integers(1, MAX_UNITS)
PAIRS = SIZES.map(str) | st.tuples(SIZES, SIZES).map(lambda pair: f"{pair[0]}x{pair[1]}")
RATES = st.floats(0, 1, exclude_max=True).map(repr)
WORDS = {
    "activation": st.sampled_from(list(ACTIVATIONS)),
    "initializer": st.sampled_from(list(INITIALIZERS)),
    "bias": st.sampled_from(["bias", "nobias"]),
    "padding": st.sampled_from(["same", "valid", "padding=same"]),
    "strides": PAIRS.map("strides={}".format),
    "stride": SIZES.map("strides={}".format),
    "momentum": RATES.map("momentum={}".format),
    "epsilon": st.floats(1e-12, 10).map("epsilon={}".format),
    "scale": st.floats(-10, 10).map("scale={}".format),
    "causal": st.just("causal"),
    "sequences": st.sampled_from(["return_sequences=false", "return_sequences=true"]),
    "forget": st.just("unit_forget_bias=false"),
    "look": st.sampled_from(["causal=false", "causal=true"]),
    "zero": st.sampled_from(["mask_zero=false", "mask_zero=true"]),
}
GENERAL = ("activation", "initializer", "bias")
TAKEN = {
    "": ([SIZES.map(str)], GENERAL),
    "dense": ([SIZES.map(str)], GENERAL),
    "conv2d": ([SIZES.map(str), PAIRS], (*GENERAL, "padding", "strides")),
    "maxpool": ([PAIRS], ("padding", "strides")),
    "avgpool": ([PAIRS], ("padding", "strides")),
    "globalavgpool": ([], ()),
    "flatten": ([], ()),
    "dropout": ([RATES], ()),
    "batchnorm": ([], ("momentum", "epsilon")),
    "activation": ([], ("activation",)),
    "rescaling": ([], ("scale",)),
    "conv1d": ([SIZES.map(str), SIZES.map(str)], (*GENERAL[:2], "causal", "stride")),
    "rnn": ([SIZES.map(str)], ("initializer", "sequences")),
    "gru": ([SIZES.map(str)], ("initializer", "sequences")),
    "lstm": ([SIZES.map(str)], ("initializer", "sequences", "forget")),
    "embedding": ([SIZES.map(str)], ("zero",)),
    "position": ([], ()),
    "layernorm": ([], ("epsilon",)),
    "attention": ([SIZES.map(str), SIZES.map(str)], ("look",)),
    "transformer": ([SIZES.map(str)] * 3, ()),
}


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A layer as people may write it: the words in any order, with spaces or without."""
    kind = draw(st.sampled_from(list(TAKEN)))
    first, words = TAKEN[kind]
    chosen = draw(st.lists(st.sampled_from(words), unique=True)) if words else []
    parts = [kind] if kind else []
    parts += [draw(value) for value in first] + [draw(WORDS[name]) for name in chosen]
    return draw(st.sampled_from([":", " : "])).join(parts)


def test_every_kind_is_tried():
    assert set(KINDS) == TAKEN.keys() - {""}
    assert set(KINDS.values()) <= LAYERS.keys()


@given(st.lists(texts(), min_size=1, max_size=MAX_LAYERS))
def test_what_is_written_is_read_back(parts):
    layers = read_layers(",".join(parts))
    text = write_layers(layers)
    assert read_layers(text) == layers
    assert write_layers(read_layers(text)) == text
    for layer in layers:
        assert write_layer(layer) == ":".join(
            filter(None, [write_size(layer), write_manner(layer)])
        )


@given(texts())
def test_a_layer_that_is_made_is_described_by_its_settings(text):
    settings = read_layer(text)
    layer = settings.make("tanh", "glorot_uniform", "zeros", True)
    again = described(layer)
    assert (again.kind, again.units) == (settings.kind, settings.units)
    assert again.options == settings.options
    assert again.activation in (settings.activation, "tanh", None)
    assert write_size(again) == write_size(settings)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("100", "100"),
        ("dense:100:nobias:relu", "100:relu:nobias"),
        ("conv2d:16:5x5:strides=2x2:relu", "conv2d:16:5:relu:strides=2"),
        ("conv2d:16:5:2", "conv2d:16:5:strides=2"),
        ("conv2d:filters=8:kernel_size=5x3:valid", "conv2d:8:5x3"),
        ("conv2d:8:3:strides=2x1:same:he_normal", "conv2d:8:3:he_normal:same:strides=2x1"),
        ("maxpool", "maxpool:2"),
        ("maxpool:3:strides=3", "maxpool:3"),
        ("avgpool:2x3:strides=1", "avgpool:2x3:strides=1"),
        ("dropout:.30", "dropout:0.3"),
        ("batchnorm:momentum=0.99", "batchnorm"),
        ("batchnorm:momentum=0.9:epsilon=1e-5", "batchnorm:momentum=0.9:epsilon=1e-05"),
        ("activation:leaky_relu", "activation:leaky_relu"),
        ("conv1d:8:3:1:causal:relu", "conv1d:8:3:relu:causal"),
        ("gru:32:return_sequences=true", "gru:32"),
        ("gru:32:return_sequences=false:he_normal", "gru:32:he_normal:return_sequences=false"),
        ("lstm:8:unit_forget_bias=false", "lstm:8:unit_forget_bias=false"),
        ("activation", "activation"),
        ("globalavgpool", "globalavgpool"),
        ("none", "none"),
    ],
)
def test_texts_are_canonical(text, canonical):
    assert write_layers(read_layers(text)) == canonical


def test_an_example_of_all_there_is_stays_as_it_is():
    text = (
        "conv2d:16:5:linear:nobias:strides=2,batchnorm:momentum=0.9,activation:relu,"
        "conv2d:32:3:relu:same,maxpool:2,avgpool:2:strides=1,dropout:0.3,globalavgpool,flatten,"
        "64:relu:he_normal:nobias,10"
    )
    layers = read_layers(text)
    assert write_layers(layers) == text
    assert [layer.kind for layer in layers][:4] == [
        *("Conv2D", "BatchNormalization", "Activation", "Conv2D")
    ]
    assert layers[-1] == LayerSettings(10)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "expected units, 1 to 4,096, or a kind of layer (dense, conv2d, …), not ''"),
        ("8,wide", "… not 'wide', in layer 2"),
        ("conv2d:8", "expected conv2d:filters:kernel_size, and then …; kernel_size is missing"),
        ("conv2d:relu", "expected conv2d:filters:kernel_size, …; filters, kernel_size is missing"),
        ("flatten,conv2d:0:3", "expected a whole number from 1 to 4,096 as filters …, in layer 2"),
        (
            "conv2d:8:3x3x3",
            "expected a number or a pair such as 5x3, not '3x3x3' as kernel_size …",
        ),
        ("conv2d:8:3:strides=", "expected a whole number … as strides of conv2d"),
        ("conv2d:8:3:full", "expected conv2d:filters:kernel_size, … padding=, not 'full'"),
        ("conv2d:8:3:padding=full", 'padding must be "valid" or "same", got \'full\''),
        ("conv2d:8:3:pool_size=2", "expected conv2d:…, not 'pool_size'"),
        ("conv2d:8:3:kernel_regularizer=2", "expected conv2d:…, not 'kernel_regularizer'"),
        ("conv2d:8:3:relu:tanh", "expected an activation only once"),
        ("9:zeros:he_normal", "expected an initializer only once"),
        ("9:bias:nobias", "expected bias or nobias only once"),
        ("maxpool:2:same:valid", "expected padding of maxpool only once"),
        ("maxpool:2:relu", "expected maxpool:pool_size, and then strides=, padding=, not 'relu'"),
        ("dropout", "expected dropout:rate; rate is missing"),
        ("dropout:1", "rate must be from 0 to below 1, got 1.0"),
        ("dropout:rate=nan", "expected a number from … as rate of dropout"),
        ("flatten:relu", "expected flatten, not 'relu'"),
        ("batchnorm:epsilon=0", "epsilon must be above 0, got 0.0"),
        (",".join(["9"] * 41), "expected at most 40 layers"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(text, sentence):
    with pytest.raises(ValueError) as refused:
        read_layers(text)
    assert re.fullmatch(re.escape(sentence).replace("…", ".*"), str(refused.value))


@given(st.text("conv2dmaxpoolflatten:=,x0123456789.-e ", max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        layers = read_layers(text)
    except ValueError as error:
        assert 10 < len(str(error)) < 300
    else:
        assert read_layers(write_layers(layers)) == layers


def test_the_output_layer_has_words_and_no_units():
    assert read_output("softmax:nobias") == LayerSettings(activation="softmax", use_bias=False)
    assert write_layer(read_output(" he_normal ")) == "he_normal"
    for text in ("9", "conv2d", "relu:relu"):
        with pytest.raises(ValueError, match="^expected "):
            read_output(text)


def test_a_layer_is_told_by_as_few_arguments_as_make_it():
    assert fewest_arguments(Conv2D(8, 3, padding="same", use_bias=False)) == {
        "filters": 8,
        "kernel_size": (3, 3),
        "padding": "same",
        "use_bias": False,
    }
    assert fewest_arguments(AveragePooling2D(2)) == {}
    assert fewest_arguments(MaxPooling2D(3, strides=2)) == {"pool_size": (3, 3), "strides": (2, 2)}
    assert fewest_arguments(Rescaling(np.ones(3))).keys() == {"scale"}
    assert fewest_arguments(Flatten()) == {}


def test_layers_that_no_text_can_say_are_refused():
    class Doubling(Dropout):
        pass

    with pytest.raises(ValueError, match="a Doubling layer cannot be said as text"):
        described(Doubling(0.5))
    with pytest.raises(ValueError, match="Rescaling has an array as scale"):
        described(Rescaling(np.ones(3)))
    assert described(Dense(3)) == LayerSettings(3, "linear", None, True)

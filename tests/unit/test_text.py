"""Texts become numbers and windows, and networks go on writing them."""

from __future__ import annotations

import gzip
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data.text import (
    MAX_BYTES,
    OTHER,
    Alphabet,
    bigram_bits,
    gzip_bits,
    read_text,
    windows,
)
from nn.elsewhere import BelongsElsewhere
from nn.engine.numpy import NumpyEngine
from nn.layers import (
    GRU,
    LSTM,
    Conv1D,
    Dense,
    Embedding,
    Layer,
    PositionEmbedding,
    TransformerBlock,
)
from nn.model import Sequential
from nn.writing import Writer, tempered


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b" \n", "the text is empty"),
        (b"ab\xff", "not in UTF-8, as byte 3 shows: save it as UTF-8"),
        (b"a\0b", "no characters"),
        (b"\x80\x04\x95", "this is a pickle, which can run programs: not opened"),
        (b"PK\x03\x04....", "this is an archive, not a text: unpack it"),
        (gzip.compress(b"a text"), "this is an archive, not a text: unpack it"),
        (b"a" * (MAX_BYTES + 100_000), r"has 5\.1 MB; texts of up to 5 MB"),
    ],
)
def test_a_text_that_cannot_be_learned_is_refused(content: bytes, message: str):
    with pytest.raises(ValueError, match=message):
        read_text(content)


def test_a_picture_is_for_another_lab():
    with pytest.raises(BelongsElsewhere, match="a picture, not a text") as refused:
        read_text(b"\xff\xd8\xff\xe0 and so on")
    assert refused.value.lab == "digits"


def test_marks_and_line_ends_of_any_system_are_one():
    assert read_text("\ufeffä\r\nb\rc\n".encode()) == "ä\nb\nc\n"


@given(st.text(min_size=2).filter(lambda text: len(set(text)) > 1 and len(set(text)) < 100))
def test_a_text_comes_back(text: str):
    alphabet = Alphabet.of(text)
    numbers = alphabet.encode(text)
    assert numbers.dtype == np.uint8 and alphabet.decode(numbers) == text


def test_rare_characters_are_merged():
    text = "".join(chr(0x4E00 + i) * (i + 1) for i in range(200))
    alphabet = Alphabet.of(text, most=50)
    assert len(alphabet) == 50 and alphabet.characters[-1] == OTHER
    frequent = {c for c, _ in Counter(text).most_common(49)}
    assert set(alphabet.characters[:-1]) == frequent
    assert set(alphabet.decode(alphabet.encode(text))) == {*frequent, OTHER}
    assert alphabet.encode("x").tolist() == [49]


def test_alphabets_are_checked():
    with pytest.raises(ValueError, match="does not know the character 'x'"):
        Alphabet("ab").encode("abx")
    with pytest.raises(ValueError, match="2 to 256 characters, not 1"):
        Alphabet.of("aaaa")
    with pytest.raises(ValueError, match="twice"):
        Alphabet("aba")


def test_each_character_of_a_window_is_labelled_with_the_next():
    alphabet = Alphabet.of("to be or not to be")
    numbers = alphabet.encode("to be or not to be")
    data = windows(numbers, 5, alphabet)
    assert len(data) == 3 and data.classes == len(alphabet)
    assert np.array_equal(data.inputs.ravel(), numbers[:15])
    assert np.array_equal(data.targets.ravel(), numbers[1:16])
    with pytest.raises(ValueError, match="it takes at least 31"):
        windows(numbers, 30, alphabet)


def test_yardsticks_are_what_they_say():
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 8, 20_000)
    assert bigram_bits(noise[:10_000], noise[10_000:], 8) == pytest.approx(3, abs=0.03)
    # a is followed by b or c, equally often; b and c by a.
    text = np.zeros(20_000, np.intp)
    text[1::2] = rng.integers(1, 3, 10_000)
    assert bigram_bits(text[:10_000], text[10_000:], 3) == pytest.approx(0.5, abs=0.01)
    words = " ".join(map(str, range(5_000)))
    assert gzip_bits(words, words[-20_000:]) < 0.2
    letters = "".join(map(chr, rng.integers(97, 97 + 16, 20_000)))
    assert 4 < gzip_bits(letters[:10_000], letters[10_000:]) < 4.8


def made(body: list[Layer], steps: int = 6) -> Sequential:
    model = Sequential([Embedding(5, 4), *body, Dense(5, "softmax")])
    model.compile("sgd", "categorical_crossentropy", engine=NumpyEngine())
    model.build((steps,), 1)
    model.parameters += np.random.default_rng(2).normal(0, 0.5, model.parameters.shape)
    return model


@pytest.mark.parametrize(
    "body",
    [
        [GRU(6, return_sequences=True), LSTM(3, return_sequences=True)],
        [PositionEmbedding(), TransformerBlock(2, 2, 5)],
    ],
    ids=["recurrent", "attention"],
)
def test_what_is_likely_next_is_what_the_network_says_of_all_before(body):
    model = made(body)
    numbers = [3, 1, 4, 1, 0, 2]
    writer = Writer(model)
    expected = model.predict(np.array([numbers], np.uint8))[0]
    for t, number in enumerate(numbers):
        np.testing.assert_allclose(writer.read([number]), expected[t], atol=1e-6)
    writer.reset()
    np.testing.assert_allclose(writer.read(numbers), expected[-1], atol=1e-6)


def test_a_state_goes_on_beyond_the_window():
    short, long = made([GRU(6, return_sequences=True)]), made([GRU(6, return_sequences=True)], 20)
    numbers = np.random.default_rng(3).integers(0, 5, 20).astype(np.uint8)
    found = Writer(short).read(numbers)
    np.testing.assert_allclose(found, long.predict(numbers[np.newaxis])[0, -1], atol=1e-6)


def test_where_places_are_used_up_the_last_half_is_read_anew():
    model = made([PositionEmbedding(), TransformerBlock(2, 2, 5)])
    numbers = [3, 1, 4, 1, 0, 2, 3, 3]
    found = Writer(model).read(numbers)
    again = np.array([[*numbers[3:], 0]], np.uint8)
    np.testing.assert_allclose(found, model.predict(again)[0, 4], atol=1e-6)
    # With a single place nothing is left to read anew.
    model = made([PositionEmbedding(), TransformerBlock(1, 2, 3)], 1)
    alone = model.predict(np.array([[3]], np.uint8))[0, 0]
    np.testing.assert_allclose(Writer(model).read([1, 2, 3]), alone, atol=1e-6)


def test_characters_are_drawn_by_how_likely_they_are():
    model = made([GRU(6, return_sequences=True)])
    writer = Writer(model)
    with pytest.raises(ValueError, match="read at least one character first"):
        next(writer.write(1))
    shares = writer.read([2]).copy()
    drawn = []
    rng = np.random.default_rng(5)
    for _ in range(3_000):
        writer.reset()
        writer.read([2])
        drawn += writer.write(1, rng=rng)
    np.testing.assert_allclose(np.bincount(drawn, minlength=5) / 3_000, shares, atol=0.04)

    def written(temperature: float, seed: int) -> list[int]:
        writer.reset()
        writer.read([2])
        return list(writer.write(30, temperature, seed))

    assert written(1.0, 1) == written(1.0, 1) != written(1.0, 2)
    # At 0 the likeliest, whatever is drawn.
    assert written(0.0, 1) == written(0.0, 2)
    assert written(0.0, 1)[0] == shares.argmax()


def test_temperature_makes_likely_ones_likelier_or_less_so():
    shares = np.array([0.5, 0.3, 0.2, 0.0])
    np.testing.assert_allclose(tempered(shares, 1.0), shares, atol=1e-12)
    assert tempered(shares, 0.0).tolist() == [1, 0, 0, 0]
    entropies = [-np.sum(p[:3] * np.log(p[:3])) for p in (tempered(shares, t) for t in (0.5, 1, 3))]
    assert entropies == sorted(entropies) and entropies[-1] < math.log(3)
    with pytest.raises(ValueError, match="temperature must not be negative, got -1"):
        tempered(shares, -1)


@pytest.mark.parametrize(
    ("layers", "shape"), [([Dense(3)], (3,)), ([Embedding(5, 2), Conv1D(2, 2)], (4,))]
)
def test_networks_that_do_not_write_are_refused(layers, shape):
    model = Sequential(layers)
    model.build(shape, 1)
    with pytest.raises(ValueError, match=r"a network that writes makes \(steps, characters\)"):
        Writer(model)

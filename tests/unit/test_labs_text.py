"""The lab of texts: what is learnt, with what settings, and what comes back from files."""

import json
from dataclasses import replace

import numpy as np
import pytest

from nn import Dense, Embedding, Sequential
from nn.data.text import OTHER, Alphabet, parted
from nn.data.texts import TEXTS, built_in
from nn.experiment.experiment import Experiment
from nn.experiment.layer_text import read_layers
from nn.experiment.settings import SettingsError, parse
from nn.labs import text
from nn.labs.homes import home_of
from nn.labs.kept_text import pack_text, unpack_text
from nn.labs.text import DEFAULTS, PRESETS
from nn.labs.text_memory import SIGNS, follows_best, remembering
from nn.labs.text_source import TextSource, suggested
from nn.metrics import bits_per_character
from nn.progress import exhaust

SMALL = replace(DEFAULTS, hidden=read_layers("embedding:4,gru:8"), steps=8, epochs=1)
MINE = TextSource("to be or not to be, that is the question\n" * 40, "mine.txt")


def experiment_of(source: TextSource, settings: text.TextSettings = SMALL) -> Experiment:
    return Experiment(settings, source.task(settings))


def train(experiment: Experiment, source: TextSource, settings: text.TextSettings = SMALL) -> None:
    learnt = source.data(settings, text.alphabet_of(experiment.model))
    exhaust(experiment.train(settings, learnt.parts[0], None, 1e9))


@pytest.mark.parametrize("name", TEXTS)
def test_texts_come_along_and_are_clean(name):
    found = built_in(name)
    assert 50_000 < len(found) < 200_000 and found.endswith("\n")
    assert "\r" not in found and "Gutenberg" not in found and OTHER not in found
    assert len(Alphabet.of(found)) < 80


def test_names_are_all_different():
    names = built_in("places").splitlines()
    assert len(set(names)) == len(names) == 8_000


@pytest.mark.parametrize("name", PRESETS)
def test_presets_make_networks_that_say_what_comes_next(name):
    settings = PRESETS[name]
    source = TextSource()
    text.check(settings, source.task(settings))
    model = experiment_of(source, settings).model
    characters = len(source.alphabet(settings))
    assert model.input_shape == (settings.steps,)
    assert model.output_shape == (settings.steps, characters)
    text.check_model(model)
    assert home_of(model) == "Text"


def test_it_learns_more_than_which_character_follows_which():
    source = TextSource("".join(f"{n % 4}abc{n % 4}\n" for n in range(600)))
    settings = replace(SMALL, hidden=read_layers("embedding:8,gru:16"), epochs=30)
    experiment = experiment_of(source, settings)
    learnt = source.data(settings, source.alphabet(settings))
    exhaust(experiment.train(settings, learnt.parts[0], None, 1e9))
    test = learnt.parts[1]
    loss = experiment.model.evaluate(test.inputs, test.targets).loss
    assert bits_per_character(loss) < 0.5 * learnt.yardsticks[0]


@pytest.mark.parametrize(
    ("hidden", "problem"),
    [
        ("gru:8", "begin with embedding:32"),
        ("8", "begin with embedding:32"),
        ("embedding:8,gru:8:return_sequences=false", "answers once"),
        ("embedding:8,flatten", "answers once"),
        ("embedding:8,conv1d:8:3:causal", "with Conv1D nothing can be written step by step"),
        ("embedding:8,attention:2:4:causal=false", "with MultiHeadAttention nothing"),
    ],
)
def test_networks_that_cannot_write_are_refused(hidden, problem):
    settings = replace(SMALL, hidden=read_layers(hidden))
    with pytest.raises(SettingsError) as refused:
        text.check(settings, MINE.task(settings))
    assert problem in refused.value.problems["hidden"]


def test_windows_that_do_not_fit_are_refused():
    short = TextSource("to be or not to be")
    with pytest.raises(SettingsError) as refused:
        _ = short.data(replace(SMALL, steps=32), short.alphabet(SMALL)).parts
    assert "takes at least 66" in refused.value.problems["steps"].replace("take at", "takes at")
    fitting = suggested(SMALL, TextSource("to be or not to be " * 10))
    assert fitting.steps <= 9


def test_the_held_out_end_is_not_learnt():
    alphabet = Alphabet("abc")
    train_part, test = parted("a" * 900 + "b" * 100, alphabet, 9, 0.1)
    assert (train_part.inputs == 0).all() and (test.inputs == 1).all()


# ---- Files.


def test_a_saved_network_knows_its_alphabet_and_goes_on():
    experiment = experiment_of(MINE)
    train(experiment, MINE)
    again = Experiment.loaded(experiment.saved().encode())
    text.check_model(again.model)
    assert text.alphabet_of(again.model) == MINE.alphabet(SMALL)
    base = replace(DEFAULTS, steps=8)
    assert again.settings(base, text.task(base, text.alphabet_of(again.model))) == SMALL
    assert MINE.for_network(SMALL, again.model) is MINE
    other = TextSource("другой текст " * 50)
    assert other.for_network(SMALL, again.model).without == MINE.alphabet(SMALL)
    assert experiment_of(TextSource()).model.classes == tuple(
        TextSource().alphabet(SMALL).characters
    )


def test_what_was_learnt_and_is_not_here_is_said():
    lost = TextSource(without=Alphabet("abc"))
    with pytest.raises(ValueError, match="which is not open"):
        lost.text(SMALL)
    assert "in 3 characters" in lost.told()


@pytest.mark.parametrize("source", [TextSource(), MINE, TextSource(without=Alphabet("abc"))])
def test_what_is_kept_comes_back(source):
    again = unpack_text(pack_text(source))
    assert (again.own, again.name, again.without) == (source.own, source.name, source.without)


def test_other_networks_are_not_for_this_lab():
    model = Sequential([Embedding(3, 2), Dense(3, "softmax")])
    model.build((8,), 1)
    model.compile(loss="categorical_crossentropy")
    with pytest.raises(ValueError, match="does not say which characters"):
        text.check_model(model)
    model.classes = ("a", "b", "cc")
    with pytest.raises(ValueError, match="does not say which characters"):
        text.check_model(model)
    model.classes = ("a", "b", "c")
    text.check_model(model)
    plain = Sequential([Dense(3, "softmax")])
    plain.build(8, 1)
    with pytest.raises(ValueError, match="after each character"):
        text.check_model(plain)


def test_classes_of_sequences_are_as_many_as_characters():
    saved = json.loads(experiment_of(MINE).saved())
    saved["classes"] = saved["classes"][:-1]
    with pytest.raises(ValueError, match="classes has"):
        Experiment.loaded(json.dumps(saved).encode())


def test_settings_come_back_from_a_link():
    fields = PRESETS["Attention"].fields()
    assert parse(fields, DEFAULTS) == PRESETS["Attention"]


# ---- What is remembered.


def remembered(hidden: str, words: str):
    experiment = experiment_of(MINE, replace(SMALL, hidden=read_layers(hidden)))
    *_, memory = remembering(experiment.model, MINE.alphabet(SMALL), words)
    return experiment.model, memory


def test_what_each_unit_is_at_each_character():
    model, memory = remembered("embedding:4,gru:6", "to be or")
    assert len(memory.units()) == 6 and not any(unit.looks for unit in memory.units())
    layer = model.layers[1]
    x = model.layers[0].embeddings[MINE.alphabet(SMALL).encode("to be or")][np.newaxis]
    state: dict[str, np.ndarray] = {}
    for t in range(8):
        h = layer.step(x[:, t], state)
        assert [memory.of(unit)[t] for unit in memory.units()] == pytest.approx(h[0], abs=1e-6)


def test_where_each_head_looks():
    _, memory = remembered("embedding:8,position,transformer:2:4:16", "to be or")
    heads = memory.units()
    assert len(heads) == 2 and all(unit.looks for unit in heads)
    for place in (0, 3, 7):
        looks = memory.looks_of(heads[1], place)
        assert looks.sum() == pytest.approx(1) and (looks[place + 1 :] == 0).all()


def test_a_longer_text_than_there_are_places_is_read_too():
    _, memory = remembered("embedding:8,position,transformer:2:4:16", "to be or not to be" * 2)
    looks = memory.looks_of(memory.units()[0], 35)
    assert looks.shape == (36,) and looks.sum() == pytest.approx(1)


def test_the_unit_that_follows_something_is_found():
    _, memory = remembered("embedding:4,gru:6", "to be or not to be,\nthat is the question\n")
    unit, how = follows_best(memory, "how long the line is")
    line = [place if place < 20 else place - 20 for place in range(41)]
    correlations = [abs(np.corrcoef(memory.of(each), line)[0, 1]) for each in memory.units()]
    assert abs(how) == pytest.approx(max(correlations), abs=0.05)
    assert memory.units().index(unit) == int(np.argmax(correlations))
    assert follows_best(memory, "capital letters") is None


def test_signs_say_what_they_are_called():
    words = "It's 'so said', she.\nAh \"no\""
    signs = {name: sign(words).astype(int).tolist() for name, sign in SIGNS.items()}
    assert signs["capital letters"] == [int(each.isupper()) for each in words]
    inside = "".join(c for c, each in zip(words, signs["quotation marks"], strict=True) if each)
    assert inside == "'so said\"no"
    assert signs["how long the line is"][:3] == [0, 1, 2] and signs["how long the line is"][21] == 0
    assert signs["how long the word is"][:4] == [1, 2, 0, 1]

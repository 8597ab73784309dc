"""A comparison's file says what is tried, and what is wrong with it."""

from dataclasses import replace

import pytest

from nn.experiment import comparison_file
from nn.experiment.comparison_file import TableColumns, dumps, outline
from nn.experiment.fields import SettingsError
from nn.experiment.settings import Settings, layers
from nn.labs.digits import KNOWN_COMPARISON, PRESETS, DigitsSettings

BASE = DigitsSettings()


def plan(text: str, base: Settings = BASE):
    return comparison_file.plan(outline('lab = "digits"\n' + text), base)


def test_a_grid_and_single_runs():
    found = plan(
        """
        [settings]
        epochs = 2
        useBias = true
        [vary]
        hidden = ["10", "20,10"]
        learningRate = [0.1, 1e-3]
        [[run]]
        hidden = "conv2d:8:3,flatten"
        epochs = 3
        [[run]]
        """
    )
    assert found.halving is None
    assert len(found.settings) == len(found.runs) == 6
    assert all(one.use_bias for one in found.runs)
    assert [one.epochs for one in found.runs] == [2, 2, 2, 2, 3, 2]
    assert [one.learning_rate for one in found.runs] == [0.1, 0.001, 0.1, 0.001, 0.2, 0.2]
    assert found.runs[2].hidden == layers(20, 10)


@pytest.mark.parametrize(
    ("line", "seeds"), [("seeds = 3", (7, 8, 9)), ("seeds = [1, 5]", (1, 5)), ("", (7,))]
)
def test_several_seeds(line, seeds):
    found = plan(f"{line}\n[settings]\nseed = 7\n[vary]\nbatchSize = [1, 2]")
    assert found.seeds == (seeds, seeds)
    assert [(one.batch_size, one.seed) for one in found.runs] == [
        (size, seed) for size in (1, 2) for seed in seeds
    ]


def test_settings_that_differ_in_their_seeds_are_one():
    found = plan("[vary]\nseed = [3, 4, 3]\nbatchSize = [1, 2]")
    assert len(found.settings) == 2 and found.seeds == ((3, 4), (3, 4))


def test_some_are_drawn_and_halved():
    text = """
        random = 12
        halving = 3
        [vary]
        hidden = ["10", "20"]
        learningRate = { from = 0.001, to = 0.1, log = true }
        batchSize = { from = 1, to = 64 }
        """
    found = plan(text)
    assert len(found.settings) == 12 and found.halving == 3
    assert found == plan(text) != plan(text, replace(BASE, seed=2))


@pytest.mark.parametrize("runs", [[settings for settings, _ in KNOWN_COMPARISON], [BASE], []])
def test_what_is_written_is_read(runs):
    text = dumps("digits", [*runs, *PRESETS.values()])
    assert (
        comparison_file.plan(outline(text), BASE).runs
        == [*runs, *PRESETS.values()][len(runs) == 1 :]
    )


def test_a_table_is_written_and_read():
    table = TableColumns(
        'a "b".csv', ("x\ty", "ü\x7f"), ("z",), ("z",), ("w",), {"x y": "category"}
    )
    found = outline(dumps("colours", [BASE], table))
    assert (found.lab, found.table) == ("colours", table)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = ", "not TOML"),
        ("x = 1", "'x' is not known; expected lab"),
        ("[settings]\nepochs = 1", "add a part \\[vary\\], or"),
        ("run = 3", "two brackets"),
        ("[run]\nepochs = 3", "two brackets"),
        ("settings = 3", "expected lines such as epochs = 5"),
        ("[settings]\nepoch = 1", "'epoch' is no setting; expected hidden, "),
        ("[vary]\nepochs = 3", "\\[vary\\] epochs: expected a list of values"),
        ("[vary]\nepochs = []", "expected a list of values"),
        ("[vary]\nepochs = {from = 1, to = 2}", "expected a list of values"),
        ("[vary]\nepochs = [[1]]", "epochs: expected a text or a number"),
        ("random = 3", "add a part \\[vary\\]"),
        ("random = 0\n[vary]\nepochs = [1]", "random: expected a whole number from 1"),
        ("random = 3\n[vary]\nepochs = {from = 1}", "expected { from = 1, to = 10, log"),
        ("random = 3\n[vary]\nepochs = {from = 4, to = 2}", "epochs: expected from below to"),
        ("random = 3\n[vary]\nl1 = {from = 0, to = 1, log = true}", "l1: a logarithmic span"),
        ("random = 3\n[vary]\nl1 = {from = 0, to = 1, power = 2}", "expected { from = 1"),
        ("halving = 1\n[vary]\nepochs = [1]", "halving: expected a whole number from 2"),
        ("halving = true\n[vary]\nepochs = [1]", "halving: expected a whole number from 2"),
        ("seeds = []\n[vary]\nepochs = [1]", "seeds: expected how many"),
        ("seeds = 1001\n[vary]\nepochs = [1]", "seeds: at most 1,000"),
        ("seeds = 'x'\n[vary]\nepochs = [1]", "seeds: expected a whole number from 1"),
        ("seeds = 900\n[vary]\nbatchSize = [1,2,3,4,5,6,7,8,9,10,11,12]", "10,800 runs"),
        ("table = 1", "\\[table\\]: expected file"),
        ("[table]\ninputs = ['a']", "\\[table\\]: expected file = "),
        ("[table]\nfile = 'a'\ninputs = 'a'", "inputs: expected a list of columns"),
        ("[table]\nfile = 'a'\nkinds = [1]", "kinds: expected {"),
        ("[table]\nfile = 1", "file: expected a text"),
        ("preset = 1", "preset: expected a text"),
    ],
)
def test_what_makes_no_sense_is_said(text, problem):
    with pytest.raises(ValueError, match=problem):
        plan(text)


def test_a_file_says_which_lab_it_is_for():
    with pytest.raises(ValueError, match='does not say lab = "digits"'):
        outline("[vary]\nepochs = [1]")


def test_fields_that_make_no_sense_are_named():
    with pytest.raises(SettingsError) as caught:
        plan("[vary]\nepochs = [-1]\nhidden = ['x']")
    assert set(caught.value.problems) == {"epochs", "hidden"}

"""Networks go from one format to another, and every command takes and gives any of them."""

import numpy as np
import pytest

import nn
from nn import formats
from nn.__main__ import main
from nn.experiment.experiment import Experiment
from nn.formats.weights import Training
from nn.layers import Dense, Rescaling
from nn.model import Sequential
from tests.unit.format_cases import built, every_kind
from tests.unit.weights_files import named


def test_the_command_converts(tmp_path, capsys):
    source, middle, back = (tmp_path / name for name in ("a.json", "b.safetensors", "c.json"))
    source.write_bytes(formats.dumps(named(), ".json", Training(2, 120, 0.75, {"seed": "1"})))
    assert main(["convert", str(source), str(middle)]) == 0
    assert capsys.readouterr().out == f"wrote {middle}, {middle.stat().st_size:,} bytes\n"
    assert main(["convert", str(middle), str(back)]) == 0
    assert back.read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    ("source", "destination", "message"),
    [
        ("a.json", "b.doc", "unknown kind of file '.doc'; expected one of: .json, ."),
        ("none.json", "b.json", "there is no file "),
        ("a.json", "none/b.json", "there is no folder "),
        ("a.json", "b.json", "a.json: the file is JSON, but not weights"),
    ],
)
def test_the_command_says_what_is_wrong(source, destination, message, tmp_path, capsys):
    (tmp_path / "a.json").write_text("[]")
    assert main(["convert", str(tmp_path / source), str(tmp_path / destination)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"nn: {message}") and error.count("\n") == 1


def suiting(suffix: str) -> Sequential:
    """A network that a format can hold, as much of nn as there can be."""
    if suffix != ".brain.json":
        return every_kind()
    layers = [Dense(4, "tanh"), Dense(2, "tanh")]
    return built(Sequential(layers, Rescaling(0.5, -0.25)), 3)


@pytest.mark.parametrize("suffix", formats.FORMATS)
def test_a_network_goes_through_any_format(suffix, tmp_path, capsys):
    first, middle, last = tmp_path / "a.json", tmp_path / f"b{suffix}", tmp_path / "c.json"
    model = suiting(suffix)
    model.save(first)
    assert main(["convert", str(first), str(middle)]) == 0
    if not formats.FORMATS[suffix].beside:
        # Content says what it is.
        middle = middle.rename(tmp_path / "b")
    assert main(["convert", str(middle), str(last)]) == 0
    x = np.random.default_rng(0).integers(0, 256, (3, *model.input_shape)).astype(np.float32)
    np.testing.assert_allclose(nn.load_model(last).predict(x), model.predict(x), rtol=1e-5)


@pytest.mark.parametrize("suffix", formats.FORMATS)
def test_an_experiment_goes_on_from_any_format(suffix):
    training = Training(2, 120, 0.75, {"seed": "1"})
    model = suiting(suffix)
    data = formats.one_file(model, f"a{suffix}", training)[1]
    experiment = Experiment.loaded(data)
    x = np.ones((3, *model.input_shape), np.float32)
    np.testing.assert_allclose(experiment.model.predict(x), model.predict(x), rtol=1e-5)
    assert experiment.history == training

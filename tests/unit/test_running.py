"""A visitor's program, run as the page's worker runs it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field

import numpy as np
import pytest

import nn.data
from nn import Dataset
from nn.data import Images
from nn.experiment.code import program
from nn.experiment.experiment import Experiment
from nn.labs import digits, kept, temperature
from nn.labs.pictures import Pictures
from nn.labs.running import PICTURES, Printed, run


@dataclass
class Told:
    """What a program was heard to do."""

    events: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, what: str, content: str) -> None:
        self.events.append((what, content))

    def of(self, what: str) -> list[str]:
        return [content for each, content in self.events if each == what]

    @property
    def printed(self) -> str:
        return "".join(self.of("printed"))

    @property
    def failure(self) -> dict:
        (found,) = self.of("failed")
        return json.loads(found)


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """A function that runs a program in a folder of its own, and returns what it told."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(nn.data, "read_folder", nn.data.read_folder)

    def ran(text: str) -> Told:
        told = Told()
        run(text, told)
        assert told.events[-1] == ("ended", "")
        return told

    return ran


def test_a_lab_s_program_tells_what_it_prints_how_far_it_is_and_its_model(ran):
    settings = temperature.DEFAULTS
    told = ran(program(settings, temperature.task(settings), temperature.data_code(settings)))
    assert "Total params: 2" in told.printed
    shares = [json.loads(each)["share"] for each in told.of("progress")]
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] <= 1
    experiment = Experiment.loaded(told.of("model")[0].encode())
    assert experiment.history.samples == 100 * settings.epochs
    assert experiment.history.epochs == settings.epochs
    assert not told.of("failed")


def test_progress_has_figures(ran):
    told = ran(
        "import numpy as np\n"
        "from nn import Dense, Sequential\n"
        "model = Sequential([Dense(2, activation='softmax')])\n"
        "model.compile('sgd', 'categorical_crossentropy')\n"
        "x, y = np.ones((64, 3)), np.arange(64) % 2\n"
        "model.fit(x, y, epochs=2, validation_data=(x, y), rng=1)\n"
    )
    first = json.loads(told.of("progress")[0])
    assert (first["epoch"], first["epochs"], first["testing"]) == (1, 2, False)
    assert float(first["loss"]) > 0
    assert 0 <= first["accuracy"] <= 1
    assert Experiment.loaded(told.of("model")[0].encode()).history.test_accuracy == 0.5


@pytest.mark.parametrize(
    ("text", "message", "lines"),
    [
        ("x = 1\nprin(x)", "NameError: name 'prin' is not defined", [2]),
        ("def f():\n    1 / 0\n\nf()", "ZeroDivisionError: division by zero", [4, 2]),
        ("x = 1\nif x\n", "SyntaxError: expected ':'", [2]),
        ("import numpy as np\nnp.ones(2) @ np.ones(3)", "ValueError: matmul", [2]),
        ("from nn import Dense\n\nDense(0)", "ValueError: ", [3]),
        ("eval('1 +')", "SyntaxError: invalid syntax", [1]),
        ("input()", "EOFError", [1]),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", [1]),
        ("x = '\\0", "SyntaxError", [1]),
    ],
)
def test_an_error_has_its_line_and_the_calls_that_led_there(ran, monkeypatch, text, message, lines):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    told = ran(text)
    assert told.failure["message"].startswith(message)
    assert "\n" not in told.failure["message"]
    calls = told.failure["calls"]
    assert [call["line"] for call in calls] == lines
    for call in calls:
        assert call["text"] == text.splitlines()[call["line"] - 1].strip()
    assert not told.of("model")


def test_what_was_printed_before_an_error_comes_before_it(ran):
    told = ran("print('a', end='')\n1 / 0")
    assert [what for what, _ in told.events] == ["printed", "failed", "ended"]


def test_an_exit_is_an_end(ran):
    assert ran("import sys\nsys.exit('enough')").printed == "enough\n"
    assert ran("raise SystemExit(1)").events == [("ended", "")]


@pytest.mark.parametrize("text", ["", "model = 3", "from nn import Sequential as model"])
def test_a_program_need_not_leave_a_model(ran, text):
    assert ran(text).events == [("ended", "")]


OWN = """
import numpy as np
from nn import Adam, Dense, Sequential
from nn.layers import Layer

class Softsign:
    name = "softsign"

    def forward(self, z):
        z /= 1 + np.abs(z)

    def backward(self, y, gradient):
        gradient *= (1 - np.abs(y)) ** 2

class Double(Layer):
    def forward(self, x, z, p):
        np.multiply(x, 2, out=z)

    def backward(self, x, dz, dx, p):
        if dx is not None:
            np.multiply(dz, 2, out=dx)

x = np.random.default_rng(1).normal(size=(200, 2))
y = (x[:, 0] * x[:, 1] > 0).astype(int)
model = Sequential([{}, Dense(2, activation="softmax")])
model.compile(Adam(0.02), "categorical_crossentropy")
model.fit(x, y, batch_size=10, epochs=40, rng=1)
print(model.evaluate(x, y).accuracy > 0.9)
"""


@pytest.mark.parametrize(
    ("layers", "kind"),
    [
        ("Dense(16, activation=Softsign())", "Softsign"),
        ("Double(), Dense(16, activation='tanh')", "Double"),
    ],
)
def test_what_a_program_defines_itself_trains_and_stays_in_it(ran, layers, kind):
    told = ran(OWN.format(layers))
    assert told.printed == "True\n"
    assert not told.of("model")
    assert told.of("unfit")[0].startswith(f"{kind} is not a")


def test_a_program_reads_the_lab_s_pictures_as_they_are(ran, tmp_path):
    rng = np.random.default_rng(1)
    train, test = (
        Dataset(rng.integers(0, 256, (n, 28, 28, 1), np.uint8), np.arange(n) % 3, 3, names)
        for n, names in ((9, ("z", "a", "m")), (6, ("z", "a", "m")))
    )
    pictures = Pictures.of(Images(train, test, "fifteen"))
    (tmp_path / PICTURES).write_bytes(kept.pack_pictures(pictures))
    code = digits.data_code(own=True, turns=1)
    told = ran(
        "\n".join([*code.imports, *code.lines])
        + "\nprint(train.names, len(train), len(test), train.inputs.sum(), test.targets.tolist())"
    )
    total = train.inputs.sum()
    assert told.printed == f"('z', 'a', 'm') 9 6 {total} [0, 1, 2, 0, 1, 2]\n"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_of_a_flood_of_lines_only_some_are_told_and_the_end_is():
    told, clock = Told(), Clock()
    printed = Printed(told, clock)
    for n in range(50_000):
        clock.now += 1e-4
        printed.write(f"{n:06}\n")
    printed.tell()
    assert len(told.events) < 130
    assert max(len(text) for _, text in told.events) <= 20_000
    assert told.printed.startswith("000000\n000001\n")
    assert told.printed.endswith("049998\n049999\n")


def test_a_long_text_is_told_from_its_end():
    told = Told()
    printed = Printed(told, Clock())
    for _ in range(10):
        printed.write("x" * 99_999)
    printed.write("end\n")
    (text,) = told.of("printed")
    assert len(text) == 20_000
    assert text.endswith("xend\n")

"""The seven small steps of a program that learns, each as the code of this package that takes it.

What is shown is read from the functions themselves, so that it is what runs.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nn.data import temperatures
from nn.engine.numpy import NumpyProgram
from nn.labs import temperature
from nn.layers import Dense
from nn.losses import HalfSquaredError
from nn.optimizers import SGD


@dataclass(frozen=True)
class Step:
    """One of the steps.

    Attributes:
        title: in a word or two.
        meaning: in a sentence.
        functions: what takes the step, in the order in which they are called.
    """

    title: str
    meaning: str
    functions: tuple[Callable[..., Any], ...]

    def sources(self) -> list[tuple[str, str]]:
        """Return where each function is, as people say it, and its code."""
        return [
            (
                f"{function.__qualname__} in {function.__module__.replace('.', '/')}.py",
                textwrap.dedent(inspect.getsource(function)),
            )
            for function in self.functions
        ]


STEPS = (
    Step(
        "Model",
        "A neuron multiplies what it is given by a weight w (the kernel) and adds a bias b.",
        (temperature.task, Dense.forward),
    ),
    Step(
        "True function",
        "This is what the neuron has to find out: it never sees the formula, only examples.",
        (temperatures.fahrenheit,),
    ),
    Step(
        "Data",
        "The examples are whole degrees to train on, and the halves between them to test with.",
        (temperatures.training_set, temperatures.test_set, temperatures._from),
    ),
    Step(
        "Cost",
        "Half the squared difference says how wrong an answer is; the cost is its mean over all "
        "examples.",
        (HalfSquaredError.value,),
    ),
    Step(
        "Forward",
        "The examples go through the network, here a single layer, and its answers are compared "
        "with the true ones.",
        (
            NumpyProgram._run,
            NumpyProgram._run_layers,
        ),
    ),
    Step(
        "Backward",
        "The derivative of the cost, traced back to w and b, says in which direction each of them "
        "makes the cost grow.",
        (NumpyProgram._find_gradients, HalfSquaredError.gradient, Dense.backward),
    ),
    Step(
        "Train",
        "Forward, backward, and a small step of w and b in the other direction, over and over.",
        (NumpyProgram.train, NumpyProgram._gradients, SGD.update),
    ),
)

"""Text: a network that is given a text letter by letter, and learns to write more of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from nn.data.text import OTHER, Alphabet
from nn.data.texts import TEXTS
from nn.experiment.experiment import check as check_network
from nn.experiment.experiment import make_layers, sample_shape
from nn.experiment.fields import Field, choice, whole
from nn.experiment.layer_text import read_layers
from nn.experiment.settings import FIELDS, Settings, SettingsError
from nn.experiment.task import Task
from nn.layers import Layer
from nn.model import Sequential
from nn.network import shapes_of

LOSS = "categorical_crossentropy"
"""How likely each character is: the other losses do not suit that."""

MAX_STEPS = 256
"""Characters in a window."""

_UPDATES = 1_500
_MOST_EPOCHS = 40


@dataclass(frozen=True)
class TextSettings(Settings):
    """What makes an experiment with a text repeatable.

    Attributes:
        text: a name in :data:`nn.data.texts.TEXTS`.
        held_out: percent of the text that are held out, at its end.
        steps: characters in a window, of which each is answered with the one after it.
    """

    text: str = "places"
    held_out: int = 10
    steps: int = 32

    table: ClassVar[dict[str, Field]]

    def network(self) -> tuple[object, ...]:
        """Return what decides where a network starts, and what it is there for."""
        return *super().network(), self.text, self.held_out, self.steps


TextSettings.table = {
    **FIELDS,
    "loss": Field("Loss", "loss", choice((LOSS,))),
    "text": Field("Text", "text", choice(TEXTS)),
    "heldOut": Field("Held out, %", "held_out", whole(1, 50)),
    "steps": Field("Window", "steps", whole(4, MAX_STEPS)),
}

DEFAULTS = TextSettings(
    hidden=read_layers("embedding:32,gru:64"),
    activation="tanh",
    loss=LOSS,
    optimizer="adam",
    learning_rate=0.005,
    decay="cosine",
    batch_size=16,
    epochs=12,
    use_bias=True,
)
"""A GRU of 64 units that learns names."""

PRESETS = {
    "Names": DEFAULTS,
    "Prose": replace(
        DEFAULTS,
        hidden=read_layers("embedding:32,lstm:128"),
        text="alice",
        steps=64,
        epochs=20,
    ),
    "Attention": replace(
        DEFAULTS,
        hidden=read_layers(
            "embedding:64,position,transformer:4:16:256,transformer:4:16:256,layernorm"
        ),
        text="alice",
        steps=64,
        learning_rate=0.003,
        epochs=12,
    ),
}
"""Names with a small network, a book with a larger one, and the same with attention."""


def suggested(settings: TextSettings, length: int) -> TextSettings:
    """Return settings that suit a visitor's text: windows that fit, and enough updates."""
    start = round((1 - settings.held_out / 100) * length)
    steps = min(settings.steps, max(4, length // 20))
    epochs = -(-_UPDATES * settings.batch_size // max(1, start // steps))
    return replace(settings, steps=steps, epochs=min(max(epochs, 1), _MOST_EPOCHS))


def task(settings: TextSettings, alphabet: Alphabet) -> Task:
    """Return what a network for texts in an alphabet is to do.

    It is given the numbers of characters, and says after each how likely every one comes next.
    """
    return Task(
        settings.steps,
        len(alphabet),
        output_activation="softmax",
        classes=tuple(alphabet.characters),
        sequence=(settings.steps,),
        things=len(alphabet),
    )


def check(settings: TextSettings, task: Task) -> None:
    """Raise a SettingsError if ``settings`` ask for a network that cannot be made, or not write."""
    if not settings.hidden or settings.hidden[0].kind != "Embedding":
        problem = "a text is given as numbers of characters: begin with embedding:32"
    else:
        check_network(settings, task)
        problem = _why_not(make_layers(settings, task), settings, task)
    if problem:
        raise SettingsError({"hidden": problem}, settings.table)


def _why_not(layers: Sequence[Layer], settings: TextSettings, task: Task) -> str:
    """Return why a network cannot write; "" if it can."""
    shape = shapes_of(layers, sample_shape(layers, task))[-1]
    if shape != (settings.steps, task.outputs):
        return (
            "the network answers once, not after each character: leave out "
            "return_sequences=false, pooling and flatten"
        )
    if found := next((layer for layer in layers if layer.couples_steps), None):
        kind = type(found).__name__
        return f"with {kind} nothing can be written step by step: leave it out"
    return ""


def alphabet_of(model: Sequential) -> Alphabet:
    """Return the characters that a network knows.

    Raises:
        ValueError: it has none.
    """
    names = model.classes or ()
    if not names or any(len(name) != 1 for name in names):
        raise ValueError("the network does not say which characters it knows")
    return Alphabet("".join(names))


def fits(text: str, alphabet: Alphabet) -> bool:
    """Return whether a network with this alphabet can learn from a text."""
    known = set(alphabet.characters)
    return OTHER in known or set(text) <= known


def check_model(model: Sequential) -> None:
    """Raise a ValueError unless the network of a weights file is one of this lab."""
    given, made = model.input_shape, model.output_shape
    if len(given) != 1 or len(made) != 2 or made[0] != given[0]:
        raise ValueError(
            f"the network makes {made} of {given}; for Text it must say after each character of a "
            "window how likely every one comes next"
        )
    alphabet = alphabet_of(model)
    if len(alphabet) != made[1]:
        raise ValueError(
            f"the network knows {len(alphabet)} characters and answers with {made[1]} numbers"
        )
    if not 4 <= given[0] <= MAX_STEPS:
        raise ValueError(f"the network takes {given[0]:,} characters; for Text 4 to {MAX_STEPS}")
    if model.loss.name != LOSS:
        raise ValueError(f"the network was trained with {model.loss.name}; for Text with {LOSS}")

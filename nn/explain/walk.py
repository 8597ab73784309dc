"""A walk through a network and back, along one unit of each layer."""

from __future__ import annotations

import copy

from nn.data.dataset import Dataset
from nn.experiment.experiment import Experiment
from nn.experiment.settings import Settings
from nn.explain.attended import Attended
from nn.explain.backward import backward_page
from nn.explain.forward import forward_page, loss_page, sample_page
from nn.explain.kind import Kind
from nn.explain.kinds import ANY, KINDS
from nn.explain.lines import Page
from nn.explain.links import Links, into
from nn.explain.names import Names
from nn.explain.through_time import ThroughTime
from nn.explain.trace import Trace, Update
from nn.explain.updating import after_page, update_page
from nn.explain.weight import Weight
from nn.layers import MultiHeadAttention, TransformerBlock
from nn.model import Sequential
from nn.optimizers import OPTIMIZERS, Optimizer
from nn.regularizers import L1L2

_MOST_SAMPLES = 32

_SHORT = {
    "BatchNormalization": "Normal",
    "GlobalAveragePooling2D": "Mean",
    "LayerNormalization": "Normal",
    "MultiHeadAttention": "Attention",
    "PositionEmbedding": "Position",
    "TransformerBlock": "Transformer",
}


class Walk:
    """What happens to one sample, as pages; a path says which unit of each layer is looked at.

    Args:
        model: the network; a copy of it takes the step.
        data: the sample, or a mini-batch that it is the first of, as :func:`needed` says.
        optimizer: that takes the step; a copy of it does.
        batch_size: how many samples training takes together.

    Attributes:
        trace, update: the numbers.
        names: what units are called.
        units: the path: a place of each level, flat, from the input to the output.
        layer: whose weight is followed to its update.
        bias: whether that is the bias.
        heads: which head of a layer's attention is looked at, where that was chosen.
    """

    def __init__(
        self, model: Sequential, data: Dataset, optimizer: Optimizer, batch_size: int = 1
    ) -> None:
        self.trace = Trace(model, data)
        self.update = Update.of(self.trace, optimizer)
        self.names = Names(model, data)
        self.batch_size = batch_size
        self.told_target = self._told_target(data)
        self._links: dict[tuple[int, int], Links | None] = {}
        self._times: dict[int, ThroughTime] = {}
        self._attended: dict[int, Attended] = {}
        self.heads: dict[int, int] = {}
        self.bias = False
        self.units = [0] * len(self.trace.x)
        # Of a sequence, the answer after all of it.
        row = self.trace.t[0].reshape(-1, self.trace.t.shape[-1])[-1]
        self.units[-1] = self.trace.t[0].size - len(row) + int(row.argmax())
        for i in reversed(range(len(self.units) - 1)):
            self.units[i] = self.kind(i).source(self, i)
        self.weighted = [i for i in range(len(self.trace.slopes)) if self._has_weight(i)]
        if not self.weighted:
            raise ValueError("none of the network's layers has a weight that can be followed")
        self.layer = self.weighted[0]
        layers = list(range(len(self.trace.network.layers)))
        self.stops: list[tuple[str, int | None]] = [
            ("sample", None),
            *(("forward", i) for i in layers),
            ("loss", None),
            *(("backward", i) for i in reversed(layers)),
            ("update", None),
            ("after", None),
        ]

    def page(self, stop: int) -> Page:
        """Return a page by its number."""
        phase, layer = self.stops[stop]
        if layer is not None:
            return (forward_page if phase == "forward" else backward_page)(self, layer)
        pages = {
            "sample": sample_page,
            "loss": loss_page,
            "update": update_page,
            "after": after_page,
        }
        return pages[phase](self)

    def short(self, stop: int) -> str:
        """Return what a page is called in a word or two."""
        phase, layer = self.stops[stop]
        if layer is None:
            return phase.capitalize()
        kind = type(self.trace.network.layers[layer]).__name__
        kind = _SHORT.get(kind, kind.removesuffix("2D"))
        return f"{layer + 1} {kind}" if phase == "forward" else f"Back {layer + 1}"

    # ---- The path.

    def choose(self, level: int, place: int) -> None:
        """Lead the path through a unit; it goes on through whatever matters most to that.

        Raises:
            ValueError: there is no such place.
        """
        size = self.trace.x[level][0].size
        if not 0 <= place < size:
            raise ValueError(f"there are {size:,} numbers here, from 1 to {size:,}")
        self.units[level] = place
        for below in reversed(range(level)):
            if not self.kind(below).leads(self, below):
                self.units[below] = self.kind(below).source(self, below)
        for i in range(level, len(self.units) - 1):
            if not self.kind(i).leads(self, i):
                self.units[i + 1] = self.kind(i).reader(self, i)

    def choose_head(self, i: int, head: int) -> None:
        """Look at a head of the attention in layer i, and where that looks most.

        Raises:
            ValueError: there is no such head.
        """
        count = self.heads_of(i)
        if not 0 <= head < count:
            raise ValueError(f"layer {i + 1} has {count} heads of attention")
        self.heads[i] = head
        self.choose(i, self.kind(i).source(self, i))

    def follow(self, layer: int, bias: bool = False) -> None:
        """Follow the weight of a layer that the path leads through, or the bias there."""
        self.layer, self.bias = layer, bias

    def into(self, i: int) -> Links | None:
        """Return what the unit of layer i on the path takes in."""
        key = i, self.units[i + 1]
        if key not in self._links:
            self._links[key] = into(self.trace, *key)
        return self._links[key]

    def kind(self, i: int) -> Kind:
        """Return how layer i is told."""
        return KINDS.get(type(self.trace.network.layers[i]), ANY)

    def heads_of(self, i: int) -> int:
        """Return how many heads the attention in layer i has: 0 without."""
        layer = self.trace.network.layers[i]
        return layer.num_heads if isinstance(layer, MultiHeadAttention | TransformerBlock) else 0

    def through_time(self, i: int) -> ThroughTime:
        """Return the steps of layer i, which is recurrent."""
        if i not in self._times:
            self._times[i] = ThroughTime.of(self.trace, i)
        return self._times[i]

    def attended(self, i: int) -> Attended:
        """Return what layer i, which has attention in it, does with the sample."""
        if i not in self._attended:
            self._attended[i] = Attended.of(self.trace, i)
        return self._attended[i]

    def source(self, i: int) -> int:
        """Return which input of layer i is looked at: that of the path, if it leads on."""
        kind = self.kind(i)
        return self.units[i] if kind.leads(self, i) else kind.source(self, i)

    def weight_of(self, i: int, bias: bool) -> Weight:
        """Return the weight of layer i on the path, or the bias."""
        weight = self.kind(i).weight(self, i, bias)
        if weight is None:
            raise ValueError(f"layer {i + 1} has no weight that can be followed")
        return weight

    def has_bias(self, i: int) -> bool:
        """Whether layer i has a bias, or what stands for one, that can be followed."""
        return any(name.endswith(("bias", "beta")) for name in self.trace.slopes[i])

    def _has_weight(self, i: int) -> bool:
        slopes = self.trace.slopes[i]
        return bool(slopes) and self.kind(i).weight(self, i, bias=False) is not None

    @property
    def weight(self) -> Weight:
        """The weight that is followed."""
        return self.weight_of(self.layer, self.bias)

    def _told_target(self, data: Dataset) -> str:
        t = self.trace.t[0].ravel()
        names = self.names.listed(len(self.trace.x) - 1)
        if data.classes is not None and names:
            right = len(t) > 1 or t[0] == self.trace.network.target_range[1]
            return f"The right answer is {'' if right else 'not '}{names[int(t.argmax())]}."
        if len(t) == 1:
            return f"The right answer is {t[0]:.6g}."
        return "The right answers are known."


def needed(model: Sequential, batch_size: int) -> int:
    """Return how many samples a step is to be shown with: one, where that says it all.

    Layers that look at the whole mini-batch would make nothing of one sample.
    """
    return min(int(batch_size), _MOST_SAMPLES) if model.couples_samples else 1


def next_update(experiment: Experiment, settings: Settings) -> tuple[Sequential, Optimizer]:
    """Return a copy of a network, and the optimizer, as they would take the next step.

    What the optimizer remembers of its run is there if the settings still ask for that optimizer.
    """
    model = copy.copy(experiment.model)
    penalty = L1L2(settings.l1, settings.l2) if settings.l1 or settings.l2 else None
    for layer in model.layers:
        if "kernel_regularizer" in layer.config():
            layer.kernel_regularizer = penalty
    if experiment.run is not None and experiment.run.settings == settings:
        return model, model.optimizer
    fresh = OPTIMIZERS[settings.optimizer](settings.learning_rate)
    fresh.build(model.parameters)
    same = _arguments(fresh) == _arguments(model.optimizer)
    return model, model.optimizer if same else fresh


def _arguments(optimizer: Optimizer) -> tuple[object, ...]:
    """Return what an optimizer was made with; a schedule is equal to nothing but itself."""
    kept = ("iterations", "slots", "_scratch")
    return type(optimizer), {name: n for name, n in vars(optimizer).items() if name not in kept}

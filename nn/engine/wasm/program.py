"""The engine that compiles networks to WebAssembly SIMD."""

from __future__ import annotations

import operator
import weakref
from typing import TYPE_CHECKING

import numpy as np

from nn.activations import ACTIVATIONS
from nn.arrays import address, aligned_zeros
from nn.data.dataset import Dataset
from nn.engine.numpy import NumpyProgram
from nn.engine.protocol import Program, Totals
from nn.engine.wasm.kernels import activations, losses
from nn.engine.wasm.kernels.sparse import list_bytes
from nn.engine.wasm.kernels.updates import PLAIN, update_of
from nn.engine.wasm.machine import Argument, CompileError, InOut, Library, Machine, Scratch
from nn.engine.wasm.memory import (
    ARGUMENTS,
    CONSTANTS,
    OFF,
    OFFSET,
    ON,
    ONE,
    SCALE,
    Layer,
    Spec,
    arguments_of,
)
from nn.engine.wasm.network import network
from nn.layers import Dense, Rescaling
from nn.losses import LOSSES
from nn.optimizers import SGD, Adam, RMSprop
from nn.regularizers import L1L2

if TYPE_CHECKING:
    from nn.model import Sequential

_BLOCK = 64
_BLOCK_BYTES = 2**24
"""Samples that go through the network at a time when it is not trained: so many, or fewer where
they are large."""

_STEP = 4e8
"""Floating-point operations that one step of work should not exceed: some 20 ms."""

_SPARSE = 0.4
"""Share of bytes that are not 0, below which skipping the others pays."""


class WasmEngine:
    """Compiles networks; equal ones share their code, which stays: it cannot be unloaded.

    What there are no kernels for, such as float64, is worked out by the NumPy engine.

    Args:
        machine: what runs WebAssembly here.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.name = machine.name
        self._libraries: dict[Spec, Library | None] = {}

    def program(self, model: Sequential) -> Program:
        return WasmProgram(self, model) if _has_kernels(model) else NumpyProgram(model)

    def library(self, spec: Spec) -> Library | None:
        """Return a network's code, or None if it cannot be loaded."""
        if spec not in self._libraries:
            try:
                library = self.machine.load(network(spec, self.machine.relaxed))
            except (CompileError, MemoryError):
                self._libraries[spec] = None
            else:
                self._libraries[spec] = library
        return self._libraries[spec]


def _has_kernels(model: Sequential) -> bool:
    """Return whether all that a network is made of is what there are kernels for, exactly.

    A class derived from one of nn's own may compute something else.
    """
    return (
        model.dtype == np.float32
        and type(model.inputs) is Rescaling
        and model.loss.name in losses.NAMES
        and type(model.loss) is type(LOSSES[model.loss.name])
        and all(map(_has_kernel, model.layers))
        and _lies_in_one_piece(model)
    )


def _has_kernel(layer: Dense) -> bool:
    return (
        type(layer) is Dense
        and layer.activation.name in activations.NAMES
        and layer.activation is ACTIVATIONS[layer.activation.name]
        and type(layer.kernel_regularizer) in (L1L2, type(None))
    )


def _lies_in_one_piece(model: Sequential) -> bool:
    """Return whether each layer's parameters are where kernels look for them.

    They work on the flat array, and a layer may have been given another one.
    """
    place = address(model.parameters)
    for layer, inputs in zip(model.layers, model.widths, strict=False):
        views: list[tuple[np.ndarray, tuple[int, ...]]] = [(layer.kernel, (inputs, layer.units))]
        if layer.use_bias and layer.bias is not None:
            views.append((layer.bias, (layer.units,)))
        elif layer.use_bias or layer.bias is not None:
            return False
        for view, shape in views:
            if view.shape != shape or view.dtype != np.float32 or not view.flags.c_contiguous:
                return False
            if address(view) != place:
                return False
            place += view.nbytes
    return True


class WasmProgram:
    """A network ready to run: finds its code, and hands it the arrays that it works on."""

    def __init__(self, engine: WasmEngine, model: Sequential) -> None:
        self._engine = engine
        self._refused = False
        self._model: Sequential = weakref.proxy(model)
        self._numpy = NumpyProgram(model)
        self._kept = np.empty(0, dtype=np.float32)
        self._block = max(1, min(_BLOCK, _BLOCK_BYTES // list_bytes(model.features)))
        # Forward and backward, each weight takes part in three multiplications and additions.
        self.part = int(min(1024, max(32, _STEP / (6 * model.parameters.size))))
        self._classes: int | None = max(2, model.outputs)
        self._seen: tuple[weakref.ref[np.ndarray], bool] | None = None

    @property
    def name(self) -> str:
        """Who does the arithmetic now."""
        compiled = not self._refused and _has_kernels(self._model)
        return self._engine.name if compiled else self._numpy.name

    def train(self, data: Dataset, order: np.ndarray, batch_size: int) -> Totals:
        model = self._model
        optimizer = model.optimizer
        update = update_of(optimizer)
        if update is None:
            return self._train_with_unknown_optimizer(data, order, batch_size)
        if len(optimizer.slots) != update[0].slots:
            raise ValueError("the optimizer was changed: compile the network anew")
        updates = -(-len(order) // batch_size)
        size = model.parameters.size
        changed = {
            "parameters": model.parameters,
            "gradients": model.gradients,
            **{f"slot_{i}": slot for i, slot in enumerate(optimizer.slots)},
        }
        totals = self._call(
            "train",
            data,
            order,
            min(batch_size, len(order)),
            rates=self._rates(updates),
            **{name: InOut(_checked(array, size)) for name, array in changed.items()},
        )
        if totals is None:
            return self._numpy.train(data, order, batch_size)
        optimizer.iterations += updates
        return totals

    def gradients(self, data: Dataset, batch: np.ndarray) -> Totals:
        gradients = _checked(self._model.gradients, self._model.parameters.size)
        totals = self._call("gradients", data, batch, len(batch), gradients=InOut(gradients))
        return totals or self._numpy.gradients(data, batch)

    def evaluate(self, data: Dataset, start: int, stop: int) -> tuple[Totals, np.ndarray]:
        outputs = np.empty((stop - start, self._model.outputs), dtype=np.float32)
        order = np.arange(start, stop)
        totals = self._call("evaluate", data, order, self._block, outputs=InOut(outputs))
        return (totals, outputs) if totals else self._numpy.evaluate(data, start, stop)

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        outputs = np.empty((len(inputs), self._model.outputs), dtype=np.float32)
        if inputs.dtype != np.uint8:
            inputs = inputs.astype(np.float32, copy=False)
        # Targets that nobody looks at, so that the code is that of training where it can be.
        targets = np.zeros(len(inputs), dtype=np.int32) if self._classes else np.zeros_like(outputs)
        unanswered = Dataset(inputs, targets, self._classes)
        order = np.arange(len(inputs))
        totals = self._call("predict", unanswered, order, self._block, outputs=InOut(outputs))
        return outputs if totals else self._numpy.predict(inputs)

    def _train_with_unknown_optimizer(
        self, data: Dataset, order: np.ndarray, batch_size: int
    ) -> Totals:
        loss, correct = 0.0, 0
        for start in range(0, len(order), batch_size):
            totals = self.gradients(data, order[start : start + batch_size])
            self._model.optimizer.update(self._model.parameters, self._model.gradients)
            loss += totals.loss
            correct += totals.correct
        return Totals(loss, correct)

    def _call(
        self, function: str, data: Dataset, order: np.ndarray, batch: int, **words: Argument
    ) -> Totals | None:
        """Run one of the network's functions; None if that cannot be done here.

        Args:
            function: its name in the module.
            data: the samples to choose from.
            order: (m,) which of them, and in which order.
            batch: how many at a time.
            words: what else the function takes, by the names in ARGUMENTS.
        """
        model = self._model
        batch = operator.index(batch)
        if data.classes is not None:
            _check_classes(model, data.classes)
        if function != "predict":
            self._classes = data.classes
        # Looked at each time, since all of it can be changed at any time.
        if not _has_kernels(model):
            return None
        spec = _spec(model, data, self._looks_sparse(data.inputs, function == "predict"))
        library = self._engine.library(spec)
        if library is None:
            self._refused = True
            return None
        layout = spec.layout
        inputs, rows = _rows(data.inputs, order, model.features, self._engine.machine.in_place)
        totals = np.zeros(2)
        words |= {
            "samples": len(order),
            "batch": batch,
            "inputs": inputs,
            "order": rows,
            "targets": _targets(data, order, model.outputs),
            "settings": _settings(model, spec),
            "work": Scratch(layout.work(batch)),
            "totals": InOut(totals),
        }
        words.setdefault("parameters", _checked(model.parameters, layout.parameters))
        if spec.keeps and function == "train":
            if self._kept.size != layout.kept:
                self._kept = aligned_zeros(layout.kept, np.float32)
            words["kept"] = InOut(self._kept)
        read = arguments_of(function, spec)
        try:
            library.run(function, [words[name] if name in read else 0 for name in ARGUMENTS])
        except MemoryError:
            return None
        return Totals(float(totals[0]), int(totals[1]))

    def _rates(self, updates: int) -> np.ndarray:
        """Return the learning rate of each of the next updates, all that depends on time in it."""
        optimizer = self._model.optimizer
        assert isinstance(optimizer, SGD | Adam | RMSprop)
        first, rate = optimizer.iterations, optimizer.learning_rate
        if callable(rate):
            rates = np.array([rate(first + i) for i in range(updates)], dtype=float)
        else:
            rates = np.full(updates, float(rate))
        if isinstance(optimizer, Adam):
            t = first + 1 + np.arange(updates)
            rates *= np.sqrt(1 - optimizer.beta_2**t) / (1 - optimizer.beta_1**t)
        return rates.astype(np.float32)

    def _looks_sparse(self, inputs: np.ndarray, once: bool) -> bool:
        """Return whether most of the bytes are 0, from some rows across the whole.

        Args:
            once: whether these inputs are seen only now: what was found of others then holds, so
                that no code is made for one drawing.
        """
        if inputs.dtype != np.uint8 or np.ndim(self._model.inputs.scale):
            return False
        if np.ndim(self._model.inputs.offset):
            return False
        if self._seen and (once or self._seen[0]() is inputs):
            return self._seen[1]
        some = inputs[:: max(1, len(inputs) // 256)]
        sparse = bool(np.count_nonzero(some) <= _SPARSE * some.size)
        if not once:
            self._seen = weakref.ref(inputs), sparse
        return sparse


def _spec(model: Sequential, data: Dataset, sparse: bool) -> Spec:
    """Return what code a network needs for some data."""
    update = update_of(model.optimizer)
    layers = [
        Layer(
            inputs,
            layer.units,
            layer.activation.name,
            layer.use_bias,
            layer.kernel_regularizer is not None,
        )
        for inputs, layer in zip(model.widths, model.layers, strict=False)
    ]
    kind = "bytes" if data.inputs.dtype == np.uint8 else "floats"
    return Spec(
        tuple(layers),
        model.loss.name,
        data.classes,
        update[0] if update else PLAIN,
        "sparse" if sparse else kind,
        sparse and bool(model.inputs.offset),
    )


def _settings(model: Sequential, spec: Spec) -> np.ndarray:
    layout = spec.layout
    settings = np.zeros(layout.settings, dtype=np.float32)
    settings[ONE] = 1
    settings[OFF], settings[ON] = model.target_range
    if update := update_of(model.optimizer):
        settings[CONSTANTS : CONSTANTS + len(update[1])] = update[1]
    for place, layer in zip(layout.penalties, model.layers, strict=True):
        if regularizer := layer.kernel_regularizer:
            settings[place : place + 2] = regularizer.l1, regularizer.l2
    if spec.sparse:
        settings[SCALE], settings[OFFSET] = model.inputs.scale, model.inputs.offset
    else:
        settings[layout.scales : layout.offsets] = model.inputs.scale
        settings[layout.offsets :] = model.inputs.offset
    return settings


def _rows(
    inputs: np.ndarray, order: np.ndarray, features: int, in_place: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs that a kernel can read, and which rows of them stand in ``order``.

    An index beyond the data set is taken for the nearest, as the NumPy engine does.
    """
    if inputs.ndim != 2 or inputs.shape[1] != features:
        raise ValueError(f"expected inputs of shape (n, {features}), got {inputs.shape}")
    readable = inputs.dtype in (np.uint8, np.float32) and inputs.flags.c_contiguous
    if in_place and readable:
        return inputs, np.clip(order, 0, len(inputs) - 1).astype(np.int32)
    kind = np.uint8 if inputs.dtype == np.uint8 else np.float32
    rows = inputs.take(order, axis=0, mode="clip").astype(kind, copy=False)
    return rows, np.arange(len(order), dtype=np.int32)


def _check_classes(model: Sequential, classes: int) -> None:
    """Raise a ValueError unless the network's outputs can tell so many classes."""
    if classes != model.outputs and (classes, model.outputs) != (2, 1):
        model.target_table(classes)


def _targets(data: Dataset, order: np.ndarray, outputs: int) -> np.ndarray:
    targets = data.targets.take(order, axis=0, mode="clip")
    if data.classes is None and targets.shape != (len(order), outputs):
        raise ValueError(f"expected targets of shape (n, {outputs}), got {data.targets.shape}")
    kind = np.int32 if data.classes is not None else np.float32
    return np.ascontiguousarray(targets, dtype=kind)


def _checked(array: np.ndarray, size: int) -> np.ndarray:
    """Return an array that a kernel may write to; raise a ValueError if it is not as expected."""
    if array.dtype != np.float32 or array.shape != (size,):
        raise ValueError(f"expected {size} float32 numbers, got {array.shape} of {array.dtype}")
    return array

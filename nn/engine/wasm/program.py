"""The engine that compiles networks, and the program that hands their code its arguments."""

from __future__ import annotations

import operator
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from nn.arrays import aligned_zeros
from nn.data.dataset import Dataset
from nn.engine.numpy import UNDIVIDED, NumpyEngine, NumpyProgram
from nn.engine.protocol import Program, Totals
from nn.engine.wasm.compiler import computed, spec_of, without_kernels
from nn.engine.wasm.kernels import any_matmul
from nn.engine.wasm.kernels.updates import update_of
from nn.engine.wasm.machine import Argument, CompileError, InOut, Library, Machine, Scratch
from nn.engine.wasm.memory import ARGUMENTS, CLIP, CONSTANTS, OFF, OFFSET, ON, ONE, SCALE
from nn.engine.wasm.network import network as network_code
from nn.engine.wasm.spec import Spec, arguments_of
from nn.layers import Dense, Shape
from nn.layers.noise import update_keys
from nn.network import Network
from nn.optimizers import SGD, Adam, AdamW, RMSprop

_BLOCK = 64
_BLOCK_BYTES = 2**24
"""Samples that go through the network at a time when it is not trained: so many, or fewer where
they are large."""

_STEP = 4e8
"""Floating-point operations that one step of work should not exceed: some 20 ms."""

_SMALLEST = 8
"""Samples below which a part of a mini-batch would cost more than it spares: two tiles."""

_OF_LABELS = "categorical_crossentropy"
"""The loss that there is code for where each step of a sequence has a label."""

_SPARSE = 0.4
"""Share of bytes that are not 0, below which skipping the others pays."""


class WasmEngine:
    """Compiles networks; equal ones share their code, which stays: it cannot be unloaded.

    What there are no kernels for, such as float64, is computed by the NumPy engine, with this
    one's products.

    Args:
        machine: what runs WebAssembly here.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.name = machine.name
        self._libraries: dict[Spec, Library | None] = {}
        # In a terminal NumPy has a BLAS.
        self.matmul: Callable[..., Any] | None = None
        if machine.in_place:
            self.matmul = partial(any_matmul.matmul, machine)

    def program(self, network: Network) -> Program:
        return WasmProgram(self, network)

    def library(self, spec: Spec) -> Library | None:
        """Return a network's code, or None if it cannot be loaded."""
        if spec not in self._libraries:
            try:
                library = self.machine.load(network_code(spec, self.machine.relaxed))
            except (CompileError, MemoryError):
                self._libraries[spec] = None
            else:
                self._libraries[spec] = library
        return self._libraries[spec]


class WasmProgram:
    """A network ready to run: finds its code, and hands it the arrays that it works on."""

    def __init__(self, engine: WasmEngine, network: Network) -> None:
        self._engine = engine
        self._refused = False
        self._network: Network = weakref.proxy(network)
        self._numpy = NumpyProgram(network, engine.matmul)
        self._deferred = aligned_zeros(0, np.float32)
        # Forward and backward, each multiplication is done three times, with an addition.
        self.part = int(min(1024, max(_SMALLEST, _STEP / (6 * max(1, network.multiplications)))))
        if network.couples_samples:
            self.part = UNDIVIDED
        elif without_kernels(network):
            self.part = self._numpy.part
        labels = len(network.output_shape) == 1 or network.loss.name == _OF_LABELS
        self._classes: int | None = max(2, network.output_shape[-1]) if labels else None
        self._seen: tuple[weakref.ref[np.ndarray], bool] | None = None

    @property
    def carried(self) -> np.ndarray:
        """What is deferred, whose rounding depends on all updates since it was made."""
        return self._deferred

    @carried.setter
    def carried(self, values: np.ndarray) -> None:
        self._deferred = aligned_zeros(values.size, np.float32)
        self._deferred[...] = values

    @property
    def name(self) -> str:
        """Who does the arithmetic now; of NumPy also why."""
        missing = without_kernels(self._network)
        if missing:
            return f"{NumpyEngine.name} ({missing} is not compiled)"
        return NumpyEngine.name if self._refused else self._engine.name

    def train(self, data: Dataset, order: np.ndarray, batch_size: int) -> Totals:
        network = self._network
        # Looked at each time, since all of it can be changed at any time.
        if self._is_for_numpy(data):
            return self._numpy.train(data, order, batch_size)
        optimizer = network.optimizer
        update = update_of(optimizer)
        if update is None:
            return self._train_with_unknown_optimizer(data, order, batch_size)
        if len(optimizer.slots) != update[0].slots:
            raise ValueError("the optimizer was changed: compile the network anew")
        updates = -(-len(order) // batch_size)
        size = network.parameters.size
        changed = {
            "parameters": network.parameters,
            "gradients": network.gradients,
            **{f"slot_{i}": slot for i, slot in enumerate(optimizer.slots)},
        }
        totals = self._call(
            "train",
            data,
            order,
            min(batch_size, len(order)),
            rates=self._rates(updates),
            keys=self._keys(updates),
            **{name: InOut(_checked(array, size)) for name, array in changed.items()},
        )
        if totals is None:
            return self._numpy.train(data, order, batch_size)
        optimizer.iterations += updates
        return totals

    def gradients(self, data: Dataset, batch: np.ndarray, first: int = 0) -> Totals:
        if self._is_for_numpy(data):
            return self._numpy.gradients(data, batch, first)
        gradients = _checked(self._network.gradients, self._network.parameters.size)
        totals = self._call(
            "gradients",
            data,
            batch,
            len(batch),
            keys=self._keys(1),
            first=operator.index(first),
            gradients=InOut(gradients),
        )
        return totals or self._numpy.gradients(data, batch, first)

    def evaluate(self, data: Dataset, start: int, stop: int) -> tuple[Totals, np.ndarray]:
        if self._is_for_numpy(data):
            return self._numpy.evaluate(data, start, stop)
        outputs = np.empty((stop - start, *self._network.output_shape), dtype=np.float32)
        order = np.arange(start, stop)
        totals = self._call("evaluate", data, order, None, outputs=InOut(outputs))
        return (totals, outputs) if totals else self._numpy.evaluate(data, start, stop)

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        if without_kernels(self._network):
            return self._numpy.predict(inputs)
        outputs = np.empty((len(inputs), *self._network.output_shape), dtype=np.float32)
        if inputs.dtype != np.uint8:
            inputs = inputs.astype(np.float32, copy=False)
        # Targets that nobody looks at, so that the code is that of training where it can be.
        targets = np.zeros_like(outputs)
        if self._classes:
            targets = np.zeros(outputs.shape[:-1], dtype=np.int32)
        unanswered = Dataset(inputs, targets, self._classes)
        order = np.arange(len(inputs))
        totals = self._call("predict", unanswered, order, None, outputs=InOut(outputs))
        return outputs if totals else self._numpy.predict(inputs)

    def _is_for_numpy(self, data: Dataset) -> bool:
        """Whether there is no code for the network, or for labels such as these."""
        network = self._network
        labels_each = data.classes is not None and data.targets.ndim > 1
        if labels_each and network.loss.name != _OF_LABELS:
            self._refused = True
            return True
        return without_kernels(network) is not None

    def _train_with_unknown_optimizer(
        self, data: Dataset, order: np.ndarray, batch_size: int
    ) -> Totals:
        loss, correct = 0.0, 0
        for start in range(0, len(order), batch_size):
            totals = self.gradients(data, order[start : start + batch_size])
            self._network.optimizer.update(self._network.parameters, self._network.gradients)
            loss += totals.loss
            correct += totals.correct
        return Totals(loss, correct)

    def _call(
        self, function: str, data: Dataset, order: np.ndarray, batch: int | None, **given: Argument
    ) -> Totals | None:
        """Run one of the network's functions; None if that cannot be done here.

        Args:
            function: its name in the module.
            data: the samples to choose from.
            order: (m,) which of them, and in which order.
            batch: how many at a time; None for what is best.
            given: what else the function takes, by the names in ARGUMENTS.
        """
        network = self._network
        if data.classes is not None:
            _check_classes(network, data.classes)
        if function != "predict":
            self._classes = data.classes
        spec = spec_of(network, data.classes, self._kind(data.inputs, function == "predict"))
        library = self._engine.library(spec)
        if library is None:
            self._refused = True
            return None
        layout = spec.layout
        if batch is None:
            batch = max(1, min(_BLOCK, _BLOCK_BYTES // layout.row))
        batch = operator.index(batch)
        raw = network.rows(data.inputs)
        raw = raw.reshape(len(raw), spec.features)
        inputs, rows = _rows(raw, order, self._engine.machine.in_place)
        totals = np.zeros(2)
        given |= {
            "samples": len(order),
            "batch": batch,
            "inputs": inputs,
            "order": rows,
            "targets": _targets(data, order, network.output_shape),
            "constants": constants_of(network, spec),
            "scratch": Scratch(layout.scratch(batch)),
            "totals": InOut(totals),
            "state": InOut(network.state),
        }
        given.setdefault("parameters", network.parameters)
        given.setdefault("first", 0)
        if spec.defers and function == "train":
            if self._deferred.size != layout.deferred:
                self._deferred = aligned_zeros(layout.deferred, np.float32)
            given["deferred"] = InOut(self._deferred)
        read = arguments_of(function, spec)
        try:
            library.run(function, [given[name] if name in read else 0 for name in ARGUMENTS])
        except MemoryError:
            return None
        return Totals(float(totals[0]), int(totals[1]))

    def _keys(self, updates: int) -> np.ndarray:
        """Return what decides what is random in each of the next updates."""
        network = self._network
        return update_keys(network.noise, network.optimizer.iterations, updates)

    def _rates(self, updates: int) -> np.ndarray:
        """Return the learning rate of each of the next updates, all that depends on time in it.

        In AdamW also the share of a weight that is left: (updates, 2).
        """
        optimizer = self._network.optimizer
        assert isinstance(optimizer, SGD | Adam | RMSprop)
        first, rate = optimizer.iterations, optimizer.learning_rate
        if callable(rate):
            rates = np.array([rate(first + i) for i in range(updates)], dtype=float)
        else:
            rates = np.full(updates, float(rate))
        if isinstance(optimizer, AdamW):
            left = 1 - rates * optimizer.weight_decay
        if isinstance(optimizer, Adam):
            t = first + 1 + np.arange(updates)
            rates *= np.sqrt(1 - optimizer.beta_2**t) / (1 - optimizer.beta_1**t)
        if isinstance(optimizer, AdamW):
            rates = np.column_stack([rates, left])
        return rates.astype(np.float32)

    def _kind(self, inputs: np.ndarray, once: bool) -> str:
        """Return what inputs are, as :class:`~nn.engine.wasm.layers.layer.Site` calls it.

        Args:
            inputs: (n, *shape).
            once: whether these inputs are seen only now: what was found of others then holds, so
                that no code is made for one drawing.
        """
        if inputs.dtype != np.uint8:
            return "floats"
        scaling = self._network.inputs
        if np.ndim(scaling.scale) or np.ndim(scaling.offset):
            return "bytes"
        if type(computed(self._network)[0]) is not Dense:
            return "bytes"
        if not (self._seen and (once or self._seen[0]() is inputs)):
            # Some rows from across the whole.
            some = inputs[:: max(1, len(inputs) // 256)]
            sparse = bool(np.count_nonzero(some) <= _SPARSE * some.size)
            if once:
                return "sparse" if sparse else "bytes"
            self._seen = weakref.ref(inputs), sparse
        return "sparse" if self._seen[1] else "bytes"


def constants_of(network: Network, spec: Spec) -> np.ndarray:
    """Return what :class:`nn.engine.wasm.spec.Layout` says of them, flat float32."""
    layout = spec.layout
    constants = np.zeros(layout.constants, dtype=np.float32)
    constants[ONE] = 1
    constants[OFF], constants[ON] = network.target_range
    if spec.clips:
        constants[CLIP] = vars(network.optimizer)["global_clipnorm"]
    if update := update_of(network.optimizer):
        constants[CONSTANTS : CONSTANTS + len(update[1])] = update[1]
    penalties = [vars(layer).get("kernel_regularizer") for layer in computed(network)]
    for place, regularizer in zip(layout.penalties, penalties, strict=True):
        if regularizer:
            constants[place : place + 2] = regularizer.l1, regularizer.l2
    if spec.first.lists:
        constants[SCALE], constants[OFFSET] = network.inputs.scale, network.inputs.offset
    else:
        for start, values in (
            (layout.scales, network.inputs.scale),
            (layout.offsets, network.inputs.offset),
        ):
            everywhere = np.broadcast_to(values, network.input_shape).ravel()
            constants[start : start + spec.features] = everywhere
    return constants


def _rows(inputs: np.ndarray, order: np.ndarray, in_place: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs that a kernel can read, and which rows of them stand in ``order``.

    An index beyond the data set is taken for the nearest, as the NumPy engine does.
    """
    readable = inputs.dtype in (np.uint8, np.float32) and inputs.flags.c_contiguous
    if in_place and readable:
        return inputs, np.clip(order, 0, len(inputs) - 1).astype(np.int32)
    kind = np.uint8 if inputs.dtype == np.uint8 else np.float32
    rows = inputs.take(order, axis=0, mode="clip").astype(kind, copy=False)
    return rows, np.arange(len(order), dtype=np.int32)


def _check_classes(network: Network, classes: int) -> None:
    """Raise a ValueError unless the network's outputs can tell so many classes."""
    units = network.output_shape[-1]
    if classes != units and (classes, units) != (2, 1):
        network.target_table(classes)


def _targets(data: Dataset, order: np.ndarray, shape: Shape) -> np.ndarray:
    targets = data.targets.take(order, axis=0, mode="clip")
    expected = shape if data.classes is None else shape[:-1]
    if targets.shape[1:] != expected:
        raise ValueError(f"expected targets of shape (n, *{expected}), got {data.targets.shape}")
    kind = np.int32 if data.classes is not None else np.float32
    return np.ascontiguousarray(targets, dtype=kind)


def _checked(array: np.ndarray, size: int) -> np.ndarray:
    """Return an array that a kernel may write to; raise a ValueError if it is not as expected."""
    if array.dtype != np.float32 or array.shape != (size,):
        raise ValueError(f"expected {size} float32 numbers, got {array.shape} of {array.dtype}")
    return array

"""The seam between kernels and whatever runs them: a browser under Pyodide, or wasmtime.

A function of a module is called with one address, that of its arguments of 4 bytes each: numbers,
and the addresses of arrays. Under Pyodide these are NumPy's own arrays, in Pyodide's own memory:
the module is a shared library like any other, and ctypes loads it. Elsewhere wasmtime runs the same
bytes in a memory of its own, and arrays are copied there and back: slow, but it makes the kernels
testable without a browser.
"""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
import threading
import weakref
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np

from nn.arrays import address, aligned_zeros
from nn.engine.wasm.asm.assembler import Module
from nn.engine.wasm.asm.instructions import F32X4, I32


class CompileError(RuntimeError):
    """A module could not be loaded: an instruction is unknown, or memory is short."""


@dataclass(frozen=True, eq=False)
class InOut:
    """An array that a function writes to."""

    array: np.ndarray


@dataclass(frozen=True)
class Scratch:
    """Room that a function writes to, of so many bytes, and that nobody reads after it."""

    size: int


Argument = int | np.ndarray | InOut | Scratch


class Library(Protocol):
    """A module that is loaded."""

    def run(self, function: str, arguments: Sequence[Argument]) -> None:
        """Call a function with a table of numbers and arrays.

        Raises:
            ValueError: an array is not contiguous, or is to be changed and cannot be.
            MemoryError: there is not enough memory for the arrays.
        """


class Machine(Hashable, Protocol):
    """What modules run on.

    Attributes:
        name: what people are shown.
        relaxed: whether it knows relaxed SIMD.
        in_place: whether functions work on the arrays themselves, not on copies.
    """

    name: str
    relaxed: bool
    in_place: bool

    def load(self, module: bytes) -> Library:
        """Load a module.

        Raises:
            CompileError: it cannot be loaded.
        """


@cache
def machine() -> Machine | None:
    """Return what modules run on here, or None where nothing runs them."""
    kind: type[Pyodide] | type[Wasmtime] = Pyodide if sys.platform == "emscripten" else Wasmtime
    for relaxed in (True, False):
        try:
            candidate = kind(relaxed)
            candidate.load(_probe(relaxed))
        except (CompileError, ImportError):
            continue
        return candidate
    return None


def _probe(relaxed: bool) -> bytes:
    """Return a module that loads only where the instructions in use are known."""
    module = Module(relaxed)
    with module.function("probe", I32, export=True) as f:
        (address,) = f.parameters
        x = f.local(F32X4.load(address))
        f.store(address, f.madd(x, x, x))
    return module.encode()


def _name(relaxed: bool) -> str:
    return f"WebAssembly {'relaxed ' if relaxed else ''}SIMD"


class Pyodide:
    """Pyodide's own memory, and the browser's own compiler."""

    in_place = True

    def __init__(self, relaxed: bool) -> None:
        self.relaxed = relaxed
        self.name = _name(relaxed)
        self._scratch = np.empty(0, dtype=np.uint8)

    def scratch(self, size: int) -> np.ndarray:
        """Return at least so many bytes, the same for all functions."""
        if self._scratch.size < size:
            self._scratch = np.empty(0, dtype=np.uint8)
            self._scratch = aligned_zeros(size, np.uint8)
        return self._scratch

    def load(self, module: bytes) -> _SharedLibrary:
        # The linker wants a file, and remembers libraries by their names.
        number, path = tempfile.mkstemp(".so")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(module)
            return _SharedLibrary(self, ctypes.CDLL(path))
        except OSError as error:
            raise CompileError(str(error)) from error
        finally:
            os.unlink(path)


class _SharedLibrary:
    def __init__(self, machine: Pyodide, library: ctypes.CDLL) -> None:
        self._machine = machine
        self._library = library
        self._functions: dict[str, Any] = {}

    def run(self, function: str, arguments: Sequence[Argument]) -> None:
        call = self._functions.get(function)
        if call is None:
            call = self._functions[function] = self._library[function]
            call.argtypes, call.restype = [ctypes.c_uint32], None
        table = np.array([self._number(argument) for argument in arguments], dtype=np.uint32)
        call(address(table))

    def _number(self, argument: Argument) -> int:
        if isinstance(argument, int):
            return argument
        array = (
            self._machine.scratch(argument.size)
            if isinstance(argument, Scratch)
            else _array(argument)
        )
        return address(array)


def _array(argument: np.ndarray | InOut) -> np.ndarray:
    """Return a argument's array.

    Raises:
        TypeError: there is none.
        ValueError: a function cannot work on it.
    """
    array = argument.array if isinstance(argument, InOut) else argument
    if not isinstance(array, np.ndarray):
        # Such as np.int64, whose address could be taken too.
        raise TypeError(f"neither a number nor an array: {argument!r:.40}")
    if not array.flags.c_contiguous or (isinstance(argument, InOut) and not array.flags.writeable):
        raise ValueError(f"a kernel cannot work on an array of strides {array.strides}")
    return array


class Wasmtime:
    """A memory apart, in a terminal; one thread at a time works in it."""

    in_place = False

    def __init__(self, relaxed: bool) -> None:
        import wasmtime

        self.relaxed = relaxed
        self.name = f"{_name(relaxed)}, wasmtime"
        self.wasmtime: Any = wasmtime
        config = wasmtime.Config()
        config.wasm_relaxed_simd = relaxed
        engine = wasmtime.Engine(config)
        self.store = wasmtime.Store(engine)
        # When Python ends, wasmtime would be taken apart before what it has to let go of. The last
        # is closed first.
        weakref.finalize(self, engine.close)
        weakref.finalize(self, self.store.close)
        self.lock = threading.Lock()
        self.memory = wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(1, None)))

    def load(self, module: bytes) -> _Instance:
        try:
            with self.lock:
                compiled = self.wasmtime.Module(self.store.engine, module)
                instance = self.wasmtime.Instance(self.store, compiled, [self.memory])
        except self.wasmtime.WasmtimeError as error:
            raise CompileError(str(error)) from error
        return _Instance(self, instance)

    def reserve(self, size: int) -> np.ndarray:
        """Return the memory as bytes, of which there are at least ``size``."""
        missing = size - self.memory.data_len(self.store)
        if missing > 0:
            try:
                self.memory.grow(self.store, -(-missing // 65536))
            except self.wasmtime.WasmtimeError as error:
                raise MemoryError(f"WebAssembly has no memory for {size:,} bytes") from error
        return np.ctypeslib.as_array(self.memory.get_buffer_ptr(self.store))


GUARD = 64
"""Bytes between two arrays in wasmtime's memory."""


class _Instance:
    def __init__(self, machine: Wasmtime, instance: Any) -> None:
        self._machine = machine
        self._instance = instance

    def run(self, function: str, arguments: Sequence[Argument]) -> None:
        with self._machine.lock:
            self._run(function, arguments)

    def _run(self, function: str, arguments: Sequence[Argument]) -> None:
        places = _places(arguments)
        memory = self._machine.reserve(places[-1] + 4 * len(arguments) + GUARD)
        numbers = np.empty(len(arguments), dtype=np.uint32)
        for i, (argument, place) in enumerate(zip(arguments, places, strict=False)):
            numbers[i] = argument if isinstance(argument, int) else place
            if not isinstance(argument, int | Scratch):
                memory[place : place + _size(argument)] = _flat(argument)
        table = places[-1]
        memory[table : table + numbers.nbytes] = numbers.view(np.uint8)
        self._call(function, table)
        for argument, place in zip(arguments, places, strict=False):
            if isinstance(argument, InOut):
                _flat(argument)[...] = memory[place : place + _size(argument)]

    def _call(self, function: str, table: int) -> None:
        store = self._machine.store
        # wasmtime takes numbers of 32 bits for signed.
        self._instance.exports(store)[function](store, table - (table >> 31 << 32))


def _places(arguments: Sequence[Argument]) -> list[int]:
    """Return where in wasmtime's memory each argument's array starts, and last the table."""
    places = [GUARD]
    for argument in arguments:
        size = 0 if isinstance(argument, int) else _size(argument)
        places.append(places[-1] + -(-size // GUARD) * GUARD + GUARD)
    return places


def _size(argument: np.ndarray | InOut | Scratch) -> int:
    return argument.size if isinstance(argument, Scratch) else _array(argument).nbytes


def _flat(argument: np.ndarray | InOut) -> np.ndarray:
    """Return an array as bytes."""
    return _array(argument).reshape(-1).view(np.uint8)

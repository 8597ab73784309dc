"""A small WebAssembly assembler: functions with locals, loops and conditions, made into a module.

It knows nothing of neural networks. A kernel is written as a reader would say it::

    module = Module()
    with module.function("scale", I32, I32, F32) as f:
        x, count, factor = f.parameters
        with f.for_range(f.local(x), x + count * 4, 4) as p:
            f.store(p, F32.load(p) * factor)

A module imports the memory that it works on, so that it can be loaded beside others: its first
section, ``dylink.0``, is what makes it a side module for Emscripten's dynamic linker
(https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from itertools import groupby
from types import TracebackType
from typing import TypeVarTuple

from nn.engine.wasm.asm.instructions import (
    I32,
    Operand,
    Type,
    Value,
    relaxed_madd,
    store,
    store_byte,
    store_low,
)
from nn.engine.wasm.asm.opcodes import INSTRUCTIONS, unsigned

# Blocks that leave nothing on the stack; a branch says how many of those around it it skips.
_BLOCK, _LOOP, _IF = (INSTRUCTIONS[name] + b"\x40" for name in ("block", "loop", "if"))
_END = INSTRUCTIONS["end"]
_INNERMOST, _NEXT = b"\x00", b"\x01"


class Local(Value):
    """A variable of a function."""

    def __init__(self, function: Function, type: Type, index: int) -> None:
        super().__init__(type, INSTRUCTIONS["local.get"] + unsigned(index))
        self._function = function
        self._index = index

    def set(self, value: Operand) -> None:
        """Assign: the value is computed here and now."""
        code = self.type.value(value).code
        self._function.code += code + INSTRUCTIONS["local.set"] + unsigned(self._index)

    def __iadd__(self, other: Operand) -> Local:
        self.set(self + other)
        return self

    def __isub__(self, other: Operand) -> Local:
        self.set(self - other)
        return self

    def __imul__(self, other: Operand) -> Local:
        self.set(self * other)
        return self


class Function:
    """A function while it is written; made by :meth:`Module.function`.

    Attributes:
        name: by which it is called from outside, if it is exported.
        parameters: its first locals.
        result: the type that it returns, or None.
        code: its instructions so far.
    """

    def __init__(
        self, module: Module, name: str, index: int, parameters: Sequence[Type], result: Type | None
    ) -> None:
        self.module = module
        self.name = name
        self.index = index
        self.result = result
        self.code = bytearray()
        self.parameters = [Local(self, type, i) for i, type in enumerate(parameters)]
        self._locals: list[Type] = []
        self._after_if: int | None = None

    def __enter__(self) -> Function:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.code += _END

    def __call__(self, *arguments: Operand) -> Value:
        """Return what the function gives for ``arguments``."""
        if self.result is None:
            raise TypeError(f"{self.name} gives no value")
        return Value(self.result, self._call(arguments))

    def call(self, function: Function, *arguments: Operand) -> None:
        """Run a function that gives no value."""
        if function.result is not None:
            raise TypeError(f"nobody takes the value of {function.name}")
        self.code += function._call(arguments)

    def local(self, initial: Value | Type) -> Local:
        """Return a new variable: of a type, or of a value that it starts with.

        One of a type alone starts at 0 when the function is called, not each time around a loop.
        """
        type = initial.type if isinstance(initial, Value) else initial
        variable = Local(self, type, len(self.parameters) + len(self._locals))
        self._locals.append(type)
        if isinstance(initial, Value):
            variable.set(initial)
        return variable

    def store(self, address: Value, value: Value, offset: int = 0) -> None:
        """Write a value to ``address + offset``, in bytes."""
        self.code += store(address, value, offset)

    def store_byte(self, address: Value, value: Operand, offset: int = 0) -> None:
        """Write the lowest byte of an ``i32`` to ``address + offset``."""
        self.code += store_byte(address, value, offset)

    def store_low(self, address: Value, value: Value, offset: int, count: int) -> None:
        """Write 4 · ``count`` bytes, 1 to 3 times four, from the low lanes of a vector."""
        if count == 3:
            # It is used twice, and may have been read from where the first part is written.
            value = self.local(value)
        self.code += store_low(address, value, offset, count)

    def return_(self, value: Operand) -> None:
        """Leave the function's value: its last statement."""
        assert self.result is not None
        self.code += self.result.value(value).code

    @contextmanager
    def for_range(self, variable: Local, stop: Operand, step: int = 1) -> Iterator[Local]:
        """Repeat while ``variable``, an ``i32``, is below ``stop``; add ``step`` after each time.

        Write it ``with f.for_range(f.local(start), stop, step) as i``. ``stop`` is computed anew
        each time around: a constant or a local.
        """
        below = (variable < stop).code
        self.code += below + _IF + _LOOP
        yield variable
        variable += step
        self.code += below + INSTRUCTIONS["br_if"] + _INNERMOST + _END + _END

    @contextmanager
    def while_(self, condition: Value) -> Iterator[None]:
        """Repeat as long as an ``i32`` is not 0, which is looked at first."""
        self.code += _BLOCK + _LOOP
        self.code += condition.is_zero().code + INSTRUCTIONS["br_if"] + _NEXT
        yield
        self.code += INSTRUCTIONS["br"] + _INNERMOST + _END + _END

    @contextmanager
    def if_(self, condition: Value) -> Iterator[None]:
        """Do it if an ``i32`` is not 0."""
        self.code += I32.value(condition).code + _IF
        yield
        self.code += _END
        self._after_if = len(self.code)

    @contextmanager
    def else_(self) -> Iterator[None]:
        """Do it if the condition of the ``when`` that has just ended did not hold.

        Raises:
            SyntaxError: something else has been written since, or there was none.
        """
        if self._after_if != len(self.code):
            raise SyntaxError("otherwise follows a when")
        self._after_if = None
        self.code[-1:] = INSTRUCTIONS["else"]
        yield
        self.code += _END

    def madd(self, a: Value, b: Operand, c: Operand) -> Value:
        """``a · b + c``, as one instruction if the module may use relaxed SIMD."""
        if self.module.relaxed and a.type.lanes > 1:
            return relaxed_madd(a, a.type.value(b), a.type.value(c))
        return a * b + c

    def _call(self, arguments: Sequence[Operand]) -> bytes:
        pairs = zip(self.parameters, arguments, strict=True)
        codes = [parameter.type.value(argument).code for parameter, argument in pairs]
        return b"".join(codes) + INSTRUCTIONS["call"] + unsigned(self.index)

    def body(self) -> bytes:
        """Return the locals and the instructions, as the code section holds them."""
        groups = [(len(list(group)), code) for code, group in groupby(t.code for t in self._locals)]
        locals_ = b"".join(unsigned(count) + bytes([code]) for count, code in groups)
        content = unsigned(len(groups)) + locals_ + bytes(self.code)
        return unsigned(len(content)) + content


class Module:
    """Functions that share the memory of the program that loads them.

    Args:
        relaxed: whether :meth:`Function.madd` may use relaxed SIMD, which not every browser knows.

    Attributes:
        remembered: what :func:`once` has written, by what wrote it and the arguments.
    """

    def __init__(self, relaxed: bool = False) -> None:
        self.relaxed = relaxed
        self._functions: list[Function] = []
        self._exports: list[Function] = []
        self.remembered: dict[Hashable, Function] = {}

    def function(
        self, name: str, *parameters: Type, result: Type | None = None, export: bool = False
    ) -> Function:
        """Begin a function; others may be begun, and called, before it is ended.

        Args:
            name: for the caller, if ``export``, and for messages of errors.
            parameters: their types.
            result: the type of what it returns.
            export: whether it can be called from outside.
        """
        function = Function(self, name, len(self._functions), parameters, result)
        self._functions.append(function)
        if export:
            self._exports.append(function)
        return function

    def encode(self) -> bytes:
        """Return the module in WebAssembly's binary format."""
        kinds = []
        for function in self._functions:
            kind = b"\x60" + _vector(bytes([p.type.code]) for p in function.parameters)
            kind += _vector(bytes([r.code]) for r in [function.result] if r)
            kinds.append(kind)
        types = sorted(set(kinds))
        exports = [
            _name(function.name) + b"\x00" + unsigned(function.index) for function in self._exports
        ]
        # Of memory: any size. Of dylink.0: no data and no table of its own.
        memory = _name("env") + _name("memory") + b"\x02\x00\x00"
        linking = _name("dylink.0") + b"\x01\x04\x00\x00\x00\x00"
        return b"".join(
            [
                b"\x00asm\x01\x00\x00\x00",
                _section(0, linking),
                _section(1, _vector(types)),
                _section(2, _vector([memory])),
                _section(3, _vector(unsigned(types.index(kind)) for kind in kinds)),
                _section(7, _vector(exports)),
                _section(10, _vector(function.body() for function in self._functions)),
            ]
        )


_Arguments = TypeVarTuple("_Arguments")


def once(
    write: Callable[[Module, *_Arguments], Function],
) -> Callable[[Module, *_Arguments], Function]:
    """Let ``write`` be called wherever its function is needed: a module holds it only once.

    All that its code depends on has to be among the arguments, which are hashable.
    """

    @wraps(write)
    def remembering(module: Module, *arguments: *_Arguments) -> Function:
        key = write, arguments
        if key not in module.remembered:
            module.remembered[key] = write(module, *arguments)
        return module.remembered[key]

    return remembering


def _section(number: int, content: bytes) -> bytes:
    return bytes([number]) + unsigned(len(content)) + content


def _vector(items: Iterator[bytes] | Sequence[bytes]) -> bytes:
    encoded = list(items)
    return unsigned(len(encoded)) + b"".join(encoded)


def _name(name: str) -> bytes:
    return unsigned(len(name.encode())) + name.encode()

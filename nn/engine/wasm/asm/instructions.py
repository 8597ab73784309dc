"""Typed WebAssembly expressions: what can stand on the right of an assignment.

An expression is a type and the code that leaves one value of that type on WebAssembly's stack, so
``x * 2 + y`` is the code of ``x``, a constant 2, a multiplication, the code of ``y``, an addition.
It is computed wherever it is used, each time anew; a local remembers.

Numbers of Python become constants of the type beside them. All ``i32`` are addresses, counts and
bit patterns, so their comparisons, shifts and conversions are the unsigned ones. A comparison of
vectors gives a mask: all bits of a lane set where it holds.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from nn.engine.wasm.asm.opcodes import (
    CONVERSIONS,
    INSTRUCTIONS,
    LOADS,
    OPCODES,
    STORES,
    signed,
    unsigned,
)


@dataclass(frozen=True)
class Type:
    """A number, or a vector of 16 bytes seen as lanes of one type.

    Attributes:
        name: as in the names of instructions.
        code: how sections and blocks name it; all vectors are one type there.
        size: bytes in memory.
        lanes: numbers in it.
    """

    name: str
    code: int
    size: int
    lanes: int = 1

    def __call__(self, number: float) -> Value:
        """Return a constant, the same in all lanes."""
        if self.name == "i32":
            # A bit pattern: 2**32 - 1 and -1 are the same.
            wrapped = int(number) & 0xFFFFFFFF
            return Value(self, INSTRUCTIONS["i32.const"] + signed(wrapped - (wrapped >> 31 << 32)))
        if self.name == "f32":
            return Value(self, INSTRUCTIONS["f32.const"] + struct.pack("<f", number))
        if self.name == "f64":
            return Value(self, INSTRUCTIONS["f64.const"] + struct.pack("<d", number))
        form = {"f32x4": "<f", "f64x2": "<d", "i32x4": "<i", "i8x16": "<b"}[self.name]
        lane = int(number) if self.name[0] == "i" else number
        return Value(self, INSTRUCTIONS["v128.const"] + struct.pack(form, lane) * self.lanes)

    def value(self, operand: Operand) -> Value:
        """Return ``operand`` as a value of this type: a value that is one, or a constant.

        Raises:
            TypeError: it is a value of another type.
        """
        if not isinstance(operand, Value):
            return self(operand)
        if operand.type is not self:
            raise TypeError(f"expected {self.name}, got {operand.type.name}")
        return operand

    def load(self, address: Value, offset: int = 0) -> Value:
        """Read a value at ``address + offset``, in bytes."""
        return _load(self, LOADS[self.name], address, offset)

    def load_splat(self, address: Value, offset: int = 0) -> Value:
        """Read one number into all lanes."""
        bits = 8 * self.size // self.lanes
        return _load(self, INSTRUCTIONS[f"v128.load{bits}_splat"], address, offset)

    def load_low(self, address: Value, offset: int, count: int) -> Value:
        """Read 4 · ``count`` bytes, 1 to 3 times four, into the low lanes; the others are 0."""
        bits = 32 if count == 1 else 64
        low = _load(self, INSTRUCTIONS[f"v128.load{bits}_zero"], address, offset)
        if count < 3:
            return low
        third = INSTRUCTIONS["v128.load32_lane"] + _memory(2, offset + 8) + b"\x02"
        return Value(self, address.code + low.code + third)

    def splat(self, value: Value) -> Value:
        """Return a number in all lanes."""
        opcode = self.opcode("splat")
        return Value(self, _SCALARS[self.name].value(value).code + opcode)

    def opcode(self, name: str) -> bytes:
        """Return an instruction's opcode.

        Raises:
            TypeError: there is no such instruction for this type.
        """
        opcodes = OPCODES[self.name]
        if name not in opcodes:
            raise TypeError(f"there is no {self.name}.{name}")
        return opcodes[name]


I32 = Type("i32", 0x7F, 4)
F32 = Type("f32", 0x7D, 4)
F64 = Type("f64", 0x7C, 8)
F32X4 = Type("f32x4", 0x7B, 16, 4)
F64X2 = Type("f64x2", 0x7B, 16, 2)
I32X4 = Type("i32x4", 0x7B, 16, 4)
I8X16 = Type("i8x16", 0x7B, 16, 16)

_SCALARS = {"f32x4": F32, "f64x2": F64, "i32x4": I32}


class Value:
    """An expression: a type, and the code that leaves a value of it on the stack."""

    def __init__(self, type: Type, code: bytes) -> None:
        self.type = type
        self.code = code

    def __add__(self, other: Operand) -> Value:
        return self._binary("add", other)

    def __sub__(self, other: Operand) -> Value:
        return self._binary("sub", other)

    def __mul__(self, other: Operand) -> Value:
        return self._binary("mul", other)

    def __truediv__(self, other: Operand) -> Value:
        return self._binary("div", other)

    def __floordiv__(self, other: Operand) -> Value:
        return I32.value(self)._binary("div", other)

    def __mod__(self, other: Operand) -> Value:
        return self._binary("rem", other)

    def __and__(self, other: Operand) -> Value:
        return self._binary("and", other)

    def __or__(self, other: Operand) -> Value:
        return self._binary("or", other)

    def __xor__(self, other: Operand) -> Value:
        return self._binary("xor", other)

    def __lshift__(self, bits: Operand) -> Value:
        return Value(self.type, self.code + I32.value(bits).code + self.type.opcode("shl"))

    def __rshift__(self, bits: Operand) -> Value:
        return Value(self.type, self.code + I32.value(bits).code + self.type.opcode("shr"))

    def __radd__(self, other: float) -> Value:
        return self.type(other) + self

    def __rsub__(self, other: float) -> Value:
        return self.type(other) - self

    def __rmul__(self, other: float) -> Value:
        return self.type(other) * self

    def __rtruediv__(self, other: float) -> Value:
        return self.type(other) / self

    def __neg__(self) -> Value:
        return self._unary("neg")

    def __lt__(self, other: Operand) -> Value:
        return self._comparison("lt", other)

    def __gt__(self, other: Operand) -> Value:
        return self._comparison("gt", other)

    def __le__(self, other: Operand) -> Value:
        return self._comparison("le", other)

    def __ge__(self, other: Operand) -> Value:
        return self._comparison("ge", other)

    def equals(self, other: Operand) -> Value:
        return self._comparison("eq", other)

    def differs(self, other: Operand) -> Value:
        return self._comparison("ne", other)

    def is_zero(self) -> Value:
        """1 where an ``i32`` is 0: the opposite of a condition."""
        return self._unary("eqz")

    def abs(self) -> Value:
        return self._unary("abs")

    def sqrt(self) -> Value:
        return self._unary("sqrt")

    def nearest(self) -> Value:
        """The nearest whole number, the even one of two."""
        return self._unary("nearest")

    def min(self, other: Operand) -> Value:
        """The smaller one, or NaN where either is NaN."""
        return self._binary("min", other)

    def max(self, other: Operand) -> Value:
        """The larger one, or NaN where either is NaN."""
        return self._binary("max", other)

    def pmin(self, other: Operand) -> Value:
        """``other < self ? other : self`` in one instruction: NaN in ``self`` stays."""
        return self._binary("pmin", other)

    def pmax(self, other: Operand) -> Value:
        """``self < other ? other : self`` in one instruction: NaN in ``self`` stays."""
        return self._binary("pmax", other)

    def trailing_zeros(self) -> Value:
        """How many low bits of an ``i32`` are 0."""
        return self._unary("ctz")

    def bitmask(self) -> Value:
        """The highest bit of each lane, lane 0 in bit 0 of an ``i32``."""
        return Value(I32, self.code + self.type.opcode("bitmask"))

    def to(self, type: Type) -> Value:
        """Convert to another type, keeping the number; see :data:`CONVERSIONS`."""
        return Value(type, self.code + CONVERSIONS[self.type.name, type.name])

    def bits_as(self, type: Type) -> Value:
        """Take the bits of a vector for another type of vectors."""
        if self.type.code != type.code:
            raise TypeError(f"{self.type.name} and {type.name} are not both vectors")
        return Value(type, self.code)

    def lane(self, index: int) -> Value:
        """One number of a vector."""
        code = self.code + self.type.opcode("lane") + bytes([index])
        return Value(_SCALARS[self.type.name], code)

    def shuffle(self, other: Value, lanes: tuple[int, int, int, int]) -> Value:
        """Choose four lanes of 4 bytes: 0 to 3 are of this vector, 4 to 7 of ``other``."""
        self.type.value(other)
        chosen = bytes(4 * lane + byte for lane in lanes for byte in range(4))
        return Value(self.type, self.code + other.code + INSTRUCTIONS["i8x16.shuffle"] + chosen)

    def floats_of_bytes(self, quarter: int) -> Value:
        """Four of sixteen unsigned bytes as ``f32x4``: 0 is the first four, 3 the last."""
        half, part = ("high" if quarter & 2 else "low"), ("high" if quarter & 1 else "low")
        code = self.code + INSTRUCTIONS[f"i16x8.extend_{half}_i8x16_u"]
        code += INSTRUCTIONS[f"i32x4.extend_{part}_i16x8_u"]
        return Value(F32X4, code + INSTRUCTIONS["f32x4.convert_i32x4_u"])

    def _unary(self, name: str) -> Value:
        return Value(self.type, self.code + self.type.opcode(name))

    def _binary(self, name: str, other: Operand) -> Value:
        return Value(self.type, self.code + self.type.value(other).code + self.type.opcode(name))

    def _comparison(self, name: str, other: Operand) -> Value:
        result = {1: I32, 4: I32X4}.get(self.type.lanes, self.type)
        return Value(result, self._binary(name, other).code)


Operand = Value | float
"""What stands beside a value: another one, or a number of Python."""


def byte_at(address: Value, offset: int = 0) -> Value:
    """Read one unsigned byte as ``i32``."""
    code = I32.value(address).code + INSTRUCTIONS["i32.load8_u"] + _memory(0, offset)
    return Value(I32, code)


def lanes(a: int, b: int, c: int, d: int) -> Value:
    """Return a constant mask or vector of four ``i32``."""
    return Value(I32X4, INSTRUCTIONS["v128.const"] + struct.pack("<4i", a, b, c, d))


def select(condition: Value, then: Value, otherwise: Operand) -> Value:
    """Choose: the whole value by an ``i32`` that is not 0, or bit by bit by a mask."""
    choices = then.code + then.type.value(otherwise).code
    choose = "select" if condition.type is I32 else "v128.bitselect"
    return Value(then.type, choices + condition.code + INSTRUCTIONS[choose])


def relaxed_madd(a: Value, b: Value, c: Value) -> Value:
    """``a · b + c``, in one instruction where the machine has one: rounded once or twice."""
    factors = a.code + a.type.value(b).code
    return Value(a.type, factors + a.type.value(c).code + a.type.opcode("madd"))


def store(address: Value, value: Value, offset: int = 0) -> bytes:
    """Return the code that writes ``value`` to ``address + offset``, in bytes."""
    code = I32.value(address).code + value.code + STORES[value.type.name]
    return code + _memory(_alignment(value.type), offset)


def store_byte(address: Value, value: Operand, offset: int = 0) -> bytes:
    """Return the code that writes the lowest byte of an ``i32`` to ``address + offset``."""
    code = I32.value(address).code + I32.value(value).code + INSTRUCTIONS["i32.store8"]
    return code + _memory(0, offset)


def store_low(address: Value, value: Value, offset: int, count: int) -> bytes:
    """Return the code that writes the low 4 · ``count`` bytes, 1 to 3 times four, of a vector."""
    bits = 32 if count == 1 else 64
    low = INSTRUCTIONS[f"v128.store{bits}_lane"] + _memory(2, offset) + b"\x00"
    code = I32.value(address).code + value.code + low
    if count == 3:
        third = INSTRUCTIONS["v128.store32_lane"] + _memory(2, offset + 8) + b"\x02"
        code += address.code + value.code + third
    return code


def _load(type: Type, opcode: bytes, address: Value, offset: int) -> Value:
    return Value(type, I32.value(address).code + opcode + _memory(_alignment(type), offset))


def _alignment(type: Type) -> int:
    # A hint. Arrays of NumPy are aligned to their numbers, and vectors start anywhere in them.
    return {1: 0, 4: 2, 8: 3}[type.size // type.lanes]


def _memory(alignment: int, offset: int) -> bytes:
    return unsigned(alignment) + unsigned(offset)

"""Opcodes of WebAssembly's instructions by name, and numbers as they stand in code.

Source: WebAssembly core specification 3.0, appendix "Index of Instructions"
(https://webassembly.github.io/spec/core/appendix/index-instructions.html).
"""

from __future__ import annotations


def unsigned(number: int) -> bytes:
    """Return ``number`` in LEB128: seven bits a byte, the lowest first."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def signed(number: int) -> bytes:
    """Return ``number`` in signed LEB128: bit 6 of the last byte is the sign."""
    encoded = bytearray()
    while not -64 <= number <= 63:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number & 0x7F)
    return bytes(encoded)


def simd(opcode: int) -> bytes:
    """Return the opcode of an instruction on vectors, which has a prefix."""
    return b"\xfd" + unsigned(opcode)


INSTRUCTIONS = {
    **{"block": b"\x02", "loop": b"\x03", "if": b"\x04", "else": b"\x05", "end": b"\x0b"},
    **{"br": b"\x0c", "br_if": b"\x0d", "call": b"\x10", "select": b"\x1b"},
    **{"local.get": b"\x20", "local.set": b"\x21", "i32.load8_u": b"\x2d"},
    **{"i32.store8": b"\x3a"},
    **{"i32.const": b"\x41", "f32.const": b"\x43", "f64.const": b"\x44"},
    **{"v128.const": simd(0x0C), "v128.bitselect": simd(0x52), "i8x16.shuffle": simd(0x0D)},
    **{"v128.load32_splat": simd(0x09), "v128.load64_splat": simd(0x0A)},
    **{"v128.load32_zero": simd(0x5C), "v128.load64_zero": simd(0x5D)},
    **{"v128.load32_lane": simd(0x56)},
    **{"v128.store32_lane": simd(0x5A), "v128.store64_lane": simd(0x5B)},
    **{"i16x8.extend_low_i8x16_u": simd(0x89), "i16x8.extend_high_i8x16_u": simd(0x8A)},
    **{"i32x4.extend_low_i16x8_u": simd(0xA9), "i32x4.extend_high_i16x8_u": simd(0xAA)},
    **{"f32x4.convert_i32x4_u": simd(0xFB)},
}
"""Those that do not go by types, by their whole names."""

LOADS = {
    "i32": b"\x28",
    "f32": b"\x2a",
    "f64": b"\x2b",
    **dict.fromkeys(("f32x4", "f64x2", "i32x4", "i8x16"), simd(0x00)),
}
STORES = {
    "i32": b"\x36",
    "f32": b"\x38",
    "f64": b"\x39",
    **dict.fromkeys(("f32x4", "f64x2", "i32x4", "i8x16"), simd(0x0B)),
}
"""For each type, how a value of it is read from memory and written there."""

_I32 = {
    **{"eqz": 0x45, "eq": 0x46, "ne": 0x47, "lt": 0x49, "gt": 0x4B, "le": 0x4D, "ge": 0x4F},
    **{"ctz": 0x68, "add": 0x6A, "sub": 0x6B, "mul": 0x6C, "div": 0x6E, "rem": 0x70},
    **{"and": 0x71, "or": 0x72, "shl": 0x74, "shr": 0x76},
}
_F32 = {
    **{"eq": 0x5B, "ne": 0x5C, "lt": 0x5D, "gt": 0x5E, "le": 0x5F, "ge": 0x60, "neg": 0x8C},
    **{"add": 0x92, "sub": 0x93, "mul": 0x94, "div": 0x95, "min": 0x96, "max": 0x97},
}
_F64 = {"add": 0xA0, "sub": 0xA1, "mul": 0xA2, "div": 0xA3}
_I8X16 = {"eq": 0x23, "ne": 0x24, "bitmask": 0x64}
_I32X4 = {
    **{
        "splat": 0x11,
        "lane": 0x1B,
        "ge": 0x40,
        "and": 0x4E,
        "or": 0x50,
        "xor": 0x51,
        "bitmask": 0xA4,
    },
    **{"shl": 0xAB, "shr": 0xAD, "add": 0xAE, "sub": 0xB1, "mul": 0xB5},
}
_F32X4 = {
    **{"splat": 0x13, "lane": 0x1F},
    **{"eq": 0x41, "ne": 0x42, "lt": 0x43, "gt": 0x44, "le": 0x45, "ge": 0x46},
    **{"nearest": 0x6A, "abs": 0xE0, "neg": 0xE1, "sqrt": 0xE3},
    **{"add": 0xE4, "sub": 0xE5, "mul": 0xE6, "div": 0xE7},
    **{"min": 0xE8, "max": 0xE9, "pmin": 0xEA, "pmax": 0xEB, "madd": 0x105},
}
_F64X2 = {
    **{"splat": 0x14, "lane": 0x21},
    **{"add": 0xF0, "sub": 0xF1, "mul": 0xF2, "div": 0xF3, "madd": 0x107},
}
OPCODES: dict[str, dict[str, bytes]] = {
    "i32": {name: bytes([opcode]) for name, opcode in _I32.items()},
    "f32": {name: bytes([opcode]) for name, opcode in _F32.items()},
    "f64": {name: bytes([opcode]) for name, opcode in _F64.items()},
    "i8x16": {name: simd(opcode) for name, opcode in _I8X16.items()},
    "i32x4": {name: simd(opcode) for name, opcode in _I32X4.items()},
    "f32x4": {name: simd(opcode) for name, opcode in _F32X4.items()},
    "f64x2": {name: simd(opcode) for name, opcode in _F64X2.items()},
}
"""For each type, the opcodes of what can be done with it."""

CONVERSIONS: dict[tuple[str, str], bytes] = {
    ("i32", "f32"): b"\xb3",
    ("i32", "f64"): b"\xb8",
    ("f32", "f64"): b"\xbb",
    ("i32x4", "f32x4"): simd(0xFA),
    ("f32x4", "i32x4"): simd(0xF8),
}
"""From one type to another, keeping the number; to ``i32x4`` what is outside is the nearest there
is, and NaN is 0."""

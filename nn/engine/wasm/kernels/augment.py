"""The kernel that moves, turns and zooms pictures as :mod:`nn.data.affine` defines it.

One module serves all sizes. Each picture is first copied to scratch memory with a border of zeros,
one pixel wide: then the four pixels that are mixed are always there where any of them is, and
positions further out need no more than one comparison in each direction.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from nn.data import affine
from nn.data.affine import HALF_STEP, ONE
from nn.engine.wasm.asm.assembler import Function, Local, Module, once
from nn.engine.wasm.asm.instructions import I8X16, I32, Value, byte_at
from nn.engine.wasm.machine import CompileError, InOut, Library, Machine, Scratch

ARGUMENTS = ("pictures", "result", "maps", "n", "height", "width", "channels", "scratch")
"""What the function is given: addresses and sizes. The result is all zeros, and stays so where only
zeros are mixed."""


def warp(machine: Machine, pictures: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Return what :func:`nn.data.affine.warp` does, computed by ``machine`` if it can."""
    library = _library(machine)
    if library is None:
        return affine.warp(pictures, maps)
    n, height, width, channels = pictures.shape
    result = np.zeros(pictures.shape, dtype=np.uint8)
    scratch = Scratch((height + 2) * (width + 2) * channels)
    arrays = np.ascontiguousarray(pictures), InOut(result), np.ascontiguousarray(maps)
    try:
        library.run("warp", [*arrays, n, height, width, channels, scratch])
    except MemoryError:
        return affine.warp(pictures, maps)
    return result


@cache
def _library(machine: Machine) -> Library | None:
    try:
        return machine.load(module())
    except (CompileError, MemoryError):
        return None


def module() -> bytes:
    """Return a module with the function ``warp``, called with the address of ARGUMENTS."""
    module = Module()
    with module.function("warp", I32, export=True) as f:
        (table,) = f.parameters
        picture, result, map_, n, height, width, channels, scratch = [
            f.local(I32.load(table, 4 * i)) for i in range(len(ARGUMENTS))
        ]
        line = f.local(width * channels)
        padded_line = f.local(line + channels * 2)
        f.call(_clear(module), scratch, padded_line * (height + 2))
        size = f.local(line * height)
        with f.for_range(f.local(I32(0)), n):
            first_pixel = scratch + padded_line + channels
            f.call(_copy(module), picture, height, line, first_pixel, padded_line)
            f.call(
                _warp_one(module),
                *(scratch, padded_line, map_, result, height, width, channels),
            )
            picture += size
            result += size
            map_ += 4 * 6
    return module.encode()


@once
def _clear(module: Module) -> Function:
    """Return a function that writes zeros: (address, bytes)."""
    with module.function("clear", I32, I32) as f:
        place, size = f.parameters
        end = f.local(place + size)
        with f.for_range(place, end):
            f.store_byte(place, I32(0))
    return f


@once
def _copy(module: Module) -> Function:
    """Return a function that copies rows: (source, rows, bytes in a row, target, its stride)."""
    with module.function("copy", *[I32] * 5) as f:
        source, rows, size, target, stride = f.parameters
        with f.for_range(f.local(I32(0)), rows):
            with f.if_(size >= 16):
                last = f.local(size - 16)
                with f.for_range(f.local(I32(0)), last, 16) as i:
                    f.store(target + i, I8X16.load(source + i))
                # The last vector ends with the row: it may copy some bytes a second time.
                f.store(target + last, I8X16.load(source + last))
            with f.else_(), f.for_range(f.local(I32(0)), size) as i:
                f.store_byte(target + i, byte_at(source + i))
            source += size
            target += stride
    return f


@once
def _warp_one(module: Module) -> Function:
    """Return a function for one picture.

    It is called with (padded picture, bytes in a row of it, map, result, height, width, channels).
    """
    with module.function("warp one", *[I32] * 7) as f:
        padded, below, map_, out, height, width, channels = f.parameters
        # Positions are counted from the corner of the border.
        across_x, across_y, across, down_x, down_y, down = [
            f.local(I32.load(map_, 4 * i)) for i in range(6)
        ]
        row_end = f.local(I32)
        x, y = f.local(I32), f.local(I32)
        across += ONE + HALF_STEP
        down += ONE + HALF_STEP
        with f.for_range(f.local(I32(0)), height):
            x.set(across)
            y.set(down)
            row_end.set(out + width * channels)
            with f.while_(out < row_end):
                column, row = f.local(x >> 16), f.local(y >> 16)
                # They are unsigned: what is left of the border, or above it, is huge.
                with f.if_((column <= width) & (row <= height)):
                    corner = f.local(padded + row * below + column * channels)
                    u, v = f.local(x >> 8 & 0xFF), f.local(y >> 8 & 0xFF)
                    with f.for_range(f.local(I32(0)), channels) as channel:
                        _mix(f, corner + channel, channels, below, u, v, out + channel)
                out += channels
                x += across_x
                y += down_x
            across += across_y
            down += down_y
    return f


def _mix(
    f: Function, corner: Value, right: Local, below: Local, u: Local, v: Local, out: Value
) -> None:
    """Store the mixture of four bytes."""
    p00 = f.local(corner)
    p10 = f.local(p00 + below)
    # Each byte with the one below it, in the two halves of a number: both are mixed at once.
    lefts = f.local(byte_at(p00) | byte_at(p10) << 16)
    rights = f.local(byte_at(p00 + right) | byte_at(p10 + right) << 16)
    with f.if_(lefts | rights):
        mixed = f.local((lefts << 8) + (rights - lefts) * u)
        top, bottom = f.local(mixed & 0xFFFF), f.local(mixed >> 16)
        f.store_byte(out, (top << 8) + (bottom - top) * v + 0x8000 >> 16)

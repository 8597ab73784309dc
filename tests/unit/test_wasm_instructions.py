"""Every instruction computes what it says."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nn.engine.wasm.asm.assembler import Function
from nn.engine.wasm.asm.instructions import (
    F32,
    F32X4,
    F64,
    F64X2,
    I8X16,
    I32,
    I32X4,
    Type,
    Value,
    byte_at,
    lanes,
    relaxed_madd,
    select,
)
from nn.engine.wasm.asm.opcodes import CONVERSIONS, OPCODES
from nn.engine.wasm.machine import InOut
from tests.unit.wasm_running import result, run

TYPES = {type.name: type for type in (I32, F32, F64, I8X16, I32X4, F32X4, F64X2)}
DTYPES = {
    "i32": np.uint32,
    "f32": np.float32,
    "f64": np.float64,
    "i8x16": np.uint8,
    "i32x4": np.uint32,
    "f32x4": np.float32,
    "f64x2": np.float64,
}


def values(type: Type, seed: int) -> np.ndarray:
    """Lanes to compute with: a few special ones among random ones."""
    rng = np.random.default_rng(seed)
    dtype = DTYPES[type.name]
    if np.issubdtype(dtype, np.integer):
        chosen = rng.integers(0, np.iinfo(dtype).max, 64, dtype=dtype, endpoint=True)
        chosen[:4] = 0, 1, np.iinfo(dtype).max, np.iinfo(dtype).max // 2
        return chosen
    numbers = rng.normal(0, 10, 64).astype(dtype)
    numbers[:8] = 0.0, -0.0, 1.5, 2.5, -2.5, np.inf, -np.inf, np.nan
    return rng.permutation(numbers)


def sign_bits(x: np.ndarray) -> int:
    bits = np.signbit(x.view(np.int8 if x.itemsize == 1 else np.int32))
    return sum(int(bit) << i for i, bit in enumerate(bits))


def bitwise(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    return lambda *arrays: function(*(a.view(np.uint8) for a in arrays)).view(arrays[0].dtype)


EXPECTED: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": lambda a, b: a // b if a.dtype.kind == "u" else a / b,
    "rem": np.remainder,
    "and": bitwise(np.bitwise_and),
    "or": bitwise(np.bitwise_or),
    "xor": bitwise(np.bitwise_xor),
    "shl": lambda a, b: a << np.uint32(5),
    "shr": lambda a, b: a >> np.uint32(5),
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "gt": np.greater,
    "le": np.less_equal,
    "ge": np.greater_equal,
    "eqz": lambda a: a == 0,
    "ctz": lambda a: np.array([32 if x == 0 else (int(x) & -int(x)).bit_length() - 1 for x in a]),
    "abs": np.abs,
    "neg": np.negative,
    "sqrt": np.sqrt,
    "nearest": np.rint,
    "min": np.minimum,
    "max": np.maximum,
    "pmin": lambda a, b: np.where(b < a, b, a),
    "pmax": lambda a, b: np.where(a < b, b, a),
    "bitmask": sign_bits,
}
METHODS: dict[str, Callable[..., Value]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a // b if a.type is I32 else a / b,
    "rem": lambda a, b: a % b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "shl": lambda a: a << 5,
    "shr": lambda a: a >> 5,
    "eq": lambda a, b: a.equals(b),
    "ne": lambda a, b: a.differs(b),
    "lt": lambda a, b: a < b,
    "gt": lambda a, b: a > b,
    "le": lambda a, b: a <= b,
    "ge": lambda a, b: a >= b,
    "eqz": lambda a: a.is_zero(),
    "ctz": lambda a: a.trailing_zeros(),
    "neg": lambda a: -a,
}
UNARY = {"eqz", "ctz", "abs", "neg", "sqrt", "nearest", "bitmask"}
SHIFTS = {"shl", "shr"}
COMPARISONS = {"eq", "ne", "lt", "gt", "le", "ge"}
TESTED_APART = {"madd", "splat", "lane"}
EVERY = [(t, name) for t, names in OPCODES.items() for name in names if name not in TESTED_APART]


@pytest.mark.parametrize(("type_name", "name"), EVERY)
def test_an_instruction_computes_what_it_says(type_name: str, name: str):
    type, dtype = TYPES[type_name], DTYPES[type_name]
    a, b = values(type, 1), values(type, 2)
    if name in ("div", "rem") and type is I32:
        b |= 1
    count = 1 if name == "bitmask" or type.lanes == 1 else type.lanes
    out_type = np.uint32 if name == "bitmask" else dtype
    if name in COMPARISONS and type is not I32:
        out_type = np.uint8 if type is I8X16 else np.uint32
    method = METHODS.get(name, lambda *args: getattr(args[0], name)(*args[1:]))

    def make(*addresses: Value) -> Value:
        return method(*[type.load(address) for address in addresses])

    for low in range(0, 64, type.lanes):
        x, y = a[low : low + type.lanes], b[low : low + type.lanes]
        arrays = [x] if name in UNARY or name in SHIFTS else [x, y]
        found = result(make, *arrays, dtype=out_type, size=count)
        with np.errstate(all="ignore"):
            expected = EXPECTED[name](x) if name in UNARY else EXPECTED[name](x, y)
        if name in COMPARISONS and type.lanes > 1:
            # All bits of a lane.
            expected = np.where(expected, np.iinfo(out_type).max, 0)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("source", "target"), CONVERSIONS)
def test_a_conversion_keeps_the_number(source: str, target: str):
    numbers = values(TYPES[source], 3)
    step = TYPES[source].lanes
    for low in range(0, 64, step):
        x = numbers[low : low + step]
        dtype = np.int32 if target == "i32x4" else DTYPES[target]
        found = result(lambda p: TYPES[source].load(p).to(TYPES[target]), x, dtype=dtype, size=step)
        if source == "i32x4":
            x = x.view(np.int32)
        if target == "i32x4":
            expected = np.nan_to_num(np.trunc(x.astype(float)), nan=0.0)
            expected = expected.clip(-(2**31), 2**31 - 1)
            np.testing.assert_array_equal(found, expected.astype(np.int32))
        else:
            np.testing.assert_array_equal(found, x.astype(dtype))


@pytest.mark.parametrize(("source", "target"), [(I32X4, F32X4), (F32X4, I32X4)])
def test_bits_taken_for_another_type_stay_the_same(source: Type, target: Type):
    x = values(source, 4)[: source.lanes]
    dtype = DTYPES[target.name]
    found = result(lambda p: source.load(p).bits_as(target), x, dtype=dtype, size=len(x))
    assert found.tobytes() == x.tobytes()


@pytest.mark.parametrize("type", [F32X4, F64X2])
def test_relaxed_madd_multiplies_and_adds(type: Type):
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(3, type.lanes)).astype(DTYPES[type.name])
    found = result(
        lambda *p: relaxed_madd(*[type.load(q) for q in p]), a, b, c, dtype=a.dtype, size=len(a)
    )
    np.testing.assert_allclose(found, a * b + c, rtol=1e-5)


@pytest.mark.parametrize("type", [I32, F32, F64, I8X16, I32X4, F32X4, F64X2])
def test_a_constant_is_in_every_lane(type: Type):
    for number in (0, 1, -2, 100):
        found = result(lambda n=number: type(n), dtype=DTYPES[type.name], size=type.lanes)
        assert (found == np.array(number).astype(DTYPES[type.name])).all()


@pytest.mark.parametrize("number", [0, 63, 64, 127, 128, 2**31 - 1, 2**31, 2**32 - 1, -1, -(2**31)])
def test_an_i32_constant_is_a_bit_pattern(number: int):
    assert result(lambda: I32(number), dtype=np.uint32, size=1)[0] == number % 2**32


@pytest.mark.parametrize("type", [F32X4, F64X2])
def test_a_number_is_put_into_every_lane(type: Type):
    scalar = {"f32x4": F32, "f64x2": F64}[type.name]
    x = np.array([7], dtype=DTYPES[scalar.name])
    found = result(
        lambda p: type.splat(scalar.load(p)), x, dtype=DTYPES[type.name], size=type.lanes
    )
    assert (found == 7).all()


@pytest.mark.parametrize("type", [F32X4, F64X2])
def test_a_number_is_read_into_every_lane(type: Type):
    x = np.array([3, 4], dtype=DTYPES[type.name])
    found = result(lambda p: type.load_splat(p, x.itemsize), x, dtype=x.dtype, size=type.lanes)
    assert (found == 4).all()


@pytest.mark.parametrize("type", [F32X4, F64X2])
def test_lanes_can_be_taken_one_by_one(type: Type):
    x = values(type, 5)[: type.lanes]
    for lane in range(type.lanes):
        found = result(lambda p, i=lane: type.load(p).lane(i), x, dtype=x.dtype, size=1)
        np.testing.assert_array_equal(found, x[lane : lane + 1])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_low_lanes_are_read_and_written_alone(count: int):
    x, out = np.arange(1, 6, dtype=np.float32), np.full(6, 9, dtype=np.float32)

    def write(f: Function, place: Value, source: Value) -> None:
        f.store_low(place, F32X4.load_low(source, 4, count) + 1.0, 4, count)

    run(write, InOut(out), x)
    expected = [9.0] * 6
    expected[1 : 1 + count] = [3.0, 4.0, 5.0][:count]
    assert out.tolist() == expected
    loaded = result(lambda p: F32X4.load_low(p, 4, count), x, dtype=np.float32, size=4)
    assert loaded.tolist() == [2.0, 3.0, 4.0][:count] + [0.0] * (4 - count)


def test_lanes_are_chosen_from_two_vectors():
    a, b = np.arange(4, dtype=np.float32), np.arange(4, 8, dtype=np.float32)
    found = result(
        lambda p, q: F32X4.load(p).shuffle(F32X4.load(q), (6, 0, 3, 5)),
        a,
        b,
        dtype=np.float32,
        size=4,
    )
    assert found.tolist() == [6, 0, 3, 5]


@pytest.mark.parametrize("quarter", range(4))
def test_four_of_sixteen_bytes_become_floats(quarter: int):
    x = values(I8X16, 6)[:16]
    found = result(lambda p: I8X16.load(p).floats_of_bytes(quarter), x, dtype=np.float32, size=4)
    assert found.tolist() == x[4 * quarter : 4 * quarter + 4].tolist()


def test_a_byte_is_read_as_a_number():
    x = np.array([1, 200, 3], dtype=np.uint8)
    assert result(lambda p: byte_at(p, 1), x, dtype=np.uint32, size=1)[0] == 200


def test_a_byte_is_written_alone():
    out = np.full(4, 9, dtype=np.uint8)
    run(lambda f, place: f.store_byte(place, I32(0x1234), 2), InOut(out))
    assert out.tolist() == [9, 9, 0x34, 9]


def test_a_choice_is_made_by_a_number_or_by_a_mask():
    for condition, expected in ((0, 2.0), (1, 1.0), (2**31, 1.0)):
        found = result(lambda c=condition: select(I32(c), F32(1), 2), dtype=np.float32, size=1)
        assert found[0] == expected
    found = result(lambda: select(lanes(-1, 0, 0, -1), F32X4(1), 2.0), dtype=np.float32, size=4)
    assert found.tolist() == [1, 2, 2, 1]


def test_types_that_do_not_go_together_are_refused_at_once():
    with pytest.raises(TypeError, match="expected f32, got i32"):
        F32(1) + I32(1)
    with pytest.raises(TypeError, match="there is no f32.shl"):
        F32(1) << 2
    with pytest.raises(TypeError, match="there is no i8x16.splat"):
        I8X16.splat(I32(1))
    with pytest.raises(TypeError, match="f32 and i32 are not both vectors"):
        F32(1).bits_as(I32)
    with pytest.raises(TypeError, match="expected i32, got f32"):
        F32.load(F32(0))

"""Numbers in the code of a module are written as LEB128."""

from collections.abc import Sequence

import pytest

from nn.engine.wasm.asm.opcodes import signed, unsigned


@pytest.mark.parametrize(
    ("number", "encoded"), [(0, [0]), (127, [127]), (128, [0x80, 1]), (624485, [0xE5, 0x8E, 0x26])]
)
def test_unsigned_numbers_take_seven_bits_a_byte(number: int, encoded: Sequence[int]):
    assert list(unsigned(number)) == encoded


@pytest.mark.parametrize(
    ("number", "encoded"), [(0, [0]), (63, [63]), (64, [0xC0, 0]), (-123456, [0xC0, 0xBB, 0x78])]
)
def test_signed_numbers_end_with_their_sign(number: int, encoded: Sequence[int]):
    assert list(signed(number)) == encoded

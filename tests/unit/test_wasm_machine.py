"""What runs modules refuses what it cannot run, and guards what is beside an array."""

import numpy as np
import pytest

from nn.engine.wasm.asm.assembler import Function, Module
from nn.engine.wasm.asm.instructions import I32
from nn.engine.wasm.machine import CompileError, InOut, Library, Scratch, Wasmtime
from tests.unit.wasm_guarded import Guarded


def writer(offset: int) -> bytes:
    """A module that writes 7 so many bytes after where its first word says."""
    module = Module()
    with module.function("write", I32, export=True) as f:
        (table,) = f.parameters
        f.store(I32.load(table), I32(7), offset)
    return module.encode()


@pytest.fixture(scope="module")
def guarded() -> Guarded:
    return Guarded(relaxed=True)


def test_numbers_and_arrays_arrive_and_changes_come_back():
    module = Module()
    with module.function("sum", I32, export=True) as f:
        table, *_ = f.parameters
        total = f.local(I32.load(I32.load(table, 4)) + I32.load(table, 8))
        f.store(I32.load(table), total)
    out = np.zeros((1, 1), dtype=np.int32)
    library = Wasmtime(relaxed=False).load(module.encode())
    library.run("sum", [InOut(out), np.array([40], dtype=np.int32), 2, Scratch(1000)])
    assert out[0, 0] == 42


def test_a_module_that_is_not_one_is_refused():
    module = Module()
    with module.function("f") as f:
        f.code += b"\xff"
    with pytest.raises(CompileError):
        Wasmtime(relaxed=True).load(module.encode())


def test_relaxed_instructions_are_refused_where_they_are_unknown():
    from nn.engine.wasm.machine import _probe

    with pytest.raises(CompileError):
        Wasmtime(relaxed=False).load(_probe(relaxed=True))
    Wasmtime(relaxed=False).load(_probe(relaxed=False))


def test_an_array_that_is_not_in_one_piece_is_refused():
    library = Wasmtime(relaxed=True).load(writer(0))
    with pytest.raises(ValueError, match="cannot work on an array"):
        library.run("write", [InOut(np.zeros((4, 4), dtype=np.int32)[:, 0])])


def test_an_array_that_must_not_change_is_refused():
    fixed = np.zeros(4, dtype=np.int32)
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="cannot work on an array"):
        Wasmtime(relaxed=True).load(writer(0)).run("write", [InOut(fixed)])


def test_more_than_there_can_be_is_no_room():
    with pytest.raises(MemoryError, match="no memory for 5,"):
        Wasmtime(relaxed=True).load(writer(0)).run("write", [Scratch(5 * 10**9)])


def test_memory_grows_with_what_is_needed():
    out = np.zeros(300_000, dtype=np.int32)
    Wasmtime(relaxed=True).load(writer(4 * 299_999)).run("write", [InOut(out)])
    assert out[-1] == 7 and not out[:-1].any()


@pytest.mark.parametrize("offset", [-4, 4, 16, 64])
def test_the_guards_notice_a_write_beside_an_array(guarded: Guarded, offset: int):
    module = Module()
    with module.function("write", I32, export=True) as f:
        (table,) = f.parameters
        f.store(I32.load(table) + offset, I32(7))
    library: Library = guarded.load(module.encode())
    with pytest.raises(AssertionError, match="outside its arrays"):
        library.run("write", [InOut(np.zeros(1, dtype=np.int32))])


def test_the_guards_notice_a_write_to_what_is_only_read(guarded: Guarded):
    with pytest.raises(AssertionError, match="only reads"):
        guarded.load(writer(0)).run("write", [np.zeros(1, dtype=np.int32)])


def test_a_function_that_is_begun_first_may_call_one_that_is_ended_first():
    module = Module()
    with module.function("outer", I32, export=True) as outer:
        (table,) = outer.parameters

        def one() -> Function:
            with module.function("one", result=I32) as f:
                f.return_(1)
            return f

        outer.store(I32.load(table), one()())
    out = np.zeros(1, dtype=np.int32)
    Wasmtime(relaxed=False).load(module.encode()).run("outer", [InOut(out)])
    assert out[0] == 1

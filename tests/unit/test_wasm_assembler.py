"""Loops, conditions and calls do what they look like."""

import numpy as np
import pytest

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, I32, Value
from nn.engine.wasm.machine import InOut
from tests.unit.wasm_running import MACHINE, run


@pytest.mark.parametrize(("start", "stop", "step"), [(0, 5, 1), (3, 3, 1), (5, 2, 1), (1, 8, 3)])
def test_counting_visits_what_range_does(start: int, stop: int, step: int):
    out = np.zeros(9, dtype=np.uint32)

    def write(f: Function, place: Value) -> None:
        with f.for_range(f.local(I32(start)), stop, step) as i:
            f.store(place, i + 100)
            place += 4

    run(write, InOut(out))
    assert out[out > 0].tolist() == [100 + i for i in range(start, stop, step)]


def test_repeating_looks_first():
    out = np.zeros(2, dtype=np.uint32)

    def write(f: Function, place: Value) -> None:
        for initial in (6, 0):
            left, turns = f.local(I32(initial)), f.local(I32(0))
            with f.while_(left):
                left -= 2
                turns += 1
            f.store(place, turns)
            place += 4

    run(write, InOut(out))
    assert out.tolist() == [3, 0]


@pytest.mark.parametrize("condition", [0, 1, 7])
def test_one_branch_is_taken(condition: int):
    out = np.zeros(2, dtype=np.uint32)

    def write(f: Function, place: Value, given: Value) -> None:
        with f.if_(given):
            f.store(place, I32(10))
        with f.else_():
            f.store(place, I32(20))
        with f.if_(given.is_zero()):
            f.store(place, I32(30), 4)

    run(write, InOut(out), condition)
    assert out.tolist() == ([10, 0] if condition else [20, 30])


def test_a_function_calls_another_and_itself():
    out = np.zeros(1, dtype=np.uint32)
    module = Module()
    with module.function("factorial", I32, result=I32) as factorial:
        (n,) = factorial.parameters
        product = factorial.local(I32(1))
        with factorial.if_(n > 1):
            product.set(n * factorial(n - 1))
        factorial.return_(product)
    with module.function("run", I32, export=True) as f:
        (table,) = f.parameters
        f.store(I32.load(table), factorial(5))
    MACHINE.load(module.encode()).run("run", [InOut(out)])
    assert out[0] == 120


def test_a_module_holds_a_function_once_for_the_same_arguments():
    @once
    def constant(module: Module, number: int) -> Function:
        with module.function("constant", result=I32) as f:
            f.return_(number)
        return f

    one, other = Module(), Module()
    assert constant(one, 5) is constant(one, 5)
    assert constant(one, 5) is not constant(one, 6)
    assert constant(one, 5) is not constant(other, 5)
    assert [len(module.remembered) for module in (one, other)] == [2, 1]


def test_locals_change_in_place():
    out = np.zeros(1, dtype=np.float32)

    def write(f: Function, place: Value) -> None:
        x = f.local(F32(1.5))
        x += 2
        x *= 4
        x -= 1
        f.store(place, 1 - 6 / (2 * (1 + x)))

    run(write, InOut(out))
    assert out[0] == 1 - 6 / (2 * (1 + 13))


def test_without_relaxed_simd_a_product_is_rounded_before_it_is_added_to():
    module = Module(relaxed=False)
    with module.function("f") as f:
        code = f.madd(F32X4(2.0), F32X4(3.0), 1.0).code
    assert code == (F32X4(2.0) * 3.0 + 1.0).code


def test_calls_must_say_what_becomes_of_the_value():
    module = Module()
    with module.function("gives", result=I32) as gives:
        gives.return_(1)
    with module.function("takes") as takes, pytest.raises(TypeError, match="gives no value"):
        takes()
    with module.function("calls") as f, pytest.raises(TypeError, match="nobody takes"):
        f.call(gives)


def test_else_needs_an_if():
    def nothing(f: Function) -> None:
        pass

    def loop(f: Function) -> None:
        with f.for_range(f.local(I32(0)), 3):
            pass

    def if_and_more(f: Function) -> None:
        with f.if_(I32(1)):
            pass
        f.local(I32(0))

    def if_and_else(f: Function) -> None:
        with f.if_(I32(1)):
            pass
        with f.else_():
            pass

    def begun_else(f: Function) -> None:
        with f.if_(I32(1)):
            pass
        f.else_().__enter__()

    for before in (nothing, loop, if_and_more, if_and_else, begun_else):
        f = Module().function("f")
        before(f)
        with pytest.raises(SyntaxError), f.else_():
            pass

"""What the soak says of its rows."""

from bench.soak import Row, told


def rows(heap: list[float], wasm: list[float]) -> list[Row]:
    return [Row(a, b, 17) for a, b in zip(heap, wasm, strict=True)]


def test_memory_that_grows_only_in_the_beginning_is_flat():
    said = told(rows([10, 20, *[30] * 18], [100, *[150] * 19]))
    assert said.count("flat") == 2 and "NOT" not in said


def test_memory_that_goes_on_growing_is_not_flat():
    heap, wasm = told(rows([10 + n for n in range(20)], [150] * 20)).splitlines()
    assert heap == "JavaScript heap: NOT flat, 17.5 MB early, 28.5 MB in the end"
    assert "NOT" not in wasm

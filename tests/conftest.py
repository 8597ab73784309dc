"""Tests run in a few processes side by side; one that measures has the machine to itself."""

from __future__ import annotations

import fcntl
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

_GATE = Path(__file__)
_MACHINE = Path(__file__).parent.parent / "pyproject.toml"
_HELD = pytest.StashKey[IO[bytes]]()


@contextmanager
def locked(file: IO[bytes], how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold a lock of `file` against other processes, of which many may share one."""
    fcntl.flock(file, how)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _is_alone(item: pytest.Item) -> bool:
    """Whether a test is marked to run alone, or failed and is tried again, perhaps by the load."""
    return item.get_closest_marker("alone") is not None or getattr(item, "execution_count", 1) > 1


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    """Wait until no test runs that is to be alone, and if this is one, until no other runs."""
    machine = item.stash[_HELD] = _MACHINE.open("rb")
    # Who waits for the machine keeps the gate, so that no other test gets in before.
    with _GATE.open("rb") as gate, locked(gate):
        fcntl.flock(machine, fcntl.LOCK_EX if _is_alone(item) else fcntl.LOCK_SH)
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """Give the machine free, which closing the file does."""
    try:
        return (yield)
    finally:
        item.stash[_HELD].close()

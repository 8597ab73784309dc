"""Tests run in a few processes side by side; one in a browser has the machine to itself."""

from __future__ import annotations

import fcntl
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

_BROWSER = Path(__file__).parent / "browser"
_GATE = Path(__file__)
_MACHINE = Path(__file__).parent.parent / "pyproject.toml"


@contextmanager
def locked(file: IO[bytes], how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold a lock of `file` against other processes, of which many may share one."""
    fcntl.flock(file, how)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Wait until no browser test runs, and if this is one, until no other runs.

    A browser has many threads, and what it trains in 30 seconds takes minutes beside another.
    """
    how = fcntl.LOCK_EX if item.path.is_relative_to(_BROWSER) else fcntl.LOCK_SH
    with _GATE.open("rb") as gate, _MACHINE.open("rb") as machine:
        # Who waits for the machine keeps the gate, so that no other test gets in before.
        with locked(gate):
            fcntl.flock(machine, how)
        # Closing the file gives the machine free.
        return (yield)

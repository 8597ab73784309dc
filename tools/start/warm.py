"""Run in Pyodide just before its memory is kept: import what the page will use.

Modules of the page itself (`nn.web`) are left out: they hold objects of JavaScript, which cannot
be kept, and so are commands of the terminal.
"""

import contextlib
import gc
import importlib
import pkgutil
import sys
from pathlib import Path

_FOR_THE_PAGE = ("nn.web", "nn.commands", "nn.__main__")
sys.path.insert(0, "/nn.zip")
# Of the standard library, which arrives later in the page, what the page imports, by its name or by
# an encoding's; and what tells of an error, which may come before.
_LATE = ("encodings.utf_8_sig", "linecache", "traceback")
for _name in (*Path("/imports.txt").read_text().split(), *_LATE):
    # Some modules are not in Pyodide, and asked for only elsewhere.
    with contextlib.suppress(ImportError):
        importlib.import_module(_name)

import numpy  # noqa: E402

# What NumPy itself imports late, as far as nn asks for it: each MB more is fetched at every visit.
# `np.unique` asks for masked arrays.
for _name in ("_core._dtype_ctypes", "char", "ctypeslib", "linalg", "ma", "random"):
    importlib.import_module(f"numpy.{_name}")
numpy.ones((3, 3), numpy.float32) @ numpy.ones(3, numpy.float32)
numpy.random.default_rng(1).permutation(3)

import nn  # noqa: E402

for _module in pkgutil.walk_packages(nn.__path__, "nn.", onerror=lambda name: None):
    if not _module.name.startswith(_FOR_THE_PAGE):
        importlib.import_module(_module.name)
gc.collect()
gc.freeze()  # what is here stays: no visit's collector has to go through it

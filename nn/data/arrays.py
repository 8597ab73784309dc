"""NumPy's own files, npy and npz, read without any object in them: those could run programs."""

from __future__ import annotations

import io
import math
import zipfile
from typing import Any

import numpy as np
from numpy.lib import format as npy

from nn.data.archives import members
from nn.data.gzipped import Content
from nn.elsewhere import of_file

_MAGIC = b"\x93NUMPY"


def looks_like_npy(content: Content) -> bool:
    """Whether content starts the way every npy file does."""
    return bytes(content[:6]) == _MAGIC


def looks_like_npz(content: Content) -> bool:
    """Whether content is a zip of npy files and nothing else."""
    head = bytes(content[:512])
    # The name of the first file, before the whole list is asked for.
    if head[:4] != b"PK\x03\x04" or b".npy" not in head[30:]:
        return False
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    return bool(names) and all(name.endswith(".npy") for name in names)


def read_npy(content: Content) -> np.ndarray:
    """Return the array of an npy file, without a copy where that can be.

    Raises:
        ValueError: it is damaged, holds Python objects, or is not as long as it declares.

    >>> file = io.BytesIO()
    >>> np.save(file, np.arange(3))
    >>> read_npy(file.getvalue()).tolist()
    [0, 1, 2]
    """
    stream = io.BytesIO(bytes(content[: 2**16]))
    try:
        version = npy.read_magic(stream)
        read_header: Any = npy.read_array_header_1_0
        if version != (1, 0):
            read_header = npy.read_array_header_2_0
        shape, fortran, dtype = read_header(stream)
    except Exception as error:
        # The header is a Python literal, and what can be wrong with one is anything.
        raise ValueError(f"the npy file is damaged: {str(error):.80}") from None
    if dtype.hasobject:
        raise ValueError("the npy file holds Python objects, which can run programs: not opened")
    if dtype.names or dtype.subdtype or dtype.kind not in "biufUS":
        raise ValueError(f"the npy file holds {dtype}; expected numbers or words")
    if any(size < 0 for size in shape):
        raise ValueError(f"the npy file is damaged: it declares the shape {shape}")
    count, found = math.prod(shape), len(content) - stream.tell()
    if count * dtype.itemsize != found:
        sizes = " x ".join(map(str, shape))
        raise ValueError(
            f"the npy file declares {sizes or 1} values of {dtype}, {count * dtype.itemsize:,} "
            f"bytes, and has {found:,}"
        )
    if not found:
        raise ValueError("the npy file holds no values")
    flat = np.frombuffer(content, dtype, count, stream.tell())
    array = flat.reshape(shape, order="F" if fortran else "C")
    return array.astype(dtype.newbyteorder("="), copy=False)


def read_npz(content: Content) -> dict[str, np.ndarray]:
    """Return the arrays of an npz file by name.

    Raises:
        ValueError: it is damaged, unpacks to too much, or an array cannot be read.
    """
    found = {}
    for name, member in members(content).items():
        try:
            found[name.removesuffix(".npy")] = read_npy(member)
        except ValueError as error:
            raise of_file(name, error) from None
    return found

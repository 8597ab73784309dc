"""Networks of other tools, refused by name."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from nn.data.archives import DAMAGED
from nn.data.foreign import tool_of, tool_of_members

_KEYS = (
    ({"modelTopology"}, "a TensorFlow.js model"),
    ({"weightsManifest"}, "a TensorFlow.js model"),
    ({"sizes", "layers"}, "a network of brain.js"),
    ({"layers", "trainOpts"}, "a network of brain.js"),
    ({"class_name", "config"}, "the configuration of a Keras model"),
)


def refuse_other_tools(data: bytes) -> None:
    """Raise a ValueError that names the tool whose file this is, if it is known and not JSON.

    >>> refuse_other_tools(b"{}")
    >>> refuse_other_tools(bytes([0x80, 4, 0x95]))
    Traceback (most recent call last):
    ValueError: this is a pickle, which can run programs: not opened
    """
    tool = tool_of(data)
    if data.startswith(b"PK\x03\x04"):
        try:
            tool = tool_of_members(zipfile.ZipFile(io.BytesIO(data)).namelist()) or "a zip archive"
        except (*DAMAGED, ValueError):
            tool = "a damaged zip archive"
    elif data.startswith(b"\x93NUMPY"):
        tool = "an array of NumPy"
    if tool is None or tool == "JSON":
        return
    if "run programs" in tool:
        raise ValueError(f"this is {tool}: not opened")
    raise ValueError(f"this is {tool}; expected weights of nn, in JSON")


def tool_of_json(content: dict[str, Any]) -> str | None:
    """Return which tool wrote an object of JSON that is a network, or None."""
    return next((tool for keys, tool in _KEYS if keys <= content.keys()), None)

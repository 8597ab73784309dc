"""``python -m nn convert``: a network's file in another format."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from nn import formats


def add_to(commands: Any) -> None:
    """Add the command to those of ``python -m nn``."""
    command = commands.add_parser("convert", help="write a network's file in another format")
    command.set_defaults(run=run)
    command.add_argument(
        "source", type=Path, metavar="IN", help="a file of any format, known by its content"
    )
    command.add_argument(
        "destination",
        type=Path,
        metavar="OUT",
        help=f"its name ends with {', '.join(formats.FORMATS)}",
    )


def run(options: argparse.Namespace) -> None:
    """Read a network, and write it as the destination's name says.

    Raises:
        ValueError: there is no such file or format, or it cannot be read or written.
    """
    source, destination = options.source, options.destination
    formats.suffix_of(destination)  # refuses what is unknown before anything is read
    if not source.exists():
        raise ValueError(f"there is no file {source}")
    if not destination.parent.is_dir():
        raise ValueError(f"there is no folder {destination.parent} to write the network to")
    model, training = formats.read(source)
    for path in formats.save_model(model, destination, training):
        print(f"wrote {path}, {path.stat().st_size:,} bytes")

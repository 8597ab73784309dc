"""Rows of ARFF, Weka's format: attributes by name, then lines of values."""

from __future__ import annotations

import csv
import re

from nn.data.tables.rows import Rows, table_of

_ATTRIBUTE = re.compile(r"@attribute\s+('[^']*'|\"[^\"]*\"|\S+)\s+(.+)", re.IGNORECASE)


def rows_of_arff(text: str) -> Rows:
    r"""Return the rows of an ARFF file.

    Raises:
        ValueError: it has no attributes or no data, or is sparse.

    >>> rows_of_arff("@relation r\n@attribute a real\n@attribute b {x,y}\n@data\n1,x\n").names
    ['a', 'b']
    """
    start = re.search("@data", text, re.IGNORECASE)
    head, body = (text[: start.start()], text[start.end() :]) if start else (text, "")
    matches = [_ATTRIBUTE.match(line.strip()) for line in head.splitlines()]
    names = [match[1].strip("'\"") for match in matches if match]
    lines = [line for line in map(str.strip, body.splitlines()) if line and line[0] != "%"]
    if not names or not lines:
        raise ValueError("the ARFF file has no attributes or no data")
    if lines[0].startswith("{"):
        raise ValueError("this is a sparse ARFF file: save it as CSV")
    quote = "'" if "'" in body and '"' not in body else '"'
    cells = list(csv.reader(lines, quotechar=quote, skipinitialspace=True))
    rows = table_of([names, *cells], header=True, separator=",")
    rows.notes.insert(0, "read as ARFF")
    return rows

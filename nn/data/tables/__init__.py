"""Tables from files of all kinds; :func:`read_table` reads them."""

from nn.data.tables.column import KINDS, Column, Kind, column_of, shown
from nn.data.tables.source import MAX_BYTES
from nn.data.tables.table import Table, read_table, reading_table

__all__ = [
    "KINDS",
    "MAX_BYTES",
    "Column",
    "Kind",
    "Table",
    "column_of",
    "read_table",
    "reading_table",
    "shown",
]

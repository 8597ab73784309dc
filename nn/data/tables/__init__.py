"""Tables from files of all kinds; :func:`read_table` reads them."""

from nn.data.tables.column import KINDS, Column, Kind, shown
from nn.data.tables.dates import ORDERS
from nn.data.tables.encodings import ENCODINGS
from nn.data.tables.from_cells import column_of
from nn.data.tables.source import MAX_BYTES, beside, is_workbook
from nn.data.tables.table import Table, read_table, reading_table

__all__ = [
    "ENCODINGS",
    "KINDS",
    "MAX_BYTES",
    "ORDERS",
    "Column",
    "Kind",
    "Table",
    "beside",
    "column_of",
    "is_workbook",
    "read_table",
    "reading_table",
    "shown",
]

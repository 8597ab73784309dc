"""Texts that spreadsheets open."""

from __future__ import annotations


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: it may come from anywhere.

    >>> harmless("=1+1"), harmless("-1.5")
    ("'=1+1", '-1.5')
    """
    try:
        float(text)
    except ValueError:
        return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
    return text

"""Files that are for another lab of the page than the one they are opened in."""

from __future__ import annotations


class BelongsElsewhere(ValueError):
    """A file is for another lab, which the message says; the page offers to open it there.

    Attributes:
        lab: its name, as in the address: "colours".
    """

    def __init__(self, message: str, lab: str) -> None:
        super().__init__(message)
        self.lab = lab


def of_file(name: str, error: ValueError) -> ValueError:
    """Return an error of the same sort whose message begins with the name of a file.

    >>> of_file("a.csv", BelongsElsewhere("this is a picture", "digits")).lab
    'digits'
    """
    message = f"{name}: {error}"
    if isinstance(error, BelongsElsewhere):
        return BelongsElsewhere(message, error.lab)
    return ValueError(message)

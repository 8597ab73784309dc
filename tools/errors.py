"""What can go wrong in set-up, told to the user in one line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class SetupError(Exception):
    """Set-up cannot go on; the message is one line that says what failed and what to try."""


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """End the program with one line on stderr and a non-zero status where the block fails."""
    try:
        yield
    except SetupError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}. Check that it can be read and written.")
    except KeyboardInterrupt:
        sys.exit("Interrupted: nothing half-made was kept. Run the same command to go on.")

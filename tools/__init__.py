"""Set-up and serving. Standard library only: this runs before anything is installed."""

import sys

# Checked here because this file runs first, and an older Python cannot even read the others.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("Python 3.11 or newer is needed: install it, or name it: `make PYTHON=python3.11`")

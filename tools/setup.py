"""`python3 -m tools.setup STEP...`: make what is missing, check what is there.

Steps: `page` (what the page loads), `python` (the tests' Python), `chromium` (their browser),
`browsers` (the others that they try), `docs` (the documentation), `bench` (what the bench compares
with).
"""

import argparse
from pathlib import Path

from tools import (
    browsers,
    chromium,
    documentation,
    environment,
    mnist,
    npm,
    packages,
    start,
    vendor,
    wheels,
)
from tools.errors import SetupError, told_in_one_line

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Do the steps named on the command line, in the order given."""
    parser = argparse.ArgumentParser(description="Make what is missing, check what is there.")
    steps = ["libraries", "page", "python", "chromium", "browsers", "docs", "bench"]
    parser.add_argument("steps", nargs="+", choices=steps)
    with told_in_one_line():
        for step in parser.parse_args().steps:
            if step == "libraries":
                npm.install(ROOT, tests=True)
            elif step == "page":
                npm.install(ROOT)
                vendor.fill(ROOT)
                packages.fill(ROOT)
                mnist.fill(ROOT)
                start.fill(ROOT)
            elif step == "python":
                environment.install_packages(ROOT)
            elif step == "chromium":
                chromium.ensure_browser()
                chromium.ensure_driver()
            elif step == "browsers":
                browsers.ensure()
            elif step == "docs":
                environment.install_packages(ROOT, ["docs"])
                documentation.fill(ROOT)
            else:
                npm.install(ROOT / "bench", tests=True)
                _fetch_scipy()


def _fetch_scipy() -> None:
    """Put SciPy for Pyodide where the bench looks for it; without it, the bench says so."""
    try:
        wheels.fill(ROOT, ["scipy"], "bench/vendor")
    except SetupError as error:
        print(f"The bench goes without SciPy: {error}", flush=True)


if __name__ == "__main__":
    main()

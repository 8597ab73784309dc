"""`python3 -m tools.setup STEP...`: make what is missing, check what is there.

Steps: `page` (what the page loads), `python` (the tests' Python), `chromium` (their browser),
`bench` (what the bench compares with).
"""

import argparse
from pathlib import Path

from tools import archive, chromium, environment, mnist, npm, vendor, wheels
from tools.errors import SetupError, told_in_one_line

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Do the steps named on the command line, in the order given."""
    parser = argparse.ArgumentParser(description="Make what is missing, check what is there.")
    parser.add_argument("steps", nargs="+", choices=["page", "python", "chromium", "bench"])
    with told_in_one_line():
        for step in parser.parse_args().steps:
            if step == "page":
                npm.install(ROOT)
                vendor.fill(ROOT)
                mnist.fill(ROOT)
                archive.fill(ROOT)
            elif step == "python":
                environment.install_test_packages(ROOT)
            elif step == "chromium":
                chromium.ensure_browser()
                chromium.ensure_driver()
            else:
                npm.install(ROOT / "bench")
                _fetch_scipy()


def _fetch_scipy() -> None:
    """Put SciPy for Pyodide where the bench looks for it; without it, the bench says so."""
    try:
        wheels.fill(ROOT, ["scipy"], "bench/vendor")
    except SetupError as error:
        print(f"The bench goes without SciPy: {error}", flush=True)


if __name__ == "__main__":
    main()

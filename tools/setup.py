"""`python3 -m tools.setup STEP...`: make what is missing, check what is there.

Steps: `page` (what the page loads), `python` (the tests' Python), `chromium` (their browser).
"""

import argparse
from pathlib import Path

from tools import chromium, environment, mnist, npm, vendor
from tools.errors import told_in_one_line

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Do the steps named on the command line, in the order given."""
    parser = argparse.ArgumentParser(description="Make what is missing, check what is there.")
    parser.add_argument("steps", nargs="+", choices=["page", "python", "chromium"])
    with told_in_one_line():
        for step in parser.parse_args().steps:
            if step == "page":
                npm.install(ROOT)
                vendor.fill(ROOT)
                mnist.fill(ROOT)
            elif step == "python":
                environment.install_test_packages(ROOT)
            else:
                chromium.ensure_browser()
                chromium.ensure_driver()


if __name__ == "__main__":
    main()

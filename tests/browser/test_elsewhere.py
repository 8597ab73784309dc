"""A file that is for another lab opens there, by a button beside the message."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LOG

WEIGHTS = Path(__file__).parents[2] / "dist" / "weights.json"
TABLE = "length,width,kind\n" + "".join(f"{i / 3},{i % 7},{'uv'[i % 2]}\n" for i in range(40))
WIDE = "a,b,kind\n" + "".join(f"{i / 3},{'pqr'[i % 3]},{'uv'[i % 2]}\n" for i in range(40))


@pytest.mark.parametrize(
    ("start", "chooser", "file", "content", "end"),
    [
        ("digits", "dataFiles", "mine.csv", TABLE, "colours"),
        ("points", "tableFile", "wide.csv", WIDE, "colours"),
    ],
)
def test_a_table_is_offered_to_the_lab_that_reads_it(visit, start, chooser, file, content, end):
    with visit(f"#{start}") as lab:
        prefix = "" if start == "digits" else f"{start}-"
        page = lab.page
        page.wait_for_selector(f"main[data-lab={start}][data-state=ready]")
        page.set_input_files(
            f"#{prefix}{chooser}",
            [{"name": file, "mimeType": "text/csv", "buffer": content.encode()}],
        )
        button = page.get_by_role("button", name="Open it in Colours")
        button.click()
        expect(page.locator(LOG)).to_contain_text(f"Opened {file}: 40 rows")
        expect(page.locator(f"main[data-lab={end}]")).to_be_visible()


def test_weights_are_offered_to_the_lab_of_their_network(visit):
    with visit("#temperature") as lab:
        page = lab.page
        page.wait_for_selector("main[data-lab=temperature][data-state=ready]")
        page.set_input_files("#temperature-weightsFile", WEIGHTS)
        page.get_by_role("button", name="Open it in Digits").click()
        expect(page.locator(LOG)).to_contain_text("Loaded weights.json: 784-100-10")
        expect(page.locator("main[data-lab=digits]")).to_be_visible()

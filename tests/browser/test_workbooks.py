"""Excel workbooks open in the page, which fetches what reads them only then."""

import io

import openpyxl
import pytest

from tests.browser.colours import Colours

LAB = Colours


@pytest.fixture
def lab(own_lab):
    return own_lab


def workbook(rows: int = 60) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Houses"
    sheet.append(["Houses of a town"])
    sheet.append([])
    sheet.append(["size", "district", "price"])
    for i in range(rows):
        sheet.append([i / 3, "north" if i % 2 else "south", 100 + i * i])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_opens_and_its_reader_is_fetched_once(lab):
    asked = []
    lab.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    told = lab.news(
        lambda: lab.choose("dataFiles", {"mine.xlsx": workbook()}), r"^Opened mine\.xlsx: 60 rows"
    )
    assert told.endswith("2 inputs to predict the numbers of price")
    assert "read the sheet 'Houses'" in lab.text("assumed")
    assert lab.names() == ["size", "district"]
    wheels = [name for name in asked if name.endswith(".whl")]
    assert sorted(wheels) == ["et_xmlfile.whl", "openpyxl.whl"]
    lab.news(
        lambda: lab.choose("dataFiles", {"again.xlsx": workbook(70)}),
        r"^Opened again\.xlsx: 70 rows",
    )
    assert len([name for name in asked if name.endswith(".whl")]) == 2
    complaint = lab.complaint(lambda: lab.choose("dataFiles", {"cut.xlsx": workbook()[:-400]}))
    assert complaint.startswith("cut.xlsx: ") and "damaged" in complaint


def test_a_workbook_whose_reader_cannot_be_fetched_is_refused_by_name(visit, watch):
    with visit("#colours") as lab:
        lab.page.route("**/openpyxl.whl", lambda route: route.abort())
        before = lab.save()
        complaint = lab.complaint(lambda: lab.choose("dataFiles", {"mine.xlsx": workbook()}))
        assert complaint == (
            "mine.xlsx: this is an Excel workbook, and its reader could not be "
            "fetched: try again, or save it as CSV"
        )
        assert lab.save() == before
        watch.expect("openpyxl.whl", "Failed to load resource")
        lab.page.unroute("**/openpyxl.whl")
        lab.news(lambda: lab.choose("dataFiles", {"mine.xlsx": workbook()}), r"^Opened mine\.xlsx")

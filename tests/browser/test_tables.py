"""Whatever tables visitors bring to the Colours lab are learnt from, or refused with a reason."""

import io
import json
import re
import zipfile

import numpy as np
import pytest
from playwright.sync_api import expect

from nn.data.colours import NAMES
from tests.browser.colours import ENDLESS, Colours
from tests.browser.tables import houses, people

LAB = Colours


@pytest.fixture
def lab(own_lab):
    return own_lab


def test_colours_named_by_people_can_be_learnt(lab):
    line = lab.open_table(people(), "colorData.json")
    assert line == "Opened colorData.json: 900 rows; 3 inputs to predict the 9 classes of label"
    assert lab.names() == ["Red", "Green", "Blue"]
    expect(lab.find("swatch")).to_have_class("coloured")
    expect(lab.find("spaceTab")).to_be_visible()
    lab.train_to_the_end()
    assert lab.accuracy() >= 80
    assert lab.put(250, 10, 10) == "red-ish"
    assert set(lab.bars()) == set(NAMES)


def test_numbers_are_learnt_and_drawn_against_the_truth(lab):
    line = lab.open_table(houses())
    assert line == "Opened mine.csv: 300 rows; 3 inputs to predict the numbers of price"
    assert "left out at first: 'address', texts that hardly ever repeat" in lab.text("assumed")
    assert "cells are parted by semicolons" in lab.text("assumed")
    assert lab.names() == ["size", "age", "district"]
    expect(lab.field("loss")).to_have_value("mean_squared_error")
    expect(lab.find("spaceTab")).to_be_hidden()
    expect(lab.find("accuracyChart")).to_be_hidden()
    lab.click("testTab")
    before = lab.find("dots").get_attribute("d"), lab.r2()
    lab.set(epochs=ENDLESS)
    lab.train()
    lab.page.wait_for_timeout(1500)
    meanwhile = lab.find("dots").get_attribute("d"), lab.r2()
    assert lab.state == "training"
    lab.stop()
    assert before[0] != meanwhile[0] and before[1] < meanwhile[1]

    lab.put(100, 7)
    lab.click("reset")
    assert [lab.number(i).input_value() for i in range(2)] == ["100", "7"]
    lab.set(epochs=100, l2=0)
    lab.train_to_the_end()
    assert lab.r2() > 0.95
    lab.news(lambda: lab.click("test"), "^Test: loss")
    assert "on the 60 rows held out for testing" in lab.text("testSummary")
    assert lab.find("dots").get_attribute("d").count("M") == 60
    told = lab.find("scatter").get_attribute("aria-label")
    assert float(told.rpartition(" ")[2]) == pytest.approx(lab.r2(), abs=1e-3)
    size, age = 200, 50
    price = float(lab.put(size, age).replace(",", ""))
    assert price == pytest.approx(50_000 + 900 * size + 6 * size**2 - 1_000 * age, rel=0.05)


def test_columns_that_cannot_be_inputs_say_why_and_others_can_be_chosen(lab):
    lab.open_table(houses())
    expect(lab.find("columnsPanel")).to_be_visible()
    expect(lab.box("address")).not_to_be_checked()
    expect(lab.box("price")).to_be_disabled()
    assert "is predicted" in lab.text("inputColumns")

    lab.news(lambda: lab.find("outputColumn").select_option("3"), "to predict the 3 classes of d")
    expect(lab.field("loss")).to_have_value("categorical_crossentropy")
    expect(lab.box("district")).to_be_disabled()
    assert lab.names() == ["size", "age", "price"]
    lab.news(lambda: lab.box("age").uncheck(), "^A new network, 2-16-3")
    assert set(lab.bars()) == {"A", "B", "C"}

    lab.box("price").uncheck()
    complaint = lab.complaint(lambda: lab.box("size").click())
    assert "no input is chosen" in complaint
    assert lab.names() == ["size"]
    expect(lab.box("size")).to_be_checked()
    complaint = lab.complaint(lambda: lab.find("outputColumn").select_option("0"))
    assert "300 different values in 300 rows" in complaint
    expect(lab.find("outputColumn")).to_have_value("3")


def test_a_column_is_predicted_as_classes_or_as_a_number(lab):
    lab.open_table("a,b,grade\n" + "".join(f"{i / 3},{i * i},{i % 4}\n" for i in range(60)))
    expect(lab.find("outputSort")).to_have_value("classes")
    assert set(lab.bars()) == {"0", "1", "2", "3"}
    lab.news(
        lambda: lab.find("outputSort").select_option("number"), "predict the numbers of grade$"
    )
    expect(lab.field("loss")).to_have_value("mean_squared_error")
    assert lab.bars() == {}


def test_a_wrong_guess_of_letters_or_dates_can_be_changed(lab):
    names = ("Győző", "Szőke")
    rows = [
        f"0{1 + i % 9}/0{1 + i % 7}/2024,{names[i % 2]},{i * 7 % 40 / 3:.1f}" for i in range(60)
    ]
    text = "\n".join(["nap,név,ár", *rows]).encode("cp1250")
    lab.news(lambda: lab.choose("dataFiles", {"mine.csv": text}), "^Opened mine.csv: 60 rows")
    assert "as it seems: letters may be wrong" in lab.text("assumed")
    encoding = lab.page.get_by_label("Letters look wrong?")
    expect(encoding).to_have_value("cp1252")
    lab.news(lambda: encoding.select_option("cp1250"), "^Opened mine.csv: 60 rows")
    assert lab.find("sliders").locator("option").all_text_contents() == ["Győző", "Szőke"]
    order = lab.find("inputColumns").get_by_label("nap is read with")
    expect(order).to_have_value("day first")
    lab.news(lambda: order.select_option("month first"), "^A new network")
    assert "'nap' has dates, month first, as was chosen" in lab.text("assumed")
    expect(encoding).to_have_value("cp1250")
    lab.click("codeTab")
    code = lab.find("code")
    expect(code).to_contain_text("table.with_reading('nap', 'month first')")
    expect(code).to_contain_text("encoding='cp1250'")


def test_marks_of_what_is_missing_are_taken_for_it_unless_someone_says_otherwise(lab):
    rows = [f"{-999 if i % 9 == 4 else i % 7},{i % 6},{i % 5 / 5}" for i in range(60)]
    lab.open_table("wind,level,rain\n" + "\n".join(rows))
    told = "-999 in 'wind' is taken for missing"
    assert told in lab.text("assumed") and "7 rows lack an input" in lab.text("assumed")
    slider = lab.find("sliders").locator("input[type=range]").first
    assert float(slider.get_attribute("min")) == 0
    expect(lab.find("inputColumns").get_by_label("level is read with")).to_be_hidden()
    reading = lab.find("inputColumns").get_by_label("wind is read with")
    expect(reading).to_have_value("-999 as missing")
    lab.news(lambda: reading.select_option("-999 as a number"), "^A new network")
    assert f"{told.replace('missing', 'a number')}, as was chosen" in lab.text("assumed")
    assert float(slider.get_attribute("min")) < -990
    lab.news(lambda: reading.select_option("-999 as missing"), "^A new network")
    assert told in lab.text("assumed")


def test_a_code_of_two_values_and_a_mark_can_be_true_or_false(lab):
    lab.open_table(
        "a,b\n" + "".join(f"{(0, 1, -999)[i % 3]},{i * 7 % 40 / 3:.1f}\n" for i in range(60))
    )
    columns = lab.find("inputColumns")
    kind, reading = (columns.get_by_label(f"a is {how}") for how in ("taken for", "read with"))
    expect(reading).to_have_value("-999 as a number")
    complaint = lab.complaint(lambda: kind.select_option("true/false"))
    assert "'a' has 3 different values; expected two for true and false" in complaint
    expect(kind).to_have_value("number")
    lab.news(lambda: reading.select_option("-999 as missing"), "^A new network")
    assert "-999 in 'a' is taken for missing, as was chosen" in lab.text("assumed")
    lab.news(lambda: kind.select_option("true/false"), "^A new network")
    assert lab.find("sliders").locator("select option").all_text_contents() == ["0", "1"]
    complaint = lab.complaint(lambda: reading.select_option("-999 as a number"))
    assert "expected two for true and false" in complaint
    expect(reading).to_have_value("-999 as missing")


def test_a_date_with_hours_is_asked_for_with_its_time(lab):
    rows = [f"2024-03-{1 + i // 8:02} {i % 8 * 3:02}:00,{(i % 8 - 4) ** 2 / 10}" for i in range(80)]
    lab.open_table("when,load\n" + "\n".join(rows))
    field = lab.find("sliders").get_by_label("when")
    expect(field).to_have_attribute("type", "datetime-local")
    lab.click("example")
    moment = field.input_value().replace("T", " ")
    (load,) = [row.split(",")[1] for row in rows if row.startswith(moment)]
    assert lab.text("truth") == f"The data says {load.removesuffix('.0')}."
    said = []
    for time in ("2024-03-05T03:00", "2024-03-05T21:30"):
        field.fill(time)
        said.append(lab.text("answer"))
    assert len(set(said)) == 2 and lab.text("truth") == ""
    expect(field).to_have_value("2024-03-05T21:30")


def test_rows_to_test_with_stand_in_the_form_as_in_the_file(lab):
    rows = [(f"{16.2 + i * 7 % 31 / 10:.1f}", f"{i % 6 / 5:.1f}") for i in range(60)]
    lab.open_table("temperature,rain\n" + "\n".join(map(",".join, rows)))
    for _ in range(8):
        lab.click("example")
        rain = lab.text("truth").removeprefix("The data says ").removesuffix(".")
        found = float(lab.number(0).input_value()), float(rain)
        assert found in [(float(a), float(b)) for a, b in rows]
        assert len(lab.number(0).input_value()) <= 4 and len(rain) <= 3


def test_a_competitions_zip_is_learnt_from_and_its_other_rows_answered(lab):
    rows = [f"{i},{i % 7 / 7},{'uv'[i % 7 > 3]}" for i in range(90)]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("train.csv", "\n".join(["Id,x,kind", *rows[:60]]))
        archive.writestr("test.csv", "\n".join(["Id,x", *(row[:-2] for row in rows[60:])]))
        archive.writestr("sample_submission.csv", "Id,kind\n60,u\n")
    choose = {"set.zip": packed.getvalue()}
    lab.news(lambda: lab.choose("dataFiles", choose), "^Opened set.zip: 60 rows")
    lab.train_to_the_end()
    answered = "^test.csv: the network has answered 30 rows"
    lab.news(lambda: lab.click("answerBeside"), answered)
    assert lab.find("rowsTable").locator("tr").count() == 31


def test_a_column_can_be_taken_for_another_kind(lab):
    lab.open_table("a,b,c\n" + "".join(f"{i % 4},{i * i},{i / 7}\n" for i in range(60)))
    kind = lab.find("inputColumns").get_by_label("a is taken for")
    expect(kind).to_have_value("number")
    lab.news(lambda: kind.select_option("category"), "^A new network, 5-16-1")
    assert lab.find("sliders").locator("select option").all_text_contents() == ["0", "1", "2", "3"]
    lab.click("codeTab")
    expect(lab.find("code")).to_contain_text("table.with_kind('a', 'category')")


def test_several_columns_are_predicted_at_once(lab):
    lines = "".join(f"{i / 9},{'uv'[i % 2]},{i * 3},{'pq'[i > 45]}\n" for i in range(90))
    lab.open_table("x,kind,price,half\n" + lines)
    lab.news(lambda: lab.click("addOutput"), "^A new network")
    lab.news(lambda: lab.find("outputColumn2").select_option("1"), "^A new network")
    assert lab.field("loss").input_value() == "each_output"
    lab.news(lambda: lab.click("addOutput"), "of kind, the numbers of price$")
    assert lab.names() == ["x"]
    lab.set(epochs=100)
    lab.train_to_the_end()
    lab.news(lambda: lab.click("test"), "^Test: loss")
    names = lab.find("outputScores").locator("th").all_text_contents()
    assert names == ["half", "kind", "price"]
    expect(lab.find("confusion")).to_be_visible()
    lab.find("resultOf").select_option("2")
    expect(lab.find("scatter")).to_be_visible()
    lab.put(9)
    assert lab.text("answer") == "q"
    answers = lab.find("otherAnswers").locator("dd").all_text_contents()
    assert float(answers[1]) == pytest.approx(243, abs=30) and answers[0] in "uv"


PASSENGERS = "Name,Sex,Age,Boarded,Alone,Survived\n" + "".join(
    f"P{i},{'mf'[i % 2]},{'' if i % 5 == 0 else i % 70},{1 + i % 28}.{1 + i % 12}.1912,"
    f"{'TRUE' if i % 3 else 'FALSE'},{i % 2}\n"
    for i in range(120)
)


def test_categories_truths_and_dates_have_controls_of_their_own(lab):
    lab.open_table(PASSENGERS, "ship.csv")
    assert lab.names() == ["Sex", "Age", "Boarded", "Alone"]
    assert "24 rows lack an input" in lab.text("assumed")
    expect(lab.page.locator("[data-opens=colours]")).to_have_text("Table")
    lab.train_to_the_end()
    for sex, answer in (("m", "0"), ("f", "1")):
        lab.find("sliders").get_by_label("Sex").select_option(label=sex)
        expect(lab.find("answer")).to_have_text(answer)
    lab.find("sliders").get_by_label("Boarded").fill("1912-04-10")
    lab.click("importanceTab")
    lab.news(lambda: lab.click("measureImportance"), "^Measured 4 inputs")
    assert lab.text("importanceSummary").startswith("Sex matters most")
    first = lab.find("importances").locator("li").first
    expect(first).to_have_attribute("data-name", "Sex")


def test_rows_are_answered_downloaded_and_the_network_stays(lab):
    lab.open_table(PASSENGERS, "ship.csv")
    lab.train_to_the_end()
    saved = lab.save()
    new = "Sex,Age,Boarded,Alone\nf,30,1.2.1912,TRUE\nm,,,FALSE\n"
    lab.news(
        lambda: lab.choose("dataFiles", {"new.csv": new.encode()}),
        "^new.csv: the network has answered 2 rows",
    )
    assert lab.save()["weights"] == saved["weights"]
    expect(lab.find("rowsPanel")).to_be_visible()
    cells = lab.find("rowsTable").locator("td").all_text_contents()
    assert (cells[0], cells[6]) == ("1", "0")
    lab.find("rowsTable").get_by_role("button", name="Why, row 2").click()
    expect(lab.find("whyPanel")).to_be_visible()
    expect(lab.find("answer")).to_have_text("0")
    expect(lab.find("whyCases").locator("h3").first).to_contain_text("“0”")
    changes = lab.find("whyChangesTable").locator("tbody tr")
    row = changes.filter(has=lab.page.get_by_role("rowheader", name="Sex", exact=True))
    expect(row.get_by_role("cell")).to_have_text(["m", "f", "1"])
    lab.click("rowsTab")
    with lab.page.expect_download() as download:
        lab.click("saveAnswers")
    assert download.value.suggested_filename == "new-answers.csv"
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "Sex,Age,Boarded,Alone,Survived" and lines[1].endswith(",1")
    lab.news(
        lambda: lab.choose("dataFiles", {"same.csv": PASSENGERS.encode()}),
        "^same.csv: the network has answered 120 rows",
    )
    assert "Survived: 100.00 % right" in lab.text("rowsSummary")
    strange = (
        new.replace("Alone", "Alone,Survived").replace("TRUE", "TRUE,1") + "x,3,1.2.1912,TRUE,2\n"
    )
    lab.news(
        lambda: lab.choose("dataFiles", {"odd.csv": strange.replace("FALSE", "FALSE,").encode()}),
        "^odd.csv: the network has answered 3 rows",
    )
    summary = lab.text("rowsSummary")
    assert "1 in 'Sex' that training never showed" in summary
    assert "1 row has the class '2', which the training rows never show" in summary
    assert "Survived: 50.00 % right" in summary


def test_a_file_of_its_own_is_tested_with_until_it_is_removed(lab):
    lab.open_table("size,kind\n" + "".join(f"{i},{'uv'[i > 25]}\n" for i in range(50)))
    assert "10 of them held out for testing" in lab.text("dataDescription")
    rows = b"size,kind\n0,u\n50,v\n25,w\n"
    lab.news(
        lambda: lab.choose("testFiles", {"test.csv": rows}),
        "50 rows to learn from; 3 of test.csv to test with$",
    )
    assert lab.text("testName") == "test.csv"
    expect(lab.field("heldOut")).to_be_disabled()
    assert "1 row has the class 'w', which the training rows never show" in lab.text("assumed")
    lab.set(epochs=100)
    lab.train_to_the_end()
    assert lab.accuracy() == pytest.approx(66.67)
    lab.news(lambda: lab.click("test"), "^Test: loss .*, accuracy 66.67 %")
    summary = lab.text("testSummary")
    assert summary.startswith("2 of 3 right: 66.67 %, of the 3 rows of test.csv.")
    assert "Of classes that training never shows: 1." in summary
    trained = lab.save()
    complaint = lab.complaint(lambda: lab.choose("testFiles", {"bad.csv": b"a,kind\n1,u\n2,v\n"}))
    assert complaint.startswith("bad.csv: the table to test with: there is no column 'size'")
    lab.click("removeTest")
    expect(lab.find("ask")).to_be_visible()
    assert lab.save() == trained
    lab.news(lambda: lab.click("askYes"), "10 of them held out for testing$")
    expect(lab.find("testChosen")).to_be_hidden()
    expect(lab.field("heldOut")).to_be_enabled()
    lab.news(lambda: lab.click("undo"), "^The previous network is back")
    assert lab.save() == trained
    assert lab.text("testName") == "test.csv"


def test_a_trained_network_goes_only_when_it_is_agreed_and_comes_back(lab):
    lab.open_table(PASSENGERS, "ship.csv")
    lab.train_to_the_end()
    trained = lab.save()
    lab.choose("dataFiles", {"mine.csv": houses().encode()})
    expect(lab.find("ask")).to_be_visible()
    lab.click("askNo")
    expect(lab.find("ask")).to_be_hidden()
    assert lab.save() == trained
    lab.choose("dataFiles", {"mine.csv": houses().encode()})
    lab.news(lambda: lab.click("askYes"), "^Opened mine.csv")
    assert lab.names() == ["size", "age", "district"]
    lab.news(lambda: lab.click("undo"), "^The previous network is back")
    assert lab.save() == trained
    assert lab.names() == ["Sex", "Age", "Boarded", "Alone"]
    expect(lab.find("undo")).to_be_hidden()


def test_whether_the_first_row_has_names_can_be_switched(lab):
    lab.open_table("1.5,2,u\n3,4,v\n5,6,u\n" * 9)
    assert lab.names() == ["column 1", "column 2"]
    assert "no header was found" in lab.text("assumed")
    lab.news(lambda: lab.click("headerSwitch"), "^Opened mine.csv: 26 rows")
    assert lab.names() == ["1.5", "2"]


def test_how_much_is_held_out_is_a_setting(lab):
    lab.open_table("x1,x2,out\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
    assert "4 rows, all of which are learnt from" in lab.text("dataDescription")
    lab.set(learningRate=0.05)
    lab.train_to_the_end()
    assert lab.accuracy() == 100
    lab.set(heldOut=50)
    lab.click("reset")
    assert "4 rows; 2 of them held out for testing" in lab.text("dataDescription")


def test_a_table_as_spreadsheets_in_german_write_it_says_what_it_leaves_out(lab):
    rows = "".join(f"{i},5;{i / 4};{i % 5};gut\n".replace(".", ",") for i in range(9))
    line = lab.open_table(f"Länge;Breite;Höhe;Güte\n{rows}3,5;;1;gut\n")
    assert line == "Opened mine.csv: 10 rows; 2 inputs to predict the numbers of Höhe"
    assert "left out at first: 'Güte', always the same" in lab.text("assumed")
    assert "with decimal commas" in lab.text("assumed")
    assert "1 row lacks an input" in lab.text("assumed")
    assert lab.names() == ["Länge", "Breite"]


def test_long_names_that_differ_at_their_ends_can_be_told_apart(lab):
    stem = "average_temperature_of_the_"
    rows = "\n".join(f"{i / 3},{i * i},{stem}{'uv'[i % 2]}" for i in range(40))
    lab.open_table(f"{stem}north,{stem}south,{stem}kind\n{rows}")
    lab.set(epochs=1)
    lab.train_to_the_end()
    lab.news(lambda: lab.click("test"), "^Test: loss")
    for place, named in (
        ("sliders", "label"),
        ("probabilities", "b"),
        ("confusion", "th span"),
    ):
        names = lab.find(place).locator(named)
        assert names.count() >= 2
        for name in names.all():
            assert name.evaluate("name => name.closest('[title]').title") == name.text_content()
            assert name.evaluate(
                "name => name.scrollHeight <= name.clientHeight"
                " && name.scrollWidth <= name.clientWidth"
            )
    assert lab.find("outputColumn").get_attribute("title") == f"{stem}kind"


def test_the_visitor_can_go_back_to_the_built_in_colours(lab):
    lab.open_table(houses())
    expect(lab.find("settings").locator(".presets")).to_be_hidden()
    lab.news(lambda: lab.click("builtIn"), "^The built-in colours")
    expect(lab.find("builtIn")).to_be_hidden()
    expect(lab.find("columnsTab")).to_be_hidden()
    expect(lab.find("spacePanel")).to_be_visible()
    assert lab.names() == ["Red", "Green", "Blue"]
    assert tuple(lab.bars()) == NAMES
    expect(lab.field("loss")).to_have_value("categorical_crossentropy")


def test_names_from_a_file_are_text_whatever_they_are(lab):
    lab.open_table("__proto__,<b>bold</b>,constructor\n" + "1,2,a\n3,5,__proto__\n4,4,<i>\n" * 9)
    assert lab.names() == ["__proto__", "<b>bold</b>"]
    lab.train_to_the_end()
    assert set(lab.bars()) == {"a", "__proto__", "<i>"}
    assert lab.put(3, 5) == "__proto__"
    assert lab.find("probabilities").locator("i").count() == 0
    lab.news(lambda: lab.click("test"), "^Test: loss")
    assert lab.page.locator("main:visible b:has-text('bold')").count() == 0


def test_many_inputs_and_many_classes_are_not_all_shown(lab):
    header = ",".join(f"x{i}" for i in range(30)) + ",kind"
    rng = np.random.default_rng(1)
    rows = [",".join(map(str, rng.integers(0, 99, 30))) + f",k{i % 50}" for i in range(400)]
    lab.open_table("\n".join([header, *rows]))
    assert len(lab.names()) == 20
    assert lab.text("slidersHint") == "The other 10 inputs stay at their mean."
    shares = list(lab.bars().values())
    assert len(shares) == 12 and shares == sorted(shares, reverse=True)
    lab.news(lambda: lab.click("test"), "^Test: loss")
    assert "The 20 most frequent of 50 classes" in lab.text("testSummary")
    assert lab.find("confusion").locator("tr").count() == 21


def test_a_million_rows_can_be_learnt_from_and_one_more_is_refused(lab):
    row = b"1,2\n2,3\n5,7\n4,4\n"
    lines = lab.find("status").locator("p")
    lab.find("dataReadingShare").evaluate(
        """element => {
          window.shares = [];
          const look = () => window.shares.push(element.textContent);
          new MutationObserver(look).observe(element, { childList: true });
        }"""
    )
    lab.choose("dataFiles", {"large.csv": b"a,b\n" + 250_000 * row})
    expect(lines.filter(has_text="Reading large.csv")).to_have_count(1)
    expect(lines.filter(has_text="Opened large.csv: 1,000,000 rows")).to_have_count(1)
    shares = [int(text.removesuffix(" %")) for text in lab.page.evaluate("shares") if text]
    assert shares == sorted(shares) and len(set(shares)) > 5 and shares[-1] > 60
    lab.train()
    lab.stop()
    before = lab.find("dots").get_attribute("d")
    complaint = lab.complaint(
        lambda: lab.choose("dataFiles", {"more.csv": b"a,b\n" + 250_000 * row + b"1,2\n"})
    )
    assert complaint == "more.csv: the table has more than 1,000,000 rows, which is the limit"
    assert lab.find("dots").get_attribute("d") == before


@pytest.mark.parametrize("output", ["price", "district"])
def test_the_network_of_a_table_works_without_it(lab, visit, output):
    lab.open_table(houses())
    if output == "district":
        lab.news(lambda: lab.find("outputColumn").select_option("3"), "^A new network")
    lab.set(epochs=30)
    lab.train_to_the_end()
    values = (120.5, 30, 250_000)[: 3 if output == "district" else 2]
    answer, bars, saved, names = lab.put(*values), lab.bars(), lab.save(), lab.names()
    with visit("#colours") as other:
        other.news(lambda: other.drop("dropped.json", json.dumps(saved)), "^Loaded dropped.json")
        assert other.text("dataDescription").startswith(
            "No table is open: the network takes 'size'"
        )
        assert other.names() == names
        assert other.put(*values) == answer
        assert other.bars() == bars
        assert float(other.slider(0).get_attribute("min")) < 60
        assert float(other.slider(0).get_attribute("max")) > 260
        expect(other.find("example")).to_be_hidden()
        for button in ("train", "test", "reset"):
            complaint = other.complaint(lambda button=button: other.click(button))
            assert complaint == (
                f"the network takes {', '.join(map(repr, names))} and predicts '{output}': "
                "open a table with these columns first"
            )
        assert other.state == "ready"

        assert "the loaded network can learn from it" in other.open_table(houses())
        assert other.put(*values) == answer
        samples = saved["training"]["samples"]
        other.set(epochs=1)
        other.train_to_the_end()
        assert other.save()["training"]["samples"] == samples + 240
        if output == "price":
            assert other.r2() > 0.9

        other.news(lambda: other.click("builtIn"), "^The built-in colours")
        assert other.names() == ["Red", "Green", "Blue"]


def test_a_network_is_told_from_a_table_by_its_content(lab):
    saved = json.dumps(lab.save())
    lab.news(lambda: lab.choose("dataFiles", {"odd.csv": saved.encode()}), r"^Loaded odd\.csv")
    lab.news(lambda: lab.drop("people.json", people()), r"^Opened people\.json")


BAD = {
    "empty": (b"", "empty"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\xff", "this is a picture, not a table"),
    "pickle": (b"\x80\x04\x95", "a pickle, which can run programs: not opened"),
    "no text": (b"a\0b", "not text"),
    "cut": (b'{"entries": [{"a": 1', "not JSON"),
    "no weights": (b'{"format": "nn-weights", "version": 2}', "of the file is missing"),
    "no rows": (b"a,b\n", "no rows"),
    "one row": (b"a,b\n1,2\n", "one number only"),
    "ragged": (b"a,b\n1,2\n3\n4\n", "row 2 has 1 values"),
    "an open quote": (b'a,b\n1,"2\n3,4\n', "damaged, at or before line 3"),
    "one class": (b"a,kind\n1,u\n2,u\n", "nothing to learn 'a' from"),
    "one column": (b"a\n1\n2\n", "one column only"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_and_the_network_stays(lab, kind):
    content, problem = BAD[kind]
    before = lab.save(), lab.bars(), lab.names(), lab.page.url
    complaint = lab.complaint(lambda: lab.choose("dataFiles", {"bad.txt": content}))
    assert complaint.startswith("bad.txt: ") and re.search(problem, complaint)
    assert (lab.save(), lab.bars(), lab.names(), lab.page.url) == before


def test_settings_that_do_not_suit_a_table_are_explained(lab):
    lab.open_table(houses())
    lab.set(loss="categorical_crossentropy")
    complaint = lab.complaint(lambda: lab.click("train"))
    assert "half_squared_error or mean_squared_error" in complaint
    lab.set(loss="half_squared_error", epochs=1)
    lab.train_to_the_end()


def test_a_file_opens_once_what_may_read_it_is_there(first_visit, watch):
    cut = True

    def answer(route) -> None:
        route.abort() if cut else route.continue_()

    with first_visit("#colours", routes={"**/start/library*": answer}) as lab:
        # With a byte order mark, which Python reads by a module of its own.
        table = ("size,price\n" + "".join(f"{i},{2 * i}\n" for i in range(40))).encode("utf-8-sig")
        weights = json.dumps(lab.save()).encode("utf-8-sig")
        for content in (table, weights):
            complaint = lab.complaint(lambda given=content: lab.choose("dataFiles", {"a": given}))
            assert "could not be fetched: try again once you are connected" in complaint
        # Nobody had asked for what was fetched behind, so nothing was said of it before.
        assert len(lab.messages("error")) == 2
        cut = False
        lab.news(
            lambda: lab.choose("dataFiles", {"mine.csv": table}), r"^Opened mine\.csv: 40 rows"
        )
        lab.news(lambda: lab.choose("weightsFile", {"mine.json": weights}), r"^Loaded mine\.json")
        watch.expect("library", "ERR_FAILED")

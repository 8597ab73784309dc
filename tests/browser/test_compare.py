"""Compare: a queue of settings, trained one after another beside the lab's own network."""

import csv
import io
import re

import pytest
from playwright.sync_api import Locator, expect

from nn.experiment.comparison_file import outline, plan
from nn.experiment.settings import Settings, layers
from nn.labs.digits import DigitsSettings
from tests.browser.colours import Colours
from tests.browser.lab import best_of, slow_frame
from tests.browser.test_while_training import SLOWEST_FRAME

QUICK = {"hidden": "10", "trainSamples": 300, "epochs": 1, "batchSize": 10}


@pytest.fixture
def compare(lab):
    """The page with an empty table."""
    lab.page.locator("[data-preset=Classic]").click()
    lab.click("compareTab")
    expect(lab.find("comparePanel")).not_to_have_attribute("inert", "")
    if lab.find("compareClear").is_enabled():
        lab.click("compareClear")
    yield lab
    if lab.find("compareClear").is_enabled():
        lab.click("compareClear")


def rows(lab) -> Locator:
    return lab.page.locator("#compareRows tr[data-state]")


def details(lab) -> Locator:
    """The second lines of rows, for settings that have no column."""
    return lab.page.locator("#compareRows .details")


def cells(lab, row: int) -> list[str]:
    """What a row says: layers, batch, optimizer, parameters, result, published, seconds."""
    shown = (
        rows(lab)
        .nth(row)
        .evaluate(
            "row => [row.querySelector('th span'), ...row.querySelectorAll('td')]"
            ".map(one => one.textContent)"
        )
    )
    layers, result, published, batch, optimizer, parameters, seconds, _ = shown
    return [layers, batch, optimizer, parameters, result, published, seconds]


def states(lab) -> list[str]:
    return rows(lab).evaluate_all("all => all.map(row => row.dataset.state)")


def run(lab) -> str:
    """Press Run, and return what is said in the end."""
    return lab.news(lambda: lab.click("compareRun"), "^Compared: ")


def vary(lab, **texts: str) -> None:
    if not lab.find("compareVary").is_visible():
        lab.page.locator("#comparePanel summary").click()
    for name in ("Hidden", "BatchSize", "Optimizer", "LearningRate", "Seed"):
        lab.find(f"compare{name}").fill(texts.get(name, ""))
    lab.click("compareVary")


def percent(text: str) -> float:
    return float(text.removesuffix(" %"))


def test_the_known_comparison(compare):
    compare.click("compareKnown")
    assert states(compare) == ["waiting"] * 4
    said = run(compare)
    assert "best is 32,256, batch 64, sgd 0.15 with 8" in said
    shown = [cells(compare, row) for row in range(4)]
    assert [row[0] for row in shown] == ["32,256", "32,256", "32,256,256,32", "32,256,256,256"]
    assert [row[1:4] for row in shown] == [
        ["16", "sgd 0.15", "36,138"],
        ["64", "sgd 0.15", "36,138"],
        ["16", "sgd 0.15", "107,914"],
        ["16", "sgd 0.15", "167,722"],
    ]
    assert [row[5] for row in shown] == ["84 %", "92 %", "75 %", "11 %"]
    assert states(compare)[:2] == ["done", "done"]
    assert percent(shown[0][4]) == pytest.approx(81, abs=5)
    assert percent(shown[1][4]) == pytest.approx(88, abs=3)
    assert shown[3][4] == states(compare)[3] == "diverged"
    assert all(float(row[6]) > 0 for row in shown)
    expect(rows(compare).nth(3).locator("td").nth(0)).to_have_attribute(
        "title", re.compile("^The loss was not a number after [0-9,]+ samples$")
    )


def test_the_known_comparison_can_be_repeated_with_another_seed(compare):
    compare.set(seed=5)
    compare.click("compareKnown")
    heads = rows(compare).locator("th")
    assert all("Seed: 5" in head.get_attribute("title") for head in heads.all())


def test_what_tells_rows_apart_is_shown_in_full(compare):
    compare.click("compareKnown")
    samples = ["1,600 samples", "6,400 samples", "1,600 samples", "1,600 samples"]
    assert details(compare).all_inner_texts() == samples
    assert "Train samples: 6400" in rows(compare).nth(1).locator("th").get_attribute("title")
    compare.click("compareAdd")
    cut = (
        details(compare)
        .locator("td")
        .evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth).length")
    )
    assert cut == 0
    expect(details(compare).nth(1)).to_contain_text("6,400 samples")


def test_other_data_makes_all_rows_wait_again(compare):
    compare.set(**QUICK)
    compare.click("compareAdd")
    run(compare)
    compare.set(trainSamples="", epochs=100)
    compare.click("compareAdd")
    compare.news(lambda: compare.click("compareRun"), "^Comparing")
    expect(rows(compare).nth(1)).to_have_attribute("data-state", "training")
    pictures = {"few.csv": b"".join(b"%d,%s\n" % (i % 10, b"0," * 783 + b"9") for i in range(400))}
    compare.news(
        lambda: compare.choose("dataFiles", pictures), "^The data has changed: all rows of Compare"
    )
    assert states(compare) == ["waiting"] * 2
    assert [cells(compare, row)[4] for row in range(2)] == ["waiting"] * 2
    expect(compare.find("compareRun")).to_have_text("Run")
    rows(compare).nth(1).get_by_role("button").click()
    run(compare)
    assert states(compare) == ["done"]
    compare.news(lambda: compare.click("mnist"), "^The data has changed: ")
    assert states(compare) == ["waiting"]


def test_another_table_makes_rows_wait_but_another_network_does_not(visit):
    with visit("#colours") as tab:
        lab = Colours(tab.page)
        lab.click("compareTab")
        lab.set(colours=600, epochs=1, batchSize=20)
        lab.click("compareAdd")
        lab.news(lambda: lab.click("compareRun"), "^Compared: ")
        row = lab.find("compareRows").locator("tr").first
        lab.click("reset")
        expect(row).to_have_attribute("data-state", "done")
        table = "r,g,b,label\n" + "".join(f"{i},{255 - i},9,{'ab'[i > 127]}\n" for i in range(256))
        lab.open_table(table)
        expect(row).to_have_attribute("data-state", "waiting")
        # The table's columns were shown.
        lab.click("compareTab")
        lab.news(lambda: lab.click("compareRun"), "^Compared: ")
        lab.news(lambda: lab.click("builtIn"), "^The data has changed: ")
        expect(row).to_have_attribute("data-state", "waiting")


def test_each_run_has_a_curve_in_the_colour_of_its_row(compare):
    compare.set(**QUICK)
    compare.click("compareAdd")
    vary(compare, LearningRate="0.5")
    run(compare)
    for kind in ("accuracy", "loss"):
        compare.find("compareCurve").select_option(kind)
        assert int(compare.find("compareChart").get_attribute("data-points")) > 100
        colours = compare.page.evaluate(
            """() => {
              const canvas = document.querySelector("#compareChart canvas");
              const { data } = canvas.getContext("2d")
                .getImageData(0, 0, canvas.width, canvas.height);
              const count = (text) => {
                const [r, g, b] = text.match(/\\d+/g).map(Number);
                let pixels = 0;
                for (let i = 0; i < data.length; i += 4) {
                  pixels += data[i] === r && data[i + 1] === g && data[i + 2] === b;
                }
                return pixels;
              };
              return [...document.querySelectorAll("#compareRows th i")]
                .map((swatch) => count(getComputedStyle(swatch).borderTopColor));
            }"""
        )
        assert len(colours) == 2 and min(colours) > 20, colours
    compare.find("compareCurve").select_option("accuracy")


def test_a_run_that_diverges_or_cannot_be_does_not_end_the_comparison(compare):
    compare.set(**QUICK, activation="linear", loss="mean_squared_error", output="linear")
    vary(compare, LearningRate="100;0.01")
    compare.set(trainSamples=60001)
    compare.click("compareAdd")
    compare.set(trainSamples=300, learningRate=0.02)
    compare.click("compareAdd")
    run(compare)
    assert states(compare) == ["diverged", "done", "refused", "done"]
    expect(details(compare).nth(2)).to_contain_text("there are only 60,000")


def test_variations_are_all_combinations(compare):
    compare.set(**QUICK)
    vary(compare, Hidden="5; 6,7", BatchSize="10;20", Optimizer="sgd;adam", LearningRate="0.1")
    expect(rows(compare)).to_have_count(8)
    shown = {tuple(cells(compare, row)[:3]) for row in range(8)}
    assert ("6,7", "20", "adam 0.1") in shown and len(shown) == 8
    run(compare)
    assert states(compare) == ["done"] * 8


def test_variations_that_make_no_sense_are_refused_beside_their_field(compare):
    texts = {"Hidden": "5;x", "BatchSize": "0", "Optimizer": "adamm", "LearningRate": "0.1"}
    complaint = compare.complaint(lambda: vary(compare, **texts))
    assert "Hidden layers: " in complaint and "Learning rate" not in complaint
    for name in ("Hidden", "BatchSize", "Optimizer"):
        expect(compare.find(f"compare{name}")).to_have_attribute("aria-invalid", "true")
        expect(compare.find(f"compare{name}Problem")).to_contain_text("expected")
    expect(compare.find("compareLearningRate")).to_have_attribute("aria-invalid", "false")
    expect(rows(compare)).to_have_count(0)
    vary(compare, Hidden="5")
    expect(compare.find("compareHidden")).to_have_attribute("aria-invalid", "false")
    expect(compare.find("compareHiddenProblem")).to_be_empty()


def test_seeds_tell_what_is_noise_and_experiments_are_saved_and_opened(compare):
    compare.set(**QUICK)
    vary(compare, Hidden="5;10", Seed="1;2;3")
    said = run(compare)
    shown = details(compare).all_inner_texts()
    assert [text.split(" · ")[0] for text in shown] == [f"seed {i}" for i in (1, 2, 3)] * 2
    means = {re.search(r"3 seeds: [0-9.]+ ± [0-9.]+ %", text)[0] for text in shown}
    best = max(means, key=lambda text: float(text.split()[2]))
    assert len(means) == 2 and best[len("3 seeds: ") :] in said and "(3 seeds)" in said
    (first, second) = (shown[0].split(": ")[1].split(" ± ")[0], cells(compare, 0)[4])
    results = [percent(cells(compare, row)[4]) for row in range(3)]
    assert float(first) == pytest.approx(sum(results) / 3, abs=0.1), second
    with compare.page.expect_download() as download:
        compare.click("compareExport")
    content = download.value.path().read_bytes()
    runs = plan(outline(content.decode()), DigitsSettings()).runs
    assert [(one.hidden, one.seed) for one in runs] == [
        (layers(units), seed) for units in (5, 10) for seed in (1, 2, 3)
    ]
    compare.click("compareClear")
    compare.news(
        lambda: compare.choose("compareFile", {"mine.toml": content}), "^Added 6 rows of mine.toml"
    )
    assert [cells(compare, row)[0] for row in range(6)] == ["5"] * 3 + ["10"] * 3
    for text, problem in {
        b"x =": "mine.toml: the file is not TOML",
        b"\xff": "this is no text",
        b'lab = "points"': "it is for the lab 'points': open it there",
        b'lab = "digits"\n[vary]\nepochs = ["<b>"]': "Epochs: expected a whole number",
        content.replace(
            b'"digits"', b'"digits"\n[table]\nfile = "a.csv"'
        ): "a.csv: open that table",
    }.items():
        files = {"mine.toml": text}
        assert problem in compare.complaint(
            lambda files=files: compare.choose("compareFile", files)
        )
    assert len(states(compare)) == 6


def test_the_table_has_an_end(compare):
    many = ";".join(map(str, range(1, 101)))
    assert "at most 100" in compare.complaint(lambda: vary(compare, BatchSize="101;" + many))
    vary(compare, BatchSize=many)
    expect(rows(compare)).to_have_count(100)
    assert "at most 100" in compare.complaint(lambda: compare.click("compareAdd"))


def test_it_stops_and_goes_on_where_it_was(compare):
    # Large enough for some seconds of training.
    compare.set(hidden="300,100", trainSamples=20000, epochs=4)
    compare.click("compareAdd")
    compare.click("compareRun")
    result = rows(compare).nth(0).locator("td").nth(0)
    # Whoever looks only now and then may miss it: an engine may take less than a second.
    compare.page.wait_for_function(
        "/^at [1-9]/.test(document.querySelector('#compareRows td:nth-of-type(1)').textContent)"
    )
    compare.click("compareRun")
    expect(result).to_have_text(re.compile("^paused [0-9]+ %$"))
    paused = int(re.search("[0-9]+", result.text_content())[0])
    compare.page.wait_for_timeout(300)
    assert int(re.search("[0-9]+", result.text_content())[0]) == paused
    compare.news(lambda: compare.click("compareRun"), "^Comparing")
    compare.page.wait_for_timeout(100)
    assert int((re.search("[0-9]+", result.text_content()) or ["100"])[0]) >= paused
    expect(rows(compare).nth(0)).to_have_attribute("data-state", "done")
    expect(compare.find("compareRun")).to_be_disabled()


def test_the_row_that_is_trained_can_be_removed_and_the_next_one_follows(compare):
    compare.click("compareAdd")
    compare.set(**QUICK)
    compare.click("compareAdd")
    compare.news(lambda: compare.click("compareRun"), "^Comparing")
    compare.page.wait_for_timeout(200)
    rows(compare).nth(0).get_by_role("button").press("Enter")
    expect(rows(compare)).to_have_count(1)
    assert "10, batch 10" in compare.page.evaluate("document.activeElement.ariaLabel")
    expect(rows(compare).nth(0)).to_have_attribute("data-state", "done")
    rows(compare).nth(0).get_by_role("button").press("Enter")
    assert compare.page.evaluate("document.activeElement.id") == "compareAdd"
    expect(compare.find("compareEmpty")).to_be_visible()


def test_the_labs_own_network_stays_as_it_is(compare):
    compare.click("reset")
    before = compare.save()["weights"]
    compare.set(**QUICK)
    compare.click("compareAdd")
    run(compare)
    saved = compare.save()
    assert saved["weights"] == before
    assert saved["training"]["samples"] == 0


def test_training_and_comparing_take_turns(compare):
    compare.click("reset")
    compare.train(samples=200)
    compare.click("compareAdd")
    compare.click("compareRun")
    compare.wait("ready")
    expect(compare.find("compareRun")).to_have_text("Stop")
    expect(compare.find("plan")).to_have_text("Continue picks up where it stopped.")
    done, _ = compare.done()
    compare.train(samples=done)
    expect(compare.find("compareRun")).to_have_text("Run")
    expect(rows(compare).nth(0).locator("td").nth(0)).to_contain_text("paused")
    compare.stop()


def test_the_same_settings_give_what_training_gives(compare):
    compare.set(**QUICK | {"trainSamples": 2000})
    compare.click("compareAdd")
    run(compare)
    compare.click("reset")
    compare.news(lambda: compare.click("train"), "^Training is done")
    # How many are tested at once depends on the clock, and the last bits on that.
    assert percent(cells(compare, 0)[4]) == pytest.approx(compare.accuracy(), abs=0.1)


@pytest.mark.alone
def test_frames_keep_coming(compare):
    compare.set(epochs=100)
    compare.click("compareAdd")
    compare.click("compareRun")
    compare.page.wait_for_timeout(300)
    assert best_of(3, lambda: slow_frame(compare.page.evaluate), SLOWEST_FRAME) < SLOWEST_FRAME
    assert states(compare) == ["training"]


def test_the_table_is_saved_as_csv(compare):
    compare.click("compareKnown")
    compare.set(**QUICK)
    compare.click("compareAdd")
    run(compare)
    with compare.page.expect_download() as download:
        compare.click("compareSave")
    assert download.value.suggested_filename == "comparison.csv"
    saved = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert len(saved) == 5
    assert {name: saved[4][name] for name in Settings.table} == (
        Settings().fields() | {name: str(value) for name, value in QUICK.items()}
    )
    for row, entry in enumerate(saved):
        shown = cells(compare, row)
        assert re.sub(":[^,]+", "", entry["hidden"]) == shown[0]
        assert entry["batchSize"] == shown[1]
        assert f"{int(entry['parameters']):,}" == shown[3]
        if entry["state"] == "done":
            assert f"{100 * float(entry['testAccuracy']):.1f} %" == shown[4]
        else:
            assert entry["state"] == shown[4] and entry["testAccuracy"] == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_stand_out_from_the_card(compare, scheme):
    """WCAG 2.2, success criterion 1.4.11: 3 to 1 for what one needs to see to understand."""
    compare.page.emulate_media(color_scheme=scheme)
    vary(compare, BatchSize=";".join(map(str, range(1, 9))))
    contrasts = compare.page.evaluate(
        """() => {
          const luminance = (text) => {
            const [r, g, b] = text.match(/\\d+/g).map(value => value / 255).map(value =>
              value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const card = luminance(getComputedStyle(document.querySelector(".card")).backgroundColor);
          return [...document.querySelectorAll("#compareRows th i")].map(swatch => {
            const line = luminance(getComputedStyle(swatch).borderTopColor);
            return (Math.max(line, card) + 0.05) / (Math.min(line, card) + 0.05);
          });
        }"""
    )
    assert len(contrasts) == 8
    assert min(contrasts) >= 3
    compare.page.emulate_media(color_scheme="light")


def test_the_panel_fits_the_laptop(compare):
    compare.click("compareKnown")
    vary(compare, BatchSize="16;32", LearningRate="0.1;0.2")
    size = compare.page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth,"
        " document.documentElement.scrollHeight - innerHeight]"
    )
    assert size == [0, 0]
    # The table scrolls; the chart is whole beside it, and no column is cut off.
    lost = compare.page.evaluate(
        """() => {
          const bottom = (id) => document.getElementById(id).getBoundingClientRect().bottom;
          const table = document.querySelector("#comparePanel .scrolling");
          return [
            Math.max(0, bottom("compareChart") - bottom("comparePanel")),
            table.scrollWidth - table.clientWidth,
          ];
        }"""
    )
    assert lost == [0, 0]

"""The Text lab: a network writes while it learns, from texts that come along and one's own."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import browsing, visiting
from tests.browser.lab import best_of, slow_frame
from tests.browser.test_while_training import SLOWEST_FRAME
from tests.browser.text import TextLab

LAB = TextLab
MINE = "".join(f"{word}{number}\n" for number in range(10) for word in ("ada", "bob", "cyd", "dee"))


@pytest.fixture
def lab(own_lab):
    return own_lab


def test_it_writes_names_that_nobody_gave_it_while_it_learns(lab):
    expect(lab.find("guessing")).to_be_visible()
    lab.train(2)
    assert lab.state == "training"
    first = lab.sample()
    another = "first => document.getElementById('text-sample').textContent !== first"
    lab.page.wait_for_function(another, arg=first)
    expect(lab.find("newNames")).to_have_text(re.compile(r"^[1-9]\d* of \d+ are not in the text$"))
    network, bigrams, _ = lab.bits()
    assert network < bigrams
    assert "fewer than bigrams" in lab.text("textVerdict")
    expect(lab.find("guessing")).to_be_hidden()
    lab.stop()
    lines = [line for line in lab.sample().split("\n")[:-1] if line]
    assert sum(line[:1].isupper() for line in lines) > 0.8 * len(lines)


@pytest.mark.alone
def test_frames_keep_coming_while_it_trains_and_writes(lab):
    lab.train()
    assert best_of(4, lambda: slow_frame(lab.page.evaluate), SLOWEST_FRAME) < SLOWEST_FRAME
    lab.stop()


def test_what_comes_next_follows_what_is_typed(lab):
    lab.set(epochs=4)
    lab.train_to_the_end()
    lab.find("beginning").fill("Spr")
    assert list(lab.bars())[0] == "i" and lab.text("expected").startswith("i, ")
    assert lab.find("sampleBox").text_content().startswith("Spr")
    before = lab.bars()
    lab.find("beginning").fill("New")
    assert "␣" in lab.bars() and lab.bars() != before
    lab.find("beginning").fill("Zürich")
    expect(lab.find("beginningProblem")).to_have_text("the network does not know the character 'ü'")
    lab.find("beginning").fill("")
    expect(lab.find("beginningProblem")).to_have_text("")


def test_at_temperature_0_the_likeliest_character_always_comes(lab):
    lab.set(epochs=1)
    lab.train_to_the_end()
    lab.find("heat").fill("0")
    first = lab.sample()
    lab.click("again")
    assert lab.sample() == first
    lab.find("heat").fill("1.5")
    hot = lab.sample()
    lab.click("again")
    assert hot != first and lab.sample() != hot


def test_a_text_of_ones_own_is_learnt_kept_and_left(lab):
    lab.find("pasted").evaluate("one => { one.closest('details').open = true; }")
    lab.find("pasted").fill(MINE)
    said = lab.news(lambda: lab.click("useText"), "^Your text: ")
    assert f"{len(MINE)} characters; a new network" in said
    assert "18 different ones" in lab.text("dataDescription")
    expect(lab.find("textOption")).to_be_hidden()
    lab.train_to_the_end()
    assert set(lab.sample()) <= set(MINE)
    lab.news(lambda: lab.click("builtIn"), "^A built-in text: ")
    assert lab.find("undo").is_visible()
    lab.news(lambda: lab.click("undo"), "^The previous network is back")
    assert "text.txt: " in lab.text("dataDescription")


def test_a_file_is_learnt_and_what_is_none_is_refused(lab):
    wrong = lab.complaint(lambda: lab.choose("textFile", {"a.txt": b"\xff\xfe\x00"}))
    assert wrong == "a.txt: the text is not in UTF-8, as byte 1 shows: save it as UTF-8"
    wrong = lab.complaint(lambda: lab.choose("textFile", {"a.jpg": b"\xff\xd8\xff\xe0"}))
    assert wrong.startswith("a.jpg: this is a picture, not a text: it opens in the lab Digits")
    wrong = lab.complaint(lambda: lab.choose("textFile", {"a.txt": b"aaaaaaaa"}))
    assert "two" in wrong or "characters" in wrong
    lab.news(lambda: lab.choose("textFile", {"a.txt": MINE.encode()}), "^a.txt: ")
    lab.train_to_the_end()
    # A network that has learnt is not thrown away unasked.
    lab.choose("textFile", {"b.txt": b"so it goes on and on. " * 40})
    expect(lab.find("askText")).to_contain_text("b.txt needs a new network")
    lab.click("askNo")
    assert "a.txt: " in lab.text("dataDescription")


def test_networks_that_cannot_write_are_refused_beside_the_field(lab):
    lab.set(hidden="gru:16")
    problem = lab.page.locator("#text-hiddenProblem")
    expect(problem).to_contain_text("begin with embedding:32")
    lab.set(hidden="embedding:8,gru:16")
    expect(problem).to_have_text("")


def test_a_saved_network_writes_where_it_is_loaded(lab):
    lab.find("pasted").evaluate("one => { one.closest('details').open = true; }")
    lab.find("pasted").fill(MINE)
    lab.news(lambda: lab.click("useText"), "^Your text: ")
    lab.train_to_the_end()
    saved = lab.save()
    assert "".join(saved["classes"]) == "".join(sorted(set(MINE)))
    lab.click("builtIn")
    file = {"mine.json": json.dumps(saved).encode()}
    lab.news(lambda: lab.choose("weightsFile", file), "^Loaded mine.json")
    assert set(lab.sample()) <= set(MINE)
    assert "another text, in 18 characters" in lab.text("dataDescription")
    assert "which is not open" in lab.complaint(lambda: lab.click("train"))
    said = lab.news(lambda: lab.choose("textFile", {"mine.txt": MINE.encode()}), "^mine.txt")
    assert said.endswith("the loaded network can learn from it")
    lab.train_to_the_end()


def test_what_a_unit_remembers_is_shown_and_found(lab):
    lab.set(epochs=3)
    lab.train_to_the_end()
    lab.click("memoryTab")
    shades = lab.shades()
    assert len(shades) == 300 and min(shades) < 0 < max(shades)
    lab.find("memoryUnit").select_option("5")
    assert lab.shades() != shades
    lab.find("memorySign").select_option("how long the word is")
    lab.click("memoryFind")
    expect(lab.find("memorySaid")).to_contain_text("how long the word is: correlation")
    assert lab.find("memoryUnit").input_value() != "5"


def test_where_attention_looks_is_shown(lab):
    lab.set(hidden="embedding:16,position,transformer:2:8:32", epochs=1)
    lab.click("reset")
    lab.click("memoryTab")
    expect(lab.find("memoryUnit").locator("option")).to_have_count(2)
    marks = lab.page.locator("#text-memoryText span")
    marks.nth(40).click()
    expect(marks.nth(40)).to_have_class("at")
    shades = lab.shades()
    assert max(shades[:41]) == 5 and set(shades[41:]) == {0}
    lab.page.keyboard.press("ArrowRight")
    expect(marks.nth(41)).to_have_class("at")


def test_it_comes_back_after_a_reload(browser, watch, site):
    with (
        browsing(browser, watch, site) as context,
        visiting(context, f"{site}#text?epochs=6", kind=TextLab) as lab,
    ):
        lab.find("pasted").evaluate("one => { one.closest('details').open = true; }")
        lab.find("pasted").fill(MINE * 20)
        lab.news(lambda: lab.click("useText"), "^Your text: ")
        lab.find("beginning").fill("ad")
        lab.train_to_the_end()
        bits = lab.bits()
        lab.page.wait_for_timeout(2_500)  # what is kept is written every two seconds
        lab.page.reload()
        lab.wait("ready")
        assert "Your work is back as you left it" in lab.messages()
        assert "text.txt: " in lab.text("dataDescription")
        assert lab.find("beginning").input_value() == "ad"
        assert lab.bits() == pytest.approx(bits, abs=0.05)
        assert set(lab.sample()) <= set(MINE)


def test_the_program_writes_too(lab):
    lab.set(epochs=1)
    lab.click("codeTab")
    expect(lab.find("code")).to_contain_text("Alphabet.of(text)")
    lab.click("codeRun")
    expect(lab.find("codeState")).to_contain_text("Ended after", timeout=120_000)

"""Testing the network on the 10,000 test pictures, and what the test shows."""

import re

import pytest
from playwright.sync_api import expect


def test_a_new_network_is_no_better_than_chance_and_the_shipped_ones_are_good(lab):
    assert lab.test() < 30

    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    assert lab.test() >= 96.5


def test_the_best_weights_are_better(lab):
    lab.news(lambda: lab.click("loadBest"), "^Loaded dist/best.json")
    assert lab.test() >= 98.3


@pytest.fixture(scope="module")
def tested(lab):
    """The page after a test of the weights that come with it."""
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    lab.test()
    return lab


def test_the_confusion_matrix_adds_up(tested):
    rows = tested.page.locator("#confusion tr").filter(has=tested.page.locator("td + td")).all()
    cells = [row.locator("td").all_text_contents() for row in rows]
    counts = [[0 if text == "·" else int(text) for text in row] for row in cells]
    assert [len(row) for row in counts] == [10] * 10
    assert sum(map(sum, counts)) == 10_000
    right = sum(counts[i][i] for i in range(10))
    assert tested.accuracy() == right / 100
    assert f"{right:,} of 10,000 right" in tested.text("testSummary")


def test_a_mistake_can_be_put_on_the_canvas_and_is_made_again(tested):
    mistakes = tested.page.locator("#mistakes button")
    expect(tested.find("testPanel")).to_be_visible()
    assert mistakes.count() >= 10
    for number in (0, 3, 9):
        tested.click("clear")
        mistake = mistakes.nth(number)
        said, right = re.search(r"(\d), is (\d)", mistake.text_content()).groups()
        assert said != right
        mistake.click()
        assert tested.ink() > 500
        assert tested.text("prediction") == said


def test_a_test_can_be_stopped(lab):
    before = lab.messages("news")
    # Both clicks in one go: a test may be over before the mouse gets there.
    assert lab.page.evaluate(
        """() => {
          const test = document.getElementById("test");
          test.click();
          const found = [document.body.dataset.state, test.textContent];
          test.click();
          return [...found, document.body.dataset.state, test.textContent];
        }"""
    ) == ["testing", "Stop", "ready", "Test"]
    lab.page.wait_for_timeout(500)
    after = lab.messages("news")
    assert after[len(before) :] == ["Test stopped"]

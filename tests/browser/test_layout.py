"""The page fits a phone and a laptop, and its text can be read in light and in dark."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import CONTRASTS, PHONE, SIZE, faint, out_of_reach


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_background(lab, scheme):
    lab.page.emulate_media(color_scheme=scheme)
    lab.click("reset")
    empty = lab.page.evaluate(CONTRASTS)
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    lab.test()
    lab.set(epochs="many")
    lab.complaint(lambda: lab.click("train"))
    full = lab.page.evaluate(CONTRASTS)
    lab.set(epochs=5)
    found = empty + full
    assert len(found) > 300
    assert any("Fills as" in name for name, _ in empty)
    assert faint(found) == []


def test_a_laptop_shows_everything_without_scrolling(lab):
    lab.page.emulate_media(color_scheme="light")
    lab.click("reset")
    lab.click("eyeTab")
    sizes = {"before training": lab.page.evaluate(SIZE)}
    lab.train(samples=1000)
    sizes["while training"] = lab.page.evaluate(SIZE)
    lab.stop()
    sizes["stopped"] = lab.page.evaluate(SIZE)
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    lab.test()
    expect(lab.find("confusion")).to_be_visible()
    sizes["after a test"] = lab.page.evaluate(SIZE)
    assert {when: size for when, size in sizes.items() if size != [0, 0]} == {}


@pytest.mark.parametrize("width", [320, 390, 850, 1000, 1200])
def test_nothing_is_beside_a_narrow_page_and_no_figure_alone_in_its_row(lab, width):
    before = lab.page.viewport_size
    lab.page.set_viewport_size({"width": width, "height": 800})
    across, _ = lab.page.evaluate(SIZE)
    tops = lab.page.eval_on_selector_all(
        "main:not([hidden]) .figures > div", "all => all.map(one => one.offsetTop)"
    )
    lab.page.set_viewport_size(before)
    assert across == 0
    assert {tops.count(top) for top in tops} <= {3, 6}


def test_the_chosen_preset_is_not_taken_for_the_one_under_the_mouse(lab):
    def look(name: str) -> list[str]:
        return lab.page.locator(f"[data-preset={name}]").evaluate(
            """one => {
              const { backgroundColor, borderTopColor } = getComputedStyle(one);
              return [backgroundColor, borderTopColor];
            }"""
        )

    lab.page.locator("[data-preset=Classic]").click()
    lab.page.locator("[data-preset=Better]").hover()
    same = [one == other for one, other in zip(look("Classic"), look("Better"), strict=True)]
    lab.page.mouse.move(0, 0)
    assert same == [False, False]


def test_a_phone_shows_one_column_whose_controls_can_be_reached(first_visit):
    with first_visit(**PHONE) as lab:
        assert lab.page.evaluate("innerWidth") == 390
        across, down = lab.page.evaluate(SIZE)
        assert across == 0 and down > 0
        lefts = lab.page.eval_on_selector_all(
            "main:not([hidden]) > section",
            "all => all.map(one => one.getBoundingClientRect().left)",
        )
        assert len(lefts) >= 4 and len(set(lefts)) == 1

        assert out_of_reach(lab.page, "button, input, select, canvas[tabindex]") == []

        session = lab.page.context.new_cdp_session(lab.page)

        def swipe(x: float, top: float, bottom: float) -> float:
            """Pull a finger up, and return by how much the page has scrolled."""
            before = lab.page.evaluate("scrollY")
            for step in range(11):
                y = bottom + (top - bottom) * step / 10
                session.send(
                    "Input.dispatchTouchEvent",
                    {
                        "type": "touchMove" if step else "touchStart",
                        "touchPoints": [{"x": x, "y": y}],
                    },
                )
            session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            lab.page.wait_for_timeout(300)
            return lab.page.evaluate("scrollY") - before

        lab.find("canvas").evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
        (x, top), (_, bottom) = lab.point(0.5, 0.1), lab.point(0.5, 0.9)
        assert swipe(x, top, bottom) == 0
        assert lab.ink() > 1000
        assert lab.answer() == lab.text("prediction") != "Draw a digit"

        lab.find("canvasHelp").evaluate("help => help.scrollIntoView({ block: 'center' })")
        box = lab.find("canvasHelp").bounding_box()
        assert swipe(box["x"] + 100, box["y"] - 300 + box["height"], box["y"] + 5) > 50

        lab.train(samples=500)
        lab.stop()
        lab.test()
        assert lab.page.evaluate(SIZE)[0] == 0

"""Everything can be done with the keyboard, and read out by a screen reader."""

import pytest
from playwright.sync_api import expect


def focused(lab) -> str:
    return lab.page.evaluate(
        "document.activeElement.id || document.activeElement.name || "
        "document.activeElement.dataset.preset || document.activeElement.dataset.opens || "
        "document.activeElement.tagName"
    )


@pytest.mark.parametrize("digit", "0369")
def test_a_digit_key_puts_a_test_picture_of_it_on_the_canvas(lab, digit):
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    lab.find("canvas").focus()
    said = []
    for _ in range(5):
        lab.page.keyboard.press("Delete")
        assert lab.ink() == 0
        lab.page.keyboard.press(digit)
        assert lab.ink() > 500
        said.append(lab.text("prediction"))
    # The network is right about 97 in 100 of them, so hardly ever wrong about three of five.
    assert said.count(digit) >= 3, said


def test_other_keys_on_the_canvas_do_nothing(lab):
    lab.find("canvas").focus()
    lab.page.keyboard.press("Delete")
    for key in ("a", "F2", "Shift", "Control+3"):
        lab.page.keyboard.press(key)
    assert lab.ink() == 0


def test_tab_reaches_every_control_in_the_order_of_the_page_and_shows_where_it_is(lab):
    lab.click("reset")
    order = lab.page.evaluate(
        """() => [...document.querySelectorAll(
             "a[href], button, input, select, summary, [tabindex]")]
           .filter(one => one.tabIndex >= 0 && !one.disabled && one.checkVisibility())
           .map(one => one.id || one.name || one.dataset.preset || one.dataset.opens
             || one.tagName)"""
    )
    assert {"canvas", "clear", "pen", "train", "test", "status", "eyeTab", "weightsFile"} <= {
        *order
    }
    assert order.index("canvas") < order.index("train") < order.index("hidden")

    lab.page.evaluate("document.activeElement.blur()")
    lab.page.mouse.click(2, 2)
    reached = []
    for _ in order:
        lab.page.keyboard.press("Tab")
        reached.append(focused(lab))
        outline = lab.page.evaluate(
            """() => {
              const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
              return outlineStyle === "none" ? 0 : parseFloat(outlineWidth);
            }"""
        )
        assert outline >= 2, reached[-1]
    assert reached == order


def test_train_and_stop_with_the_keyboard(lab):
    lab.find("train").focus()
    lab.page.keyboard.press("Enter")
    lab.wait("training")
    assert focused(lab) == "train"
    lab.page.keyboard.press("Enter")
    lab.wait("ready")


def test_arrow_keys_switch_the_tabs(lab):
    def shown() -> tuple[str | None, str | None, bool, bool]:
        return (
            lab.find("eyeTab").get_attribute("aria-selected"),
            lab.find("testTab").get_attribute("aria-selected"),
            lab.find("eyePanel").is_visible(),
            lab.find("testPanel").is_visible(),
        )

    lab.click("eyeTab")
    assert shown() == ("true", "false", True, False)
    lab.page.keyboard.press("ArrowRight")
    assert shown() == ("false", "true", False, True)
    assert focused(lab) == "testTab"
    lab.page.keyboard.press("ArrowLeft")
    assert shown() == ("true", "false", True, False)
    assert focused(lab) == "eyeTab"
    lab.click("testTab")
    assert shown() == ("false", "true", False, True)


CONTROLS = {"button", "checkbox", "combobox", "image", "img", "link", "log", "progressindicator",
            "slider", "spinbutton", "tab", "tabpanel", "table", "textbox"}  # fmt: skip


@pytest.mark.parametrize("panel", ["eyeTab", "testTab"])
def test_everything_that_a_screen_reader_stops_at_has_a_name(lab, panel):
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    lab.test()
    lab.click(panel)
    session = lab.page.context.new_cdp_session(lab.page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    roles = [
        (node["role"]["value"].lower(), node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"]
    ]
    named = [(role, name) for role, name in roles if role in CONTROLS]
    assert len(named) > 30
    assert [role for role, name in named if not name.strip()] == []


def test_what_happens_is_announced(lab):
    expect(lab.find("announcement")).to_have_attribute("aria-live", "polite")
    lab.click("reset")
    assert "fresh weights" in lab.text("announcement")

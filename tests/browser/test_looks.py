"""The page stays right with forced colours, right-to-left names, zoom and reduced motion."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import SIZE

LABS = ("digits", "colours", "points", "temperature", "curve", "text")

# Elements that hold nothing but a right-to-left name, and whose direction is not their own.
MIXED_IN = """() => [...document.querySelectorAll("main:not([hidden]) *")]
  .filter(one => one.tagName !== "OPTION" && one.checkVisibility())
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && /[א-ת]/.test(node.data)))
  .filter(one => !/[A-Za-z]/.test(one.textContent))
  .filter(one => !/plaintext|isolate/.test(getComputedStyle(one).unicodeBidi))
  .map(one => one.outerHTML.slice(0, 120))"""

MOVING = """() => [...document.querySelectorAll("*")].flatMap(one =>
  ["", "::before", "::after"].flatMap(part => {
    const style = getComputedStyle(one, part);
    const animated = style.animationName === "none" ? "0s" : style.animationDuration;
    return `${animated}, ${style.transitionDuration}`.split(", ")
      .filter(each => parseFloat(each) > 0.01).map(() => `${one.tagName} ${one.id}${part}`);
  }))"""


@pytest.mark.parametrize("name", LABS)
def test_at_twice_the_size_nothing_is_beside_the_page(visit, name):
    with visit(f"#{name}") as lab:
        lab.page.set_viewport_size({"width": 720, "height": 450})
        assert lab.page.evaluate(SIZE)[0] == 0


def test_nothing_moves_where_motion_is_not_wanted(visit):
    with visit("#points") as lab:
        lab.page.emulate_media(reduced_motion="reduce")
        lab.page.add_style_tag(content="h2 { transition: color 1s }")
        assert lab.page.evaluate(MOVING) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_controls_to_be_seen(visit, scheme):
    with visit("#digits") as lab:
        lab.page.emulate_media(forced_colors="active", color_scheme=scheme)
        edge = "one => [getComputedStyle(one).borderTopWidth, getComputedStyle(one).borderTopStyle]"
        for name in ("train", "reset", "test"):
            width, style = lab.find(name).evaluate(edge)
            assert width != "0px" and style != "none", name

        look = """one => {
          const { color, backgroundColor, borderBottomColor, outlineStyle } = getComputedStyle(one);
          return [color, backgroundColor, borderBottomColor, outlineStyle];
        }"""
        tabs = lab.page.locator("main:not([hidden]) [role=tab]:visible")
        chosen = tabs.and_(lab.page.locator("[aria-selected=true]")).first
        other = tabs.and_(lab.page.locator("[aria-selected=false]")).first
        assert chosen.evaluate(look) != other.evaluate(look)

        lab.find("train").focus()
        lab.page.keyboard.press("Tab")
        lab.page.keyboard.press("Shift+Tab")
        outline = "one => [getComputedStyle(one).outlineStyle, getComputedStyle(one).outlineWidth]"
        style, width = lab.find("train").evaluate(outline)
        assert style != "none" and width != "0px"

        lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
        lab.draw([[(0.5, 0.1), (0.5, 0.9)]])
        lab.answer()
        bar = lab.page.locator("#probabilities li span").first
        style = "one => [getComputedStyle(one).backgroundImage, getComputedStyle(one).borderStyle]"
        image, border = bar.evaluate(style)
        assert "gradient" in image and border == "solid"


def test_right_to_left_names_of_columns_are_not_mixed_with_what_is_beside_them(visit):
    lines = "\n".join(f"{n % 7},{'אדום' if n % 2 else 'כחול'},{n % 5 + n % 7}" for n in range(60))
    content = f"גודל,צבע,מחיר (2)\n{lines}\n".encode()
    with visit("#colours") as lab:
        file = {"name": "names.csv", "mimeType": "text/csv", "buffer": content}
        lab.page.locator("#colours-dataFiles").set_input_files(file)
        expect(lab.page.locator("#colours-status")).to_contain_text("Opened names.csv")
        expect(lab.page.locator("#colours-sliders")).to_contain_text("גודל")
        assert lab.page.evaluate(MIXED_IN) == []


def test_on_paper_there_is_one_page_of_figures_and_nothing_to_press(first_visit):
    with first_visit("#digits?epochs=1&trainSamples=2000") as lab:
        lab.news(lambda: lab.click("train"), "^Training is done")
        lab.page.emulate_media(media="print")
        assert lab.page.locator("button:visible, input[type=file]:visible").count() == 0
        expect(lab.find("lossChart")).to_be_visible()
        expect(lab.find("accuracy")).to_be_visible()
        pdf = lab.page.pdf(format="A4", prefer_css_page_size=True)
        assert pdf.count(b"/Type /Page\n") == 1

"""Whatever a lab has, a "?" beside it says what it is; and settings are in two tiers."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import PHONE, SIZE
from tests.browser.test_accessible import LABS, complaints
from tests.help_texts import TEXTS

# What ought to have a "?": its kind, its name, and whether there is one that says something.
FOUND = """() => {
  const main = document.querySelector("main:not([hidden])");
  const { lab } = main.dataset;
  const own = (id) => id.replace(`${lab}-`, "");
  const all = (selector) => [...main.querySelectorAll(selector)];
  const answers = (button) => {
    button.click();
    const said = document.querySelector("#help p").textContent;
    document.getElementById("help").hidePopover();
    return said;
  };
  const found = [];
  const add = (kind, name, button) => found.push([kind, name, button ? answers(button) : ""]);
  for (const one of all("[name]:not([type=hidden], .brush input)"))
    add("field", one.name, one.closest(".field")?.querySelector(":scope > .help"));
  for (const one of all("[for$=speed], [for=pen], [for$=saturation], .brush legend"))
    add("field", one.textContent, one.parentElement.querySelector(".help"));
  for (const one of all("dt[data-help], .figures dt")) add("figure", one.textContent,
    one.querySelector(".help"));
  for (const one of all("figcaption:not(.hint)")) add("figure", one.textContent,
    one.querySelector(".help"));
  for (const one of all("[id$=hart]")) add("chart", own(one.id),
    one.closest("figure").querySelector(".help"));
  for (const one of all("h2:not(.unseen)")) add("panel", one.textContent,
    one.parentElement.querySelector(".help"));
  for (const one of all(".tab-row [role=tab]")) {
    one.click();
    add("panel", own(one.id), one.closest(".tab-row").querySelector(".help"));
  }
  return found;
}"""


@pytest.mark.parametrize("name", LABS)
def test_every_field_figure_chart_and_panel_has_help(visit, name):
    with visit(f"#{name}") as lab:
        found = lab.page.evaluate(FOUND)
        assert [(kind, name) for kind, name, said in found if not said] == []
        kinds = [kind for kind, _, _ in found]
        assert kinds.count("field") >= 4 and kinds.count("figure") >= 6
        assert kinds.count("chart") >= 2 and kinds.count("panel") >= 5
        said = [text for kind, _, text in found if kind == "panel"]
        assert len(set(said)) == len(said)


def test_texts_are_short_and_whole_sentences():
    for group in TEXTS.values():
        for name, entry in group.items():
            assert 40 < len(entry["text"]) < 330, name
            assert entry["text"].endswith("."), name
            assert all(shows.endswith(".") for _, _, shows in entry.get("try", []))


def about(lab, name: str):
    return lab.page.locator(f"main:not([hidden]) [data-about='{name}']")


@pytest.fixture
def popover(lab):
    return lab.page.locator("#help")


def test_help_works_before_python_is_up(first_visit):
    held = []
    with first_visit(
        ready=False, routes={"**/start/*.wasm": lambda route: held.append(route)}
    ) as lab:
        about(lab, "fields/learningRate").click()
        expect(lab.page.locator("#help")).to_contain_text("How far each update moves the weights")
        assert lab.state == "loading"
        while not held:
            lab.page.wait_for_timeout(50)
        for route in held:
            route.continue_()
        lab.wait("ready")
        expect(lab.page.locator("#help")).to_be_visible()


def test_the_keyboard_opens_reads_and_closes_help_and_training_goes_on(lab, popover):
    lab.train()
    button = about(lab, "charts/loss")
    button.focus()
    lab.page.keyboard.press("Enter")
    expect(popover).to_be_visible()
    expect(popover).to_be_focused()
    expect(lab.page.get_by_role("dialog", name="Loss over time")).to_be_visible()
    lab.page.keyboard.press("Escape")
    expect(popover).to_be_hidden()
    expect(button).to_be_focused()
    assert lab.state == "training"
    lab.page.keyboard.press("Escape")
    lab.wait("ready")


def test_the_mouse_opens_and_closes_help(lab, popover):
    button = about(lab, "fields/epochs")
    button.click()
    expect(popover).to_contain_text("How many times")
    button.click()
    expect(popover).to_be_hidden()
    button.click()
    about(lab, "fields/hidden").click()
    expect(popover).to_contain_text("The layers between")
    lab.page.mouse.click(5, 300)
    expect(popover).to_be_hidden()
    button.click()
    popover.get_by_label("Close").click()
    expect(popover).to_be_hidden()


def test_try_this_sets_up_an_experiment_even_in_another_lab(visit):
    with visit("#temperature") as lab:
        about(lab, "fields/learningRate").click()
        expect(lab.page.locator("#help a")).to_have_count(1)
        lab.page.locator("#help a").click()
        assert "learningRate=0.001" in lab.page.url
        expect(lab.page.locator("#temperature-train")).to_be_focused()
        more(lab).locator("summary").click()
        about(lab, "fields/batchSize").click()
        lab.page.locator("#help a").first.click()
        lab.wait("ready")
        expect(lab.field("trainSamples")).to_have_value("10000")
        expect(lab.page.locator("#train")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_help_and_more_settings(visit, scheme):
    with visit("#points?l2=0.01") as lab:
        lab.page.emulate_media(color_scheme=scheme)
        about(lab, "fields/hidden").click()
        assert complaints(lab) == []


@pytest.mark.parametrize("width", [320, 390])
def test_help_fits_a_phone(first_visit, width):
    options = {**PHONE, "viewport": {"width": width, "height": 844}}
    with first_visit("#points?l2=0.01", **options) as lab:
        for button in lab.page.locator("main:not([hidden]) .help:visible").all():
            button.scroll_into_view_if_needed()
            button.click()
            box = lab.page.locator("#help").bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width
            assert box["y"] >= 0 and box["y"] + box["height"] <= 844
            assert lab.page.evaluate(SIZE)[0] == 0
            lab.page.keyboard.press("Escape")


# ---- Two tiers.


def more(lab):
    return lab.page.locator("main:not([hidden]) details.more")


def test_more_settings_open_when_a_link_or_a_preset_uses_them(lab):
    go = "link => { location.hash = link; }"
    more(lab).evaluate("one => one.removeAttribute('open')")
    lab.page.evaluate(go, "#digits?hidden=12&epochs=2&learningRate=0.1&activation=tanh")
    expect(lab.page.locator("#settings [name=hidden]")).to_have_value("12")
    expect(more(lab)).not_to_have_attribute("open", "")
    lab.page.evaluate(go, "#digits?l2=0.1")
    expect(more(lab)).to_have_attribute("open", "")

    more(lab).evaluate("one => one.removeAttribute('open')")
    lab.page.locator("[data-preset=Classic]").click()
    expect(more(lab)).not_to_have_attribute("open", "")
    lab.page.locator("[data-preset=Better]").click()
    expect(more(lab)).to_have_attribute("open", "")
    lab.page.locator("[data-preset=Classic]").click()


def test_more_settings_open_for_what_is_wrong_in_them(lab):
    lab.set(seed="x")
    more(lab).evaluate("one => one.removeAttribute('open')")
    lab.complaint(lambda: lab.click("train"))
    expect(lab.page.locator("#settings [name=seed]")).to_be_visible()
    lab.set(seed=1)


@pytest.mark.parametrize("name", LABS)
def test_at_first_a_lab_shows_four_settings_at_most(visit, name):
    with visit(f"#{name}") as lab:
        fields = lab.page.locator(f"main[data-lab={name}] form [name]:visible")
        assert 2 <= fields.count() <= 4

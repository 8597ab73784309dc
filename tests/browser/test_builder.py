"""Layers as rows: another view of the form's fields of layers."""

import pytest
from playwright.sync_api import Locator, expect

from nn.activations import ACTIVATIONS
from nn.experiment.experiment import make_layers
from nn.experiment.settings import FIELDS, Settings, parse
from nn.initializers import INITIALIZERS
from nn.labs import digits
from nn.model import summary_rows


@pytest.fixture
def builder(lab):
    """The page with the rows of the tutorial's network."""
    lab.page.locator("[data-preset=Classic]").click()
    lab.click("layersTab")
    expect(lab.find("layersPanel")).not_to_have_attribute("inert", "")
    return lab


def rows(lab) -> Locator:
    return lab.page.locator("#layerRows .layer")


def part(lab, row: int, label: str) -> Locator:
    """A control of a row, the output layer's being row -1, by how its label begins."""
    return rows(lab).nth(row).locator(f"[aria-label^='{label}']")


def focused(lab) -> str:
    return lab.page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")


def settings(lab) -> Settings:
    texts = {name: lab.field(name).input_value() for name in FIELDS if name != "useBias"}
    return parse(texts | {"useBias": str(lab.field("useBias").is_checked()).lower()}, Settings())


def test_rows_show_what_the_form_says(builder):
    builder.set(hidden="256:relu:he_uniform:bias,128", output="variance_scaling:nobias")
    expect(rows(builder)).to_have_count(3)
    shown = rows(builder).evaluate_all(
        "all => all.map(row => [...row.querySelectorAll('input, output, select')]"
        ".map(one => one.value))"
    )
    assert shown == [
        ["Dense", "256", "relu", "he_uniform", "bias", "256: 200,960 parameters"],
        ["Dense", "128", "", "", "", "128: 32,768 parameters"],
        ["", "variance_scaling", "nobias", "10: 1,280 parameters"],
    ]


def test_a_row_has_the_fields_of_its_kind(builder):
    builder.set(hidden="conv2d:8:5x3:strides=2:same,maxpool:2,flatten,dropout:0.25,9")
    labels = rows(builder).evaluate_all(
        "all => all.map(row => [...row.querySelectorAll('label span')].map(one => one.textContent))"
    )
    general = ["Activation", "Initializer", "Bias"]
    assert labels == [
        ["Kind", "Filters", "Kernel size", "Strides", "Padding", *general],
        ["Kind", "Pool size", "Strides", "Padding"],
        ["Kind"],
        ["Kind", "Rate"],
        ["Kind", "Units", *general],
        general,
    ]
    assert part(builder, 0, "Kernel size").input_value() == "5x3"
    assert part(builder, 0, "Padding").input_value() == "same"
    assert builder.page.locator("#layerRows .made").all_text_contents() == [
        "14 × 14 × 8: 120 parameters",
        "7 × 7 × 8",
        "392",
        "392",
        "9: 3,528 parameters",
        "10: 90 parameters",
    ]


def test_the_kind_of_a_layer_can_be_changed(builder):
    builder.set(hidden="100")
    part(builder, 0, "Kind").select_option("Conv2D")
    expect(builder.field("hidden")).to_have_value("conv2d:16:3")
    expect(builder.field("hidden")).to_have_attribute("aria-invalid", "true")
    assert "put flatten or globalavgpool" in builder.text("digits-hiddenProblem")
    assert focused(builder) == "Kind of layer 1"
    builder.set(hidden="conv2d:16:3,flatten")
    part(builder, 0, "Filters").fill("4")
    part(builder, 0, "Strides").fill("3")
    expect(builder.field("hidden")).to_have_value("conv2d:4:3:strides=3,flatten")
    part(builder, 0, "Kernel size").fill("wide")
    expect(part(builder, 0, "Kernel size")).to_have_attribute("aria-invalid", "true")
    expect(part(builder, 0, "Filters")).to_have_attribute("aria-invalid", "false")
    assert builder.messages("error") == []


def test_rows_say_what_is_usual(builder):
    builder.set(hidden="9,8:relu", activation="tanh", useBias=True, loss="categorical_crossentropy")
    shown = rows(builder).evaluate_all(
        "all => all.map(row => [...row.querySelectorAll('select:not([data-part=kind])')]"
        ".map(one => one[0].text))"
    )
    assert shown == [
        ["(tanh)", "(glorot_uniform)", "(yes)"],
        ["(tanh)", "(he_normal)", "(yes)"],
        ["(softmax)", "(glorot_uniform)", "(yes)"],
    ]


def test_the_choices_are_those_of_the_package(builder):
    for label, names in (("Activation", ACTIVATIONS), ("Initializer", INITIALIZERS)):
        for row in (0, -1):
            values = (
                part(builder, row, label)
                .locator("option")
                .evaluate_all("all => all.map(one => one.value)")
            )
            assert values == ["", *names]


def test_editing_a_row_edits_the_form(builder):
    part(builder, 0, "Units").fill("64")
    part(builder, 0, "Activation").select_option("relu")
    part(builder, 0, "Initializer").select_option("he_uniform")
    part(builder, 0, "Bias").select_option("bias")
    expect(builder.field("hidden")).to_have_value("64:relu:he_uniform:bias")
    part(builder, -1, "Initializer").select_option("zeros")
    part(builder, -1, "Activation").select_option("tanh")
    expect(builder.field("output")).to_have_value("tanh:zeros")
    assert "hidden=64:relu:he_uniform:bias&" in builder.page.url
    assert "output=tanh:zeros&" in builder.page.url
    part(builder, 0, "Activation").select_option("")
    expect(builder.field("hidden")).to_have_value("64:he_uniform:bias")


def test_what_is_typed_stays_while_it_is_typed(builder):
    units = part(builder, 0, "Units")
    units.fill("")
    units.press_sequentially("032")
    assert units.input_value() == "032"
    expect(builder.field("hidden")).to_have_value("032")
    assert focused(builder) == "Units of layer 1"
    assert settings(builder).hidden[0].units == 32


@pytest.mark.parametrize("text", ["", "abc", "0", "4097", "1.5", "9" * 5000])
def test_units_that_make_no_sense_are_refused_beside_the_field(builder, text):
    builder.set(hidden="50,40")
    part(builder, 0, "Units").fill(text)
    expect(part(builder, 0, "Units")).to_have_attribute("aria-invalid", "true")
    expect(part(builder, 1, "Units")).to_have_attribute("aria-invalid", "false")
    expect(builder.field("hidden")).to_have_attribute("aria-invalid", "true")
    part(builder, 0, "Units").fill("60")
    expect(builder.field("hidden")).to_have_value("60,40")
    expect(part(builder, 0, "Units")).to_have_attribute("aria-invalid", "false")
    assert builder.messages("error") == []


def test_layers_are_added_and_removed_by_keyboard(builder):
    page = builder.page
    builder.find("addLayer").focus()
    page.keyboard.press("Enter")
    expect(builder.field("hidden")).to_have_value("100,100")
    assert focused(builder) == "Units of layer 2"
    page.keyboard.type("30")
    expect(builder.field("hidden")).to_have_value("100,30")

    part(builder, 0, "Remove").focus()
    page.keyboard.press("Enter")
    expect(builder.field("hidden")).to_have_value("30")
    assert focused(builder) == "Remove: layer 1"
    page.keyboard.press("Enter")
    expect(builder.field("hidden")).to_have_value("none")
    expect(rows(builder)).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == "addLayer"
    page.keyboard.press("Enter")
    expect(builder.field("hidden")).to_have_value("32")


def test_layers_are_moved_by_keyboard_and_the_focus_goes_with_them(builder):
    builder.set(hidden="1:relu,2,3:bias")
    part(builder, 0, "Move down").focus()
    builder.page.keyboard.press("Enter")
    expect(builder.field("hidden")).to_have_value("2,1:relu,3:bias")
    assert focused(builder) == "Move down: layer 2"
    builder.page.keyboard.press("Enter")
    expect(builder.field("hidden")).to_have_value("2,3:bias,1:relu")
    # It cannot go further down.
    assert focused(builder) == "Move up: layer 3"
    builder.page.keyboard.press("Enter")
    expect(builder.field("hidden")).to_have_value("2,1:relu,3:bias")
    expect(part(builder, 0, "Move up")).to_be_disabled()
    expect(part(builder, 2, "Move down")).to_be_disabled()


def test_no_more_layers_than_settings_may_have(builder):
    builder.set(hidden=",".join(["5"] * 39))
    builder.click("addLayer")
    expect(rows(builder)).to_have_count(41)
    expect(builder.find("addLayer")).to_be_disabled()


def test_rows_can_be_edited_while_another_setting_makes_no_sense(builder):
    builder.set(epochs="many")
    builder.click("addLayer")
    expect(rows(builder)).to_have_count(3)
    builder.set(epochs=5)
    expect(builder.field("hidden")).to_have_value("100,100")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"hidden": "256:relu,128:nobias", "useBias": True},
        {"hidden": "none", "loss": "categorical_crossentropy", "output": "bias"},
    ],
)
def test_the_summary_is_that_of_the_network(builder, fields):
    builder.set(**fields)
    chosen = settings(builder)
    expected = summary_rows(make_layers(chosen, digits.task(chosen)), (784,))
    shown = builder.page.locator("#summaryRows tr").evaluate_all(
        "all => all.map(row => [...row.children].map(one => one.textContent))"
    )
    assert shown[0] == ["Input", "(None, 784)", "0"]
    assert shown[1:] == [[name, shape, f"{count:,}"] for name, shape, count in expected]
    assert builder.text("summaryTotal") == f"{sum(count for *_, count in expected):,}"


def test_a_network_built_from_rows_is_trained(builder):
    builder.set(trainSamples=200, epochs=1, batchSize=10)
    part(builder, 0, "Units").fill("12")
    builder.click("addLayer")
    expect(builder.find("plan")).to_contain_text("new network")
    builder.news(lambda: builder.click("train"), "^Training 784-12-12-10")
    builder.wait("ready")


def test_a_phone_names_each_control_and_shows_what_is_chosen(builder):
    builder.set(hidden="128:leaky_relu:tfjs_variance_scaling")
    before = builder.page.viewport_size
    builder.page.set_viewport_size({"width": 390, "height": 844})
    labels = builder.page.locator("#layerRows .layer label span:visible").all_text_contents()
    room = builder.page.evaluate(
        """() => [...document.querySelectorAll("#layerRows select")].map((select) => {
          const bare = select.cloneNode();
          bare.append(select.selectedOptions[0].cloneNode(true));
          bare.style.cssText = "position: absolute; width: auto";
          select.after(bare);
          const needed = bare.offsetWidth;
          bare.remove();
          return select.offsetWidth - needed;
        })"""
    )
    builder.page.set_viewport_size(before)
    general = ["Activation", "Initializer", "Bias"]
    assert labels == ["Kind", "Units", *general, *general]
    assert len(room) == 7 and min(room) >= 0, room

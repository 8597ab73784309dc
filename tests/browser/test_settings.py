"""The form of settings, its links and its presets."""

import pytest
from playwright.sync_api import expect

from nn.activations import ACTIVATIONS
from nn.experiment.settings import DECAYS, layers
from nn.labs.digits import PRESETS, DigitsSettings
from nn.losses import LOSSES
from nn.optimizers import OPTIMIZERS

NONSENSE = {
    "hidden": [
        "",
        "abc",
        "0",
        "100:swish",
        "100:relu;50",
        "-5",
        "100;50",
        "4097",
        "1.5",
        ",".join(["9"] * 41),
        "4096,4096",
        "conv2d:8",
        "conv2d:8:29,flatten",
        "conv2d:8:3",
        "maxpool:2:3:4:5",
    ],
    "learningRate": ["", "abc", "0", "-1", "nan", "inf", "1_0", "101"],
    "output": ["abc", "10:softmax", "relu,relu", "softmax;bias"],
    "l1": ["", "abc", "-1", "2"],
    "l2": ["", "abc", "-1", "2"],
    "batchSize": ["", "abc", "0", "1.5", "10001", "²"],
    "epochs": ["", "abc", "-1", "1000001"],
    "patience": ["abc", "0", "-1", "1.5"],
    "augment": ["abc", "shift", "shift=-1", "rotate=181", "zoom=1", "shift=1:shift=2", "skew=1"],
    "trainSamples": ["abc", "0", "-1", "60001"],
    "seed": ["", "abc", "-1", "4294967296"],
}


def test_every_text_field_is_tried():
    chosen = {"activation", "loss", "optimizer", "decay", "useBias", "gradients", "engine"}
    assert {*NONSENSE, *chosen} == set(DigitsSettings.table)


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused_beside_its_field(lab, name):
    field = lab.field(name)
    good = field.input_value()
    for text in NONSENSE[name]:
        field.fill(text)
        lab.complaint(lambda: lab.click("train"))
        assert lab.state == "ready", text
        expect(field).to_have_attribute("aria-invalid", "true")
        problem = lab.find(field.get_attribute("aria-describedby"))
        expect(problem).to_be_visible()
        assert len(problem.text_content()) > 10
        others = lab.page.locator(f"#settings [aria-invalid=true]:not([name={name}])")
        assert others.count() == 0
    field.fill(good)
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(problem).to_be_empty()


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("activation", ACTIVATIONS),
        ("loss", LOSSES),
        ("optimizer", OPTIMIZERS),
        ("decay", DECAYS),
    ],
)
def test_the_choices_are_those_of_the_package(lab, name, choices):
    options = lab.field(name).locator("option").all_text_contents()
    assert set(options) == set(choices)
    assert len(options) == len(choices)


def shown(lab) -> dict[str, str]:
    return lab.page.evaluate(
        """names => Object.fromEntries(names.map(name => {
          const field = document.getElementById("settings").elements.namedItem(name);
          return [name, field.type === "checkbox" ? String(field.checked) : field.value];
        }))""",
        list(DigitsSettings.table),
    )


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_the_form(lab, name):
    preset = lab.page.locator(f"[data-preset={name}]")
    preset.click()
    assert shown(lab) == PRESETS[name].fields()
    expect(preset).to_have_attribute("aria-pressed", "true")
    lab.set(seed=99)
    expect(preset).to_have_attribute("aria-pressed", "false")


def test_there_is_a_button_for_every_preset(lab):
    buttons = lab.page.locator("[data-preset]")
    assert set(buttons.evaluate_all("all => all.map(one => one.dataset.preset)")) == set(PRESETS)


def test_the_address_follows_the_form(lab):
    lab.page.locator("[data-preset=Classic]").click()
    lab.set(hidden="30,20", optimizer="adam", learningRate="0.001", trainSamples=500, useBias=True)
    assert lab.page.url.partition("#")[2].startswith("digits?")
    for part in ("hidden=30,20", "optimizer=adam", "learningRate=0.001", "trainSamples=500",
                 "useBias=true"):  # fmt: skip
        assert part in lab.page.url
    address = lab.page.url
    lab.set(epochs="many")
    assert lab.page.url == address


def test_the_form_follows_the_address(lab):
    lab.page.evaluate("location.hash = '#digits?hidden=12&seed=5&loss=mean_squared_error'")
    expect(lab.field("hidden")).to_have_value("12")
    expected = DigitsSettings(hidden=layers(12), seed=5, loss="mean_squared_error")
    assert shown(lab) == expected.fields()


CONVOLUTION = "conv2d:4:5:relu:strides=2,maxpool:2,flatten,dropout:0.25,9:relu"


def test_a_network_of_layers_of_every_kind_is_told_in_a_link_and_trained(lab):
    before = len(lab.messages("error"))
    address = f"#digits?hidden={CONVOLUTION}&trainSamples=300&epochs=2&batchSize=30&patience=1"
    lab.page.evaluate("address => { location.hash = address; }", f"{address}&augment=shift=1")
    expect(lab.field("hidden")).to_have_value(CONVOLUTION)
    assert f"hidden={CONVOLUTION}&" in lab.page.url and "augment=shift=1" in lab.page.url
    line = lab.news(lambda: lab.click("train"), "^Training 28x28x1-")
    assert "28x28x1-12x12x4-6x6x4-144-144-9-10" in line
    lab.wait("ready")
    assert len(lab.messages("error")) == before


def test_a_changed_network_is_made_when_training_starts(lab):
    lab.page.evaluate(
        "location.hash = '#digits?hidden=16,8&trainSamples=300&epochs=1&batchSize=10'"
    )
    expect(lab.find("plan")).to_contain_text("new network")
    line = lab.news(lambda: lab.click("train"), "^Training 784-")
    assert "784-16-8-10" in line
    lab.wait("ready")
    expect(lab.find("plan")).to_have_text("Train continues from here.")


NONSENSE_LINKS = [
    "#digits?hidden=<script>alert(1)</script>&epochs=-1&activation=nope&foo=bar",
    "#digits?hidden=%E0%A4%A&seed=%FF",
    "#digits?hidden=4096,4096",
    "#%%%",
    "#digits?" + "&".join(["seed=1"] * 5000),
    "#elsewhere",
]


@pytest.mark.parametrize("link", NONSENSE_LINKS, ids=range(len(NONSENSE_LINKS)))
def test_a_link_of_nonsense_does_not_break_the_page(lab, link):
    lab.page.evaluate("link => { location.hash = link; }", link)
    lab.page.wait_for_timeout(200)
    assert "Traceback" not in lab.page.locator("body").inner_text()
    assert not any("something went wrong" in line.lower() for line in lab.messages("error"))
    lab.page.locator("[data-preset=Classic]").click()
    assert shown(lab) == DigitsSettings().fields()


@pytest.mark.parametrize("link", NONSENSE_LINKS[:3:2], ids=["words", "too large"])
def test_a_visit_by_a_link_of_nonsense_starts_all_the_same(visit, link):
    with visit(link) as lab:
        assert not any("something went wrong" in line.lower() for line in lab.messages("error"))
        assert len(lab.messages("error")) >= 1
        lab.page.locator("[data-preset=Classic]").click()
        lab.train()
        lab.stop()

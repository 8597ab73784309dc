"""Whatever is in a file, the page says one sentence and the network stays as it is."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from nn.formats.layer_config import to_json
from nn.layers import Dense


def layer(units: int) -> dict[str, Any]:
    return to_json(Dense(units, "sigmoid", use_bias=False))


GOOD = {
    "format": "nn-weights",
    "version": 2,
    "layers": [layer(2), layer(10)],
    "weights": [{"kernel": [[0.5, -0.5]] * 784}, {"kernel": [[0.1] * 10] * 2}],
    "inputs": {"shape": [784], "scale": 0.004, "offset": 0.01},
    "dtype": "float32",
    "loss": "half_squared_error",
    "target_range": [0.0, 0.99],
    "training": {"epochs": 0, "samples": 0, "test_accuracy": None, "settings": {}},
}

MARKUP = "<img src=x onerror=window.intruder=1>"


def but(change: Callable[[Any], object]) -> str:
    """The text of GOOD after `change`."""
    content = copy.deepcopy(GOOD)
    change(content)
    return json.dumps(content)


def kernel(index: int, rows: list) -> str:
    return but(lambda content: content["weights"][index].update(kernel=rows))


def network(features: int, hidden: int, outputs: int) -> str:
    return json.dumps(
        GOOD
        | {
            "layers": [layer(hidden), layer(outputs)],
            "weights": [
                {"kernel": [[0.1] * hidden] * features},
                {"kernel": [[0.1] * outputs] * hidden},
            ],
            "inputs": {"shape": [features], "scale": 1, "offset": 0},
        }
    )


BAD = {
    "nothing at all": ("", "the file is empty"),
    "no JSON": ("weights", "not JSON"),
    "bytes": ("\x00\x01\x02", "not JSON"),
    "half a file": (json.dumps(GOOD)[:3000], "not JSON"),
    "other JSON": ('{"name": "nn"}', "not weights"),
    "a list": ("[1, 2, 3]", "not weights"),
    "a newer version": (but(lambda content: content.update(version=3)), "version 3"),
    "no layers": (but(lambda content: content.pop("layers")), "layers"),
    "a layer less": (but(lambda content: content["layers"].pop()), "weights must be"),
    "an unknown activation": (
        but(lambda content: content["layers"][0]["config"].update(activation=MARKUP)), MARKUP),
    "ragged rows": (kernel(1, [[0.1] * 10, [0.1] * 9]), "row 2"),
    "too few rows": (kernel(0, [[0.5, -0.5]] * 783), "783 rows"),
    "layers that do not fit": (kernel(1, [[0.1] * 10] * 3), "3 rows"),
    "wih and who that do not fit": (
        json.dumps({"wih": [[0.1] * 784] * 5, "who": [[0.1] * 6] * 10}), "do not fit"),
    "a network for other inputs": (network(110, 4, 10), "784"),
    "a network with too many outputs": (network(784, 4, 101), "2 to 100 classes"),
    "NaN": (kernel(1, [[float("nan")] * 10] * 2), "finite"),
    "Infinity": (kernel(1, [[0.1] * 10, [float("inf")] * 10]), "finite"),
    "a number beyond all floats": (
        json.dumps(GOOD).replace("0.1", "1e999", 1), "finite"),
    "texts for numbers": (kernel(1, [["0.1"] * 10] * 2), '"0.1"'),
    "nothing for a number": (kernel(1, [[None] * 10] * 2), "nothing"),
    "200,000 nested brackets": ("[" * 200_000, "nested"),
    "200,000 nested objects": ('{"a":' * 200_000, "not weights"),
    "10,000 layers": (
        but(lambda content: content.update(layers=content["layers"] * 5_000)), "layers"),
    "a layer of a billion units": (
        but(lambda content: content["layers"][0]["config"].update(units=10**9)), "units"),
}  # fmt: skip


@pytest.fixture(scope="module")
def drawn(lab):
    """The page with trained weights and a drawing."""
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    lab.draw([[(0.2, 0.05), (0.8, 0.03), (0.45, 1)]])
    assert lab.answer() == "7"
    return lab


def untouched(lab, action) -> str:
    """The complaint about `action`, which must leave the network as it was."""
    before = lab.probabilities(), lab.picture("eye"), lab.page.url
    complaint = lab.complaint(action)
    lab.click("predict")
    assert (lab.probabilities(), lab.picture("eye"), lab.page.url) == before
    assert lab.state == "ready"
    assert len(complaint) < 400
    assert lab.page.evaluate("window.intruder") is None
    return complaint


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_is_refused_with_one_sentence(drawn, bad):
    content, part = BAD[bad]
    complaint = untouched(
        drawn, lambda: drawn.choose("weightsFile", {"bad.json": content.encode()})
    )
    assert complaint.lower().startswith("bad.json: ")
    assert part in complaint


def test_the_good_file_that_they_were_made_from_is_accepted(drawn):
    good = json.dumps(GOOD).encode()
    drawn.news(
        lambda: drawn.choose("weightsFile", {"good.json": good}), "^Loaded good.json: 784-2-10"
    )
    drawn.news(lambda: drawn.click("loadWeights"), "^Loaded dist/weights.json")


def test_200_mb_of_anything_are_refused_unread(drawn, tmp_path):
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(200_000_000)
    complaint = untouched(drawn, lambda: drawn.choose("weightsFile", large))
    assert complaint.lower().startswith("large.json: ")
    assert "200 MB" in complaint


def test_the_name_of_a_file_is_text(drawn):
    complaint = untouched(drawn, lambda: drawn.drop(f"{MARKUP}.json", "{}"))
    assert MARKUP in complaint


def test_a_bad_file_dropped_on_the_page_is_refused(drawn):
    assert "not JSON" in untouched(drawn, lambda: drawn.drop("bad.json", "weights"))
    assert "notes.txt" in untouched(drawn, lambda: drawn.drop("notes.txt", "weights"))


def test_the_same_file_can_be_chosen_again_once_it_is_mended(drawn):
    untouched(drawn, lambda: drawn.choose("weightsFile", {"mine.json": b"{"}))
    # A browser tells the page of a choice only if it differs from what the field holds.
    assert drawn.find("weightsFile").input_value() == ""

"""What the page plays while Python starts is what the labs' networks do."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tools.recording import ROOT, TARGET, record


def played():
    text = (ROOT / TARGET).read_text(encoding="utf-8")
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def test_it_is_small_and_every_lab_has_one():
    assert played().keys() == {"digits", "colours", "points", "temperature", "curve", "text"}
    assert (ROOT / TARGET).stat().st_size < 16_000


def test_recorded_anew_it_is_the_same():
    found = json.loads(json.dumps(record(ROOT)))
    for lab, expected in played().items():
        assert found[lab].keys() == expected.keys()
        # Engines round differently, and a frame may be a little to this or that side.
        assert found[lab]["loss"] == pytest.approx(expected["loss"], rel=0.02, abs=0.01)
        frames = expected.get("frames", [])
        assert len(found[lab].get("frames", [])) == len(frames)
        if frames and isinstance(frames[0], str):
            pairs = zip("".join(found[lab]["frames"]), "".join(frames), strict=True)
            assert np.mean([a == b for a, b in pairs]) > 0.98

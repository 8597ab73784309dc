"""JSON that is parsed some entries at a time is what Python's own parser makes of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data.tables import reading_table
from nn.progress import exhaust
from nn.sliced_json import parsing

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(value=values, indent=st.sampled_from([None, 0, 2]))
def test_all_json_is_parsed_as_python_does(value, indent):
    text = json.dumps(value, indent=indent)
    assert exhaust(parsing(f" {text}\n")) == value


@given(
    value=values, place=st.integers(0, 200), put=st.sampled_from(list('[]{},:"1 ')) | st.just("")
)
def test_what_is_not_json_is_refused_as_python_does(value, place, put):
    text = json.dumps(value)
    text = text[:place] + put + text[place + 1 :]
    try:
        expected = json.loads(text)
    except json.JSONDecodeError as error:
        with pytest.raises(json.JSONDecodeError) as found:
            exhaust(parsing(text))
        assert str(found.value) == str(error)
    else:
        assert exhaust(parsing(text)) == expected


@pytest.mark.parametrize("wrap", ["%s", '{"data": %s}', '{"a": 1, "b": {"rows": %s}}'])
def test_reading_records_tells_how_far_it_is(wrap):
    records = [{"a": i, "b": {"c": f"x{i % 3}"}} for i in range(5_000)]
    shares = list(reading_table((wrap % json.dumps(records)).encode()))
    told = [share for share in shares if share is not None]
    assert told == sorted(told) and told[-1] == 1
    assert len(told) > 12

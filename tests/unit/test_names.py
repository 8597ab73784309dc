"""Looking up by name, and what is said of a name that is not there."""

import pytest

from nn.names import lookup

TABLE = {"one": 1, "two": 2}


def test_a_name_gives_what_it_stands_for():
    assert lookup("number", TABLE, "two") == 2


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="^unknown number 'three'; expected one of: one, two$"):
        lookup("number", TABLE, "three")


@pytest.mark.parametrize("name", [None, 1, True, ["one"], {"one": 1}])
def test_what_is_not_a_text_is_unknown(name):
    with pytest.raises(ValueError, match="^unknown number; expected one of: one, two$"):
        lookup("number", TABLE, name)


def test_a_message_stays_short_and_on_one_line():
    with pytest.raises(ValueError) as refused:
        lookup("number", TABLE, "a\n" * 10_000_000)
    assert len(str(refused.value)) < 100
    assert "\n" not in str(refused.value)

"""A program that a visitor has changed is theirs until they give it up."""

from nn.labs.draft import Draft


def test_an_unchanged_program_follows_the_settings():
    draft = Draft()
    assert draft.shown("one") == "one"
    assert draft.shown("two") == "two"
    assert not draft.outdated("two")


def test_a_changed_one_stays_and_says_when_the_settings_went_on():
    draft = Draft()
    draft.write("mine", own="one")
    draft.write("mine, longer", own="two")
    assert draft.shown("two") == "mine, longer"
    assert draft.outdated("two")
    assert not draft.outdated("one")
    assert Draft.loads(draft.dumps()) == draft


def test_one_that_is_changed_back_follows_again():
    draft = Draft()
    draft.write("mine", own="one")
    draft.write("one", own="one")
    assert draft == Draft()


def test_it_can_be_given_up():
    draft = Draft()
    draft.write("", own="one")
    assert draft.shown("one") == ""
    draft.take_settings()
    assert draft.shown("two") == "two"

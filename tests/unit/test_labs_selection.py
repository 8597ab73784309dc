"""Of a table that a visitor brings, what can be learnt is chosen, and the rest has a reason."""

import pytest

from nn.labs.selection import Selection, first_choice, left_out
from tests.unit.tables import from_csv, selected


def test_colours_from_people_are_recognised_as_such_and_other_keys_are_ignored():
    rows = ",".join(
        f'{{"r": {r}, "g": {255 - r}, "b": 9, "label": "{"red" if r > 99 else "green"}-ish", '
        f'"uid": "u{r % 7}", "age": {r}}}'
        for r in range(0, 256, 5)
    )
    selection = selected(f'{{"entries": [{rows}]}}')
    assert selection.inputs == ("r", "g", "b") and selection.output == "label"
    assert selection.classes == ("green-ish", "red-ish")


@pytest.mark.parametrize(
    ("text", "inputs", "output"),
    [
        ("id,a,b,c\nx,1,2,3\ny,2,3,5\n", ["a", "b"], "c"),  # ids are no classes
        ("a,b,kind\n1,2,u\n3,4,v\n5,6,u\n", ["a", "b"], "kind"),
        ("kind,a,b,note\nu,1,2,n\nv,2,3,n\nu,3,1,n\n", ["a"], "b"),  # one class only
        ("a,gap,b\n1,,2\n2,5,3\n", ["a"], "b"),  # a value is missing
        ("a,b,same\n1,2,7\n2,3,7\n", ["a", "same"], "b"),  # one number only
        ("__proto__,constructor\n1,2\n3,5\n", ["__proto__"], "constructor"),
    ],
)
def test_the_first_choice_makes_sense(text, inputs, output):
    found = from_csv(text)
    assert first_choice(found) == (inputs, output)
    assert Selection.of(found, inputs, output).rows.inputs.shape[1] == len(inputs)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\nx,u\ny,v\nx,v\n", "no column has numbers"),
        ("a,kind\n1,u\n2,u\n", "one class only, 'u'; expected at least two$"),
        ("a,kind\n1,u\n2,v\n", "2 different texts in 2 rows"),
        ("a,b\n1,5\n1,5\n", "one number only"),
        ("a,b\n1,5\n", "one row only; expected some to learn from and to test$"),
        ("a,kind\n1,u\n", "^the table has one row only"),
        ("a\n1\n2\n", "one column only"),
        ("kind,a\nu,1\nv,\nu,3\n", "numbers in all rows.*row 2, column 'a': the value is missing$"),
    ],
)
def test_a_table_from_which_nothing_can_be_learnt_is_refused_in_a_sentence(text, problem):
    with pytest.raises(ValueError, match=problem):
        selected(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n2,3\n", ""),
        ("kind,a\nu,1\nv,2\nu,3\n", ""),
        ("gap,a,b\n1,1,2\n,5,3\n", ". Left out: row 2, column 'gap': the value is missing"),
        (
            "id,gap,a,b\nx,NaN,1,2\ny,1,5,3\n",
            ". Left out: row 1, column 'gap': found 'NaN'; expected a number from -3.4e38 to 3.4e38"
            " (and 1 more column)",
        ),
        (
            "a,b,kind\n1,2,x\n3,4,x\n",
            ". Not predicted: the column 'kind' has one class only, 'x'; expected at least two",
        ),
        (
            "w,v,a,b,gap,one\nu,u,1,2,,7\nv,v,3,4,5,7\n",
            ". Not predicted: the column 'one' has one number only, 7; expected at least two"
            " (and 1 more column)"
            ". Left out: row 1, column 'w': found 'u'; expected a number, as in every input"
            " (and 1 more column)",
        ),
        ("r,g,b,label,age\n1,2,3,u,4\n1,3,3,v,4\n9,9,9,u,4\n", ""),
    ],
)
def test_what_the_first_choice_passes_over_is_told_with_a_reason(text, said):
    found = from_csv(text)
    _, output = first_choice(found)
    assert left_out(found, output) == said

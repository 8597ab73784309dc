"""Of a table that a visitor brings, what can be learnt is chosen, and the rest has a reason."""

import pytest

from nn.labs.selection import Choice, Selection, changed_kinds, first_choice
from tests.unit.tables import from_csv, from_json, passengers, selected


def test_colours_from_people_are_recognised_as_such_and_other_keys_are_ignored():
    rows = ",".join(
        f'{{"r": {r}, "g": {255 - r}, "b": {r % 9}, "label": "{"red" if r > 99 else "green"}-ish", '
        f'"uid": "u{r % 7}", "age": {r}}}'
        for r in range(0, 256, 5)
    )
    choice = selected(f'{{"entries": [{rows}]}}').choice
    assert choice == Choice(("r", "g", "b"), ("label",), ("classes",))


def test_names_and_counts_of_rows_are_left_out_and_said():
    selection, notes = first_choice(passengers())
    assert selection.choice.inputs == ("Sex", "Age", "Alone", "Boarded", "Town")
    assert selection.choice.outputs == ("Survived",)
    assert notes == [
        "left out at first: 'No', which only counts rows",
        "left out at first: 'Name', texts that hardly ever repeat",
    ]


@pytest.mark.parametrize(
    ("text", "inputs", "output", "sort"),
    [
        ("a,b,kind\n1.5,2,u\n3,4,v\n5,6,u\n", ("a", "b"), "kind", "classes"),
        ("kind,a,b,note\nu,1.5,2,n\nv,2,3.5,n\nu,3,1,n\n", ("kind", "a"), "b", "number"),
        ("a,gap,b\n1.5,,2.5\n2,5,3\n4,1,9\n", ("a", "gap"), "b", "number"),
        ("a,b,same\n1.5,2.5,7\n2,3,7\n4,1,7\n", ("a",), "b", "number"),
        ("target,b,c\n0,2.5,7\n1,3,5\n0,1,8\n1,1,8\n", ("b", "c"), "target", "classes"),
        ("Species,b,c\nu,2.5,7\nv,3,5\nu,1,8\n", ("b", "c"), "Species", "classes"),
        ("x,y\n1.5,2.5\n2,3\n4,1\n", ("x",), "y", "number"),
        ("x,y,kind\n1.5,2,u\n2,3,v\n4,1,u\n", ("x", "y"), "kind", "classes"),
        ("a,b\n1,2\n2,4\n3,6\n4,8\n", ("a",), "b", "number"),
        ("a,b\n1.5,yes\n2,no\n3,yes\n", ("a",), "b", "classes"),
        ("__proto__,constructor\n1.5,2.5\n2,5\n9,1\n", ("__proto__",), "constructor", "number"),
    ],
)
def test_the_first_choice_makes_sense(text, inputs, output, sort):
    assert selected(text).choice == Choice(inputs, (output,), (sort,))


def test_outputs_that_a_file_tells_apart_are_all_predicted():
    selection, _ = first_choice(
        from_json(
            [{"xs": {"x": i / 3, "y": -i}, "ys": {"a": i / 2, "b": 7 - i * i}} for i in range(9)]
        )
    )
    assert selection.choice == Choice(("xs.x", "xs.y"), ("ys.a", "ys.b"), ("number", "number"))


def test_an_answer_spelt_in_columns_is_found():
    lines = [f"{i / 3},{int(i % 3 == 0)},{int(i % 3 == 1)},{int(i % 3 == 2)}" for i in range(12)]
    assert selected("a,u,v,w\n" + "\n".join(lines)).choice.outputs == ("u", "v", "w")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,kind\n1,u\n2,u\n", "nothing to learn 'a' from: .* is 'kind'$"),
        ("kind\nu\nu\n", "one column only"),
        ("a,b\n1,5\n1,5\n", "one number only"),
        ("a\n1\n2\n", "one column only"),
        ("a,b\n,1.5\n,2.5\n,3\n", "nothing to learn 'b' from: .* is 'a'$"),
        ("name,a\nu,7\nv,7\nw,7\n", "3 different values in 3 rows|one number only"),
    ],
)
def test_a_table_from_which_nothing_can_be_learnt_is_refused_in_a_sentence(text, problem):
    with pytest.raises(ValueError, match=problem):
        selected(text)


@pytest.mark.parametrize(
    ("inputs", "outputs", "sorts", "problem"),
    [
        ([], ["Survived"], None, "no input is chosen"),
        (["Age"], [], None, "nothing to predict is chosen"),
        (["Age", "Age"], ["Survived"], None, "'Age' is chosen twice as an input"),
        (["Age"], ["Age"], None, "the output, 'Age', is among the inputs"),
        (["Agee"], ["Survived"], None, "there is no column 'Agee'; expected one of 'No', "),
        (["Age"], ["Name"], None, "300 different values in 300 rows"),
        (["Age"], ["Sex"], ["number"], "'Sex' holds 'female', which is no number"),
    ],
)
def test_columns_that_cannot_be_what_they_are_chosen_for(inputs, outputs, sorts, problem):
    with pytest.raises(ValueError, match=problem):
        Selection.of(passengers(), inputs, outputs, sorts)


def test_a_column_can_be_taken_for_another_kind():
    table = from_csv("a,b,c\n" + "\n".join(f"{i % 4},{i / 7},{i * i}" for i in range(40)))
    changed = table.with_kind("a", "category")
    assert changed_kinds(changed) == [("a", "category")]
    with pytest.raises(ValueError, match="cannot be a date|holds"):
        from_csv("a,b\nx,1\ny,2\n").with_kind("a", "date")


def test_outputs_that_are_numbered_are_predicted_together():
    lines = [f"{i / 3},{i / 7},{i * 1.1},{i * 2.3}" for i in range(40)]
    choice = selected("a,b,target1,target2\n" + "\n".join(lines)).choice
    assert choice.outputs == ("target1", "target2")


def test_round_prices_are_no_classes():
    lines = [f"{i * 1.7},{i % 5},{i * 3 % 11 * 100}" for i in range(40)]
    assert selected("area,rooms,price\n" + "\n".join(lines)).choice == Choice(
        ("area", "rooms"), ("price",), ("number",)
    )

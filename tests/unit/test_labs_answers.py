"""What a network says of the rows of a table, beside the rows as they stand in their file."""

from nn.experiment.experiment import Experiment
from nn.labs import colours
from nn.labs.answers import answer_rows, answers_csv
from nn.labs.selection import first_choice
from tests.unit.tables import from_csv

LINES = "code,size,=kind\n" + "".join(f"{i:03},{i / 3},{['=1+1', 'v'][i % 2]}\n" for i in range(40))


def network(text):
    selection, _ = first_choice(from_csv(text))
    settings = colours.suggested(colours.DEFAULTS, selection)
    return Experiment(settings, colours.task(settings, selection)).model


def test_cells_are_copied_and_answers_are_no_formulas():
    model = network(LINES)
    rows = from_csv("code,size,note\n007,1.50,-5 kg\n008,?,=A1\n")
    lines = answers_csv(rows, answer_rows(model, rows)).splitlines()
    assert lines[0] == "code,size,note,'=kind"
    assert lines[1].startswith("007,1.50,-5 kg,") and lines[2].startswith("008,?,=A1,")
    assert {line.rsplit(",", 1)[1] for line in lines[1:]} <= {"'=1+1", "v"}


def test_a_row_without_what_nothing_stands_for_has_no_answer():
    model = network(LINES)
    model.columns = type(model.columns).plain(["size"], "=kind", ("=1+1", "v"))
    rows = from_csv("size,b\n1.5,x\n,y\n2,z\n")
    assert [text != "" for text in answer_rows(model, rows).texts[0]] == [True, False, True]

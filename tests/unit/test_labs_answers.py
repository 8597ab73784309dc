"""What a network says of the rows of a table, beside the rows as they stand in their file."""

from nn.data.columns import date_parts
from nn.data.tables import column_of
from nn.experiment.experiment import Experiment
from nn.formats.weights import dumps, loads
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


def test_dates_to_be_answered_are_read_as_the_training_rows_were():
    lines = [f"{1 + i % 12}/{1 + i % 28}/2023,{1 + i % 12}" for i in range(90)]
    model = network("\n".join(["when,month", *lines]))
    model = loads(dumps(model))[0]
    (when,) = model.columns.inputs
    assert when.reading == "month first"
    for cells, month in (
        (("3/4/2023",), 3),
        (("3/4/2023", "3/5/2023", "soon"), 3),
        (("13/4/2023",), 4),
    ):
        column = column_of("when", cells)
        assert date_parts(when.numbers(column))[0, 1] == month

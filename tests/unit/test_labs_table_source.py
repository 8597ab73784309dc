"""What the lab of tables learns from: the built-in colours, a table, or nothing."""

import io
import zipfile
from dataclasses import replace

import pytest

from nn.experiment.experiment import Experiment
from nn.labs import colours
from nn.labs.selection import Selection
from nn.labs.table_source import Opened, TableSource
from nn.progress import exhaust
from tests.unit.tables import passengers

LINES = "a,b,kind\n" + "".join(f"{i / 3},{i % 7 + 0.5},{'uv'[i % 2]}\n" for i in range(40))


def opened(text=LINES, name="mine.csv"):
    return exhaust(Opened.reading(text.encode(), name))


def network(source):
    settings = colours.suggested(colours.DEFAULTS, source.selection)
    return Experiment(settings, source.task(settings)).model, settings


def test_the_built_in_colours_are_there_first():
    source = TableSource()
    parts = source.parts(colours.DEFAULTS)
    assert source.built_in and source.assumed(parts) == []
    assert source.told(parts) == "5,400 colours, named by rules; 1,080 of them held out for testing"


def test_a_table_says_its_rows_and_what_was_assumed():
    source = TableSource.of(Opened(passengers(), "ship.csv", b""))
    parts = source.parts(colours.DEFAULTS)
    assert source.told(parts) == "ship.csv: 300 rows; 60 of them held out for testing"
    assert any("which only counts rows" in sentence for sentence in source.assumed(parts))


def test_a_file_from_which_nothing_can_be_learnt_is_named():
    with pytest.raises(ValueError, match="^mine.csv: the table has one column only"):
        TableSource.of(opened("a\n1\n2\n"))


def test_a_loaded_network_goes_on_with_the_table_that_is_open():
    source = TableSource.of(opened())
    model, settings = network(source)
    again = source.for_network(settings, model)
    assert again.selection.choice == source.selection.choice
    assert again.learns_like(source)


def test_a_loaded_network_without_its_table_says_what_it_needs():
    model, settings = network(TableSource.of(opened()))
    lost = TableSource().for_network(settings, model)
    assert lost.told(None).startswith("No table is open: the network takes 'a', 'b'")
    with pytest.raises(ValueError, match="open a table with these columns first"):
        lost.parts(settings)
    found = replace(lost, opened=opened()).for_network(settings, model)
    assert found.without is None
    assert len(found.parts(settings, model.columns).train) == 32


def test_another_table_is_tested_with_and_left_again():
    source = TableSource.of(opened())
    text = "a,b,kind\n0.1,0.5,u\n0.2,1.5,v\n0.3,1.5,w\n"
    tested = source.tested_with(opened(text, "test.csv"), colours.DEFAULTS)
    parts = tested.parts(colours.DEFAULTS)
    assert (len(parts.train), len(parts.test), parts.held_out) == (40, 2, 3)
    assert tested.told(parts) == "mine.csv: 40 rows to learn from; 3 of test.csv to test with"
    assert tested.told_test(parts) == "of test.csv"
    assert "read_table(Path('test.csv').read_bytes())" in tested.code(colours.DEFAULTS).lines[-2]
    assert not tested.learns_like(source)
    assert tested.tested_with(None, colours.DEFAULTS).learns_like(source)
    with pytest.raises(ValueError, match="^other.csv: the table to test with: there is no column"):
        source.tested_with(opened("a,b\n1.5,2\n", "other.csv"), colours.DEFAULTS)


def test_other_columns_kinds_and_tables_are_told_apart():
    source = TableSource.of(opened())
    table = source.selection.table
    other = source.choose(Selection.of(table, ["a"], ["kind"]))
    changed = table.with_kind("b", "category")
    kinds = source.choose(Selection.of(changed, ["a", "b"], ["kind"]))
    assert source.learns_like(source.choose(source.selection))
    assert not source.learns_like(other)
    assert not source.learns_like(kinds)
    assert not source.learns_like(TableSource.of(opened()))
    assert not source.learns_like(TableSource())


def test_a_competitions_rows_without_answers_are_to_be_answered():
    packed = io.BytesIO()
    lines = LINES.splitlines()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("train.csv", LINES)
        archive.writestr("test.csv", "\n".join(line.rsplit(",", 1)[0] for line in lines))
    source = TableSource.of(exhaust(Opened.reading(packed.getvalue(), "set.zip")))
    assert source.test is None and source.unanswered.name == "test.csv"
    beside = "beside(Path('set.zip').read_bytes())[1]"
    assert source.unanswered.code == f"read_table({beside}, header=True)"
    assert source.opened.code == "read_table(Path('set.zip').read_bytes())"

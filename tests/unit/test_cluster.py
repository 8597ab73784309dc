"""Runs on worker processes end as they do here, to the last bit, and outlive a worker."""

import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from distributed import LocalCluster

from nn.__main__ import main
from nn.commands import cluster as dask_cluster
from nn.commands.alone import alone
from nn.commands.cluster import cluster
from nn.data import Dataset
from nn.experiment.comparison import Run
from nn.labs import digits as lab
from nn.labs.digits import DigitsSettings
from tests.unit.test_compare_command import GRID, compare, rows  # noqa: F401
from tests.unit.test_main import folder, refusal  # noqa: F401

SMALL = replace(lab.PRESETS["Better"], epochs=2)
DOOMED = 5
"""The seed of the run whose worker is killed."""


@dataclass
class Waiting:
    """The pictures; with the seed `DOOMED` whoever asks first says who it is, and waits."""

    train: Dataset
    test: Dataset
    note: Path

    def __call__(self, settings: DigitsSettings):
        if settings.seed == DOOMED and not self.note.exists():
            unfinished = self.note.with_suffix(".part")
            unfinished.write_text(str(os.getpid()))
            unfinished.rename(self.note)
            while True:
                time.sleep(1)
        return lab.task(settings), self.train, self.test


def kill(note: Path) -> None:
    """Kill the process that has left a note."""
    while not note.exists():
        time.sleep(0.02)
    os.kill(int(note.read_text()), signal.SIGKILL)


def results(runs):
    return {run.settings.seed: (run.loss, run.accuracy, run.curve.loss) for run in runs}


def test_64_runs_on_four_workers_survive_the_loss_of_one(digits, tmp_path):
    """Every row is there, and is what one process alone finds."""
    prepare = Waiting(*digits, tmp_path / "note")
    settings = [replace(SMALL, seed=seed) for seed in range(64)]
    killer = threading.Thread(target=kill, args=[prepare.note], daemon=True)
    killer.start()
    runs = [Run(one) for one in settings]
    with cluster(prepare, 4, None) as workers:
        ended = list(workers.train(runs))
    killer.join()
    assert len(ended) == 64 and {run.state for run in runs} == {"done"}
    here = [Run(one) for one in settings]
    for run in here:
        list(alone(run, prepare))
    assert results(runs) == results(here)


@pytest.mark.parametrize("status", ["pending", "lost"])
def test_a_run_whose_result_died_with_its_worker_is_waited_for(monkeypatch, status):
    class Future:
        def __init__(self):
            self.status = status

        def result(self):
            return Run(SMALL, state="done")

    class Ended(list):
        def add(self, future):
            future.status = "finished"
            self.append(future)

    client = type("Client", (), {"submit": lambda *_, **__: Future(), "cancel": lambda *_: None})
    monkeypatch.setattr(dask_cluster, "as_completed", Ended)
    (run,) = dask_cluster.Cluster(client()).train([Run(SMALL)])
    assert run.state == "done"


def test_the_command_finds_the_same_on_one_process_two_and_a_cluster(
    compare,  # noqa: F811
    folder,  # noqa: F811
    capsys,
):
    def found(*options):
        compare(GRID, *options)
        kept = rows(folder)
        (folder / "some.results.csv").unlink()
        return sorted(([row[name] for name in row if name != "seconds"]) for row in kept)

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as other:
        elsewhere = found("--scheduler", other.scheduler_address)
    assert found() == found("--workers", "2") == elsewhere


def test_a_worker_with_another_nn_is_refused(monkeypatch):
    plugin = dask_cluster.Data(print, "0.0.0", own=False)
    worker = type("Worker", (), {"address": "tcp://there"})()
    with pytest.raises(RuntimeError, match="tcp://there has nn .*, and here it is 0.0.0: install"):
        plugin.setup(worker)


def test_what_is_missing_is_told_in_one_line(folder, capsys, monkeypatch):  # noqa: F811
    (folder / "some.toml").write_text(GRID)
    monkeypatch.setattr(dask_cluster, "_SECONDS_TO_CONNECT", 0.5)
    arguments = ["compare", "some.toml", "--data", "data"]
    _, error = refusal(capsys, *arguments, "--scheduler", "tcp://127.0.0.1:1")
    assert "there is no Dask scheduler at tcp://127.0.0.1:1" in error
    with LocalCluster(n_workers=0, dashboard_address=None) as empty:
        _, error = refusal(capsys, *arguments, "--scheduler", empty.scheduler_address)
    assert "has no workers: start some with `dask worker tcp://" in error
    _, error = refusal(capsys, *arguments, "--results", "no/r.csv")
    assert error == "nn: there is no folder no to keep the results in"
    monkeypatch.setitem(sys.modules, "nn.commands.cluster", None)
    _, error = refusal(capsys, *arguments, "--workers", "2")
    assert error == 'nn: training on several processes needs Dask: pip install ".[cluster]"'


@pytest.mark.parametrize("workers", ["0", "x", "1.5"])
def test_how_many_workers_must_be_a_number(workers, capsys):
    with pytest.raises(SystemExit):
        main(["compare", "some.toml", "--workers", workers])
    assert "expected a whole number from 1" in capsys.readouterr().err

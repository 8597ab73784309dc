"""Runs of a comparison on worker processes, here or on other machines, by Dask."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from distributed import Client, KilledWorker, LocalCluster, WorkerPlugin, as_completed, get_worker

import nn
from nn.commands.alone import alone
from nn.experiment.comparison import Run

_NAME = "nn-comparison"
_SECONDS_TO_CONNECT = 15


class Data(WorkerPlugin):
    """What is learnt: sent once to each worker, and to one that comes later or is started again.

    Args:
        prepare: returns what settings are for, what to train on and what to test with.
        version: of ``nn`` here; a worker with another would come to other numbers.
        own: whether the worker is a process of this command, and not of a cluster's.
    """

    name = _NAME

    def __init__(self, prepare: Callable[[Any], Any], version: str, own: bool) -> None:
        self.prepare, self.version, self.own = prepare, version, own

    def setup(self, worker: Any) -> None:
        """Check the worker's ``nn``, and leave Ctrl-C in this terminal to the command."""
        if self.own:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        if self.version != nn.__version__:
            raise RuntimeError(
                f"the worker at {worker.address} has nn {nn.__version__}, and here it is "
                f"{self.version}: install the same on all machines"
            )


def _train(settings: Any) -> Run[Any]:
    """Train on a worker."""
    run = Run(settings)
    data: Any = get_worker().plugins[_NAME]
    for _ in alone(run, data.prepare):
        pass
    return run


class Cluster:
    """Workers that have the data."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def train(self, runs: Iterable[Run[Any]]) -> Iterator[Run[Any]]:
        """Train runs, all at once; yield each when it has ended.

        A run whose worker dies is begun again on another; one that has lost three is given up, and
        its state is "failed".

        Raises:
            ValueError: the scheduler is gone.
        """
        # Other runs with the same settings are other runs.
        futures = {self._client.submit(_train, run.settings, pure=False): run for run in runs}
        try:
            ended = as_completed(futures)
            for future in ended:
                run = futures[future]
                if future.status in ("pending", "lost"):
                    # Its worker died with the result: another begins the run again.
                    ended.add(future)
                    continue
                if future.status == "finished":
                    vars(run).update(vars(future.result()))
                elif future.status == "error":
                    run.state, run.problem = "failed", _said(future.exception())
                else:
                    raise ValueError(
                        "the scheduler is gone: what has finished is kept, and the same command "
                        "goes on from there"
                    )
                yield run
        finally:
            self._client.cancel(list(futures))


def _said(error: BaseException | None) -> str:
    if isinstance(error, KilledWorker):
        return "every worker that trained it died; perhaps it takes more memory than there is"
    return f"{type(error).__name__}: {error}"


@contextmanager
def cluster(
    prepare: Callable[[Any], Any], workers: int | None, scheduler: str | None
) -> Iterator[Cluster]:
    """Give workers that have the data, and let them go in the end.

    Args:
        prepare: as for :class:`Data`.
        workers: how many processes to start on this machine; or None,
        scheduler: and the address of a Dask scheduler instead.

    Raises:
        ValueError: the scheduler cannot be reached or has no workers, or one has another ``nn``.
    """
    # Dask tells of each worker that comes or goes; what matters here is said by the caller.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if scheduler is None:
        # A worker has one run at a time, which has one thread.
        with (
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address=None,
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            ) as local,
            Client(local) as client,
        ):
            yield _with_data(client, prepare, own=True)
        return
    try:
        client = Client(scheduler, timeout=_SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"there is no Dask scheduler at {scheduler} ({error}): start one with `dask scheduler`"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
        except TimeoutError:
            raise ValueError(
                f"the scheduler at {scheduler} has no workers: start some with "
                f"`dask worker {scheduler}`"
            ) from None
        yield _with_data(client, prepare, own=False)


def _with_data(client: Client, prepare: Callable[[Any], Any], own: bool) -> Cluster:
    try:
        client.register_plugin(Data(prepare, nn.__version__, own))
    except Exception as error:
        # Whatever goes wrong on a worker, such as nn that is not installed there, comes back here.
        raise ValueError(f"a worker cannot be used: {error}") from None
    return Cluster(client)

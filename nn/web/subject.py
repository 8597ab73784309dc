"""What a lab says of what is learnt in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from nn.data import Dataset
from nn.elsewhere import BelongsElsewhere
from nn.experiment.experiment import Experiment
from nn.experiment.settings import Settings
from nn.experiment.task import DataCode, Task
from nn.labs.homes import home_of
from nn.labs.question import Question
from nn.labs.selection import Selection
from nn.model import Sequential
from nn.progress import Evaluation
from nn.web.keeper import Part
from nn.web.plan import Instead

S = TypeVar("S", bound=Settings)


class Subject(Generic[S]):
    """What is learnt in a lab: the part of it that each lab has of its own.

    Attributes:
        name: the lab's, in the address and before the ids of its elements.
        defaults: the settings it starts with.
        presets: settings worth starting from, by the names of their buttons.
        known_comparison: settings that others have compared, with the accuracies they found.
        greeting: what is said when the lab has been opened.
        logarithmic_loss: whether the loss is drawn on a logarithmic scale.
        shows_tests: whether a tab shows the result of a test.
        test_result: of the test that a visitor asked for last, and after how many samples.
        usual_speed: seconds that a run is given at first; None for as fast as it can.
    """

    name: str
    defaults: S
    presets: dict[str, S] = {}
    known_comparison: Sequence[tuple[S, float]] = ()
    greeting = "Ready: press Train"
    logarithmic_loss = False
    shows_tests = False
    test_result: tuple[Evaluation, int] | None = None
    usual_speed: float | None = None

    def task(self, settings: S) -> Task:
        """Return what a network with these settings is for."""
        raise NotImplementedError

    def data_for(self, settings: S) -> tuple[Dataset, Dataset]:
        """Return what a network with these settings is trained on and tested with."""
        raise NotImplementedError

    def data_code(self, settings: S) -> DataCode:
        """Return how a program in a terminal gets the same data."""
        raise NotImplementedError

    def program_files(self) -> dict[str, bytes]:
        """Return the files that such a program reads, by their names."""
        return {}

    def program_pictures(self) -> bytes:
        """Return the pictures that it reads, as :data:`nn.labs.running.PICTURES` has them."""
        return b""

    def learnt_table(self) -> tuple[str, Selection] | None:
        """Return a visitor's table that is learnt from: its file's name, and its columns."""
        return None

    def check_data(self) -> None:
        """Raise a ValueError if there is nothing to train on and to test with."""

    def instead(self) -> Instead | None:
        """Return what Train does in place of training the network, if that is anything else."""
        return None

    def validation_freq(self, settings: S) -> int:
        """Return how many epochs come before each test."""
        return 1

    def check_loaded(self, model: Sequential) -> None:
        """Raise a ValueError if the network of a weights file is not for this lab."""
        raise NotImplementedError

    def check_home(self, model: Sequential) -> None:
        """Raise a ValueError unless the network is for this lab; say for which one it is."""
        try:
            self.check_loaded(model)
        except ValueError as error:
            home = home_of(model)
            if home is None or home.lower() == self.name:
                raise
            message = f"{error}. It opens in the lab {home}"
            raise BelongsElsewhere(message, home.lower()) from None

    def adopted(self) -> None:
        """Show a network that has just taken the place of the former one."""

    def form_changed(self, settings: S | None) -> None:
        """Take in that the form was changed; there are no settings if some make no sense."""

    def evaluated(self, evaluation: Evaluation) -> None:
        """Take in the result of any test, also of those during a run."""

    def tested(self, evaluation: Evaluation, samples: int) -> None:
        """Take in the result of a test that a visitor asked for, after ``samples`` of training."""
        self.test_result = evaluation, samples
        self.show_test(evaluation, samples)

    def show_test(self, evaluation: Evaluation, samples: int) -> None:
        """Show the result of a test after ``samples`` of training."""

    def question(self) -> Question:
        """Return what the network is asked in the first card.

        Raises:
            ValueError: nothing is; the message says what to do.
        """
        raise NotImplementedError

    def ask(self, index: int) -> None:
        """Ask the network about a test sample, by its number from 0, in the first card.

        Raises:
            ValueError: it does not take such samples.
        """
        raise NotImplementedError

    # ---- What is kept of it.

    @property
    def own(self) -> bool:
        """Whether a visitor has brought anything to it."""
        return False

    def kept_parts(self) -> dict[str, Part]:
        """Return what is kept of it beside the network, the settings and the figures, by name."""
        return {}

    async def read_parts(
        self, parts: dict[str, bytes], experiment: Experiment
    ) -> Callable[[], None]:
        """Return what puts the data that was kept in its place, before the network comes back."""
        return lambda: None

    def show_parts(self, parts: dict[str, bytes]) -> None:
        """Show the rest of what was kept, now that the network is back."""

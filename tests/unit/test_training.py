"""The training loop covers every sample each epoch, repeats by seed, and can stop at any chunk."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from nn.data import Dataset
from nn.engine.protocol import Totals
from nn.layers import Dense, Rescaling
from nn.model import Sequential
from nn.progress import Evaluation, Pacer, Progress, exhaust
from nn.training import evaluating, training


def ticking(step: float) -> Callable[[], float]:
    """A clock by which every piece of work takes ``step`` seconds."""
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += step
        return now

    return clock


def network(engine: object = None) -> Sequential:
    model = Sequential([Dense(8, "tanh"), Dense(10, "softmax")], Rescaling(1 / 255))
    model.compile("momentum", "categorical_crossentropy", engine=engine)
    model.build(784, np.random.default_rng(0))
    return model


def run(
    model: Sequential,
    data: Dataset,
    batch_size: int = 7,
    epochs: int = 2,
    seed: int = 1,
    step: float = 0.02,
    validation: Dataset | None = None,
) -> Iterator[Progress]:
    """Training with the default budget of 0.1 s: five pieces of work of 0.02 s fit."""
    return training(
        model,
        data,
        batch_size=batch_size,
        epochs=epochs,
        rng=np.random.default_rng(seed),
        validation=validation,
        clock=ticking(step),
    )


class Recorder:
    """An engine that learns nothing and writes down which samples it was given."""

    name = "recorder"
    part = 1_000

    def __init__(self) -> None:
        self.given: list[list[int]] = []

    def program(self, model: Sequential) -> "Recorder":
        return self

    def train(self, data: Dataset, order: np.ndarray, batch_size: int) -> Totals:
        self.given.append(order.tolist())
        return Totals(0.0, 0)


@pytest.mark.parametrize("batch_size", [33, 64, 100, 300, 1_000])
def test_a_large_mini_batch_is_trained_in_parts_with_the_same_result(digits, batch_size):
    model, whole = network(), network()
    model.program.part = 32
    whole.program.part = 10_000
    progress = list(run(model, digits[0], batch_size))
    exhaust(run(whole, digits[0], batch_size))
    np.testing.assert_allclose(model.parameters, whole.parameters, rtol=1e-3, atol=1e-5)
    assert model.optimizer.iterations == whole.optimizer.iterations
    assert sum(each.samples for each in progress) == 2 * len(digits[0])


def test_one_step_of_work_has_no_more_samples_than_a_part(digits):
    model = network()
    model.program.part = 32
    progress = list(run(model, digits[0], batch_size=300, step=10.0))
    assert max(each.samples for each in progress) == 32


def test_between_the_parts_of_a_mini_batch_the_network_stays_as_it_was(digits):
    model = network()
    model.program.part = 32
    before = model.parameters.copy()
    training_run = run(model, digits[0], batch_size=300, step=10.0)
    next(training_run)
    assert np.array_equal(model.parameters, before)
    while next(training_run).done < 300:
        pass
    assert not np.array_equal(model.parameters, before)


def epochs_of(recorder: Recorder, samples: int) -> list[list[int]]:
    order = sum(recorder.given, [])
    return [order[start : start + samples] for start in range(0, len(order), samples)]


@pytest.mark.parametrize("batch_size", [1, 7, 299, 300, 301])
def test_every_epoch_has_every_sample_once_in_an_order_of_its_own(digits, batch_size):
    recorder = Recorder()
    exhaust(run(network(recorder), digits[0], batch_size, epochs=3))
    epochs = epochs_of(recorder, 300)
    assert len(epochs) == 3
    assert all(sorted(order) == list(range(300)) for order in epochs)
    assert len({tuple(order) for order in [*epochs, range(300)]}) == 4


def test_the_order_comes_from_the_seed(digits):
    orders = []
    for seed in (1, 1, 2):
        recorder = Recorder()
        exhaust(run(network(recorder), digits[0], seed=seed))
        orders.append(epochs_of(recorder, 300))
    assert orders[0] == orders[1] != orders[2]


def test_chunks_end_where_mini_batches_end(digits):
    recorder = Recorder()
    exhaust(run(network(recorder), digits[0], batch_size=7, epochs=1))
    *whole, last = [len(chunk) for chunk in recorder.given]
    assert len(whole) > 3
    assert all(size % 7 == 0 for size in whole)
    assert last % 7 == 300 % 7


def test_the_same_seed_gives_identical_weights_however_the_work_is_cut(digits):
    def weights(seed: int, step: float) -> np.ndarray:
        model = network()
        exhaust(run(model, digits[0], seed=seed, step=step))
        return model.parameters

    # From all of an epoch in a few chunks to one mini-batch a chunk.
    first, *others = [weights(1, step) for step in (1e-6, 0.02, 0.09, 1.0)]
    assert all(np.array_equal(first, other) for other in others)
    assert not np.array_equal(first, weights(2, 0.02))


@pytest.mark.parametrize(("batch_size", "updates"), [(1, 600), (7, 86), (300, 2), (1000, 2)])
def test_every_mini_batch_is_an_update(digits, batch_size, updates):
    model = network()
    exhaust(run(model, digits[0], batch_size))
    assert model.optimizer.iterations == updates


def test_a_run_that_was_stopped_leaves_a_usable_network_and_goes_on_as_if_it_had_not(digits):
    data, test = digits
    through, stopped = network(), network()
    exhaust(run(through, data))

    generator = run(stopped, data)
    for _ in range(3):
        next(generator)
    before = stopped.parameters.copy()
    outputs = stopped.predict(test.inputs)
    assert np.isfinite(outputs).all()
    exhaust(evaluating(stopped, test))
    assert np.array_equal(stopped.parameters, before)

    exhaust(generator)
    assert not np.array_equal(stopped.parameters, before)
    assert np.array_equal(stopped.parameters, through.parameters)


def test_nothing_is_trained_before_the_first_chunk_is_pulled(digits):
    model = network()
    before = model.parameters.copy()
    generator = run(model, digits[0])
    assert np.array_equal(model.parameters, before)
    next(generator)
    assert not np.array_equal(model.parameters, before)


def test_progress_adds_up_to_every_epoch_and_every_test(digits):
    steps = list(run(network(), digits[0], validation=digits[1]))
    phases = [(epoch, testing) for epoch in (1, 2) for testing in (False, True)]
    assert sorted({(step.epoch, step.testing) for step in steps}) == phases
    assert [(step.epoch, step.testing) for step in steps] == sorted(
        (step.epoch, step.testing) for step in steps
    )
    for epoch, testing in phases:
        phase = [step for step in steps if (step.epoch, step.testing) == (epoch, testing)]
        total = 100 if testing else 300
        assert {(step.epochs, step.total) for step in phase} == {(2, total)}
        assert np.cumsum([step.samples for step in phase]).tolist() == [s.done for s in phase]
        assert phase[-1].done == total
        assert [step.evaluation is not None for step in phase] == [
            testing and step is phase[-1] for step in phase
        ]


def test_training_improves_loss_and_accuracy(digits):
    data, test = digits
    steps = list(run(network(), data, epochs=5, validation=test))
    first, last = steps[0], [step for step in steps if not step.testing][-1]
    assert last.loss < 0.5 * first.loss
    tests = [step.evaluation for step in steps if step.evaluation]
    assert len(tests) == 5
    assert tests[-1].accuracy > 0.9 > 0.3 > network().evaluate(*as_arrays(test)).accuracy


def as_arrays(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    return data.inputs, data.targets


@pytest.mark.parametrize("step", [1e-6, 0.03, 1.0])
def test_an_evaluation_is_over_all_samples_however_the_work_is_cut(digits, step):
    model, test = network(), digits[1]
    outputs = model.predict(test.inputs)
    evaluation = exhaust(evaluating(model, test, clock=ticking(step)))
    right = outputs.argmax(axis=1) == test.targets
    of_the_label = outputs[np.arange(100), test.targets].astype(np.float64)
    np.testing.assert_allclose(evaluation.outputs, outputs, rtol=1e-5)
    assert evaluation.accuracy == right.mean()
    assert evaluation.loss == pytest.approx(-np.log(of_the_label).mean(), rel=1e-5)
    assert np.array_equal(evaluation.predicted, outputs.argmax(axis=1))


def test_values_have_no_accuracy():
    model = Sequential([Dense(1)])
    model.build(1, np.random.default_rng(0))
    data = Dataset(np.ones((4, 1)), np.ones((4, 1)))
    steps = list(run(model, data, validation=data))
    assert {step.accuracy for step in steps} == {None}
    assert [step.evaluation.accuracy for step in steps if step.evaluation] == [None, None]


def test_one_output_answers_with_the_second_class_above_one_half():
    outputs = np.array([[0.2], [0.5], [0.6]])
    assert Evaluation(0.0, None, outputs).predicted.tolist() == [0, 0, 1]


@pytest.mark.parametrize(("batch_size", "epochs"), [(0, 1), (1, 0), (-3, 1)])
def test_batch_size_and_epochs_are_at_least_one(digits, batch_size, epochs):
    with pytest.raises(ValueError, match="batch_size and epochs must be at least 1, got"):
        next(run(network(), digits[0], batch_size, epochs))


def test_a_pacer_starts_with_one_unit_and_never_more_than_doubles():
    pacer = Pacer(budget=1.0)
    seen = []
    for _ in range(5):
        seen.append(pacer.units)
        pacer.took(pacer.units, 0.0)
    assert seen == [1, 2, 4, 8, 16]


def test_a_pacer_fits_the_budget_up_and_down():
    pacer = Pacer(budget=0.1)
    for _ in range(20):
        pacer.took(pacer.units, pacer.units * 0.002)
    assert pacer.units == 50
    pacer.took(50, 50 * 0.01)
    assert pacer.units == 10


def test_a_pacer_never_stops():
    pacer = Pacer(budget=0.1)
    pacer.took(1, 60.0)
    assert pacer.units == 1


def few() -> Dataset:
    rng = np.random.default_rng(0)
    return Dataset(rng.random((10, 784), dtype=np.float32), np.arange(10) % 10, 10)


def epochs_trained(progress: list[Progress]) -> list[int]:
    return [each.finished for each in progress if not each.testing]


@pytest.mark.parametrize("batch_size", [1, 3, 5, 10, 99])
def test_a_chunk_is_several_epochs_of_few_samples_with_the_same_result(batch_size):
    together, apart = network(), network()
    progress = list(run(together, few(), batch_size, epochs=50, step=1e-6))
    list(run(apart, few(), batch_size, epochs=50, step=10.0))
    assert max(epochs_trained(progress)) > 5
    assert sum(epochs_trained(progress)) == 50
    assert progress[-1].epoch == 50
    assert sum(each.samples for each in progress) == 500
    assert all(each.done == each.total == 10 for each in progress if each.finished)
    assert np.array_equal(together.parameters, apart.parameters)


@pytest.mark.parametrize(("every", "tested"), [(1, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (9, [5])])
def test_a_test_comes_every_so_many_epochs_and_after_the_last(every, tested):
    model = network()
    progress = training(
        model,
        few(),
        batch_size=10,
        epochs=5,
        rng=np.random.default_rng(1),
        validation=few(),
        validation_freq=every,
        clock=ticking(1e-6),
    )
    assert [each.epoch for each in progress if each.evaluation] == tested


def test_nonsense_about_tests_is_refused():
    with pytest.raises(ValueError, match="validation_freq must be at least 1, got 0"):
        next(
            training(
                network(),
                few(),
                batch_size=1,
                epochs=1,
                rng=np.random.default_rng(1),
                validation_freq=0,
            )
        )


@pytest.mark.parametrize("target_range", [(0.0, 0.99), (0.01, 0.99), (-1.0, 1.0)])
def test_targets_of_labels_must_suit_the_loss_too(target_range):
    model = Sequential([Dense(3, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", target_range)
    with pytest.raises(ValueError, match="leave it at"):
        model.fit(np.zeros((4, 2), np.float32), np.array([0, 1, 2, 0]))


@pytest.mark.parametrize("target_range", [(float("nan"), 1.0), (0.0, float("inf"))])
def test_a_target_range_is_two_numbers(target_range):
    with pytest.raises(ValueError, match="two numbers"):
        Sequential([Dense(1)]).compile(target_range=target_range)


def test_of_several_outputs_the_largest_is_the_answer():
    model = Sequential([Dense(3)])
    model.compile(target_range=(1.0, 0.0))
    with pytest.raises(ValueError, match="lower number first"):
        model.fit(np.zeros((4, 2), np.float32), np.array([0, 1, 2, 0]))

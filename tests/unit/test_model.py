"""Sequential does what its Keras namesakes do, and says so when it cannot."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nn.data import Dataset
from nn.layers import Dense, Rescaling
from nn.model import Sequential
from nn.network import summary_rows
from nn.optimizers import SGD, Adam
from nn.regularizers import L1L2

RNG = np.random.default_rng
XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
XOR_LABELS = np.array([0, 1, 1, 0])


def classifier(outputs: int = 3, loss: str = "categorical_crossentropy") -> Sequential:
    last = "softmax" if loss == "categorical_crossentropy" else "sigmoid"
    model = Sequential([Dense(5, "tanh"), Dense(outputs, last)])
    model.compile("adam", loss)
    return model


def test_fit_returns_one_evaluation_an_epoch_and_evaluate_agrees_with_the_last():
    model = classifier()
    x, y = RNG(0).normal(size=(20, 4)), RNG(1).integers(0, 3, 20)
    evaluations = model.fit(x, y, batch_size=8, epochs=3, validation_data=(x, y), rng=RNG(2))
    assert len(evaluations) == 3
    again = model.evaluate(x, y)
    assert (again.loss, again.accuracy) == (evaluations[-1].loss, evaluations[-1].accuracy)


def test_without_validation_data_the_means_of_the_training_itself_are_returned():
    model = classifier()
    x, y = RNG(0).normal(size=(20, 4)), RNG(1).integers(0, 3, 20)
    evaluations = model.fit(x, y, batch_size=8, epochs=3, rng=2)
    assert [len(evaluation.outputs) for evaluation in evaluations] == [0, 0, 0]
    assert all(0 <= evaluation.accuracy <= 1 for evaluation in evaluations)
    assert evaluations[0].loss > evaluations[-1].loss > 0


def test_validation_data_is_what_is_evaluated():
    model = classifier()
    x, y = RNG(0).normal(size=(20, 4)), RNG(1).integers(0, 3, 20)
    (evaluation,) = model.fit(x, y, validation_data=(x[:5], y[:5]), rng=RNG(2))
    assert evaluation.outputs.shape == (5, 3)
    assert evaluation.loss == model.evaluate(x[:5], y[:5]).loss


def test_a_line_is_learnt_with_its_slope_and_intercept():
    model = Sequential([Dense(1)])
    model.compile(SGD(0.1), "mean_squared_error")
    x = np.linspace(-1, 1, 50)[:, np.newaxis]
    model.fit(x, 3 * x[:, 0] - 2, batch_size=10, epochs=60, rng=RNG(0))
    assert model.layers[0].kernel[0, 0] == pytest.approx(3, abs=1e-3)
    assert model.layers[0].bias[0] == pytest.approx(-2, abs=1e-3)
    assert model.predict(np.array([[10.0]]))[0, 0] == pytest.approx(28, abs=0.02)


@pytest.mark.parametrize(
    ("outputs", "loss"),
    [(1, "binary_crossentropy"), (2, "categorical_crossentropy"), (1, "half_squared_error")],
)
def test_two_classes_are_learnt_with_one_output_or_two(outputs, loss):
    model = Sequential([Dense(8, "tanh"), Dense(outputs, "softmax" if outputs == 2 else "sigmoid")])
    model.compile("momentum", loss)
    model.optimizer.learning_rate = 0.5
    model.fit(XOR, XOR_LABELS, batch_size=4, epochs=800, rng=RNG(0))
    evaluation = model.evaluate(XOR, XOR_LABELS)
    assert evaluation.accuracy == 1
    assert evaluation.predicted.tolist() == XOR_LABELS.tolist()


def test_fit_repeats_by_seed():
    x, y = RNG(0).normal(size=(20, 4)), RNG(1).integers(0, 3, 20)
    models = [classifier() for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        model.fit(x, y, rng=RNG(seed))
    first, second, third = (model.parameters for model in models)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, third)


def test_a_second_fit_goes_on_from_the_first():
    model = classifier()
    x, y = RNG(0).normal(size=(20, 4)), RNG(1).integers(0, 3, 20)
    model.fit(x, y, rng=RNG(0))
    before = model.parameters.copy()
    model.fit(x, y, rng=RNG(0))
    step = np.abs(model.parameters - before).max()
    # Adam's step is at most a few times its learning rate; new parameters would be far away.
    assert 0 < step < 0.01


def test_targets_are_taken_from_the_target_range():
    model = classifier(outputs=3, loss="half_squared_error")
    model.compile(loss="half_squared_error", target_range=(0.25, 0.75))
    model.build(4, RNG(0))
    expected = [[0.75, 0.25, 0.25], [0.25, 0.75, 0.25], [0.25, 0.25, 0.75]]
    assert model.target_table(3).tolist() == expected


def test_one_output_is_the_second_classs():
    model = classifier(outputs=1, loss="half_squared_error")
    model.compile(loss="half_squared_error", target_range=(0.25, 0.75))
    model.build(4, RNG(0))
    assert model.target_table(2).tolist() == [[0.25], [0.75]]


def test_the_target_range_changes_the_loss():
    model = classifier(outputs=2, loss="half_squared_error")
    model.build(1, RNG(0))
    model.parameters[:] = 0
    # Both outputs are sigmoid(0) = 0.5.
    for target_range, loss in [((0, 1), 0.25), ((0, 0.99), (0.25 + 0.49**2) / 2), ((0.5, 0.5), 0)]:
        model.compile(loss="half_squared_error", target_range=target_range)
        evaluation = model.evaluate(np.ones((4, 1)), np.array([0, 1, 1, 0]))
        assert evaluation.loss == pytest.approx(loss, abs=1e-7)


def test_pixels_stay_bytes_and_are_scaled_in_passing():
    model = Sequential([Dense(1, use_bias=False)], Rescaling(1 / 255))
    model.build(2, RNG(0))
    model.parameters[:] = [1, 10]
    pixels = np.array([[255, 0], [0, 51]], dtype=np.uint8)
    np.testing.assert_allclose(model.predict(pixels), [[1], [2]], rtol=1e-6)


def test_a_flat_array_holds_all_parameters():
    model = classifier()
    model.build(4, RNG(0))
    assert model.parameters.shape == model.gradients.shape == (5 * 5 + 6 * 3,)
    model.parameters[:] = 0
    assert not any(layer.kernel.any() or layer.bias.any() for layer in model.layers)
    assert model.widths == [4, 5, 3]
    assert model.outputs == 3


def test_compile_forgets_the_optimizers_past_but_not_the_weights():
    model = classifier()
    x, y = RNG(0).normal(size=(20, 4)), RNG(1).integers(0, 3, 20)
    model.fit(x, y, rng=RNG(0))
    before = model.parameters.copy()
    model.compile("adam", "categorical_crossentropy")
    assert model.optimizer.iterations == 0
    assert np.array_equal(model.parameters, before)


def test_a_network_can_be_built_anew_for_other_inputs():
    model = classifier()
    model.build(4, RNG(0))
    assert model.predict(np.zeros((2, 4))).shape == (2, 3)
    model.build(7, RNG(0))
    assert model.parameters.size == 8 * 5 + 6 * 3
    assert model.predict(np.zeros((2, 7))).shape == (2, 3)


def test_a_penalty_adds_up_over_the_layers():
    layers = [Dense(1, kernel_regularizer=L1L2(l2=0.5)), Dense(1, kernel_regularizer=L1L2(l1=2))]
    model = Sequential([*layers, Dense(1)])
    model.build(1, RNG(0))
    model.parameters[:] = 3
    assert model.penalty() == pytest.approx(0.5 * 9 + 2 * 3)


def test_summary_lists_layers_shapes_and_parameters():
    model = Sequential([Dense(100, "sigmoid"), Dense(50, "relu"), Dense(10, "softmax")])
    model.build(784, RNG(0))
    lines = model.summary().splitlines()
    assert [line.split() for line in lines[2:5]] == [
        ["dense", "(Dense)", "(None,", "100)", "78,500"],
        ["dense_1", "(Dense)", "(None,", "50)", "5,050"],
        ["dense_2", "(Dense)", "(None,", "10)", "510"],
    ]
    assert lines[-1] == "Total params: 84,060"


def test_rows_of_a_summary_need_no_parameters():
    layers = [Dense(4000, use_bias=False), Dense(3)]
    assert summary_rows(layers, (4000,)) == [
        ("dense (Dense)", "(None, 4000)", 16_000_000),
        ("dense_1 (Dense)", "(None, 3)", 12_003),
    ]
    assert not any(layer.views for layer in layers)


def test_labels_may_stand_in_a_column():
    model = classifier()
    model.build(4, RNG(0))
    x, y = RNG(0).normal(size=(6, 4)), RNG(1).integers(0, 3, 6)
    assert model.evaluate(x, y[:, np.newaxis]).loss == model.evaluate(x, y).loss


@pytest.mark.parametrize("use", [lambda m: m.predict(XOR), lambda m: m.summary()])
def test_a_network_without_parameters_cannot_be_used(use):
    with pytest.raises(ValueError, match="the network has no parameters yet: call build or fit"):
        use(classifier())


def test_evaluating_before_training_says_what_to_do():
    with pytest.raises(ValueError, match="the network has no parameters yet: call build or fit"):
        classifier().evaluate(XOR, XOR_LABELS)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (
            np.zeros((2, 5)),
            [0, 1],
            r"inputs of shape \(4,\), the data has \(5,\)",
        ),
        (np.zeros((2, 4)), [0, 3], "sample 2 has the label 3; expected 0 to 2"),
        (np.zeros((2, 4)), [-1, 0], "sample 1 has the label -1; expected 0 to 2"),
        (np.zeros((2, 4)), [0, 1, 2], "there are 2 inputs but 3 targets"),
        (np.zeros((2, 4)), ["a", "b"], "targets must be numbers or booleans"),
        (np.zeros((2, 4)), [0.5, 1.5], r"outputs of shape \(3,\), the data has targets of \(1,\)"),
        (
            np.zeros((2, 4)),
            np.zeros((2, 2)),
            r"shape \(3,\), the data has targets of \(2,\)",
        ),
        (np.zeros((2, 4)), 1.5, "there are 2 inputs but 1 targets"),
        (np.zeros(4), [0, 1, 2, 0], r"inputs must have the shape \(n, features\), not \(4,\)"),
        (np.zeros((0, 4)), np.zeros(0, dtype=int), "the data set is empty"),
        (np.zeros((0, 4)), np.zeros((0, 3)), "the data set is empty"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_data_that_does_not_fit_is_refused(method, x, y, message):
    model = classifier()
    model.build(4, RNG(0))
    with pytest.raises(ValueError, match=message):
        getattr(model, method)(x, np.asarray(y))


@pytest.mark.parametrize("shape", [(3,), (1, 3), (1, 5), (1, 2, 3)])
def test_predicting_from_another_shape_is_refused(shape):
    model = classifier()
    model.build(4, RNG(0))
    with pytest.raises(ValueError, match=r"expected inputs of shape \(n, 4\), got"):
        model.predict(np.zeros(shape))


def test_classes_that_do_not_fit_the_outputs_are_refused():
    model = classifier(outputs=3)
    model.build(2, RNG(0))
    with pytest.raises(ValueError, match=r"10 classes do not fit .* shape \(3,\)"):
        model.check_fit(Dataset(XOR, XOR_LABELS, 10))


@pytest.mark.parametrize(
    ("loss", "activation", "needed"),
    [
        ("categorical_crossentropy", "sigmoid", "softmax"),
        ("categorical_crossentropy", "linear", "softmax"),
        ("binary_crossentropy", "softmax", "sigmoid"),
        ("binary_crossentropy", "tanh", "sigmoid"),
    ],
)
def test_a_loss_that_does_not_go_with_the_last_layer_is_refused(loss, activation, needed):
    model = Sequential([Dense(2, activation)])
    with pytest.raises(ValueError, match=f"{loss} needs a last layer with {needed}, not with"):
        model.compile(loss=loss)


def test_an_optimizer_trains_one_network():
    optimizer = Adam(0.1)
    x, y = RNG(0).normal(size=(20, 4)), RNG(1).integers(0, 3, 20)
    alone, first, second = classifier(), classifier(), classifier()
    alone.compile(Adam(0.1), "categorical_crossentropy")
    for model in (first, second):
        model.compile(optimizer, "categorical_crossentropy")
    assert first.optimizer is optimizer and second.optimizer is not optimizer
    for model in (alone, first, second):
        model.build(4, 1)
    for _ in range(3):
        for model in (alone, first, second):
            model.fit(x, y, rng=5)
    assert np.array_equal(first.parameters, alone.parameters)
    assert np.array_equal(second.parameters, alone.parameters)


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_a_copy_is_a_network_of_its_own(duplicate):
    model = classifier()
    x, y = RNG(0).normal(size=(20, 4)), RNG(1).integers(0, 3, 20)
    model.fit(x, y, rng=1)
    expected, before = model.predict(x), model.parameters.copy()
    twin = duplicate(model)
    twin.fit(x, y, rng=2)
    assert np.array_equal(model.parameters, before)
    assert np.array_equal(model.predict(x), expected)
    twin.parameters = before
    del model
    assert np.array_equal(twin.predict(x), expected)


def test_two_threads_may_use_one_network():
    model = Sequential([Dense(300, "tanh"), Dense(2)])
    model.compile(engine="numpy")
    model.build(200, 1)
    inputs = [RNG(seed).normal(size=(256, 200)) for seed in range(4)]
    expected = [model.predict(x) for x in inputs]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(20):
            for found, right in zip(pool.map(model.predict, inputs), expected, strict=True):
                assert np.array_equal(found, right)


def test_the_scaling_of_inputs_may_be_changed_at_any_time():
    model = Sequential([Dense(1, use_bias=False)], Rescaling())
    model.build(1, 1)
    model.parameters = [1]
    assert model.predict(np.array([[2.0]])).tolist() == [[2]]
    model.inputs.scale = 100
    assert model.predict(np.array([[2.0]])).tolist() == [[200]]


@pytest.mark.parametrize("target_range", [(-1.0, 1.0), (0.0, 0.2), (1.0, 0.0)])
@pytest.mark.parametrize("engine", ["numpy", "wasm"])
def test_a_single_output_is_right_on_its_side_of_the_middle(target_range, engine):
    model = Sequential([Dense(1, use_bias=False)])
    model.compile(loss="mse", target_range=target_range, engine=engine)
    model.build(1, 1)
    model.parameters = [1]
    off, on = target_range
    answers = np.array([[off + 0.4 * (on - off)], [off + 0.6 * (on - off)]], dtype=np.float32)
    evaluation = model.evaluate(answers, np.array([0, 1]))
    assert evaluation.accuracy == 1
    assert evaluation.predicted.tolist() == [0, 1]


def test_what_users_of_keras_write_is_understood():
    x = RNG(0).normal(size=(8, 3))
    model = Sequential([Dense(4, activation=None), Dense(1, activation="sigmoid")])
    with pytest.raises(ValueError, match="compile the network before fit"):
        model.fit(x, np.zeros(8))
    for loss in ("mse", "mae"):
        model.compile("adam", loss, engine="wasm")
        assert model.fit(x, np.ones(8), epochs=0, rng=42) == []
        model.fit(x, x[:, 0] > 0, rng=42)
        assert model.evaluate(x, x[:, 0] > 0).accuracy is not None
    whole = Sequential([Dense(1)])
    whole.compile("sgd", "mse")
    (evaluation,) = whole.fit(x, np.arange(8), rng=42)
    assert evaluation.accuracy is None
    three = classifier()
    (evaluation,) = three.fit(x, np.eye(3, dtype=int)[RNG(1).integers(0, 3, 8)], rng=42)
    assert evaluation.accuracy is not None


def test_targets_that_are_no_distribution_are_refused():
    model = classifier()
    with pytest.raises(ValueError, match="the targets of sample 2 sum to 1.5"):
        model.fit(np.zeros((2, 4)), np.array([[1.0, 0, 0], [1, 0.5, 0]]))


def test_unknown_names_are_answered_with_the_known_ones():
    model = classifier()
    with pytest.raises(ValueError, match="unknown optimizer 'sdg'; expected one of: sgd, momentum"):
        model.compile(optimizer="sdg")
    with pytest.raises(ValueError, match="unknown loss 'msa'; expected one of: half_squared_error"):
        model.compile(loss="msa")


def test_a_network_needs_layers_and_inputs():
    with pytest.raises(ValueError, match="a network needs at least one layer"):
        Sequential([])
    with pytest.raises(ValueError, match="expected the shape of a sample, .*, got 0"):
        classifier().build(0, RNG(0))

"""Arrays lie where kernels read them fastest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.arrays import LINE, address, aligned_zeros
from nn.layers import Dense
from nn.model import Sequential


@given(size=st.integers(1, 1000), dtype=st.sampled_from(["uint8", "float32", "float64"]))
def test_an_array_begins_with_a_cache_line_and_holds_zeros(size: int, dtype: str):
    array = aligned_zeros(size, dtype)
    assert address(array) % LINE == 0
    assert array.dtype == dtype and array.shape == (size,) and not array.any()
    array += 1
    assert array.sum() == size


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_so_does_all_that_belongs_to_a_network(optimizer: str):
    for features in range(1, 20):
        model = Sequential([Dense(3)])
        model.compile(optimizer)
        model.build(features, np.random.default_rng(0))
        for array in (model.parameters, model.gradients, *model.optimizer.slots):
            assert address(array) % LINE == 0

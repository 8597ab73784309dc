"""Pictures of ink and of kernels are what they are said to be."""

import numpy as np

from nn.web import pictures

SIDE = 28


def test_ink_is_black_and_as_opaque_as_it_is_strong():
    image = np.array([[0, 128], [255, 1]], dtype=np.uint8)
    rgba = pictures.ink(image)
    assert rgba.shape == (2, 2, 4) and rgba.dtype == np.uint8
    assert not rgba[..., :3].any()
    assert np.array_equal(rgba[..., 3], image)


def test_each_kernel_has_a_tile_of_its_own_in_reading_order():
    kernel = np.zeros((SIDE * SIDE, 5), dtype=np.float32)
    for unit in range(5):
        kernel[unit, unit] = 1.0  # pixel number `unit` of the first line
    rgba = pictures.kernels(kernel, columns=3, most=100)
    assert rgba.shape == (2 * (SIDE + 1), 3 * (SIDE + 1), 4)
    opaque = list(zip(*(axis.tolist() for axis in np.nonzero(rgba[..., 3])), strict=True))
    tile = SIDE + 1
    assert opaque == [(0, 0), (0, tile + 1), (0, 2 * tile + 2), (tile, 3), (tile, tile + 4)]


def test_positive_is_orange_negative_is_blue_and_the_largest_weight_is_opaque():
    kernel = np.zeros((SIDE * SIDE, 1), dtype=np.float32)
    kernel[0], kernel[1] = 0.5, -0.25
    plus, minus, nothing = pictures.kernels(kernel, columns=1, most=1)[0, :3].tolist()
    assert plus[0] > plus[2] and plus[3] == 255
    assert minus[2] > minus[0] and minus[3] == 127
    assert nothing[3] == 0


def test_no_more_kernels_are_shown_than_asked_for():
    kernel = np.ones((SIDE * SIDE, 50), dtype=np.float32)
    rgba = pictures.kernels(kernel, columns=10, most=20)
    assert rgba.shape == (2 * (SIDE + 1), 10 * (SIDE + 1), 4)


def test_weights_that_are_zero_or_no_numbers_leave_their_tile_empty():
    kernel = np.zeros((SIDE * SIDE, 2), dtype=np.float32)
    kernel[:, 1] = np.nan
    assert not pictures.kernels(kernel, columns=2, most=2)[..., 3].any()

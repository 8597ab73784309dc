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
    images = np.zeros((5, SIDE, SIDE), dtype=np.float32)
    for number in range(5):
        images[number, 0, number] = 1.0
    rgba = pictures.tiles(images, columns=3)
    assert rgba.shape == (2 * (SIDE + 1), 3 * (SIDE + 1), 4)
    opaque = list(zip(*(axis.tolist() for axis in np.nonzero(rgba[..., 3])), strict=True))
    tile = SIDE + 1
    assert opaque == [(0, 0), (0, tile + 1), (0, 2 * tile + 2), (tile, 3), (tile, tile + 4)]


def test_positive_is_orange_negative_is_blue_and_the_largest_weight_is_opaque():
    image = np.zeros((1, 3, 5), dtype=np.float32)
    image[0, 0, :2] = 0.5, -0.25
    plus, minus, nothing = pictures.tiles(image, columns=1)[0, :3].tolist()
    assert plus[0] > plus[2] and plus[3] == 255
    assert minus[2] > minus[0] and minus[3] == 127
    assert nothing[3] == 0


def test_numbers_that_are_zero_or_nan_leave_their_tile_empty():
    images = np.zeros((2, SIDE, SIDE), dtype=np.float32)
    images[1] = np.nan
    assert not pictures.tiles(images, columns=2)[..., 3].any()


def test_pictures_are_stacked_each_as_large_as_fits():
    small, large = np.full((2, 3, 4), 7, np.uint8), np.full((1, 7, 4), 9, np.uint8)
    rgba = pictures.stacked([small, large], gap=2)
    assert rgba.shape == (4 + 2 + 1, 7, 4)
    assert (rgba[:4, :6] == 7).all() and not rgba[:4, 6].any() and not rgba[4:6].any()
    assert (rgba[6] == 9).all()

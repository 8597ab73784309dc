"""Data to train on: readers that turn file contents into a `Dataset`."""

from nn.datasets.dataset import Dataset, hold_out
from nn.datasets.idx import read_idx
from nn.datasets.image_csv import read_image_csv
from nn.datasets.images import Images, read_folder, read_images, with_test_set

__all__ = [
    "Dataset",
    "Images",
    "hold_out",
    "read_folder",
    "read_idx",
    "read_image_csv",
    "read_images",
    "with_test_set",
]

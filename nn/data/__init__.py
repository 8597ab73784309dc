"""Data to train on: readers that turn file contents into a `Dataset`."""

from nn.data.augmentation import Augmentation
from nn.data.dataset import Dataset, hold_out
from nn.data.idx import read_idx
from nn.data.image_csv import read_image_csv
from nn.data.images import Images, read_folder, read_images, with_test_set
from nn.data.turning import turned

__all__ = [
    "Augmentation",
    "Dataset",
    "Images",
    "hold_out",
    "read_folder",
    "read_idx",
    "read_image_csv",
    "read_images",
    "turned",
    "with_test_set",
]

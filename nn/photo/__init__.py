"""Photos of digits on paper: from a photo to the drawings on it, with NumPy alone."""

from nn.photo.finding import Found as Found
from nn.photo.finding import find_digits as find_digits
from nn.photo.finding import find_drawing as find_drawing

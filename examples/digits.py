"""A convolutional network for handwritten digits: `python examples/digits.py [FOLDER] [EPOCHS]`.

FOLDER has MNIST's four files, as `make serve` puts them into mnist/.
"""

import sys
from pathlib import Path

from nn import Conv2D, Dense, Flatten, MaxPooling2D, Rescaling, Sequential
from nn.data import read_folder

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "mnist")
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 1

images = read_folder(folder)
model = Sequential(
    [
        Rescaling(1 / 255),
        Conv2D(16, 5, strides=2, activation="relu", kernel_initializer="he_normal"),
        Conv2D(32, 3, activation="relu", kernel_initializer="he_normal"),
        MaxPooling2D(2),
        Flatten(),
        Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.fit(images.train.inputs, images.train.targets, batch_size=64, epochs=epochs, rng=1)
print(model.summary())
print(f"accuracy {model.evaluate(images.test.inputs, images.test.targets).accuracy:.2%}")
model.save("digits.json")

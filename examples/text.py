"""Learn the names of Unicode's pictures, or any text, and write more of the kind.

    python examples/text.py [FILE [EPOCHS]]

Bigrams and gzip say how much of the text can be known with less.
"""

import sys
import unicodedata
from pathlib import Path

import numpy as np

from nn import GRU, Adam, Dense, Embedding, Sequential
from nn.data.text import Alphabet, bigram_bits, gzip_bits, read_text, windows
from nn.metrics import bits_per_character
from nn.writing import Writer

STEPS = 32

if len(sys.argv) > 1:
    text = read_text(Path(sys.argv[1]).read_bytes())
else:
    found = (unicodedata.name(chr(code), "") for code in range(0x1F300, 0x1FB00))
    names = [name.lower() for name in found if name]
    # Those side by side are alike: mixed, what is held out is not all of one kind.
    text = "\n".join(np.random.default_rng(1).permutation(names))
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 25

alphabet = Alphabet.of(text)
numbers = alphabet.encode(text)
cut = len(numbers) * 9 // 10
train, test = (windows(part, STEPS, alphabet) for part in (numbers[:cut], numbers[cut:]))

model = Sequential(
    [
        Embedding(len(alphabet), 32),
        GRU(96, return_sequences=True),
        Dense(len(alphabet), "softmax"),
    ]
)
model.compile(Adam(0.004, global_clipnorm=1.0), "categorical_crossentropy")
model.fit(train.inputs, train.targets, batch_size=16, epochs=epochs, rng=1)

evaluation = model.evaluate(test.inputs, test.targets)
print(f"network {bits_per_character(evaluation.loss):.2f} bits a character")
print(f"bigrams {bigram_bits(numbers[:cut], numbers[cut:], len(alphabet)):.2f}")
print(f"gzip    {gzip_bits(text[:cut], text[cut:]):.2f}")
print()

writer = Writer(model)
writer.read(alphabet.encode("\n" if "\n" in alphabet.characters else text[:1]))
print(alphabet.decode(writer.write(400, temperature=0.7, rng=1)))

"""How each layer kind is told: the registry."""

from __future__ import annotations

from nn.explain.attention import AttentionKind
from nn.explain.kind import Kind
from nn.explain.lines import Where
from nn.explain.normalization import BatchKind, NormalizationKind
from nn.explain.recurrent import GRUKind, LSTMKind, SimpleRNNKind
from nn.explain.sequences import EmbeddingKind, PositionKind
from nn.explain.summing import DropoutKind, LargestKind, RescalingKind, SameKind, SumKind
from nn.explain.transformer import TransformerKind
from nn.layers import (
    GRU,
    LSTM,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    MultiHeadAttention,
    PositionEmbedding,
    Rescaling,
    SimpleRNN,
    TransformerBlock,
)

KINDS: dict[type[Layer], Kind] = {
    Activation: SameKind(
        "Each number stays as it is; only the activation works on it.",
        Where(Activation.forward, "z[...] ="),
    ),
    AveragePooling2D: SumKind(
        "A small window slides over the picture. The mean of what it sees goes on.",
        Where(AveragePooling2D.forward, "z *= "),
        "dx[:, rows",
    ),
    BatchNormalization: BatchKind(),
    Conv1D: SumKind(
        "A small window slides along the steps. At each place, the numbers in it are "
        "multiplied by the same weights, the kernel, and the products are added up.",
        Where(Conv1D.forward, "z += p.matmul"),
        "places += p.matmul",
        "p.matmul(windows.T",
    ),
    Conv2D: SumKind(
        "A small window slides over the picture. At each place, the numbers in it are "
        "multiplied by the same weights, the kernel, and the products are added up.",
        Where(Conv2D.forward, "product = p.matmul"),
        "p.matmul(dz_rows, kernel",
        "p.matmul(windows.T",
    ),
    Dense: SumKind(
        "Each unit multiplies all its inputs by weights of its own and adds up the products.",
        Where(Dense.forward, "p.dot(x, self.kernel"),
        "p.matmul(dz, self.kernel.T",
        "np.multiply(x_rows.T",
    ),
    Dropout: DropoutKind(
        "While it trains, some numbers are left out by chance, and the others grow a little "
        "to make up for them. So no unit can rely on another one.",
        Where(Dropout.forward, "np.multiply(x, factor"),
        "np.multiply(dz",
    ),
    Embedding: EmbeddingKind(),
    Flatten: SameKind(
        "The numbers of the picture are put in one row. None of them changes.",
        Where(Flatten.forward, "z[...] ="),
    ),
    GRU: GRUKind(),
    GlobalAveragePooling2D: SumKind(
        "Of each filter's picture, only the mean goes on.",
        Where(GlobalAveragePooling2D.forward, "np.mean"),
        "dx[...] =",
    ),
    GlobalMaxPooling1D: LargestKind(
        "Of all steps, the largest number of each channel goes on.",
        Where(GlobalMaxPooling1D.forward, "max"),
        "np.put_along_axis",
    ),
    LSTM: LSTMKind(),
    LayerNormalization: NormalizationKind(),
    MaxPooling2D: LargestKind(
        "A small window slides over the picture. The largest number that it sees wins "
        "and goes on alone.",
        Where(MaxPooling2D.forward, "np.maximum"),
        "dx[:, rows",
    ),
    MultiHeadAttention: AttentionKind(),
    PositionEmbedding: PositionKind(),
    Rescaling: RescalingKind(
        "Each number is multiplied by a fixed one, and another one is added.",
        Where(Rescaling.forward, "np.multiply"),
    ),
    SimpleRNN: SimpleRNNKind(),
    TransformerBlock: TransformerKind(),
}
"""How each is told."""

ANY = Kind()
"""How a kind is told that nobody has described."""

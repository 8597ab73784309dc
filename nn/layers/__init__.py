"""Layers."""

from nn.layers.dense import Dense, Rescaling

__all__ = ["Dense", "Rescaling"]

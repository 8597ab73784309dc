"""Kernels on arrays: what layers, losses and optimizers are computed with."""

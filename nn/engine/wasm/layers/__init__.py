"""The kernels of each layer kind."""

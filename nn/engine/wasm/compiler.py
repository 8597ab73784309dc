"""What code a network needs: which kernels, and why there may be none."""

from __future__ import annotations

import numpy as np

from nn.activations import is_own as own_activation
from nn.engine.wasm.kernels import activations, losses
from nn.engine.wasm.kernels.updates import PLAIN, update_of
from nn.engine.wasm.layers import KERNELS
from nn.engine.wasm.layers.layer import LayerKernels, Site
from nn.engine.wasm.spec import Spec, Step
from nn.layers import Layer, Rescaling, Shape
from nn.losses import is_own as own_loss
from nn.network import Network
from nn.regularizers import L1L2


def without_kernels(network: Network) -> str | None:
    """Return what of a network there is no code for, or None if there is code for all of it.

    Classes are compared exactly: one derived from nn's own may compute something else.
    """
    if network.dtype != np.float32:
        return str(network.dtype)
    if type(network.inputs) is not Rescaling:
        return type(network.inputs).__name__
    if not (own_loss(network.loss) and losses.known(network.loss.name)):
        return network.loss.name
    return next((type(layer).__name__ for layer in network.layers if not _has_kernel(layer)), None)


def _has_kernel(layer: Layer) -> bool:
    activation = layer.activation
    if type(layer) not in KERNELS or not activations.known(activation.name):
        return False
    candidates = KERNELS[type(layer)]
    if candidates and not any(candidate.covers(layer) for candidate in candidates):
        return False
    return own_activation(activation) and type(_regularizer(layer)) in (L1L2, type(None))


def _regularizer(layer: Layer) -> object:
    return vars(layer).get("kernel_regularizer")


def computed(network: Network) -> list[Layer]:
    """Return the layers that there is anything to compute for.

    The others only change how the same numbers are seen.
    """
    return [layer for layer in network.layers if KERNELS.get(type(layer))]


def spec_of(network: Network, classes: int | None, inputs: str) -> Spec:
    """Return what the code of a network depends on; there has to be code for all of it.

    Args:
        network: built and compiled.
        classes: of the labels; None when targets are values.
        inputs: "sparse", uint8 of which most are 0, "bytes", uint8, or "floats", float32.
    """
    update = update_of(network.optimizer)
    kernel = update[0] if update else PLAIN
    penalized = [_regularizer(layer) is not None for layer in network.layers]
    indices = [i for i, layer in enumerate(network.layers) if KERNELS[type(layer)]]
    clips = getattr(network.optimizer, "global_clipnorm", None) is not None
    in_place = kernel is PLAIN and not any(penalized) and not clips
    while True:
        steps: list[Step] = []
        for i in indices:
            site = Site(
                index=i,
                first=not steps,
                last=i == indices[-1],
                inputs=inputs,
                offset=bool(np.any(network.inputs.offset)),
                in_place=in_place,
                under=steps[-1].activation if steps else "linear",
            )
            layer = network.layers[i]
            kernels = _kernels(layer, network.shapes[i], site)
            steps.append(Step(kernels, layer.activation.name, penalized[i]))
        if not in_place or all(step.kernels.updates_in_place for step in steps):
            break
        in_place = False
    return Spec(
        tuple(steps),
        network.output_shape,
        network.loss.name,
        classes,
        kernel,
        "floats" if inputs == "floats" else "bytes",
        clips,
        in_place,
    )


def _kernels(layer: Layer, shape: Shape, site: Site) -> LayerKernels:
    for candidate in KERNELS[type(layer)]:
        if kernels := candidate.of(layer, shape, site):
            return kernels
    raise AssertionError(f"the last code for {type(layer).__name__} is for any place")

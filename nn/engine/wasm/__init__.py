"""Networks compiled to WebAssembly SIMD, from Python.

From below: :mod:`.asm` writes WebAssembly and knows nothing of networks; :mod:`.kernels` work on
arrays; :mod:`.layers` has the kernels of each layer kind. :mod:`.memory` and :mod:`.spec` say what
a network's code is given and where things lie, :mod:`.inputs` and :mod:`.network` write that code,
:mod:`.compiler` decides what code a network needs; :mod:`.machine` loads and runs modules;
:mod:`.program` is the engine.

Beside networks, :mod:`.kernels.any_matmul` stands in for ``np.matmul`` with the kernel of
:mod:`.kernels.gemm`.
"""

"""Networks compiled to WebAssembly SIMD, from Python.

From below: :mod:`opcodes`, :mod:`instructions` and :mod:`assembler` write WebAssembly;
:mod:`vectors`, :mod:`exp`, :mod:`matmul`, :mod:`softmax`, :mod:`activations`, :mod:`losses`,
:mod:`updates` and :mod:`sparse` are the kernels; :mod:`inputs`, :mod:`kept` and :mod:`network` put
them together for one network, :mod:`table` says what they are given; :mod:`machine` loads and runs
modules; :mod:`program` is the engine.

Beside networks, :mod:`any_matmul` stands in for ``np.matmul`` with the kernel of :mod:`gemm`.
"""

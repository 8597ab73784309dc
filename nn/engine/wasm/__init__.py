"""Networks compiled to WebAssembly SIMD, from Python.

From below: :mod:`instructions` and :mod:`assembler` write WebAssembly and know nothing of networks;
:mod:`vectors`, :mod:`exp`, :mod:`matmul`, :mod:`softmax`, :mod:`activations`, :mod:`losses`,
:mod:`updates` and :mod:`sparse` are the kernels; :mod:`inputs`, :mod:`kept` and :mod:`network` put
them together for one network, :mod:`frame` says what they are given; :mod:`machine` loads and runs
modules; :mod:`program` is the engine. :mod:`gemm` and :mod:`any_matmul` multiply any two arrays.
"""

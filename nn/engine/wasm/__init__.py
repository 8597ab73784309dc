"""Networks compiled to WebAssembly SIMD, from Python."""

"""A small WebAssembly assembler; it knows nothing of neural networks."""

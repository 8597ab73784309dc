"""The commands of ``python -m nn`` that fill files of their own."""

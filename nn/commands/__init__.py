"""What `python -m nn` does, one command a file."""

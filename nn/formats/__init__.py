"""Files that hold whole models."""

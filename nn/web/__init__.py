"""The page in Python. Nothing outside this package knows that there are browsers."""

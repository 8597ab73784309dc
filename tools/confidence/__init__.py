"""``python -m tools.confidence``: fits how sure a photo's answer is, on photos made by code."""

"""What makes a run repeatable, in the page and in a terminal alike."""

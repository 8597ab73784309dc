"""What each lab of the page is about, without the page: its settings, its data and its task."""

"""The same work by this project and by its peers, side by side: `make bench`."""

"""One file a peer, all with the interface that page.js describes."""

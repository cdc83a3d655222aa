"""Matrix: a connection to a homeserver, and what turns its events into ours and our effects into its events."""

"""Our own training lines: written by hand, and composed from hand-written phrases."""

"""From effects to requests."""

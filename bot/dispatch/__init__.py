"""From stored events to stored effects, and from there to the platforms."""

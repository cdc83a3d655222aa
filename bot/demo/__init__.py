"""The demonstration: a bundled discussion goes through the real core and cogs, and a terminal shows it."""

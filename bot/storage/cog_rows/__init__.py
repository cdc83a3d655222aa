"""The tables that cogs declare: their schemas, their rows, their values."""

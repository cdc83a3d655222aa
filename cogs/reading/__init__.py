"""Reading: the weekly discussion prompt."""

from cogs.reading.cog import Reading

__all__ = ["Reading"]

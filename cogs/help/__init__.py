"""Help: which commands there are, for whoever asks, where they ask."""

from cogs.help.cog import Help

__all__ = ["Help"]

"""Privacy: members see what is kept about them, get it, erase it, and keep words off the record."""

from cogs.privacy.cog import Privacy

__all__ = ["Privacy"]

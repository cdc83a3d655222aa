"""Review: the moderators' queue, from a flag or a report to a decision that can be undone."""

from cogs.review.cog import Review

__all__ = ["Review"]

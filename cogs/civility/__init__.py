"""Civility: bring personal attacks to the moderators' notice."""

from cogs.civility.cog import Civility

__all__ = ["Civility"]

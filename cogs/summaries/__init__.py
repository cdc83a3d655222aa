"""Summaries: what a discussion has come to, in its members' own words."""

from cogs.summaries.cog import Summaries

__all__ = ["Summaries"]

"""Keeps one cog's misbehaviour from the others, and tells people of it."""

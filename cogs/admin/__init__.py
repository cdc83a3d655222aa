"""Admin: settings, cogs and health, from the moderators' room."""

from cogs.admin.cog import Admin

__all__ = ["Admin"]

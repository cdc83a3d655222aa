"""A terminal as a platform: virtual rooms and people, for trying things out and for the demonstration."""

from bot.platforms.console.keyboard import typed_lines
from bot.platforms.console.platform import ConsolePlatform

__all__ = ["ConsolePlatform", "typed_lines"]

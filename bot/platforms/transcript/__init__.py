"""Discussions in files, replayed as if they happened now; what would be posted is only written down."""

from bot.platforms.transcript.platform import OPERATOR, Progress, TranscriptPlatform

__all__ = ["OPERATOR", "Progress", "TranscriptPlatform"]

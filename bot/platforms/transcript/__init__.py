"""Discussions in files, replayed as if they happened now; what would be posted is only written down."""

from bot.platforms.transcript.platform import OPERATOR, Progress, TranscriptPlatform
from bot.platforms.transcript.source import Reader

__all__ = ["OPERATOR", "Progress", "Reader", "TranscriptPlatform"]

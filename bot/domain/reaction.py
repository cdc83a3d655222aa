"""What a reaction says."""

APPROVING = frozenset({"👍", "❤", "❤️", "💯", "👏", "+1", "like", "thumbsup", "heart"})
"""Reactions that say yes. Skin tones do not matter; anything else may be irony and counts for nothing."""

_SKIN_TONES = dict.fromkeys(range(0x1F3FB, 0x1F400))


def approves(emoji: str) -> bool:
    """Whether the emoji, or its short name as in ":thumbsup:", is a like."""
    return emoji.translate(_SKIN_TONES).strip(":") in APPROVING

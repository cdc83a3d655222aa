"""By what a post is known again: names made from a delivery's key, the same on every attempt. Pure."""

import hashlib

_NONCE = 25
"""Characters that Discord allows."""

LEAST_MARKER = 1_000
"""Discord numbers components that have no number of ours from one on."""

_MOST_MARKER = 2**31 - 1


def nonce(transaction: str) -> str:
    """Discord posts one message for it, however often it is sent within some minutes."""
    return _digest(transaction)[:_NONCE]


def marker(transaction: str) -> int:
    """Stands in a card for good, as the number of its frame."""
    return LEAST_MARKER + int(_digest(transaction), 16) % (_MOST_MARKER - LEAST_MARKER)


def letter_name(key: str) -> str:
    return _digest(f"letter {key}")[:32]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

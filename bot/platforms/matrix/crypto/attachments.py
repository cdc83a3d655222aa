"""Files for encrypted rooms: the homeserver keeps what it cannot read, the event carries the keys."""

from typing import Any

from nio.crypto import encrypt_attachment


def sealed(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """The encrypted file, and what opens it: the `file` of an event but for its `url`."""
    ciphertext, keys = encrypt_attachment(content)
    return ciphertext, {**keys, "v": "v2"}

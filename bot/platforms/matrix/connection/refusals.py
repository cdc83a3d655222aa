"""What a homeserver answers instead of what was asked for, as our errors; a server's own words are never repeated."""

from collections.abc import Mapping
from typing import Any

from bot.errors import Gone, PlatformError, RateLimited, Revoked, Unavailable

_DEFAULT_PAUSE = 5.0


class Refused(PlatformError):
    """The homeserver said no, by `errcode` (M_FORBIDDEN...) and HTTP `status`; whoever asked knows what it means."""

    def __init__(self, errcode: str, status: int) -> None:
        super().__init__(f"the homeserver refused ({errcode}, HTTP {status})")
        self.errcode, self.status = errcode, status


def refusal(status: int, answer: Mapping[str, Any]) -> PlatformError:
    """The error for an answer that is no success."""
    errcode = answer.get("errcode")
    code = errcode if isinstance(errcode, str) and errcode.replace("_", "").replace(".", "").isalnum() else "M_UNKNOWN"
    if status == 429 or code == "M_LIMIT_EXCEEDED":  # noqa: PLR2004 - HTTP's own number
        pause = answer.get("retry_after_ms")
        return RateLimited(pause / 1000 if isinstance(pause, int | float) and pause > 0 else _DEFAULT_PAUSE)
    if code == "M_UNKNOWN_TOKEN":
        return Revoked("the homeserver no longer knows the bot's access token")
    if status >= 500 or status == 408:  # noqa: PLR2004
        return Unavailable(f"the homeserver has trouble (HTTP {status})")
    if code == "M_NOT_FOUND":
        return Gone("the homeserver does not know it")
    return Refused(code, status)

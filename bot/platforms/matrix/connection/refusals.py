"""What a homeserver answers instead of what was asked for, as our errors; a server's own words are never repeated."""

import math
import re
from collections.abc import Mapping
from typing import Any

from bot.errors import Gone, PlatformError, RateLimited, Revoked, Unavailable

_DEFAULT_PAUSE, _LONGEST_PAUSE = 5.0, 3600.0
_ERRCODE = re.compile(r"[A-Z0-9_.]{1,80}", re.IGNORECASE | re.ASCII)


class Refused(PlatformError):
    """The homeserver said no, by `errcode` (M_FORBIDDEN...) and HTTP `status`; whoever asked knows what it means.

    `answer` is the whole answer, which the error's words never repeat.
    """

    def __init__(self, errcode: str, status: int, answer: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"the homeserver refused ({errcode}, HTTP {status})")
        self.errcode, self.status, self.answer = errcode, status, answer or {}


def refusal(status: int, content: Mapping[str, Any] | None, retry_after: str | None = None) -> PlatformError:
    """The error for an answer that is no success; `retry_after`: the header of this name.

    `content` is None where the answer is no JSON: then a proxy gave it in the homeserver's place, which says no for
    good to nothing but what is too large.
    """
    answer = content or {}
    errcode = answer.get("errcode")
    code = errcode if isinstance(errcode, str) and _ERRCODE.fullmatch(errcode) else "M_UNKNOWN"
    if status == 429 or code == "M_LIMIT_EXCEEDED":  # noqa: PLR2004 - HTTP's own number
        return RateLimited(_pause(answer.get("retry_after_ms"), retry_after))
    if code == "M_UNKNOWN_TOKEN":
        return Revoked("the homeserver no longer knows the bot's access token")
    if code == "M_USER_DEACTIVATED":
        return Revoked("the bot's account on the homeserver was deactivated")
    if code == "M_USER_LOCKED":
        return Unavailable("the bot's account on the homeserver is locked")
    if content is None and status < 500 and status != 413:  # noqa: PLR2004
        return Unavailable(f"what answers in place of the homeserver is none (HTTP {status})")
    if status < 400 or status >= 500 or status == 408:  # noqa: PLR2004
        return Unavailable(f"the homeserver has trouble (HTTP {status})")
    if code == "M_NOT_FOUND":
        return Gone("the homeserver does not know it")
    return Refused(code, status, answer)


def _pause(milliseconds: object, header: str | None) -> float:
    """Seconds to wait: what the body says, else the header, else a guess; never what nobody would wait for."""
    seconds = _DEFAULT_PAUSE
    if isinstance(milliseconds, int | float) and not isinstance(milliseconds, bool) and milliseconds > 0:
        seconds = _LONGEST_PAUSE if milliseconds > _LONGEST_PAUSE * 1000 else milliseconds / 1000
    elif header and header.isascii() and header.isdigit():
        seconds = float(header[:9])
    return _LONGEST_PAUSE if math.isnan(seconds) else min(max(seconds, 0.0), _LONGEST_PAUSE)

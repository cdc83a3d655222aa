"""What a homeserver says no with becomes an error of ours, whatever stands in the answer."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Gone, PlatformError, RateLimited, Revoked, Unavailable
from bot.platforms.matrix.connection.refusals import Refused, refusal


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (401, {"errcode": "M_UNKNOWN_TOKEN"}, Revoked),
        (403, {"errcode": "M_USER_DEACTIVATED"}, Revoked),
        (401, {"errcode": "M_USER_LOCKED", "soft_logout": True}, Unavailable),
        (500, {"errcode": "M_UNKNOWN"}, Unavailable),
        (408, {}, Unavailable),
        (400, None, Unavailable),
        (403, None, Unavailable),
        (404, None, Unavailable),
        (502, None, Unavailable),
        (429, None, RateLimited),
        (413, None, Refused),
        (404, {"errcode": "M_NOT_FOUND"}, Gone),
        (404, {"errcode": "M_UNRECOGNIZED"}, Refused),
        (403, {"errcode": "M_FORBIDDEN"}, Refused),
        (401, {"flows": []}, Refused),
    ],
)
def test_kinds(status, answer, kind):
    assert type(refusal(status, answer)) is kind


@pytest.mark.parametrize(
    ("answer", "header", "seconds"),
    [
        ({"retry_after_ms": 1500}, "9", 1.5),
        ({}, "9", 9.0),
        ({"retry_after_ms": "soon"}, None, 5.0),
        ({"retry_after_ms": math.inf}, None, 3600.0),
        ({"retry_after_ms": math.nan}, None, 5.0),
        ({"retry_after_ms": True}, "Wed, 21 Oct 2026 07:28:00 GMT", 5.0),
        ({"retry_after_ms": -1}, "9" * 30, 3600.0),
        ({"retry_after_ms": 10**400}, None, 3600.0),
    ],
)
def test_how_long_to_wait(answer, header, seconds):
    error = refusal(429, answer, header)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


@given(st.integers(300, 599), st.dictionaries(st.sampled_from(["errcode", "error", "retry_after_ms"]), st.text()))
def test_the_servers_words_are_never_repeated(status, answer):
    error = refusal(status, answer | {"error": "SECRET WORDS"})
    assert isinstance(error, PlatformError)
    assert "SECRET" not in str(error)
    assert "\n" not in str(error)

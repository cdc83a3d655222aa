"""What the library and the network raise, as our errors; nothing of what was written comes along."""

import json
import socket
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.errors import Forbidden, Gone, PlatformError, RateLimited, Revoked, Unavailable, Unsupported
from bot.platforms.discord.connection.refusals import Denied, Missing, NoLetters, Refused, refusal, translated

SECRET = "what somebody wrote"


def failure(
    status: int, code: int = 0, *, body: Any = None, headers: dict[str, str] | None = None, html: bool = False
) -> discord.HTTPException:
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.HTTPException)
    kind = discord.DiscordServerError if status >= 500 else kind
    given = {"Content-Type": "text/html" if html else "application/json"} | (headers or {})
    response = SimpleNamespace(status=status, reason="", headers=given)
    message = "<html>" if html else body or {"message": SECRET, "code": code}
    return kind(response, message)  # type: ignore[arg-type]


def meant(error: Exception, permission: str = "Time out members") -> PlatformError:
    found = translated(error, "time a member out", "#square in Assembly", permission)
    assert found is not None
    assert SECRET not in str(found)
    return found


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, 50001, Denied),
        (403, 50013, Denied),
        (403, 60003, Denied),
        (400, 50083, Denied),
        (403, 0, Denied),
        (403, 50007, NoLetters),
        (403, 50278, NoLetters),
        (400, 50007, NoLetters),
        (404, 10003, Missing),
        (404, 10008, Missing),
        (404, 10013, Missing),
        (404, 10062, Missing),
        (401, 50027, Missing),
        (404, 0, Missing),
        (400, 30010, Refused),
        (400, 160004, Refused),
        (400, 40060, Refused),
        (413, 40005, Refused),
        (413, 0, Refused),
        (400, 50035, Refused),
        (400, 99999, Refused),
        (403, 40333, Unavailable),
        (400, 130000, Unavailable),
        (500, 0, Unavailable),
        (503, 0, Unavailable),
        (302, 0, Unavailable),
        (408, 0, Unavailable),
        (401, 0, Revoked),
        (401, 40001, Revoked),
        (429, 0, RateLimited),
    ],
)
def test_refusals(status: int, code: int, kind: type[PlatformError]) -> None:
    error = meant(failure(status, code))
    assert type(error) is kind
    if code and isinstance(error, Denied | NoLetters | Missing | Refused):
        assert error.code == code


def test_what_is_missing_is_said_with_the_place_and_the_way_to_mend_it() -> None:
    error = meant(failure(403, 50013))
    assert isinstance(error, Forbidden)
    assert (error.what, error.where, error.permission) == (
        "time a member out",
        "#square in Assembly",
        "Time out members",
    )
    assert "'Time out members'" in str(error)
    assert "drag the bot's role up" in str(error)
    assert "second factor" in str(meant(failure(403, 60003)))
    assert "View Channel" in str(meant(failure(403, 50001)))
    assert "''" not in str(meant(failure(403, 50013), permission=""))


def test_a_form_that_is_not_taken_names_its_parts_and_no_words() -> None:
    errors = {
        "content": {"_errors": [{"code": "X", "message": SECRET}]},
        "message_reference": {"_errors": [{"message": "?"}]},
    }
    error = meant(failure(400, 50035, body={"message": "Invalid Form Body", "code": 50035, "errors": errors}))
    assert isinstance(error, Refused)
    assert error.fields == ("content", "message_reference")
    assert "content, message_reference" in str(error)


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_pages_of_proxies_decide_nothing(status: int) -> None:
    assert type(meant(failure(status, html=True))) is Unavailable


def test_too_large_for_a_proxy_is_too_large() -> None:
    assert type(meant(failure(413, html=True))) is Refused


@pytest.mark.parametrize(("header", "wait"), [("7", 7), (None, 5), ("soon", 5), ("9" * 40, 3600), ("²", 5)])
def test_rate_limits(header: str | None, wait: float) -> None:
    error = meant(failure(429, headers={"Retry-After": header} if header else {}))
    assert isinstance(error, RateLimited)
    assert error.retry_after == wait


@pytest.mark.parametrize(("told", "wait"), [(31.5, 31.5), (-3.0, 0.0), (1e9, 3600.0), (float("nan"), 3600.0)])
def test_the_librarys_own_rate_limits(told: float, wait: float) -> None:
    error = meant(discord.RateLimited(told))
    assert isinstance(error, RateLimited)
    assert error.retry_after == wait


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientPayloadError(SECRET),
        ConnectionResetError(104, SECRET),
        TimeoutError(),
        socket.gaierror(-2, SECRET),
        OSError(SECRET),
        discord.GatewayNotFound(),
        discord.InvalidData(SECRET),
        json.JSONDecodeError(SECRET, SECRET, 0),
        UnicodeDecodeError("utf-8", b"x", 0, 1, SECRET),
    ],
)
def test_trouble_that_passes(error: Exception) -> None:
    assert type(meant(error)) is Unavailable


def test_of_errors_around_others_the_inner_one_counts() -> None:
    outer = discord.GatewayNotFound()
    outer.__cause__ = failure(401)
    assert isinstance(meant(outer), Revoked)


def test_answered_twice() -> None:
    error = meant(discord.InteractionResponded(SimpleNamespace()))  # type: ignore[arg-type]
    assert isinstance(error, Unsupported)
    assert isinstance(meant(discord.LoginFailure()), Revoked)


def test_a_stumble_of_the_librarys_over_an_answer_passes_and_a_mistake_of_ours_is_none_of_this() -> None:
    with pytest.raises(TypeError) as stumbled:
        discord.utils.parse_time(5)  # type: ignore[call-overload]
    assert type(meant(stumbled.value)) is Unavailable
    with pytest.raises(TypeError) as ours:
        len(5)  # type: ignore[arg-type]
    assert translated(ours.value, "", "") is None
    assert translated(ValueError("ours"), "", "") is None


def test_ours_stay_as_they_are() -> None:
    error = Gone("x")
    assert translated(error, "", "") is error


def test_every_refusal_is_one_of_ours() -> None:
    for status in range(300, 600):
        assert isinstance(refusal(failure(status, 12345), "x", "y"), PlatformError)

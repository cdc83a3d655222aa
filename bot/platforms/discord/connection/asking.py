"""Single questions to Discord by plain requests, without connecting: beside the bot that runs, and before it does."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from pydantic import SecretStr
from yarl import URL

from bot.errors import ConfigError, Forbidden, Gone, PlatformError, RateLimited, Revoked, Unavailable

DISCORD = "https://discord.com/api/v10"
_PATIENCE = 15.0
_MOST_BYTES = 16 * 1024 * 1024
_USER_AGENT = "DiscordBot (folkmoot, 0.1)"
"""Discord asks for this form, and turns others away."""

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _SERVER_ERRORS = 401, 403, 404, 429, 500
_USUAL_WAIT = 5.0


class Asking:
    """Questions in the name of one bot. What is sent to it by its connection stays for that.

    Attributes:
        date: what Discord's clock said with its newest answer.
    """

    def __init__(self, session: aiohttp.ClientSession, base: URL, token: SecretStr) -> None:
        self.date: datetime | None = None
        self.host = base.host or ""
        self._session, self._base, self._token = session, base, token

    async def ask(self, *path: str | int, **query: str | int) -> Any:
        """What `GET /path` answers, from JSON; asked once.

        Raises:
            RateLimited, Unavailable: try again later. Gone: there is none. Forbidden: it is not for the bot to know.
            Revoked: the token is not valid. PlatformError: any other no.
        """
        address = self._base.joinpath(*map(str, path)).with_query({name: str(value) for name, value in query.items()})
        headers = {"Authorization": f"Bot {self._token.get_secret_value()}"}
        try:
            async with self._session.get(address, headers=headers, allow_redirects=False) as response:
                content = await _within_limits(response)
        except aiohttp.ClientConnectorDNSError as error:
            raise Unavailable(f"the name {self.host} is not known to the network") from error
        except (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError) as error:
            raise Unavailable(f"no secure connection to {self.host}: its certificate is not valid") from error
        except TimeoutError as error:
            raise Unavailable(f"{self.host} did not answer within {_PATIENCE:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unavailable(f"{self.host} cannot be reached, or broke off its answer") from error
        self.date = _moment(response.headers.get("Date"))
        if response.ok and content is not None:
            return content
        raise _refusal(response.status, content, "/".join(map(str, path)), self.host)


@asynccontextmanager
async def asking(token: SecretStr, api_base: str | None = None) -> AsyncIterator[Asking]:
    """`api_base`: of another server than Discord's own. Raises ConfigError for what is no address."""
    try:
        base = URL(api_base or DISCORD)
        base.port  # noqa: B018 - a port that is no number shows when it is asked for
    except ValueError as error:
        raise ConfigError(f"{api_base!r} is no address: correct [discord] api_base") from error
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver(), limit=4),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": _USER_AGENT},
        timeout=aiohttp.ClientTimeout(total=_PATIENCE),
    ) as session:
        yield Asking(session, base, token)


async def _within_limits(response: aiohttp.ClientResponse) -> Any:
    """The JSON of an answer; None for what is none, or too large."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > _MOST_BYTES:
            return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _refusal(status: int, content: Any, what: str, host: str) -> PlatformError:
    told = content if isinstance(content, Mapping) else {}
    if status == _UNAUTHORIZED:
        return Revoked("Discord does not take the bot's token")
    if status == _TOO_MANY:
        wait = told.get("retry_after")
        return RateLimited(float(wait) if isinstance(wait, int | float) else _USUAL_WAIT)
    if status == _NOT_FOUND:
        return Gone(f"{what} is not there")
    if status == _FORBIDDEN and told:
        return Forbidden("look at it", what, "View Channels")
    if status >= _SERVER_ERRORS or status == _FORBIDDEN:
        return Unavailable(f"{host} has trouble (status {status})")
    code = told.get("code")
    return PlatformError(f"{host} refuses to answer (status {status}{f', code {code}' if code else ''})")


def _moment(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None

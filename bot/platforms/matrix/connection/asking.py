"""Single questions to a homeserver without nio and a session of its own: before the bot connects, and beside it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.errors import Unavailable
from bot.platforms.matrix.connection.answers import read_answer
from bot.platforms.matrix.connection.refusals import refusal

Json = Mapping[str, Any]

_PATIENCE = 15.0
_LARGEST = 16 * 2**20
_SUCCESS = range(200, 300)


class Asking:
    """Questions to one homeserver. Nothing here syncs, so the bot's own messages stay for the bot.

    Attributes:
        token: whom the questions come from; None: from nobody.
        date: what the server's clock said with its newest answer.
    """

    def __init__(self, homeserver: str, session: aiohttp.ClientSession, token: SecretStr | None = None) -> None:
        self.token = token
        self.date: datetime | None = None
        self._homeserver = homeserver
        self._session = session

    async def ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        query: Mapping[str, str] | None = None,
        token: SecretStr | None = None,
    ) -> dict[str, Any]:
        """One question, asked once.

        Raises:
            RateLimited, Unavailable: try again later. Gone: it is not known there. Revoked: the token is not valid.
            Refused: any other no.
        """
        used = token or self.token
        headers = {"Authorization": f"Bearer {used.get_secret_value()}"} if used else {}
        try:
            async with self._session.request(
                method, self._homeserver + path, json=body, params=query, headers=headers, allow_redirects=False
            ) as response:
                content = await response.content.read(_LARGEST)
                while len(content) < _LARGEST and (more := await response.content.read(_LARGEST - len(content))):
                    content += more
                self.date = _date(response.headers.get("Date"))
                return _read(response.status, content)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Unavailable(f"the homeserver does not answer ({_why(error)})") from error


@asynccontextmanager
async def asking(
    homeserver: str, token: SecretStr | None = None, *, patience: float = _PATIENCE
) -> AsyncIterator[Asking]:
    """`homeserver` is its address, as in "https://matrix.example.org"; `patience` seconds for one answer."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=patience)) as session:
        yield Asking(homeserver, session, token)


def _read(status: int, content: bytes) -> dict[str, Any]:
    answer = read_answer(content)
    if status not in _SUCCESS:
        raise refusal(status, answer or {})
    if answer is None:
        raise Unavailable("what answers at the homeserver's address is no homeserver")
    return answer


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None


def _why(error: BaseException) -> str:
    """The kind of trouble; a library's own words may quote what was sent."""
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name is not known"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return "its certificate is not valid"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "nothing listens there"
    return type(error).__name__

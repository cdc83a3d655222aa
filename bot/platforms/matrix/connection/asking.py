"""Single questions to a homeserver without keeping a login of one's own: before the bot connects, and beside it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import SecretStr

from bot.platforms.matrix.connection.refusals import refusal
from bot.platforms.matrix.connection.transport import Transport

_PATIENCE = 15.0


class Asking:
    """Questions to one homeserver. Nothing here syncs, so what is sent to the bot stays for the bot.

    Attributes:
        token: whom the questions come from; None: from nobody.
        date: what the server's clock said with its newest answer.
    """

    def __init__(self, transport: Transport, token: SecretStr | None = None) -> None:
        self.token = token
        self.date: datetime | None = None
        self._transport = transport

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        token: SecretStr | None = None,
    ) -> dict[str, Any]:
        """One question, asked once; `token`: in the name of another.

        Raises:
            RateLimited, Unavailable: try again later. Gone: it is not known there. Revoked: the token is not valid.
            Refused: any other no.
        """
        used = token or self.token
        answer = await self._transport.request(
            method,
            path,
            body=body,
            query=query,
            token=used.get_secret_value() if used else None,
            patience=_PATIENCE,
        )
        self.date = _moment(answer.date)
        if answer.good and answer.content is not None:
            return answer.content
        raise refusal(answer.status, answer.content, answer.retry_after)


@asynccontextmanager
async def asking(homeserver: str, token: SecretStr | None = None) -> AsyncIterator[Asking]:
    """`homeserver` is its address. Raises ConfigError for what is none."""
    transport = Transport(homeserver)
    try:
        yield Asking(transport, token)
    finally:
        await transport.aclose()


def _moment(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None

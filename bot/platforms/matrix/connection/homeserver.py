"""One account on one homeserver: authorised requests, errors in our words, tokens renewed as they run out."""

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from bot.errors import ConfigError, Revoked, StorageError, Unavailable
from bot.platforms.matrix.connection.login import Logins, is_soft, is_unknown_token
from bot.platforms.matrix.connection.login_file import Login
from bot.platforms.matrix.connection.refusals import refusal
from bot.platforms.matrix.connection.transport import Answer, Transport
from bot.platforms.matrix.options import Options

Json = Mapping[str, Any]


class Homeserver:
    """Requests of one account. Built without a connection; `log_in` makes it, or the first `call`.

    Attributes:
        user: "@folkmoot:example.org".
        device: the device id of this login; empty before it.
    """

    def __init__(self, options: Options) -> None:
        """Raises ConfigError for an address that is none, and where there is nothing to log in with."""
        self.user = options.user
        self.device = ""
        self._transport = Transport(options.homeserver)
        self._logins = Logins(options, self._transport)
        self._login: Login | None = None
        self._void: Revoked | None = None
        self._renewing = asyncio.Lock()

    async def log_in(self) -> None:
        """Log in, or take up the login of an earlier run; done already: nothing happens.

        Raises:
            ConfigError, Revoked: it cannot work until the operator does something; the words say what.
            StorageError: the login cannot be kept.
            Unavailable, RateLimited: try again later, as often as it takes.
        """
        async with self._renewing:
            if self._login is None:
                self._take(await self._logins.begin())

    async def call(
        self,
        method: str,
        path: str,
        body: Json | bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        patience: float = 30.0,
        content_type: str = "application/json",
        token: SecretStr | None = None,
    ) -> dict[str, Any]:
        """One request; never tried again here, except once after the access token was renewed.

        `token`: of another account (a server admin) to ask as; it is never renewed.

        Raises:
            RateLimited, Unavailable: try again later. Gone: not found. Revoked: the login is void for good.
            Refused: any other no, with its errcode.
        """

        async def request(secret: SecretStr | None) -> Answer:
            return await self._transport.request(
                method,
                path,
                body=body,
                query=query,
                token=secret.get_secret_value() if secret else None,
                patience=patience,
                content_type=content_type,
            )

        if token is not None:
            return _content(await request(token))
        used = await self._logged_in()
        answer = await request(used.token)
        if is_unknown_token(answer):
            answer = await request((await self._renewed(used, soft=is_soft(answer))).token)
            if is_unknown_token(answer):
                raise self._logins.revoked(used)
        return _content(answer)

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def _logged_in(self) -> Login:
        """The login, made now where there is none; what only the operator can mend is told by `log_in` alone."""
        if self._login is None:
            try:
                await self.log_in()
            except (ConfigError, StorageError) as error:
                raise Unavailable("the bot is not logged in to the homeserver") from error
        assert self._login is not None
        return self._login

    async def _renewed(self, used: Login, *, soft: bool) -> Login:
        """A login with another token than the one used; many requests may fail at once and only one renews."""
        async with self._renewing:
            if self._void is not None:
                raise self._void
            if self._login is None or self._login.token == used.token:
                try:
                    self._take(await self._logins.renew(used, soft=soft))
                except Revoked as error:
                    self._void = error
                    raise
                except StorageError as error:
                    raise Unavailable("the bot's renewed login could not be kept") from error
            assert self._login is not None
            return self._login

    def _take(self, login: Login) -> None:
        self._login, self.device = login, login.device


def _content(answer: Answer) -> dict[str, Any]:
    if answer.good and answer.content is not None:
        return answer.content
    raise refusal(answer.status, answer.content, answer.retry_after)

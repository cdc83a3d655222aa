"""One account on one homeserver: authorised requests, errors in our words, tokens renewed as they run out."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


class Homeserver:
    """Requests of the logged-in account, through nio's session.

    Attributes:
        user: "@folkmoot:example.org".
        device: the device id of this login.
    """

    user: str
    device: str

    async def call(
        self,
        method: str,
        path: str,
        body: Json | bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        patience: float = 30.0,
        content_type: str = "application/json",
    ) -> dict[str, Any]:
        """One request; never tried again here, except once after the access token was renewed.

        Raises:
            RateLimited, Unavailable: try again later. Gone: not found. Revoked: the login is void for good.
            Refused: any other no, with its errcode.
        """
        raise NotImplementedError

    async def aclose(self) -> None:
        raise NotImplementedError

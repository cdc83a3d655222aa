"""One HTTP request to a homeserver and what it answered, within limits of time and size."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from bot.errors import ConfigError, Unavailable
from bot.platforms.matrix.connection.answers import read_answer

_MOST_BYTES = 64 * 1024 * 1024
_CONNECTING = 15.0
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, good or not.

    Attributes:
        content: None where it is no JSON object.
        moved_to: the host that a redirect points to.
        retry_after, date: the headers of these names.
    """

    status: int
    content: dict[str, Any] | None
    moved_to: str | None = None
    retry_after: str | None = None
    date: str | None = None

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300 and self.content is not None  # noqa: PLR2004 - HTTP's own numbers


class Transport:
    """Connections to one homeserver.

    Redirects are not followed: the token would go where nobody said it may. Names are looked up the way the whole
    process does, so that the guard of outgoing connections hears of it.
    """

    def __init__(self, address: str) -> None:
        """Raises ConfigError for what is no address of a web server."""
        try:
            self._base = URL(address.rstrip("/"))
            self._base.port  # noqa: B018 - a port that is no number shows when it is asked for
        except ValueError as error:
            raise ConfigError(f"{address!r} is no address of a homeserver") from error
        if self._base.scheme not in {"https", "http"} or not self._base.host or self._base.query_string:
            raise ConfigError(f"{address!r} is no address of a homeserver: write https://matrix.example.org")
        if self._base.user or self._base.password:
            raise ConfigError("the homeserver's address must hold no name and no password")
        self.host = self._base.host
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | bytes | None = None,
        query: Mapping[str, str] | None = None,
        token: str | None = None,
        patience: float = 30.0,
        content_type: str = "application/json",
    ) -> Answer:
        """Raises Unavailable where no whole answer came."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = body if isinstance(body, bytes) else json.dumps(body or {}, ensure_ascii=False).encode()
        if method != "GET":
            headers["Content-Type"] = content_type
        address = URL(f"{self._base}{path}", encoded=True)
        try:
            async with self._opened().request(
                method,
                address.extend_query(query) if query else address,
                data=data if method != "GET" else None,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=patience, sock_connect=_CONNECTING),
                allow_redirects=False,
            ) as response:
                content = await _within_limits(response)
                return Answer(
                    response.status,
                    read_answer(content),
                    _host_of(response.headers.get("Location")),
                    response.headers.get("Retry-After"),
                    response.headers.get("Date"),
                )
        except aiohttp.ClientConnectorDNSError as error:
            raise Unavailable(f"the name {self.host} is not known to the network") from error
        except (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError) as error:
            raise Unavailable(f"no secure connection to {self.host}: its certificate is not valid") from error
        except TimeoutError as error:
            raise Unavailable(f"{self.host} did not answer within {patience:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"{self.host} cannot be reached, or broke off its answer") from error

    async def aclose(self) -> None:
        """What is asked afterwards is Unavailable."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._closed:
            raise Unavailable(f"the connection to {self.host} is closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver(), limit=30),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Folkmoot"},
            )
        return self._session


async def _within_limits(response: aiohttp.ClientResponse) -> bytes:
    kept = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        kept += chunk
        if len(kept) > _MOST_BYTES:
            response.close()
            raise Unavailable(f"the homeserver answered with more than {_MOST_BYTES // 2**20} MiB")
    return bytes(kept)


def _host_of(location: str | None) -> str | None:
    try:
        return URL(location).host if location else None
    except ValueError:
        return None

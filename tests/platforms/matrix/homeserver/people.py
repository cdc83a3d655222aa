"""Fresh people for one test, all gone after it."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tests.platforms.matrix.homeserver.person import Person
from tests.platforms.matrix.homeserver.synapse import Account, Synapse

if TYPE_CHECKING:
    from tests.platforms.matrix.homeserver.encrypted import EncryptedPerson


class People:
    """Makes people on one server and closes their clients in the end; `url` where they do not go to it directly."""

    def __init__(self, server: Synapse, url: str | None = None) -> None:
        self.server, self._url = server, url or server.url
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def plain(self, name: str, *, admin: bool = False) -> Person:
        """Somebody whose client cannot encrypt."""
        return await self.of(self.server.register(name, admin=admin))

    async def of(self, account: Account) -> Person:
        """Somebody whose account is there already."""
        return await self._stack.enter_async_context(Person(self._url, account))

    async def encrypted(self, name: str, *, admin: bool = False) -> "EncryptedPerson":
        """Somebody whose client encrypts where the room does, with keys on the server."""
        from tests.platforms.matrix.homeserver.encrypted import (  # noqa: PLC0415 - slow to load, for those who use it
            EncryptedPerson,
        )

        account = self.server.register(name, admin=admin)
        person = await self._stack.enter_async_context(EncryptedPerson(self._url, account))
        await person.caught_up()
        return person

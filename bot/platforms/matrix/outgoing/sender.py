"""Posting one event into a room: encrypted where the room is, under a transaction id, within the rate limits."""

from bot.domain.effect import Priority
from bot.platforms.matrix.connection.homeserver import Json


class Sender:
    async def send(
        self,
        room: str,
        kind: str,
        content: Json,
        *,
        transaction: str,
        priority: Priority = Priority.ANSWER,
        seek: bool = False,
    ) -> str:
        """Send an event; gives its id. The same transaction never gives two events.

        An upgraded room's successor takes it. `transaction` is any text: a hash of it becomes the `txn_id` and stands
        in the content as a marker. `seek`: an earlier attempt may have arrived, longer ago than the homeserver
        remembers transactions: look for the marker among the bot's last posts there first.

        Raises:
            RateLimited, Unavailable: try again with the same transaction. Gone, Forbidden, Refused: it will not work.
        """
        raise NotImplementedError

    async def send_state(self, room: str, kind: str, key: str, content: Json) -> str:
        """Set a piece of a room's state. Raises likewise."""
        raise NotImplementedError

    async def private_room(self, user: str) -> str:
        """The room of the bot and this user alone, made (encrypted, if the bot can) where there is none.

        Raises:
            Forbidden: the user takes no invitations.
        """
        raise NotImplementedError

"""The file of a device's keys: nio's store, with what it lacks for a bot that may be killed at any moment."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from nio.crypto import InboundGroupSession
from nio.store import ForwardedChains, MegolmInboundSessions, SqliteStore, use_database
from peewee import AutoField, Model, PeeweeException, SqliteDatabase, TextField

from bot.errors import Unavailable
from bot.platforms.matrix.crypto.room_keys import RoomKeys

_TAKEN_KEPT = 10_000


class Taken(Model):  # type: ignore[misc]
    """A to-device event that was taken, by its digest, with the room key that it brought, if any."""

    number = AutoField()
    digest = TextField(unique=True)
    room = TextField(null=True)
    session = TextField(null=True)


class Givers(Model):  # type: ignore[misc]
    """The user who, by their own homeserver's word, sent room keys from the device with this identity key."""

    sender_key = TextField(primary_key=True)
    user = TextField()


class _Database(SqliteDatabase):  # type: ignore[misc]
    """nio ties its tables to a file for each statement anew, which takes longer than the statement."""

    tied = False

    def bind_ctx(self, models: Sequence[type[Model]], *given: Any, **named: Any) -> AbstractContextManager[Any]:
        if self.tied:
            return nullcontext()
        tie: AbstractContextManager[Any] = super().bind_ctx(models, *given, **named)
        return tie


class KeyFile(SqliteStore):  # type: ignore[misc]
    """Held by one process at a time: two would each move the same ratchets."""

    models = (*SqliteStore.models, Taken, Givers)
    _account: Any = None

    def _create_database(self) -> _Database:
        return _Database(
            self.database_path,
            pragmas={
                "locking_mode": "exclusive",
                "journal_mode": "wal",
                "synchronous": "full",
                "foreign_keys": 1,
                "secure_delete": 1,
            },
            timeout=1,
        )

    def _get_account(self) -> Any:
        if not self.database.tied:
            return super()._get_account()
        self._account = self._account or super()._get_account()
        return self._account

    def is_sound(self) -> bool:
        return [row[0] for row in self.database.execute_sql("PRAGMA quick_check")] == ["ok"]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; within it nobody waits.

        Raises:
            Unavailable: the file cannot be written.
        """
        with self.trouble(), self.database.bind_ctx(self.models), self.database.atomic():
            self.database.tied = True
            try:
                yield
            finally:
                self.database.tied, self._account = False, None

    @contextmanager
    def trouble(self) -> Iterator[None]:
        """Raises Unavailable where the file cannot be read or written."""
        try:
            yield
        except PeeweeException as error:
            raise Unavailable("the file of the encryption keys cannot be read or written") from error

    # --- what was taken -----------------------------------------------------------------------------------------

    @use_database  # type: ignore[untyped-decorator]
    def taken(self, digest: str) -> Taken | None:
        found: Taken | None = Taken.get_or_none(Taken.digest == digest)
        return found

    @use_database  # type: ignore[untyped-decorator]
    def remember_taken(self, digest: str, key: tuple[str, str] | None) -> None:
        room, session = key or (None, None)
        Taken.insert(digest=digest, room=room, session=session).execute()

    @use_database  # type: ignore[untyped-decorator]
    def forget_old(self) -> None:
        newest = Taken.select(Taken.number).order_by(Taken.number.desc()).limit(1).scalar() or 0
        Taken.delete().where(Taken.number <= newest - _TAKEN_KEPT).execute()

    # --- whose devices gave room keys ---------------------------------------------------------------------------

    @use_database  # type: ignore[untyped-decorator]
    def givers(self) -> dict[str, str]:
        return dict(Givers.select(Givers.sender_key, Givers.user).tuples())

    @use_database  # type: ignore[untyped-decorator]
    def add_giver(self, sender_key: str, user: str) -> None:
        Givers.insert(sender_key=sender_key, user=user).on_conflict_ignore().execute()

    # --- room keys ----------------------------------------------------------------------------------------------

    @use_database  # type: ignore[untyped-decorator]
    def save_inbound_group_session(self, session: InboundGroupSession) -> None:
        """Under a name of room, giver and session: nio's own, the session alone, lets one member replace another's."""
        name = f"{session.room_id} {session.sender_key} {session.id}"
        MegolmInboundSessions.replace(
            session_id=name,
            account=self._get_account(),
            sender_key=session.sender_key,
            fp_key=session.ed25519,
            room_id=session.room_id,
            session=session.pickle(self.pickle_key),
        ).execute()
        for link in session.forwarding_chain:
            ForwardedChains.replace(sender_key=link, session=name).execute()

    @use_database  # type: ignore[untyped-decorator]
    def load_inbound_group_sessions(self) -> RoomKeys:
        keys, account = RoomKeys(), self._get_account()
        if account is None:
            return keys
        chains = defaultdict(list)
        for link in ForwardedChains.select().dicts():
            chains[link["session"]].append(link["sender_key"])
        for row in MegolmInboundSessions.select().where(MegolmInboundSessions.account == account).dicts().iterator():
            keys.add(
                InboundGroupSession.from_pickle(
                    row["session"],
                    row["fp_key"],
                    row["sender_key"],
                    row["room_id"],
                    self.pickle_key,
                    chains.get(row["session_id"], []),
                )
            )
        return keys

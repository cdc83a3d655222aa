"""The SQLite store: one file per aggregate, and the only place with SQL."""

from bot.storage.store import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]

"""The SQLite store: one file per aggregate, and the only place with SQL."""

from bot.storage.copies.replacing import settle_restore
from bot.storage.file.lock import held
from bot.storage.store import SqliteStore, examine_store, open_store

__all__ = ["SqliteStore", "examine_store", "held", "open_store", "settle_restore"]

"""The steps that bring a store's core tables up to date, run at every start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from bot.errors import SchemaTooNew, StorageError


def upgrade(connection: Connection, path: Path) -> None:
    """Bring the core tables at `path` up to date.

    Raises:
        SchemaTooNew: a newer Folkmoot wrote the store.
        StorageError: the file holds the tables of some other program.
    """
    if not is_current(connection, path):
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(connection: Connection, path: Path) -> bool:
    """Whether no step is left to take; raises as `upgrade` does."""
    scripts = ScriptDirectory.from_config(_config())
    head = scripts.get_current_head()
    stored = MigrationContext.configure(connection).get_current_revision()
    if stored is None and inspect(connection).get_table_names():
        raise StorageError(f"{path} belongs to another program: name another file as the store")
    if stored is not None and stored not in {script.revision for script in scripts.walk_revisions()}:
        raise SchemaTooNew(
            f"the store {path} was written by a newer Folkmoot (schema {stored}; this one knows {head}): "
            "install that version again, or restore a backup that this one made"
        )
    return stored == head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config

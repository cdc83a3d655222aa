"""The steps that bring a store's core tables up to date, run at every start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.errors import SchemaTooNew


def upgrade(connection: Connection, path: Path) -> None:
    """Bring the core tables at `path` up to date.

    Raises:
        SchemaTooNew: a newer Folkmoot wrote the store.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    stored = MigrationContext.configure(connection).get_current_revision()
    if stored == head:
        return
    if stored is not None and stored not in {script.revision for script in scripts.walk_revisions()}:
        raise SchemaTooNew(
            f"the store {path} was written by a newer Folkmoot (schema {stored}; this one knows {head}): "
            "install that version again, or restore a backup that this one made"
        )
    command.upgrade(config, "head")

"""A changed line of the audit trail is found and named."""

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.effect import Record
from bot.domain.ids import CommunityId
from bot.ports.stores import Outcome
from bot.storage import open_store

OLDER = Path(__file__).parents[1] / "storage" / "stores" / "schema_0001.sql"
WHOLE = r"assembly: every line fits the one before it; 3 lines, digest [0-9a-f]{12}\.\n"
CONFIG = """
[store]
path = "trail.sqlite"
[[community]]
id = "assembly"
rooms = ["console:square"]
review_room = "console:desk"
"""


async def _three_entries(path: Path) -> None:
    store = await open_store(path)
    records = tuple(Record(CommunityId("assembly"), "case.upheld", f"case {n}") for n in (1, 2, 3))
    await store.journal.commit(Outcome("review", datetime(2026, 3, 2, tzinfo=UTC), records=records))
    await store.aclose()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A trail of three entries."""
    (tmp_path / "config.toml").write_text(CONFIG)
    asyncio.run(_three_entries(tmp_path / "trail.sqlite"))
    return tmp_path / "trail.sqlite"


def test_a_whole_trail_is_said_to_be_whole(folkmoot, store: Path) -> None:
    ended = folkmoot("verify-audit", "--config", str(store.with_name("config.toml")))
    assert ended.code == 0
    assert re.fullmatch(WHOLE, ended.out)


@pytest.mark.parametrize(
    ("tampering", "entry"),
    [
        ("update audit set subject = 'case 9' where number = 2", 2),
        ("delete from audit where number = 2", 2),
        ("update audit set action = 'case.dismissed' where number = 3", 3),
    ],
)
def test_a_changed_trail_is_found(folkmoot, store: Path, tampering: str, entry: int) -> None:
    database = sqlite3.connect(store)
    database.execute(tampering)
    database.commit()
    database.close()
    ended = folkmoot("verify-audit", "--config", str(store.with_name("config.toml")))
    assert ended.code == 65
    assert f"line {entry} was changed" in ended.out


def test_the_trail_of_a_community_that_is_configured_no_more_is_checked_too(folkmoot, store: Path) -> None:
    config = store.with_name("config.toml")
    config.write_text(CONFIG.replace('"assembly"', '"council"'))
    shown = folkmoot("verify-audit", "--config", str(config)).out
    assert re.fullmatch(WHOLE + r"council: there is no line yet.\n", shown)


def test_lines_that_were_cut_off_show_beside_an_older_copy(folkmoot, store: Path) -> None:
    config = str(store.with_name("config.toml"))
    before = folkmoot("verify-audit", "--config", config).out
    with closing(sqlite3.connect(store)) as database, database:
        database.execute("delete from audit where number = 3")
    after = folkmoot("verify-audit", "--config", config).out
    assert "3 lines" in before
    assert "2 lines" in after
    assert before.split()[-1] != after.split()[-1]
    with closing(sqlite3.connect(store)) as database, database:
        database.execute("update audit set subject = 'case 9' where number = 2")
    assert folkmoot("verify-audit", "--config", str(config)).code == 65


def test_where_there_is_no_store_none_is_made(folkmoot, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    ended = folkmoot("verify-audit", "--config", str(config))
    assert (ended.code, "there is no store" in ended.err) == (75, True)
    assert list(tmp_path.iterdir()) == [config]


def test_an_older_store_is_checked_and_left_as_it_is(folkmoot, tmp_path: Path) -> None:
    config, store = tmp_path / "config.toml", tmp_path / "trail.sqlite"
    config.write_text(CONFIG)
    with closing(sqlite3.connect(store)) as database:
        database.executescript(OLDER.read_text())
    before = store.read_bytes()
    ended = folkmoot("verify-audit", "--config", str(config))
    assert (ended.code, "tarnwick: every line fits" in ended.out) == (0, True)
    assert store.read_bytes() == before

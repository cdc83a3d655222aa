"""Keys that are lost, damaged or not this device's are refused with what to do, and never replaced by new ones."""

import shutil
import sqlite3
import stat

import pytest

from bot.errors import ConfigError


@pytest.fixture
async def file(bot, tmp_path):
    """The key file of a bot that ran once."""
    async with bot() as run:
        device = run.homeserver.device
    return tmp_path / "bot" / f"keys-{device}.db"


async def _refused(run, words):
    with pytest.raises(ConfigError, match=words) as raised:
        await run.machine.open()
    await run.homeserver.aclose()
    return str(raised.value)


async def test_the_files_are_the_owners_alone(file):
    for path in file.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_a_lost_file(file, bot):
    file.unlink()
    words = await _refused(bot(), "is missing")
    assert str(file) in words
    assert "login.json" in words
    assert "unreadable" in words
    assert not file.exists()


async def test_an_empty_file(file, bot):
    file.write_bytes(b"")
    await _refused(bot(), "holds no keys")
    await _refused(bot(), "holds no keys")


@pytest.mark.parametrize("content", [b"no database at all" * 1000, None])
async def test_a_damaged_file(file, bot, content):
    if content is None:
        whole = bytearray(file.read_bytes())
        whole[4096:] = b"\xff" * (len(whole) - 4096)
        content = bytes(whole)
    file.write_bytes(content)
    await _refused(bot(), "damaged")
    assert file.read_bytes() == content


@pytest.mark.parametrize("kept", ["", "AAAA", "not base64 !"])
async def test_damaged_keys_in_a_sound_file(file, bot, kept):
    with sqlite3.connect(file) as database:
        database.execute("UPDATE accounts SET account = ?", (kept.encode(),))
    database.close()
    await _refused(bot(), "damaged")


async def test_keys_of_another_device_under_this_ones_name(file, bot, synapse, tmp_path):
    own = file.read_bytes()
    (tmp_path / "bot" / "login.json").rename(tmp_path / "login.json")
    async with bot() as run:
        other = tmp_path / "bot" / f"keys-{run.homeserver.device}.db"
    shutil.copy(other, file)
    with sqlite3.connect(file) as database:
        database.execute("UPDATE accounts SET device_id = ?", (file.stem.removeprefix("keys-"),))
    database.close()
    (tmp_path / "login.json").rename(tmp_path / "bot" / "login.json")
    await _refused(bot(), "other encryption keys")
    file.write_bytes(own)
    async with bot() as run:
        assert run.machine.signed() is True


async def test_a_file_in_use(file, bot):
    async with bot():
        await _refused(bot(), "in use")
    async with bot() as run:
        assert run.machine.signed() is True


async def test_a_new_device_after_its_login_is_removed(file, bot, tmp_path):
    file.unlink()
    (tmp_path / "bot" / "login.json").unlink()
    async with bot() as run:
        assert run.machine.signed() is True

"""What Discord is told of commands: all of them, once, again when they change, and nothing where they do not belong."""

from dataclasses import replace

import pytest

from bot.errors import StorageError
from tests.platforms.discord.interactions.desk import Town, fresh, running
from tests.platforms.discord.interactions.real_commands import real_commands

TOLD = r"PUT /applications/\d+/.*commands"


@pytest.fixture
async def town(standin):
    return Town(standin)


def shown(standin, server=None):
    wanted = None if server is None else str(server.id)
    return {one["name"] for one in standin.world.commands.values() if one.get("guild_id") == wanted}


async def told(standin, count):
    await standin.until(lambda: len(standin.requests(TOLD)) >= count, f"commands told {count} times")


async def noted(desk, standin, count):
    """Until the notes of so many targets are written."""
    await standin.until(lambda: len(standin.requests(TOLD)) >= 1)
    while len(await desk.notes.all("commands")) < count:
        await desk.clock.sleep(0.01)


async def test_every_command_of_the_real_table_is_taken(standin, town):
    async with running(standin, town):
        await told(standin, 1)
    names = {info.name for info in real_commands()}
    menus = {info.menu for info in real_commands() if info.menu}
    assert shown(standin) == names | menus
    assert [asked.status for asked in standin.requests(TOLD)] == [200]


async def test_a_restart_tells_nothing_anew(standin, town):
    kept = fresh()
    async with running(standin, town, kept) as desk:
        await noted(desk, standin, 1)
    async with running(standin, town, kept):
        await standin.until(lambda: len(standin.requests(r"GET /applications/\d+/commands")) >= 1)
    assert len(standin.requests(TOLD)) == 1


async def test_what_another_installation_told_is_put_right(standin, town):
    kept = fresh()
    async with running(standin, town, kept) as desk:
        await noted(desk, standin, 1)
    standin.world.commands.popitem()
    async with running(standin, town, kept):
        await told(standin, 2)
    assert shown(standin) >= {info.name for info in real_commands()}


async def test_a_reload_that_changes_the_table_tells_it(standin, town):
    async with running(standin, town) as desk:
        await noted(desk, standin, 1)
        desk.commands.replace(real_commands())
        await standin.until(lambda: standin.requests(r"GET /applications/\d+/commands"))
        infos = [info for info in real_commands() if info.name != "watch"]
        desk.commands.replace([replace(infos[0], help="Something else"), *infos[1:]])
        await told(standin, 2)
    assert "watch" not in shown(standin)
    assert len(standin.requests(TOLD)) == 2


async def test_chosen_servers_alone_and_back_to_all(standin, town):
    kept = fresh()
    async with running(standin, town, kept) as desk:
        await noted(desk, standin, 1)
    async with running(standin, town, kept, command_servers=(town.server.id,)) as desk:
        await told(standin, 3)
        await noted(desk, standin, 2)
        assert shown(standin) == set()
        assert shown(standin, town.server) >= {"report", "queue"}
    async with running(standin, town, kept):
        await told(standin, 5)
        assert shown(standin, town.server) == set()
        assert shown(standin) >= {"report", "queue"}


async def test_a_server_that_did_not_allow_commands_is_told_of_once(standin, town, caplog):
    refused = standin.fault(r"PUT /applications/\d+/guilds", times=9, status=403, code=50001)
    async with running(standin, town, synced=False, command_servers=(town.server.id,)) as desk:
        await standin.until(lambda: refused.met == 1)
        desk.commands.replace(real_commands())
        await standin.until(lambda: refused.met == 2)
    complaints = [line for line in caplog.messages if "may not offer slash commands" in line]
    assert len(complaints) == 1


async def test_trouble_that_passes_is_waited_out(standin, town):
    fault = standin.fault(TOLD, status=503)
    async with running(standin, town, synced=False):
        await standin.until(lambda: standin.world.commands, "commands", 20)
    assert fault.met == 1


async def test_a_store_in_trouble_is_waited_for(standin, town, monkeypatch):
    kept = fresh()
    notes, troubles = kept[1], [StorageError("locked"), StorageError("locked")]
    every = notes.all

    async def troubled(scope):
        if scope == "commands" and troubles:
            raise troubles.pop()
        return await every(scope)

    monkeypatch.setattr(notes, "all", troubled)
    async with running(standin, town, kept):
        assert troubles == []

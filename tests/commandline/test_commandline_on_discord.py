"""`folkmoot` as a process of its own beside Discord: from an empty folder to a bot that answers."""

import asyncio

import pytest

from bot.platforms.discord.checkup.needed import asked_for, invite_link
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.standin import Standin


@pytest.fixture
async def standin():
    async with Standin.started() as running:
        running.portal.public = False
        yield running
        assert running.complaints() == []


@pytest.fixture
def mira(standin):
    return standin.person("mira")


@pytest.fixture
def rooms(standin, mira):
    """A square and a desk that nobody but the owner and the bot can open."""
    server = standin.server("Agora", mira, bot_can=Can(asked_for()))
    desk = server.channel("desk")
    closed = [server.overwrite(server.id, deny=Can.VIEW), server.overwrite(standin.bot.id, allow=Can.VIEW)]
    desk.change(permission_overwrites=closed)
    return server.channel("square"), desk


@pytest.fixture
def on_discord(process, standin, rooms, tmp_path):
    """`folkmoot init` as a new admin types it, then any command on what it wrote."""
    path = tmp_path / "config.toml"
    square, desk = rooms
    link = f"https://discord.com/channels/{square.server.id}"

    async def ended(one):
        code = await asyncio.to_thread(one.wait)
        assert standin.token not in one.said
        assert "Traceback" not in one.said
        return code, [" ".join(line.split()) for line in one.said.splitlines()]

    async def begun():
        application = standin.world.application_id
        options = ["--discord", application, "--rooms", f"{link}/{square.id}", "--review-room", f"{link}/{desk.id}"]
        code, lines = await ended(process("init", "--config", path, "--yes", *options))
        assert code == 0
        where = f'api_base = "{standin.api_base}"\ngateway = "{standin.gateway_address}"\n'
        text = path.read_text().replace("[discord]\n", f"[discord]\n{where}") + "\n[models]\nenabled = false\n"
        path.write_text(text)
        return lines

    def start(command, **given):
        environment = {"COLUMNS": "400", "FOLKMOOT_DISCORD_TOKEN": standin.token, **given}
        return process(command, "--config", path, **environment)

    start.begun, start.ended = begun, ended
    return start


async def test_from_an_empty_folder_to_a_bot_that_answers(on_discord, standin, rooms, mira):
    square, desk = rooms
    said = await on_discord.begun()
    assert f"Add the bot to your server: {invite_link(standin.world.application_id)}" in said
    code, lines = await on_discord.ended(on_discord("doctor"))
    assert code == 0, lines
    assert any(line.startswith(f"ok room {square.id} “square” in Agora, text channel") for line in lines)
    assert any(line.startswith(f"ok review room {desk.id} only whom it was opened to") for line in lines)
    assert not [line for line in lines if line.startswith("mend")]
    bot = on_discord("run")
    await standin.connected()
    await standin.until(lambda: standin.world.commands, "slash commands")
    mira.says(square, "!help")
    await standin.until(square.by_bot, "an answer")
    code, lines = await on_discord.ended(on_discord("doctor"))
    assert code == 0, lines
    assert any("its newest message is stored" in line for line in lines)
    assert any("slash commands, in all servers" in line for line in lines)
    assert len(standin.gateway.identified) == 1  # doctor left the connection to the bot
    assert await asyncio.to_thread(bot.terminate) == 0
    assert "Traceback" not in bot.said
    assert standin.token not in bot.said


async def test_a_token_that_does_not_work_ends_it_with_what_to_do(on_discord):
    await on_discord.begun()
    code, lines = await on_discord.ended(on_discord("run", FOLKMOOT_DISCORD_TOKEN="MTA5.abc.wrong"))
    assert code == 78, lines
    assert "FOLKMOOT_DISCORD_TOKEN" in " ".join(lines)
    assert " ".join(lines).count("folkmoot: ") == 1


async def test_an_intent_that_is_off_ends_it_with_the_clicks(on_discord, standin):
    await on_discord.begun()
    standin.portal.message_content = False
    code, lines = await on_discord.ended(on_discord("run"))
    assert code == 78, lines
    assert "Message Content Intent" in " ".join(lines)
    code, lines = await on_discord.ended(on_discord("doctor"))
    assert code == 78
    assert any(line.startswith("mend intents") and "Message Content Intent, Save Changes" in line for line in lines)


async def test_without_a_token_doctor_shows_what_to_set_and_the_invite_link(on_discord, standin, monkeypatch):
    await on_discord.begun()
    monkeypatch.delenv("FOLKMOOT_DISCORD_TOKEN", raising=False)
    code, lines = await on_discord.ended(on_discord("doctor", FOLKMOOT_DISCORD_TOKEN=""))
    assert code == 78
    assert any("FOLKMOOT_DISCORD_TOKEN is empty" in line for line in lines)
    assert f"invite link: {invite_link(standin.world.application_id)}" in lines

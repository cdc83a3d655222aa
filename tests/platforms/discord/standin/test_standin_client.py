"""The plain discord.py client lives with the stand-in: no parser error passes unseen, since its task is awaited."""

import asyncio
import datetime as dt

import discord
import pytest
import yarl
from discord import app_commands, ui


class Case(ui.DynamicItem[ui.Button], template=r"case:(?P<number>\d+)"):
    def __init__(self, number):
        super().__init__(ui.Button(label="Decide", custom_id=f"case:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(cls, interaction, item, match):
        return cls(match["number"])

    async def callback(self, interaction):
        await interaction.response.send_modal(Why())


class Why(ui.Modal, title="Why?"):
    reason = ui.Label(text="Reason", component=ui.TextInput(custom_id="reason"))

    async def on_submit(self, interaction):
        await interaction.response.send_message(f"because {self.reason.component.value}", ephemeral=True)


class Card(ui.LayoutView):
    def __init__(self):
        super().__init__(timeout=None)
        self.add_item(ui.Container(ui.TextDisplay("## card"), ui.ActionRow(Case(9))))


class Bot(discord.Client):
    """Notes every event."""

    def __init__(self, intents):
        super().__init__(intents=intents, guild_ready_timeout=0.02, heartbeat_timeout=60)
        self.seen = []
        self.tree = app_commands.CommandTree(self)
        self.came = asyncio.Event()

    async def setup_hook(self):
        self.add_dynamic_items(Case)

    def dispatch(self, event, *arguments, **more):
        self.seen.append((event, arguments))
        self.came.set()
        super().dispatch(event, *arguments, **more)

    async def event(self, name, where=lambda *_: True):
        async with asyncio.timeout(20):
            while True:
                for event, arguments in self.seen:
                    if event == name and where(*arguments):
                        return arguments[0] if arguments else None
                self.came.clear()
                await self.came.wait()


INTENTS = discord.Intents(
    guilds=True, members=True, moderation=True, messages=True, message_content=True, reactions=True,
    auto_moderation_execution=True, webhooks=True,
)  # fmt: skip


@pytest.fixture
async def life(standin, monkeypatch):
    monkeypatch.setattr(discord.http.Route, "BASE", standin.api_base)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(standin.gateway_address))
    mira = standin.person("mira")
    server = standin.server("Agora", mira)
    rem = standin.person("rem")
    server.join(rem)
    channel = server.channel("general")
    bot = Bot(INTENTS)
    running = asyncio.create_task(bot.start(standin.token))
    ready = asyncio.create_task(bot.event("ready"))
    await asyncio.wait({ready, running}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    yield bot, server, channel, mira, rem
    await bot.close()
    await running


async def test_messages_replies_edits_and_history(standin, life):
    bot, _, channel, mira, rem = life
    first = rem.says(channel, "hello")
    assert (await bot.event("message")).content == "hello"
    rem.says(channel, "you", reply_to=first)
    answer = await bot.event("message", lambda one: one.content == "you")
    assert answer.reference.resolved.content == "hello"
    rem.edits(first, "hullo")
    assert (await bot.event("raw_message_edit")).message.content == "hullo"
    there = bot.get_channel(channel.id)
    sent = await there.send("posted", nonce="n1")
    assert [one.content async for one in there.history()] == ["posted", "you", "hullo"]
    await sent.edit(content="changed")
    await sent.add_reaction("👀")
    assert channel.by_bot()[0].text == "changed"
    mira.deletes(first, reason="no")
    assert (await bot.event("raw_message_delete")).message_id == first.id
    assert (await bot.event("audit_log_entry_create")).reason == "no"
    with pytest.raises(discord.NotFound):
        await there.fetch_message(first.id)


async def test_commands_buttons_and_forms(standin, life):
    bot, _, channel, mira, rem = life

    @bot.tree.command(description="warn somebody")
    async def warn(interaction: discord.Interaction, who: discord.Member, note: str = ""):
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send(f"warned {who.name}")
        await interaction.followup.send("in the open")

    @bot.tree.context_menu(name="Report to moderators")
    async def report(interaction: discord.Interaction, message: discord.Message):
        await interaction.response.send_message(f"got {message.content}", ephemeral=True)

    await bot.tree.sync()
    asked = mira.gives(channel, "warn", who=rem)
    assert (await asked.answered()).text == "warned rem"
    assert (await asked.answered()).ephemeral
    assert (await asked.answered(2)).only_for is None
    post = rem.says(channel, "rude")
    reported = mira.opens_menu("Report to moderators", post)
    assert (await reported.answered()).text == "got rude"
    assert rem.sees_alone() == []
    await bot.get_channel(channel.id).send(view=Card())
    pressed = mira.presses(channel.by_bot()[-1], "Decide")
    await pressed.form()
    submitted = mira.submits(pressed, {"Reason": "of this"})
    assert (await submitted.answered()).text == "because of this"


async def test_measures_and_the_hierarchy(standin, life):
    bot, server, channel, mira, rem = life
    member = bot.get_guild(server.id).get_member(rem.id)
    await member.timeout(dt.timedelta(minutes=5), reason="spam é")
    await bot.event("member_update", lambda _, after: after.is_timed_out())
    assert server.audit[-1]["reason"] == "spam é"
    with pytest.raises(PermissionError):
        rem.says(channel, "hello")
    with pytest.raises(discord.Forbidden):
        await bot.get_guild(server.id).get_member(mira.id).timeout(dt.timedelta(minutes=5))
    await bot.get_guild(server.id).ban(discord.Object(rem.id), reason="raid")
    await bot.event("member_ban")
    await bot.event("raw_member_remove")
    assert server.bans == {rem.id: "raid"}


async def test_threads_forums_and_private_channels(standin, life):
    bot, server, channel, mira, rem = life
    thread = rem.opens_thread(channel, "aside", on=rem.says(channel, "here"))
    assert (await bot.event("thread_create")).name == "aside"
    await bot.get_channel(channel.id).get_thread(thread.id).join()
    await bot.event("thread_join")
    rem.says(thread, "in there")
    assert (await bot.event("message", lambda one: one.content == "in there")).channel.id == thread.id
    forum = server.channel("forum", "forum")
    opened = rem.opens_post(forum, "a question", "what about it?")
    assert (await bot.event("message", lambda one: one.content == "what about it?")).id == opened.id
    thread.archive()
    await bot.event("raw_thread_update")
    found = [one.id async for one in bot.get_channel(channel.id).archived_threads()]
    assert found == [thread.id]
    hidden = server.channel("hidden", hidden_from=[server.id])
    mira.says(hidden, "secret")
    await bot.event("guild_channel_create", lambda one: one.id == hidden.id)
    with pytest.raises(discord.Forbidden) as refused:
        await bot.get_channel(hidden.id).send("hello")
    assert refused.value.code == 50001


@pytest.mark.parametrize("how", ["abort", "close", "reconnect"])
async def test_a_dropped_connection_is_resumed_without_loss(standin, life, how):
    bot, _, channel, _, rem = life
    await standin.drop(how)
    rem.says(channel, "while away")
    await bot.event("resumed")
    await bot.event("message", lambda one: one.content == "while away")
    assert len(standin.gateway.sessions) == 1

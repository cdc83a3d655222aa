"""Every kind of event that the stand-in tells of is read by discord.py without an error, and says what happened."""

import discord
import pytest

from tests.platforms.discord.standin.permissions import BOT, Can
from tests.platforms.discord.standin.test_standin_client import life

__all__ = ["life"]


@pytest.fixture
def scene(life):
    """A channel, the owner, a member, and a way to wait for events."""
    bot, server, channel, mira, rem = life
    return bot, server, channel, mira, rem


async def test_what_is_said_in_other_forms(standin, scene):
    bot, server, channel, mira, rem = scene
    original = rem.says(channel, "words", files=[("a.txt", b"content")], embeds=[{"title": "a card"}])
    heard = await bot.event("message", lambda one: one.content == "words")
    assert await heard.attachments[0].read() == b"content"
    side = server.channel("side")
    rem.forwards(original, side)
    forwarded = await bot.event("message", lambda one: one.message_snapshots)
    assert forwarded.message_snapshots[0].content == "words"
    rem.asks_all(channel, "which?", ["this", "that"])
    poll = (await bot.event("message", lambda one: one.poll)).poll
    assert [answer.text for answer in poll.answers] == ["this", "that"]
    hook = standin.webhook(channel, "bridge", application=123)
    standin.webhook_says(hook, "from afar", name="Ann")
    carried = await bot.event("message", lambda one: one.webhook_id)
    assert (carried.author.name, carried.application_id) == ("Ann", 123)
    rem.writes("alone")
    assert isinstance((await bot.event("message", lambda one: one.content == "alone")).channel, discord.DMChannel)
    original.change({"embeds": [{"type": "link", "title": "unfurled"}]}, edited=False)
    edit = await bot.event("raw_message_edit")
    assert edit.message.edited_at is None
    rem.reacts(original, "✅")
    await bot.event("raw_reaction_add")
    rem.takes_back(original, "✅")
    await bot.event("raw_reaction_remove")
    mira.deletes(rem.says(channel, "one"), rem.says(channel, "two"))
    assert len((await bot.event("raw_bulk_message_delete")).message_ids) == 2


async def test_people_roles_and_measures(standin, scene):
    bot, server, _, mira, rem = scene
    ann = standin.person("ann", shown="Ann A.")
    server.join(ann)
    assert (await bot.event("member_join")).display_name == "Ann A."
    role = server.role("helpers", Can.VIEW)
    await bot.event("guild_role_create")
    server.give_role(ann, role)
    await bot.event("member_update", lambda _, after: len(after.roles) == 2)
    server.change_role(role, permissions=Can.VIEW | Can.SEND)
    await bot.event("guild_role_update")
    server.delete_role(role)
    await bot.event("guild_role_delete")
    mira.times_out(server, rem, 60, "calm down")
    await bot.event("audit_log_entry_create", lambda one: one.action is discord.AuditLogAction.member_update)
    mira.times_out(server, rem, 0)
    mira.bans(server, rem)
    await bot.event("audit_log_entry_create", lambda one: one.action is discord.AuditLogAction.ban)
    mira.unbans(server, rem)
    await bot.event("member_unban")
    mira.kicks(server, ann, "out")
    await bot.event("audit_log_entry_create", lambda one: one.action is discord.AuditLogAction.kick)
    assert [entry.reason async for entry in bot.get_guild(server.id).audit_logs(limit=1)] == ["out"]


async def test_channels_threads_and_servers_come_and_go(standin, scene):
    bot, server, channel, mira, rem = scene
    channel.change(name="renamed", rate_limit_per_user=30)
    await bot.event("guild_channel_update", lambda _, after: after.slowmode_delay == 30)
    thread = rem.opens_thread(channel, "aside")
    await bot.event("thread_create")
    thread.add(standin.bot.id)
    await bot.event("thread_join")
    thread.drop(standin.bot.id)
    await bot.event("thread_remove")
    thread.delete()
    await bot.event("raw_thread_delete")
    secret = mira.opens_thread(channel, "secret", private=True)
    assert bot.get_channel(secret.id) is None
    hidden = server.channel("hidden", hidden_from=[server.id, standin.bot.id])
    inside = mira.opens_thread(hidden, "inside")
    hidden.change(permission_overwrites=[])
    await bot.event("guild_channel_update", lambda _, after: after.id == hidden.id)
    await bot.event("thread_join", lambda one: one.id == inside.id)
    hidden.delete()
    await bot.event("guild_channel_delete")
    server.change_role(int(server.members[standin.bot.id]["roles"][0]), permissions=BOT | Can.MANAGE_SERVER)
    server.automod_acts(rem, channel, "bad words")
    assert (await bot.event("automod_action")).content == "bad words"
    server.goes_away()
    await bot.event("guild_unavailable")
    server.comes_back()
    await bot.event("guild_available")
    second = standin.server("Second", mira)
    await bot.event("guild_join")
    second.remove(standin.bot.id)
    await bot.event("guild_remove")

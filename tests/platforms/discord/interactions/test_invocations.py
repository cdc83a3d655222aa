"""Slash commands, menus and completion as members' clients give them, over real sockets."""

from dataclasses import replace

import pytest

from bot.domain.conversation import ConversationKind
from bot.domain.event import CommandInvoked
from bot.domain.ids import MessageId
from bot.domain.member import Standing
from bot.platforms.discord import names
from bot.ports.knowledge import Kind, ParameterInfo
from tests.platforms.discord.interactions.desk import Town, fresh, running
from tests.platforms.discord.interactions.real_commands import real_commands
from tests.platforms.discord.standin.permissions import Can


@pytest.fixture
async def town(standin):
    return Town(standin)


@pytest.fixture
async def desk(standin, town):
    async with running(standin, town) as desk:
        yield desk


async def test_a_member_gives_a_command_that_everybody_may_see(desk, town):
    asked = town.rem.gives(town.square, "summarize", span="24h")
    promised = await asked.acknowledged()
    event = await desk.event()
    assert isinstance(event, CommandInvoked)
    assert event.id == names.message_id(town.square.id, asked.id)
    assert (event.name, dict(event.arguments), event.target) == ("summarize", {"span": "24h"}, None)
    assert (event.caller.id, event.caller.name) == (names.member_id(town.rem.id), "rem")
    assert (event.standing, event.conversation.id) == (Standing.MEMBER, names.conversation_id(town.square.id))
    assert promised["type"] == 5
    assert not asked.original.ephemeral
    token = await desk.tokens.acknowledged(event.id)
    assert (token.deferred, token.ephemeral, token.token) == (True, False, asked.token)
    assert token.application == desk.connection.application
    (note,) = await desk.notes.all("interaction")
    assert note.member == event.caller.id


async def test_what_moderators_ask_is_answered_to_them_alone(desk, town):
    asked = town.ada.gives(town.review, "history", member=town.rem)
    await asked.acknowledged()
    event = await desk.event()
    assert dict(event.arguments) == {"member": str(town.rem.id)}
    assert event.standing is Standing.MODERATOR
    assert asked.original.ephemeral
    assert desk.tokens.of(event.id).ephemeral
    with pytest.raises(PermissionError):
        town.rem.gives(town.review, "queue")


async def test_numbers_choices_and_words_become_text(desk, town):
    town.ada.gives(town.review, "uphold", number=12, action="warn", reason="said @everyone <@&5> \u200b ```x```")
    event = await desk.event()
    assert dict(event.arguments) == {
        "number": "12",
        "action": "warn",
        "reason": "said @everyone <@&5> \u200b ```x```",
    }


async def test_in_a_thread_a_voice_chat_and_elsewhere(desk, town):
    thread = town.rem.opens_thread(town.square, "aside")
    voice = town.server.channel("parlour", "voice")
    elsewhere = town.server.channel("elsewhere")
    for number, place in enumerate((thread, voice, elsewhere), 1):
        asked = town.rem.gives(place, "watch")
        await asked.acknowledged()
        event = await desk.event(number)
        assert event.conversation.id == names.conversation_id(place.id)
    first = desk.events[0].conversation
    assert (first.kind, first.parent) == (ConversationKind.THREAD, names.conversation_id(town.square.id))


async def test_in_direct_messages(desk, town, standin):
    asked = town.rem.gives(standin.world.direct(town.rem), "my-data")
    await asked.acknowledged()
    event = await desk.event()
    assert (event.name, event.conversation.kind) == ("my-data", ConversationKind.DIRECT)
    assert event.standing is Standing.MEMBER
    with pytest.raises(PermissionError):
        town.rem.gives(standin.world.direct(town.rem), "summarize")


async def test_a_report_asks_for_the_reason_first(desk, town):
    post = town.ada.says(town.square, "rude")
    opened = town.rem.opens_menu("Report to moderators", post)
    form = await opened.form()
    assert form["title"] == "Report to moderators"
    assert desk.events == []
    submitted = town.rem.submits(opened, {"reason": "  it is rude  "})
    await submitted.acknowledged()
    event = await desk.event()
    assert (event.name, dict(event.arguments)) == ("report", {"reason": "it is rude"})
    assert event.target == names.message_id(town.square.id, post.id)
    assert event.id == names.message_id(town.square.id, submitted.id)
    assert submitted.original.ephemeral
    assert submitted.pending


async def test_a_report_needs_no_reason(desk, town):
    opened = town.rem.opens_menu("Report to moderators", town.ada.says(town.square, "rude"))
    await opened.form()
    town.rem.submits(opened, {})
    assert dict((await desk.event()).arguments) == {}


async def test_a_report_in_a_thread_names_the_message_there(desk, town):
    thread = town.rem.opens_thread(town.square, "aside")
    post = town.ada.says(thread, "rude")
    opened = town.rem.opens_menu("Report to moderators", post)
    await opened.form()
    town.rem.submits(opened, {"reason": "rude"})
    assert (await desk.event()).target == names.message_id(thread.id, post.id)


async def test_a_menu_without_a_reason_is_a_command_at_once(standin, town):
    infos = [
        replace(info, menu="Summarize from here") if info.name == "summarize" else info for info in real_commands()
    ]
    async with running(standin, town, fresh(infos)) as desk:
        post = town.ada.says(town.square, "a beginning")
        asked = town.rem.opens_menu("Summarize from here", post)
        await asked.acknowledged()
        event = await desk.event()
    assert (event.name, event.target) == ("summarize", MessageId(f"discord:{town.square.id}/{post.id}"))


async def test_many_choices_are_completed_while_somebody_types(standin, town):
    words = tuple(f"option-{number:02}" for number in range(40))
    info = next(info for info in real_commands() if info.name == "watch")
    info = replace(info, parameters=(ParameterInfo("which", Kind.CHOICE, required=False, choices=words),))
    async with running(standin, town, fresh([info])):
        typing = town.rem.is_typing(town.square, "watch", "which", "Option-3")
        assert await typing.completed() == [f"option-3{last}" for last in range(10)]
        typing = town.rem.is_typing(town.square, "watch", "which", "")
        assert len(await typing.completed()) == 25


async def test_a_command_that_vanished_is_answered_in_words(desk, town, standin):
    desk.commands._infos = [info for info in real_commands() if info.name not in ("watch", "report")]
    asked = town.rem.gives(town.square, "watch")
    answer = await asked.answered()
    assert "not there at the moment" in answer.text
    assert answer.ephemeral
    asked = town.rem.opens_menu("Report to moderators", town.ada.says(town.square, "rude"))
    assert "not there at the moment" in (await asked.answered()).text
    assert desk.events == []


async def test_a_slow_store_does_not_delay_the_acknowledgement(desk, town):
    desk.flowing.clear()
    asked = town.rem.gives(town.square, "watch")
    await asked.acknowledged()
    assert desk.events == []
    assert asked.after < 2.0
    desk.flowing.set()
    assert (await desk.event()).name == "watch"


async def test_it_is_stored_before_it_is_acknowledged(desk, town, standin):
    held = standin.fault(r"POST /interactions/", held=True)
    asked = town.rem.gives(town.square, "watch")
    event = await desk.event()
    assert asked.callback is None
    assert desk.tokens.of(event.id) is not None, "whoever answers can wait for it"
    held.let_go()
    assert (await desk.tokens.acknowledged(event.id)).token == asked.token
    assert asked.callback is not None


async def test_too_late_to_acknowledge_counts_all_the_same(desk, town, standin):
    standin.world.first_answer_within = -1.0
    asked = town.rem.gives(town.square, "watch")
    event = await desk.event()
    assert event.name == "watch"
    assert await desk.tokens.acknowledged(event.id) is None, "there is no way to answer through it"
    assert asked.callback is None


@pytest.mark.parametrize("reset", ["before", "after"])
async def test_a_connection_that_breaks_while_acknowledging(desk, town, standin, reset):
    fault = standin.fault(r"POST /interactions/", reset=reset)
    asked = town.rem.gives(town.square, "watch")
    event = await desk.event()
    assert await desk.tokens.acknowledged(event.id) is not None
    assert fault.met == 1
    assert asked.callback["type"] == 5


async def test_an_interaction_that_comes_twice_counts_once(desk, town, standin):
    asked = town.rem.gives(town.square, "watch")
    await asked.acknowledged()
    await desk.event()
    standin.world.emit("INTERACTION_CREATE", asked.payload, server=town.server)
    second = town.rem.gives(town.square, "help")
    await second.acknowledged()
    await desk.event(2)
    assert [event.name for event in desk.events] == ["watch", "help"]
    assert len(standin.requests(rf"POST /interactions/{asked.id}/")) == 1


async def test_bots_give_no_commands(desk, town, standin):
    automaton = standin.person("automaton", bot=True)
    town.server.join(automaton)
    town.server.change_member(automaton.id)
    automaton.gives(town.square, "watch")
    asked = town.rem.gives(town.square, "help")
    await asked.acknowledged()
    assert [event.name for event in desk.events] == ["help"]


async def test_hostile_options_and_payloads_end_in_words_or_nothing(desk, town, standin):
    asked = town.rem.gives(town.square, "watch")
    await asked.acknowledged()
    odd = [
        {"name": "watch", "type": 1, "id": "1", "options": [{"name": "x" * 60_000, "type": 3, "value": "y" * 60_000}]},
        {"name": "watch", "type": 1, "id": "1", "options": "none"},
        {"name": "watch", "type": 1, "id": "1", "options": [{"name": "a", "type": 10, "value": 1e300}]},
        {"name": "watch", "type": 1, "id": "1", "options": [{"name": "a", "type": 3, "value": {"b": []}}]},
        {"name": "\u202e", "type": 1, "id": "1"},
        {"name": "Report to moderators", "type": 3, "id": "1", "target_id": "../../x", "resolved": {}},
        {"name": "somebody", "type": 2, "id": "1", "target_id": "5"},
    ]
    for number, data in enumerate(odd):
        payload = asked.payload | {"id": str(asked.id + 1 + number), "data": data}
        standin.world.emit("INTERACTION_CREATE", payload, server=town.server)
    last = town.rem.gives(town.square, "help")
    await last.acknowledged()
    await standin.until(lambda: len(standin.requests(r"POST /interactions/")) >= len(odd) + 2)
    assert desk.events[0].name == "watch"
    assert {event.name for event in desk.events} == {"watch", "help"}


async def test_who_may_not_see_a_channel_any_more_is_still_acknowledged(desk, town):
    gone = town.server.channel("gone")
    asked = town.rem.gives(gone, "watch")
    gone.delete()
    assert (await desk.event()).conversation.id == names.conversation_id(gone.id)
    await asked.acknowledged()


async def test_people_with_wider_permissions_are_admins(desk, town):
    town.mira.gives(town.review, "health")
    assert (await desk.event()).standing is Standing.ADMIN
    assert Can.ADMINISTRATOR

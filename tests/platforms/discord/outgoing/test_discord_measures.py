"""Measures against members: what Discord's audit log says, what is refused before and in which words."""

from datetime import timedelta

import pytest

from bot.domain.document import Document
from bot.domain.effect import Ban, Kick, LiftTimeout, SlowMode, Timeout, Unban, Warn
from bot.domain.ids import MemberId
from bot.errors import Forbidden, Gone, Unavailable, Unsupported
from bot.platforms.discord import names
from tests.platforms.discord.standin.permissions import BOT, Can

REASON = "case 7: respect: a personal attack, by Mira's account"


def measure(scene, kind, **fields):
    return kind(**scene.measure(**({"member": scene.member, "by": names.member_id(scene.mira.id)} | fields)))


def every_member_measure(scene, **fields):
    return [
        measure(scene, Timeout, seconds=60, **fields),
        measure(scene, LiftTimeout, **fields),
        measure(scene, Kick, **fields),
        measure(scene, Ban, **fields),
    ]


async def test_a_timeout_holds_and_is_lifted_each_with_its_reason(scene):
    await scene.bot.do(measure(scene, Timeout, seconds=600))
    assert scene.server.in_timeout(scene.rem.id)
    assert scene.server.audit[-1]["reason"] == REASON
    await scene.bot.do(measure(scene, LiftTimeout))
    assert not scene.server.in_timeout(scene.rem.id)
    assert scene.server.audit[-1]["reason"] == REASON.replace("case 7: ", "case 7: taken back: ")
    assert (await scene.bot.do(measure(scene, LiftTimeout))).note == "the member was not timed out"


async def test_a_shorter_timeout_does_not_cut_a_longer_one_short(scene):
    await scene.bot.do(measure(scene, Timeout, seconds=6000))
    receipt = await scene.bot.do(measure(scene, Timeout, seconds=60))
    assert "longer already" in receipt.note
    assert len(scene.standin.requests(r"PATCH .*/members/")) == 1


@pytest.mark.parametrize("days", [28.001, 400, 10**6])
async def test_timeouts_beyond_28_days_are_refused_in_words(scene, days):
    with pytest.raises(Unsupported, match="28 days"):
        await scene.bot.do(measure(scene, Timeout, seconds=days * 86_400))
    await scene.bot.do(measure(scene, Timeout, seconds=timedelta(days=28).total_seconds() - 5))
    assert scene.server.in_timeout(scene.rem.id)


async def test_kick_ban_unban_are_done_once_and_say_where_nothing_was_to_be_done(scene):
    said = scene.rem.says(scene.channel, "stays")
    await scene.bot.do(measure(scene, Kick))
    assert scene.rem.id not in scene.server.members
    assert "not there" in (await scene.bot.do(measure(scene, Kick))).note
    await scene.bot.do(measure(scene, Ban))
    assert scene.server.bans == {scene.rem.id: REASON}
    assert not said.deleted
    assert (await scene.bot.do(measure(scene, Ban), attempt=2)).note == "the member was banned already"
    await scene.bot.do(measure(scene, Unban))
    assert scene.server.bans == {}
    assert (await scene.bot.do(measure(scene, Unban))).note == "the member was not banned"


async def test_slow_mode_is_set_where_it_is_asked_for(scene):
    slow = SlowMode(**scene.measure(seconds=30))
    await scene.bot.do(slow)
    assert scene.channel.data["rate_limit_per_user"] == 30
    with pytest.raises(Unsupported, match="6 hours"):
        await scene.bot.do(SlowMode(**scene.measure(seconds=30_000)))


async def test_nothing_is_done_against_the_bot_the_owner_or_who_stands_above_it(scene):
    for effect in every_member_measure(scene, member=names.member_id(scene.standin.bot.id)):
        with pytest.raises(Unsupported, match="against itself"):
            await scene.bot.do(effect)
    for kind, fields in ((Timeout, {"seconds": 60}), (Kick, {}), (Ban, {})):
        with pytest.raises(Unsupported, match="own Agora"):
            await scene.bot.do(measure(scene, kind, member=names.member_id(scene.mira.id), **fields))
    scene.server.give_role(scene.rem, scene.server.role("elders", position=90))
    for kind, fields in ((Timeout, {"seconds": 60}), (Kick, {}), (Ban, {})):
        with pytest.raises(Unsupported, match=r"elders.*not below the bot's"):
            await scene.bot.do(measure(scene, kind, **fields))
    assert scene.standin.requests(r"(PATCH|DELETE|PUT) .*/(members|bans)/") == []


async def test_administrators_cannot_be_timed_out(scene):
    scene.server.give_role(scene.rem, scene.server.role("admins", Can.ADMINISTRATOR, position=2))
    with pytest.raises(Unsupported, match="time out administrators"):
        await scene.bot.do(measure(scene, Timeout, seconds=60))


@pytest.mark.parametrize(
    ("lacks", "kind", "fields", "permission"),
    [
        (Can.MODERATE, Timeout, {"seconds": 60}, "Time out members"),
        (Can.MODERATE, LiftTimeout, {}, "Time out members"),
        (Can.KICK, Kick, {}, "Kick Members"),
        (Can.BAN, Ban, {}, "Ban Members"),
        (Can.BAN, Unban, {}, "Ban Members"),
    ],
)
async def test_a_missing_permission_is_named_before_anything_is_asked(scene, lacks, kind, fields, permission):
    role = next(role for role, data in scene.server.roles.items() if data["name"] == "folkmoot")
    change = {"permissions": str(int(BOT & ~lacks))}
    await scene.hears("guild_role_update", lambda: scene.server.change_role(role, **change))
    with pytest.raises(Forbidden, match=rf"in Agora.*{permission}"):
        await scene.bot.do(measure(scene, kind, **fields))
    assert scene.standin.rest.invalid == 0


async def test_who_writes_through_a_webhook_is_no_target(scene):
    for effect in [
        *every_member_measure(scene, member=names.webhook_member_id(7, "Ann")),
        measure(scene, Unban, member=names.webhook_member_id(7, "Ann")),
    ]:
        with pytest.raises(Unsupported, match="webhook"):
            await scene.bot.do(effect)
    with pytest.raises(Unsupported, match="webhook"):
        await scene.bot.do(measure(scene, Warn, member=names.webhook_member_id(7, "Ann"), body=Document.of("x")))
    with pytest.raises(Gone):
        await scene.bot.do(measure(scene, Ban, member=MemberId("matrix:@a:b.org")))


async def test_a_ban_holds_in_every_server_of_the_community(scene):
    polis = scene.standin.server("Polis", scene.mira)
    polis.join(scene.rem)
    other = polis.channel("square")
    rooms = frozenset({scene.here, names.conversation_id(other.id)})
    bot = await scene.next_run(communities=(rooms,))
    receipt = await bot.do(measure(scene, Ban))
    assert scene.rem.id in scene.server.bans
    assert scene.rem.id in polis.bans
    assert receipt.note == "in Agora, Polis"
    scene.mira.unbans(scene.server, scene.rem)
    assert (await bot.do(measure(scene, Ban))).note == "in Agora; in Polis the member was banned already"


async def test_what_fails_in_one_server_is_told_where_it_worked_in_another(scene):
    polis = scene.standin.server("Polis", scene.mira, bot_can=Can.VIEW)
    polis.join(scene.rem)
    rooms = frozenset({scene.here, names.conversation_id(polis.channel("square").id)})
    bot = await scene.next_run(communities=(rooms,))
    receipt = await bot.do(measure(scene, Ban))
    assert receipt.note.startswith("in Agora; not in Polis: ")
    assert "Ban Members" in receipt.note


async def test_in_a_thread_the_whole_server_is_meant(scene):
    thread = scene.rem.opens_thread(scene.channel, "aside")
    thread.archive()
    await scene.bot.do(measure(scene, Kick, conversation=names.conversation_id(thread.id)))
    assert scene.rem.id not in scene.server.members


async def test_measures_in_direct_messages_are_refused_in_words(scene):
    direct = names.conversation_id(scene.rem.writes("hello").channel.id)
    await scene.bot.servers.messageable(direct)
    with pytest.raises((Unsupported, Gone)):
        await scene.bot.do(measure(scene, Kick, conversation=direct))


async def test_trouble_on_the_way_is_tried_again_and_done_once(scene):
    scene.standin.fault(r"PUT .*/bans/", status=503, effective=True)
    with pytest.raises(Unavailable):
        await scene.bot.do(measure(scene, Ban), key="b")
    assert (await scene.bot.do(measure(scene, Ban), key="b", attempt=2)).note == "the member was banned already"


async def test_a_moderator_does_not_reach_through_the_bot_whom_they_could_not_reach_by_hand(scene):
    noor, ada = scene.standin.person("noor"), scene.standin.person("ada")
    mods = scene.server.role("mods", Can.KICK | Can.BAN | Can.MODERATE, position=10)
    scene.server.join(noor, ada, roles=[mods])
    by_noor = {"by": names.member_id(noor.id)}
    strangers = {"by": MemberId("matrix:@a:b.org")}
    kinds = ((Timeout, {"seconds": 60}), (Kick, {}), (Ban, {}))
    for fields in (by_noor, strangers):
        for kind, more in kinds:
            with pytest.raises(Unsupported, match="as high in Agora"):
                await scene.bot.do(measure(scene, kind, member=names.member_id(ada.id), **more, **fields))
    scene.server.give_role(scene.rem, scene.server.role("elders", position=20))
    with pytest.raises(Unsupported, match="elders"):
        await scene.bot.do(measure(scene, Kick, **by_noor))
    await scene.bot.do(measure(scene, Kick, **strangers))
    await scene.bot.do(measure(scene, Kick, member=names.member_id(ada.id)))
    assert {scene.rem.id, ada.id}.isdisjoint(scene.server.members)


async def test_who_the_configuration_makes_a_moderator_needs_no_role(scene):
    noor = scene.standin.person("noor")
    scene.server.join(noor)
    scene.server.give_role(scene.rem, scene.server.role("painters", position=3))
    by_noor = {"by": names.member_id(noor.id)}
    with pytest.raises(Unsupported, match="painters"):
        await scene.bot.do(measure(scene, Kick, **by_noor))
    bot = await scene.next_run(stewards=frozenset({noor.id}))
    await bot.do(measure(scene, Kick, **by_noor))
    assert scene.rem.id not in scene.server.members

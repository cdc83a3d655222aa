"""One process on Discord and on Matrix at once: one moderators' desk, one audit trail, one person with two accounts."""

import json
from contextlib import asynccontextmanager

import pytest

from bot.app import running
from bot.commandline.discord import discord_platform
from bot.commandline.matrix import matrix_platform
from bot.config import load_config
from bot.domain.ids import CommunityId
from bot.testing.models import scripted_models
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.standin import Standin
from tests.platforms.matrix.homeserver.synapse import PASSWORD

ATTACK = "What an idiot you are."
COMMUNITY = CommunityId("assembly")


class Assembly:
    """Discord's square and desk, a room on Matrix and a desk there; Mira is on both, Ben on Discord, Eve on Matrix."""

    def __init__(self, standin, people, folder):
        self.standin, self.people, self.folder = standin, people, folder

    async def laid_out(self):
        self.mira, self.ben = self.standin.person("mira"), self.standin.person("ben")
        server = self.server = self.standin.server("Agora", self.mira)
        server.join(self.ben)
        self.square = server.channel("square")
        seen_by = [server.overwrite(self.standin.bot.id, allow=Can.VIEW | Can.SEND | Can.HISTORY)]
        hidden = server.overwrite(server.id, deny=Can.VIEW)
        self.desk = server.channel("desk")
        self.desk.change(permission_overwrites=[hidden, *seen_by])
        bot = self.account = self.people.server.register("folkmoot")
        self.far_mira, self.eve = await self.people.encrypted("mira"), await self.people.encrypted("eve")
        powers = {bot.user: 50}
        self.room = await self.far_mira.create_room(bot.user, self.eve.user, name="far", powers=powers)
        await self.eve.join(self.room)
        self.far_desk = await self.far_mira.create_room(bot.user, name="far desk", powers=powers)
        return self

    @asynccontextmanager
    async def moderated(self, review_room):
        path = self.folder / "config.toml"
        accounts = [f"discord:{self.mira.id}", f"matrix:{self.far_mira.user}"]
        path.write_text(
            f"""
            [store]
            path = "bot.sqlite"
            [civility]
            notice = false
            [discord]
            api_base = "{self.standin.api_base}"
            gateway = "{self.standin.gateway_address}"
            [matrix]
            homeserver = "{self.people.server.url}"
            user = "{self.account.user}"
            [[community]]
            id = "{COMMUNITY}"
            rooms = ["discord:{self.square.id}", "matrix:{self.room}"]
            review_room = "{review_room}"
            [[community.stewards]]
            name = "Mira"
            accounts = {json.dumps(accounts)}
            """
        )
        config = load_config(path)
        secrets = {"FOLKMOOT_DISCORD_TOKEN": self.standin.token, "FOLKMOOT_MATRIX_PASSWORD": PASSWORD}
        platforms = [discord_platform(config, secrets), matrix_platform(config, secrets)]
        async with running(config, platforms, models=scripted_models()) as self.app:
            for room in (self.room, self.far_desk):
                await self.far_mira.in_room(room, self.account.user)
            await self.standin.connected()
            await self.standin.until(lambda: self.standin.world.commands, "the bot's commands")
            yield self

    async def decisions(self):
        """Of the trail, oldest first, as (action, subject, who)."""
        assert await self.app.store.audit.verify(COMMUNITY) is None
        lines = await self.app.store.audit.recent(COMMUNITY, limit=50)
        wanted = ("case.upheld", "case.dismissed", "sanction.applied")
        return [(line.action, line.subject, line.actor) for line in reversed(lines) if line.action in wanted]

    def card(self, words):
        return next((post for post in self.desk.by_bot() if words in post.text and post.buttons), None)


@pytest.fixture
async def assembly(standin, people, tmp_path):
    assert isinstance(standin, Standin)
    return await Assembly(standin, people, tmp_path).laid_out()


async def test_cards_from_both_come_to_the_desk_on_discord_and_decisions_reach_both(assembly):
    async with assembly.moderated(f"discord:{assembly.desk.id}") as here:
        event = await here.eve.say(here.room, ATTACK)
        far = await here.standin.until(lambda: here.card("in far"), "the card of what was said on Matrix")
        assert "https://matrix.to/#/" in far.text
        post = here.ben.says(here.square, "You idiot of a bus driver.")
        near = await here.standin.until(lambda: here.card("bus driver"), "the card of what was said on Discord")
        form = here.mira.presses(far, "Uphold and hide")
        await form.form()
        here.mira.submits(form, {})
        await here.standin.until(lambda: "Upheld** by Mira" in far.text, "the decision on its card")

        async def hidden():
            said = [one for one in await here.eve.posts(here.room, here.eve.user) if one.id == event]
            return said[0].redacted

        await here.eve.until(hidden, "the message on Matrix to be hidden")
        here.mira.presses(near, "Dismiss")
        await here.standin.until(lambda: "Dismissed** by Mira" in near.text, "the other decision on its card")
        assert not post.deleted
        trail = await here.decisions()
        mira = f"discord:{here.mira.id}"
        assert [(action, subject) for action, subject, _ in trail if action.startswith("case.")] == [
            ("case.upheld", "case 1"),
            ("case.dismissed", "case 2"),
        ]
        assert {actor for action, _, actor in trail if action.startswith("case.")} == {mira}
        assert any(action == "sanction.applied" and "matrix:" in subject for action, subject, _ in trail)


async def test_nobody_decides_about_what_they_said_with_their_other_account(assembly):
    async with assembly.moderated(f"discord:{assembly.desk.id}") as here:
        await here.far_mira.say(here.room, ATTACK)
        card = await here.standin.until(lambda: here.card("in far"), "the card")
        here.mira.presses(card, "Dismiss")
        answer = await here.standin.until(lambda: here.mira.sees_alone(here.desk), "a refusal")
        assert "another moderator decides it" in answer[-1].text
        assert card.buttons


async def test_a_desk_on_matrix_has_the_cards_of_discord(assembly):
    async with assembly.moderated(f"matrix:{assembly.far_desk}") as here:
        post = here.ben.says(here.square, ATTACK)
        shown = await here.far_mira.sees(here.far_desk, ATTACK, here.account.user)
        assert f"https://discord.com/channels/{here.server.id}/{here.square.id}/{post.id}" in shown.html
        await here.far_mira.say(here.far_desk, "!uphold 1 hide rude")
        await here.standin.until(lambda: post.deleted, "the message on Discord to be hidden")
        await here.standin.until(lambda: here.ben.inbox, "a letter to Ben")
        assert "rude" in here.ben.inbox[-1].text

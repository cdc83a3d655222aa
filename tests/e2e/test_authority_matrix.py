"""Every command of every bundled cog, by everybody who may not give it: refused with words, and nothing happens.

The commands and what each demands come from the registry, so that a new one is covered by itself.
"""

import sqlite3
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from bot.cog import Place
from bot.config.core import CogsSection
from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.effect import Audience
from bot.domain.event import PromptAnswered
from bot.domain.ids import ConversationId, MemberId
from bot.domain.member import Member, MemberKind, Standing
from bot.testing.harness import harness

WORDS_OF_FAR = "quetzal"
"""What is said in the other community, and never here."""

CARRIES_WHAT_COMES_IN = {
    *("messages", "members", "conversations", "journal", "handled", "cursors", "checkpoints", "sequences"),
    *("outbox", "undecryptable", "alembic_version", "approvals", "early_edits"),
}
"""Tables that a command fills by being given and refused; nothing else may change."""

PLAUSIBLE = {
    "setting": "civility.threshold",
    "value": "0.9",
    "member": "ann",
    "name": "civility",
    "confirmation": "yes",
}


@dataclass(frozen=True)
class Situation:
    """Somebody of a standing that they have in `has_it_in`, who gives commands in `where`."""

    name: str
    standing: Standing
    where: str
    has_it_in: str = ""
    kind: MemberKind = MemberKind.PERSON

    @property
    def standing_there(self):
        return self.standing if self.community(self.has_it_in or self.where) == self.community(self.where) else 0

    @staticmethod
    def community(room):
        return {"elsewhere": None, "direct": None}.get(room, "far" if room.startswith("far") else "here")

    def expected(self, mark):
        """The words of the refusal, None where the command may be given."""
        if self.community(self.where) is None:
            open_to_all = mark.place is Place.ANYWHERE and mark.standing is Standing.MEMBER
            return None if open_to_all else "belongs to no community"
        if self.standing_there < mark.standing:
            return f"!{mark.name} is for "
        if mark.place is Place.REVIEW_ROOM and "desk" not in self.where:
            return "works in the moderators' room only"
        return None


SITUATIONS = [
    Situation("a member in the square", Standing.MEMBER, "square"),
    Situation("a trusted member in a thread", Standing.TRUSTED, "thread"),
    Situation("a member in the moderators' room", Standing.MEMBER, "desk"),
    Situation("a moderator in the wrong room", Standing.MODERATOR, "square"),
    Situation("an admin in a thread of the wrong room", Standing.ADMIN, "thread"),
    Situation("a moderator where an admin is needed", Standing.MODERATOR, "desk"),
    Situation("a moderator of the other community in our square", Standing.MODERATOR, "square", "far-desk"),
    Situation("an admin of the other community in our desk", Standing.ADMIN, "desk", "far-desk"),
    Situation("our admin in the other community's desk", Standing.ADMIN, "far-desk", "desk"),
    Situation("an admin in a room of no community", Standing.ADMIN, "elsewhere"),
    Situation("an admin in a direct conversation", Standing.ADMIN, "direct"),
]


class World:
    """Two communities with cases, prompts and settings of their own, and a look at all that is stored."""

    def __init__(self, bot, folder):
        self.bot, self.server, self.folder = bot, bot.server, folder
        self.rooms = {
            "square": bot.square,
            "desk": bot.desk,
            "far-square": bot.far_square,
            "far-desk": bot.far_desk,
            "thread": self.server.thread(bot.square, "thread"),
            "elsewhere": self.server.room("elsewhere"),
            "direct": self.server._open(
                Conversation(ConversationId("fake:dm"), "direct", ConversationKind.DIRECT), False
            ),
        }

    @property
    def commands(self):
        table = self.bot.app.loader.registry.commands
        return [table.find(info.name) for info in table.all()]

    def person(self, name, situation):
        has_it_in = self.rooms[situation.has_it_in or situation.where]
        rooms = [room for room in self.rooms.values() if same_side(room, has_it_in)]
        who = self.server.person(name, *rooms, standing=situation.standing)
        return replace(who, kind=situation.kind)

    def give(self, who, spec, where, *, typed, number="1"):
        arguments = {each.name: value_for(each, number) for each in spec.parameters}
        if typed:
            words = [f"--{name} {text}" if is_option(spec, name) else text for name, text in arguments.items()]
            self.server.post(who, where, " ".join([f"!{spec.name}", *words]), reply_to=self.reported.id)
        else:
            self.server.invoke(who, where, spec.name, arguments, target=self.reported.id)

    def stored(self, community=None):
        """Rows of every table that a refused command may not touch; of one community only, if one is named."""
        with sqlite3.connect(self.folder / "folkmoot.sqlite") as database:
            names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found = {}
            for name in sorted(set(names) - CARRIES_WHAT_COMES_IN):
                columns = [column[1] for column in database.execute(f"PRAGMA table_info({name})")]
                where = f" WHERE community = '{community}'" if community and "community" in columns else ""
                if not community or where:
                    found[name] = sorted(map(repr, database.execute(f"SELECT * FROM {name}{where}")))
            return found

    def done(self):
        return dict(self.server.sanctions), list(self.server.reactions), {p.id: p.edits for p in self.server.posts()}


def same_side(room, other):
    return ("far" in room.id) == ("far" in other.id)


def is_option(spec, name):
    return any(each.name == name and each.form.value.startswith("option") for each in spec.parameters)


def value_for(parameter, number):
    if parameter.choices:
        return parameter.choices[0]
    return PLAUSIBLE.get(parameter.name, number)


@asynccontextmanager
async def world(folder):
    bot = harness(folder, cogs=CogsSection().enabled)
    async with bot.started():
        made = World(bot, folder)
        made.reported = await bot.say("Ann", "you idiot of ours")
        await bot.say("Bob", "another idiot of ours")
        for number in range(4):
            made.far_message = await bot.say("Quill", f"you idiot, {WORDS_OF_FAR} {number}", where=bot.far_square)
        await bot.command("Mira", f"!uphold 2 warn {WORDS_OF_FAR}", where=bot.far_desk)
        await bot.command("Zed", f"!report {WORDS_OF_FAR}", where=bot.far_square, reply_to=made.far_message)
        await bot.command("Ada", "!set civility.threshold 0.77", where=bot.far_desk)
        assert [post for post in bot.posts(bot.desk) if post.choices]
        assert [post for post in bot.posts(bot.far_desk) if post.choices]
        yield made


async def test_who_may_not_give_a_command_is_told_and_nothing_happens(tmp_path):
    async with world(tmp_path) as made:
        assert len(made.commands) > 20
        for typed in (True, False):
            for situation in SITUATIONS:
                await check(made, situation, typed)


async def check(made, situation, typed):
    where = made.rooms[situation.where]
    refused = {}
    before, done = made.stored(), made.done()
    posts = {post.id for post in made.server.posts()}
    for spec in made.commands:
        words = situation.expected(spec.mark)
        if words is not None:
            who = made.person(f"{spec.name} {situation.name} {typed}", situation)
            refused[who.id] = (spec.name, words)
            made.give(who, spec, where, typed=typed)
    await made.bot.settle()
    new = {post.asker: post for post in made.server.posts() if post.id not in posts}
    assert new.keys() == refused.keys(), situation
    for asker, (name, words) in refused.items():
        assert words in new[asker].text, (situation, name)
        assert (new[asker].audience, new[asker].conversation) == (Audience.ASIDE, where.id), (situation, name)
    assert made.stored() == before, situation
    assert made.done() == (done[0], done[1], done[2] | {post.id: 0 for post in new.values()}), situation


async def test_the_matrix_refuses_and_allows_each_command_somewhere(tmp_path):
    async with world(tmp_path) as made:
        for spec in made.commands:
            expected = [situation.expected(spec.mark) for situation in SITUATIONS]
            if (spec.mark.standing, spec.mark.place) != (Standing.MEMBER, Place.ANYWHERE):
                assert any(expected), spec.name
        before = made.stored()
        for spec in made.commands:
            who = made.person(f"allowed {spec.name}", Situation("", Standing.ADMIN, "desk"))
            posts = {post.id for post in made.server.posts()}
            made.give(who, spec, made.bot.desk, typed=False)
            await made.bot.settle()
            new = [post for post in made.server.posts() if post.id not in posts]
            assert new, spec.name
            assert not [post for post in new if "is for " in post.text or "room only" in post.text], spec.name
        changed = {name for name, rows in made.stored().items() if rows != before[name]}
        assert {"audit", "cog_review__cases"} <= changed  # otherwise the look at what is stored sees nothing


@pytest.mark.parametrize("where", ["square", "desk"])
async def test_a_bot_gives_no_commands(tmp_path, where):
    async with world(tmp_path) as made:
        before, posts = made.stored(), len(made.server.posts())
        for spec in made.commands:
            robot = made.person(f"robot {spec.name}", Situation("", Standing.ADMIN, where, kind=MemberKind.BOT))
            made.give(robot, spec, made.rooms[where], typed=True)
        await made.bot.settle()
        assert made.stored() == before
        assert len(made.server.posts()) == posts


async def test_presses_by_those_who_were_not_asked_change_nothing(tmp_path):
    async with world(tmp_path) as made:
        zoe = made.server.person("Zoe")
        for spec in made.commands:  # whatever asks its own caller something
            if spec.mark.standing is Standing.MEMBER:
                made.server.invoke(zoe, made.bot.square, spec.name, {}, target=made.reported.id)
        await made.bot.settle()
        prompts = [post for post in made.server.posts() if post.choices]
        assert {post.conversation for post in prompts} >= {made.bot.desk.id, made.bot.far_desk.id, made.bot.square.id}
        before, done = made.stored(), made.done()
        for number, post in enumerate(prompts):
            ours = "far" not in post.conversation
            strangers = [
                made.person(f"member {number}", Situation("", Standing.MEMBER, "desk" if ours else "far-desk")),
                made.person(f"other {number}", Situation("", Standing.ADMIN, "far-desk" if ours else "desk")),
            ]
            if post.asker:
                strangers.append(made.person(f"admin {number}", Situation("", Standing.ADMIN, "square")))
            for choice in post.choices:
                for who in strangers:
                    made.server.press(who, post, choice.id, fields={field.id: "mine" for field in choice.form})
                forge(made, post, choice.id, number)
        await made.bot.settle()
        assert made.stored() == before
        assert {name: made.done()[2][name] for name in done[2]} == done[2]
        assert made.done()[:2] == done[:2]
        assert made.bot.app.incidents.total == 0


def forge(made, post, choice, number):
    """A press that says it happened where its author moderates, on a prompt that stands elsewhere."""
    side = "far-desk" if "far" not in post.conversation else "desk"
    who = made.person(f"forger {number}", Situation("", Standing.ADMIN, side))
    where = made.rooms[side]
    label = f"{post.ask.label}9" if post.ask.label.startswith("case") else post.ask.label
    made.server.timeline.add(
        where.id,
        PromptAnswered(
            made.server._id("i"), post.cog, label, choice, who, Standing.ADMIN, where, made.bot.clock.now(), {}
        ),
    )


async def test_no_command_reaches_the_other_community(tmp_path):
    """Every command where it may be given, aimed at what is the other community's."""
    async with world(tmp_path) as made:
        far, posts = made.stored("far"), {post.id for post in made.server.posts()}
        assert any(far.values())
        made.reported = made.far_message
        for where in ("desk", "square"):
            for spec in made.commands:
                if spec.name in ("forget-me", "cogs"):
                    continue  # these concern a person, and the process, as a whole
                for number in ("3", "4", "quill", "far-square", made.far_message.id, "fake:quill"):
                    who = made.person(f"{spec.name} {where} {number}", Situation("", Standing.ADMIN, where))
                    made.give(who, spec, made.rooms[where], typed=True, number=number)
        await made.bot.settle()
        new = [post for post in made.server.posts() if post.id not in posts]
        assert len(new) > 100
        assert [post.text for post in new if WORDS_OF_FAR in post.text or "0.77" in post.text] == []
        assert [post for post in new if "far" in post.conversation] == []
        assert made.stored("far") == far
        reply = await made.bot.command("Ann", "!report it", reply_to=made.far_message)
        assert "cannot find that message" in reply
        assert "no case 3 here" in await made.bot.command("Ada", "!uphold 3", where=made.bot.desk)
        assert made.bot.app.incidents.total == 0


async def test_accounts_of_the_other_platform_count_only_where_they_are_linked(tmp_path):
    async with world(tmp_path) as made:
        stranger = Member(MemberId("elsewhere:mira"), "Mira")
        made.server.post(stranger, made.bot.desk, "!uphold 1")
        before = made.stored()
        await made.bot.settle()
        assert made.stored() == before

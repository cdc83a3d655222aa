"""Everything that people see of a message is among its words."""

import discord
import pytest

from bot.domain.event import MessageEdited, MessagePosted
from bot.domain.ids import ConversationId, MemberId
from bot.domain.member import MemberKind
from bot.platforms.discord.incoming.convert import Converter
from bot.platforms.discord.options import Bridge, Options
from bot.platforms.discord.servers.servers import Servers

OWN, REM, SERVER, ROOM = 50, 1000, 7, 70
ROLES = [{"id": str(SERVER), "name": "@everyone", "permissions": "0", "position": 0, "color": 0,
          "colors": {"primary_color": 0}, "hoist": False, "managed": False, "mentionable": False},
         {"id": "8", "name": "stewards", "permissions": "8192", "position": 1, "color": 0,
          "colors": {"primary_color": 0}, "hoist": False, "managed": False, "mentionable": False}]  # fmt: skip
USER = {"id": str(REM), "username": "rem", "discriminator": "0", "global_name": "Rem R.", "avatar": None}


class Known:
    """In the place of a connection that has a client."""

    own = OWN

    def __init__(self, client):
        self.client = self.known = client


class World:
    def __init__(self, **more):
        self.client = discord.AutoShardedClient(intents=discord.Intents.all())
        self.state = self.client._connection
        data = {"id": str(SERVER), "name": "Agora", "roles": ROLES, "members": [], "threads": [], "emojis": [],
                "channels": [{"id": str(ROOM), "type": 0, "name": "square", "position": 0, "parent_id": None}],
                "stickers": [], "features": [], "preferred_locale": "en-US", "owner_id": "1"}  # fmt: skip
        self.guild = self.state._add_guild_from_data(data)
        options = Options(token=None, communities=(frozenset({ConversationId(f"discord:{ROOM}")}),), **more)
        self.converter = Converter(options, Servers(Known(self.client), options))

    def message(self, content="", **more):
        data = {
            "id": "175928847299117063", "channel_id": str(ROOM), "guild_id": str(SERVER), "author": USER,
            "content": content, "timestamp": "2026-03-02T18:00:00+00:00", "edited_timestamp": None, "tts": False,
            "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
            "components": [], "pinned": False, "type": 0, "flags": 0, **more,
        }  # fmt: skip
        return discord.Message(state=self.state, channel=self.guild.get_channel(ROOM), data=data)

    def posted(self, content="", **more):
        return self.converter.posted(self.message(content, **more), OWN)

    def text(self, content="", **more):
        return self.posted(content, **more).message.text


@pytest.fixture
async def world():
    return World()


def file(name, **more):
    return {"id": "9", "filename": name, "size": 1, "url": "https://x", "proxy_url": "https://x", **more}


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("hi <@1001> and <@!1001>", "hi @Ada A. and @Ada A."),
        ("hi <@4444>", "hi @unknown-user"),
        ("<@&8> <@&9>", "@stewards @deleted-role"),
        ("see <#70> or <#71>", "see #square or #unknown"),
        ("<:wave:123> <a:dance:124>", ":wave: :dance:"),
        ("<t:0:R> <t:1772474400>", "1970-01-01 00:00 UTC 2026-03-02 18:00 UTC"),
        ("<t:99999999999999999>", "<t:99999999999999999>"),
        ("use </privacy erase:55>", "use /privacy erase"),
        ("<id:customize> <id:linked-roles:5>", "#Channels & Roles #Linked Roles"),
        ("||hidden|| **bold** <b> <@ 5>", "||hidden|| **bold** <b> <@ 5>"),
        ("a\r\nb\x00\ud800", "a\nb\ufffd\ufffd"),
        ("\u200bzero\u202eright", "\u200bzero\u202eright"),
    ],
)
async def test_content_is_written_as_people_read_it(world, content, shown):
    ada = {**USER, "id": "1001", "username": "ada", "global_name": "Ada A."}
    assert world.text(content, mentions=[ada]) == shown


async def test_sixty_thousand_characters(world):
    for part in ("<@1", "<:a", "</", "<t:", "<@1>", "é"):
        assert len(world.text(part * 20_000)) >= 20_000


async def test_mentions_are_those_that_the_content_names(world):
    ada = {**USER, "id": "1001", "username": "ada"}
    message = world.posted("<@1002> <@1001> <@1002>", mentions=[ada]).message
    assert message.mentions == (MemberId("discord:1002"), MemberId("discord:1001"))
    assert world.posted("no ping meant", mentions=[ada]).message.mentions == ()


async def test_forwarded_messages_are_quotes_with_all_their_parts(world):
    snapshot = {
        "type": 0, "content": "you <@&8>\nfool", "embeds": [{"type": "rich", "title": "T", "description": "D"}],
        "attachments": [file("a.png", description="a rude picture")], "timestamp": "2026-03-02T18:00:00+00:00",
        "edited_timestamp": None, "flags": 0, "sticker_items": [{"id": "1", "name": "boo", "format_type": 1}],
        "components": [{"type": 10, "id": 1, "content": "shown"}],
    }  # fmt: skip
    posted = world.posted(message_reference={"type": 1, "channel_id": "5", "message_id": "6"},
                          message_snapshots=[{"message": snapshot}])  # fmt: skip
    assert posted.message.text == "> you @stewards\n> fool\n> shown\n> T\n> D\n> a rude picture"
    assert posted.message.attachments == ("a.png", "boo")
    assert posted.message.reply_to is None


async def test_replies_answer_and_announcements_do_not(world):
    reference = {"channel_id": str(ROOM), "message_id": "6", "guild_id": str(SERVER)}
    assert world.posted("x", type=19, message_reference=reference).message.reply_to == "discord:70/6"
    assert world.posted("x", type=0, flags=2, message_reference=reference).message.reply_to is None


async def test_polls(world):
    poll = {"question": {"text": "Who  is\nit?"}, "answers": [{"answer_id": 1, "poll_media": {"text": "You"}},
            {"answer_id": 2, "poll_media": {"text": "Me"}}], "expiry": "2026-03-03T18:00:00+00:00"}  # fmt: skip
    assert world.text("", poll=poll) == "Who is it?\n- You\n- Me"


async def test_components_in_components(world):
    button = {"type": 2, "id": 5, "style": 1, "label": "Press", "custom_id": "x"}
    parts = [
        {"type": 17, "id": 1, "components": [
            {"type": 10, "id": 2, "content": "in a box"},
            {"type": 9, "id": 3, "components": [{"type": 10, "id": 4, "content": "a section"}], "accessory": button},
            {"type": 1, "id": 6, "components": [{"type": 3, "id": 7, "custom_id": "s", "placeholder": "choose",
                "options": [{"label": "one", "value": "1"}]}]},
            {"type": 12, "id": 8, "items": [{"media": {"url": "https://x"}, "description": "a gallery"}]},
            {"type": 13, "id": 9, "file": {"url": "https://x"}, "name": "b.txt", "size": 1},
            {"type": 14, "id": 10}, {"type": 99, "id": 11},
        ]},
        {"type": 18, "id": 12, "label": "a label", "description": "why", "component": button},
    ]  # fmt: skip
    posted = world.posted(components=parts)
    assert posted.message.text.split("\n") == [
        "in a box", "a section", "Press", "choose", "one", "a gallery", "a label", "why", "Press",
    ]  # fmt: skip
    assert posted.message.attachments == ("b.txt",)


async def test_embeds_of_apps_are_words_and_unfurled_links_are_not(world):
    rich = {"type": "rich", "title": "T", "description": "D <@&8>", "author": {"name": "A"}, "footer": {"text": "F"},
            "fields": [{"name": "n", "value": "v"}], "url": "https://example.org/1"}  # fmt: skip
    app = {**USER, "bot": True}
    assert world.text("news", author=app, embeds=[rich]) == "news\nA\nT\nD @stewards\nn: v\nF"
    assert world.text("https://example.org/1", author=app, embeds=[rich]) == "https://example.org/1"
    assert world.text("https://example.org/1", embeds=[rich]) == "https://example.org/1"
    assert world.text("x", author=app, embeds=[{"type": "video", "title": "T"}]) == "x"


async def test_files_stickers_and_likes(world):
    stickers = [{"id": "1", "name": "wave", "format_type": 1}]
    reactions = [
        {"emoji": {"id": None, "name": name}, "count": count, "me": me, "me_burst": False, "count_details": {},
         "burst_colors": []}
        for name, count, me in (("👍🏽", 3, True), ("❤️", 1, False), ("🎉", 9, False))
    ]  # fmt: skip
    files = [file("x_y.png", title="x y", description="a map")]
    message = world.posted("look", attachments=files, sticker_items=stickers, reactions=reactions).message
    assert (message.text, message.attachments, message.likes) == ("look\na map", ("x y", "wave"), 3)


@pytest.mark.parametrize("kind", [1, 6, 7, 8, 18, 21, 24, 46, 777])
async def test_what_nobody_wrote_is_no_message(world, kind):
    assert world.posted("x", type=kind) is None


@pytest.mark.parametrize("more", [{"author": {**USER, "id": str(OWN), "bot": True}}, {"flags": 64}])
async def test_its_own_words_and_those_for_one_alone_are_not_heard(world, more):
    assert world.posted("x", **more) is None


async def test_an_edit_is_one_only_with_its_time(world):
    assert world.converter.edited(world.message("x"), OWN) is None
    edited = world.converter.edited(world.message("x", edited_timestamp="2026-03-02T18:05:00+00:00"), OWN)
    assert isinstance(edited, MessageEdited)
    assert edited.at.minute == 5


async def test_links_and_author(world):
    posted = world.posted("x")
    assert isinstance(posted, MessagePosted)
    assert posted.message.link == f"https://discord.com/channels/{SERVER}/{ROOM}/175928847299117063"
    assert (posted.message.author.name, posted.message.author.kind) == ("Rem R.", MemberKind.PERSON)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"webhook_id": "400"}, MemberKind.PERSON),
        ({"webhook_id": "401", "application_id": "77"}, MemberKind.PERSON),
        ({"webhook_id": "402"}, MemberKind.BOT),
        ({"webhook_id": "402", "application_id": "78"}, MemberKind.BOT),
        # What an app answers to a command comes through a webhook of its own, too.
        ({"webhook_id": "77", "application_id": "77", "type": 20}, MemberKind.BOT),
    ],
)
async def test_webhooks(more, kind):
    world = World(bridges=(Bridge(400), Bridge(77)))
    author = {**USER, "id": more["webhook_id"], "bot": True, "username": "Ann", "global_name": None}
    assert world.posted("x", author=author, **more).message.author.kind is kind


async def test_bridged_people_are_left_out_where_the_other_side_is_heard():
    world = World(bridges=(Bridge(400, frozenset({ConversationId(f"discord:{ROOM}")})),))
    author = {**USER, "id": "400", "bot": True}
    assert world.posted("x", author=author, webhook_id="400") is None
    assert world.posted("x", author=author, webhook_id="401") is not None

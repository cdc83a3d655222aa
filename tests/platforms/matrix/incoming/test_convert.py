from datetime import timedelta

import pytest

from bot.domain.conversation import ConversationKind
from bot.domain.event import (
    AccessLost,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ModerationObserved,
    Reacted,
)
from bot.domain.member import MemberKind, Standing
from bot.platforms.matrix.incoming.convert import Surroundings, events_of
from bot.platforms.matrix.rooms.room import Room
from tests.platforms.matrix.incoming.square import (
    ADA,
    AROUND,
    BOT,
    BRIDGE,
    MIRA,
    NOOR,
    NOW,
    OPTIONS,
    PUPPET,
    SQUARE,
    STAMP,
    event,
    member,
    message_of,
    only,
    square,
    state,
    text,
)


@pytest.fixture
def room():
    return square()


# --- what people say --------------------------------------------------------------------------------------------------


def test_a_message(room):
    posted = only(events_of(text(**{"m.mentions": {"user_ids": [ADA]}}), room, AROUND))
    message = posted.message
    assert isinstance(posted, MessagePosted)
    assert (message.id, message.text) == ("matrix:!square:one.example/$said", "words")
    assert (message.conversation.id, message.conversation.name) == ("matrix:!square:one.example", "Square")
    assert (message.author.id, message.author.name) == (f"matrix:{MIRA}", "Mira")
    assert message.sent_at == NOW - timedelta(minutes=1)
    assert message.mentions == (f"matrix:{ADA}",)
    assert message.link == "https://matrix.to/#/!square:one.example/$said?via=one.example"
    assert posted.standing is Standing.MEMBER
    assert only(events_of(text(sender=ADA), room, AROUND)).standing is Standing.ADMIN


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [(STAMP, -60), (STAMP + 10**9, 0), (2**70, 0), (10**400, 0), (-5, -NOW.timestamp()), (0, -NOW.timestamp())],
)
def test_no_message_is_from_the_future(room, stamp, seconds):
    posted = only(events_of(text() | {"origin_server_ts": stamp}, room, AROUND))
    assert posted.at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin_server_ts": "1"},
        {"origin_server_ts": True},
        {"origin_server_ts": 1.5},
        {"origin_server_ts": None},
        {"event_id": "said"},
        {"event_id": "$"},
        {"event_id": "$a b"},
        {"event_id": "$" + "x" * 300},
        {"event_id": ["$said"]},
        {"event_id": "$\ud800"},
        {"sender": "mira"},
        {"sender": None},
        {"sender": "@mira:one.example\n"},
        {"type": ["m.room.message"]},
        {"type": "m.room.encrypted"},
        {"type": "m.poll.response"},
        {"type": "org.example.unknown"},
        {"content": None},
        {"content": []},
        {"content": {}},
        {"content": {"body": 7}},
        {"state_key": ""},
    ],
)
def test_malformed_messages_are_none(room, wrong):
    assert events_of(text() | wrong, room, AROUND) == []


@pytest.mark.parametrize("value", [None, 7, "x", [], [text()], True])
def test_what_is_no_event_is_none(room, value):
    assert events_of(value, room, AROUND) == []


@pytest.mark.parametrize("kind", ["m.text", "m.notice", "m.emote"])
def test_the_bot_does_not_hear_itself(room, kind):
    assert events_of(text(sender=BOT, msgtype=kind), room, AROUND) == []
    assert message_of(text(sender=BOT), room, AROUND) is None


@pytest.mark.parametrize(
    ("sender", "msgtype", "kind"),
    [
        (MIRA, "m.text", MemberKind.PERSON),
        (MIRA, "m.notice", MemberKind.PERSON),
        (PUPPET, "m.notice", MemberKind.BOT),
        (PUPPET, "m.text", MemberKind.PERSON),
        (BRIDGE, "m.text", MemberKind.BOT),
        ("@news-bot:two.example", "m.text", MemberKind.BOT),
    ],
)
def test_who_is_a_person(room, sender, msgtype, kind):
    assert message_of(text(sender=sender, msgtype=msgtype), room, AROUND).author.kind is kind


def test_a_puppet_is_not_heard_where_its_own_network_is():
    paired = Room("!paired:one.example", own=BOT)
    for one in (text(sender=PUPPET), member(PUPPET, "join"), event("m.reaction", LIKED, PUPPET)):
        assert events_of(one, paired, AROUND) == []
    assert message_of(text(sender=BRIDGE), paired, AROUND) is not None


def test_replies_and_threads(room):
    reply = {"m.in_reply_to": {"event_id": "$asked"}}
    thread = {"rel_type": "m.thread", "event_id": "$root"}

    def said(relation):
        return message_of(text(**{"m.relates_to": relation}), room, AROUND)

    assert said(reply).reply_to == f"matrix:{SQUARE}/$asked"
    assert said(reply).conversation.kind is ConversationKind.ROOM
    for relation, answered in [
        (thread, None),
        (thread | reply, f"matrix:{SQUARE}/$asked"),
        (thread | reply | {"is_falling_back": False}, f"matrix:{SQUARE}/$asked"),
        (thread | reply | {"is_falling_back": True}, None),
    ]:
        message = said(relation)
        assert message.reply_to == answered
        assert (message.conversation.id, message.conversation.parent) == (f"matrix:{SQUARE}/$root", f"matrix:{SQUARE}")
        assert message.conversation.kind is ConversationKind.THREAD


@pytest.mark.parametrize(
    "relation", [None, 7, [], "x", {"rel_type": ["m.thread"]}, {"rel_type": "m.thread", "event_id": 7}]
)
def test_malformed_relations_leave_a_plain_message(room, relation):
    message = message_of(text(**{"m.relates_to": relation}), room, AROUND)
    assert (message.text, message.reply_to, message.conversation.kind) == ("words", None, ConversationKind.ROOM)


def test_in_reply_to_of_the_wrong_type_is_no_reply(room):
    for wrong in (7, "$asked", [], {"event_id": 7}, {"event_id": "asked"}, {}):
        assert message_of(text(**{"m.relates_to": {"m.in_reply_to": wrong}}), room, AROUND).reply_to is None


# --- edits and reactions ----------------------------------------------------------------------------------------------


def edit(new, **rest):
    relation = {"rel_type": "m.replace", "event_id": "$first"}
    return text("* new", identity="$edit", **{"m.new_content": new, "m.relates_to": relation | rest})


def test_an_edit_is_the_first_message_in_its_new_form(room):
    edited = only(events_of(edit({"msgtype": "m.text", "body": "new"}), room, AROUND))
    assert isinstance(edited, MessageEdited)
    assert (edited.message.id, edited.message.text) == (f"matrix:{SQUARE}/$first", "new")
    assert edited.message.edited_at == edited.at == NOW - timedelta(minutes=1)
    assert edited.message.link.startswith("https://matrix.to/#/!square:one.example/$first")


def test_an_edit_of_a_reply_and_of_an_emote(room):
    quoted = {"msgtype": "m.text", "body": "> <@ada:one.example> asked\n\nnew"}
    assert only(events_of(edit(quoted), room, AROUND)).message.text == "new"
    emote = {"msgtype": "m.emote", "body": "waves"}
    assert only(events_of(edit(emote), room, AROUND)).message.text == "* Mira waves"
    notice = {"msgtype": "m.text", "body": "x", "m.mentions": {"user_ids": [ADA]}}
    assert only(events_of(edit(notice), room, AROUND)).message.mentions == (f"matrix:{ADA}",)


def test_an_edit_stands_where_the_message_stood(room):
    around = Surroundings(BOT, OPTIONS, NOW, threads={"$first": "$root"})
    edited = only(events_of(edit({"msgtype": "m.text", "body": "new"}), room, around))
    assert edited.message.conversation.id == f"matrix:{SQUARE}/$root"


@pytest.mark.parametrize("new", [None, 7, [], "new", {}, {"body": 7}])
def test_an_edit_without_new_content_is_none(room, new):
    assert events_of(edit(new), room, AROUND) == []


@pytest.mark.parametrize("target", [None, 7, "first", {}])
def test_an_edit_of_nothing_hides_no_words(room, target):
    posted = only(events_of(edit({"msgtype": "m.text", "body": "new"}, event_id=target), room, AROUND))
    assert isinstance(posted, MessagePosted)
    assert posted.message.text == "* new"


def test_a_message_without_words_is_there_to_be_edited(room):
    assert message_of(text(""), room, AROUND).text == ""


LIKED = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$first", "key": "👍"}}


def test_a_reaction(room):
    reacted = only(events_of(event("m.reaction", LIKED), room, AROUND))
    assert isinstance(reacted, Reacted)
    assert (reacted.message, reacted.emoji, reacted.member.name) == (f"matrix:{SQUARE}/$first", "👍", "Mira")
    around = Surroundings(BOT, OPTIONS, NOW, threads={"$first": "$root"})
    assert only(events_of(event("m.reaction", LIKED), room, around)).conversation.kind is ConversationKind.THREAD


@pytest.mark.parametrize(
    "wrong",
    [
        {"rel_type": "m.thread"},
        {"event_id": 7},
        {"event_id": None},
        {"key": ""},
        {"key": " "},
        {"key": 7},
        {"key": "x" * 65},
    ],
)
def test_malformed_reactions_are_none(room, wrong):
    assert events_of(event("m.reaction", {"m.relates_to": LIKED["m.relates_to"] | wrong}), room, AROUND) == []


# --- what is taken back -----------------------------------------------------------------------------------------------

SEEN = Surroundings(BOT, OPTIONS, NOW, authors={"$said": MIRA}, threads={"$said": "$root"})


@pytest.mark.parametrize("form", [{"content": {"redacts": "$said"}}, {"content": {}, "redacts": "$said"}])
@pytest.mark.parametrize("around", [AROUND, SEEN])
def test_who_takes_back_their_own_words_only_deletes_them(room, form, around):
    deleted = only(events_of(event("m.room.redaction", None, MIRA, "$r") | form, room, around))
    assert isinstance(deleted, MessageDeleted)
    assert (deleted.message, deleted.by) == (f"matrix:{SQUARE}/$said", f"matrix:{MIRA}")


def test_a_moderator_who_takes_away_anothers_words_is_at_work(room):
    redaction = event("m.room.redaction", {"redacts": "$said", "reason": "rude"}, ADA, "$r")
    deleted, observed = events_of(redaction, room, SEEN)
    assert isinstance(deleted, MessageDeleted)
    assert isinstance(observed, ModerationObserved)
    assert (observed.action, observed.member, observed.by.name) == ("hide", f"matrix:{MIRA}", "Ada")
    assert (observed.reason, observed.message) == ("rude", deleted.message)
    assert deleted.conversation.id == observed.conversation.id == f"matrix:{SQUARE}/$root"
    assert only(events_of(redaction, room, AROUND)) == MessageDeleted(
        deleted.message, room.conversation(), deleted.at, f"matrix:{ADA}"
    )


def test_a_redaction_without_power_takes_nothing_away(room):
    assert events_of(event("m.room.redaction", {"redacts": "$said"}, NOOR, "$r"), room, SEEN) == []


@pytest.mark.parametrize("target", [None, 7, "said", {}, ["$said"]])
def test_a_redaction_of_nothing_is_none(room, target):
    assert events_of(event("m.room.redaction", {"redacts": target}, ADA, "$r"), room, AROUND) == []


@pytest.mark.parametrize("kind", ["m.room.message", "m.room.encrypted", "m.sticker"])
def test_an_event_that_comes_redacted_is_let_go(room, kind):
    because = event("m.room.redaction", {}, ADA, "$r", origin_server_ts=STAMP + 5_000)
    deleted = only(events_of(event(kind, {}, unsigned={"redacted_because": because}), room, AROUND))
    assert isinstance(deleted, MessageDeleted)
    assert (deleted.by, deleted.at) == (f"matrix:{ADA}", NOW - timedelta(seconds=55))
    assert events_of(event("m.reaction", {}, unsigned={"redacted_because": because}), room, AROUND) == []


def test_the_bots_own_redaction_is_its_own_affair(room):
    assert events_of(event("m.room.redaction", {"redacts": "$said"}, BOT, "$r"), room, SEEN) == []


# --- people -----------------------------------------------------------------------------------------------------------


def test_coming_and_going(room):
    joined = only(events_of(member(NOOR, "join", displayname="Noor"), room, AROUND))
    assert isinstance(joined, MemberJoined)
    assert joined.member.name == "Noor"
    left = only(events_of(member(MIRA, "leave"), room, AROUND))
    assert isinstance(left, MemberLeft)
    assert left.member.name == "Mira"
    assert events_of(member(MIRA, "join", displayname="Other"), room, AROUND) == []
    assert events_of(member(NOOR, "invite", ADA), room, AROUND) == []
    assert events_of(member(NOOR, "leave"), room, AROUND) == []


def test_what_the_homeserver_says_came_before_counts_more_than_what_the_room_knew(room):
    before = {"unsigned": {"prev_content": {"membership": "leave"}}}
    assert isinstance(only(events_of(member(MIRA, "join") | before, room, AROUND)), MemberJoined)


@pytest.mark.parametrize(
    ("was", "now", "kinds", "action"),
    [
        ("join", "leave", [MemberLeft, ModerationObserved], "kick"),
        ("join", "ban", [MemberLeft, ModerationObserved], "ban"),
        ("leave", "ban", [ModerationObserved], "ban"),
        ("invite", "ban", [ModerationObserved], "ban"),
        ("ban", "leave", [ModerationObserved], "unban"),
        ("invite", "leave", [], None),
        ("knock", "leave", [], None),
    ],
)
def test_what_a_moderator_does_by_hand(room, was, now, kinds, action):
    room.apply(member(NOOR, was))
    found = events_of(member(NOOR, now, ADA, reason="rude"), room, AROUND)
    assert [type(one) for one in found] == kinds
    if action:
        assert (found[-1].action, found[-1].reason, found[-1].by.name) == (action, "rude", "Ada")
    by_bot = events_of(member(NOOR, now, BOT), room, AROUND)
    assert [type(one) for one in by_bot] == [kind for kind in kinds if kind is MemberLeft]


@pytest.mark.parametrize(("now", "banned"), [("leave", False), ("ban", True)])
def test_the_bot_is_sent_out(room, now, banned):
    lost = only(events_of(member(BOT, now, ADA, reason="enough"), room, AROUND))
    assert isinstance(lost, AccessLost)
    assert (lost.banned, lost.by.name, lost.reason) == (banned, "Ada", "enough")
    assert events_of(member(BOT, "leave"), room, AROUND) == []
    assert events_of(member(BOT, "join"), Room(SQUARE, own=BOT), AROUND) == []


@pytest.mark.parametrize(
    "wrong", [{"membership": 7}, {"membership": ["join"]}, {"membership": None}, {"membership": "gone"}]
)
def test_malformed_memberships_are_none(room, wrong):
    assert events_of(member(NOOR, "join") | {"content": wrong}, room, AROUND) == []
    assert events_of(member("noor", "join"), room, AROUND) == []
    assert events_of(member(NOOR, "join") | {"state_key": 7}, room, AROUND) == []


# --- rooms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("new", ["!new", "", None, 7, "!square:one.example"])
def test_a_tombstone_alone_moves_nothing(room, new):
    assert events_of(state("m.room.tombstone", {"replacement_room": new}), room, AROUND) == []


def test_silencing_by_hand_is_seen(room):
    quiet = state("m.room.power_levels", {"users": {ADA: 100, BOT: 100, MIRA: -1}})
    observed = only(events_of(quiet, room, AROUND))
    assert (observed.action, observed.member, observed.by.name) == ("timeout", f"matrix:{MIRA}", "Ada")
    room.apply(quiet)
    loud = state("m.room.power_levels", {"users": {ADA: 100, BOT: 100}})
    assert only(events_of(loud, room, AROUND)).action == "lift timeout"
    assert events_of(loud | {"sender": BOT}, room, AROUND) == []
    everybody = state("m.room.power_levels", {"users": {ADA: 100, BOT: 100, MIRA: -1}, "events_default": 50})
    assert events_of(everybody, room, AROUND) == []

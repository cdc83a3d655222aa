import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import ConversationKind
from bot.domain.member import Standing
from bot.platforms.matrix.rooms.room import POLICY_RULES, Room

BOT, ADA, MIRA, NOOR = "@folkmoot:one.example", "@ada:one.example", "@mira:one.example", "@noor:two.example"

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
KINDS = [
    "m.room.create",
    "m.room.name",
    "m.room.canonical_alias",
    "m.room.encryption",
    "m.room.power_levels",
    "m.room.member",
    "m.room.tombstone",
    "m.room.join_rules",
    *POLICY_RULES,
]
FIELDS = [
    "name",
    "alias",
    "algorithm",
    "membership",
    "displayname",
    "is_direct",
    "replacement_room",
    "entity",
    "creator",
]
FIELDS += ["room_version", "predecessor", "users", "events", "ban", "additional_creators", "join_rule"]


def event(kind, content, key="", sender=ADA, **rest):
    return {"type": kind, "state_key": key, "sender": sender, "content": content, **rest}


def member(user, name=None, membership="join", **rest):
    return event("m.room.member", {"membership": membership, "displayname": name}, user, user, **rest)


def room(*events, **fields):
    made = Room("!square:one.example", own=BOT, **fields)
    for one in events:
        made.apply(one)
    return made


# --- what events say ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, -1])
def test_power_follows_creation_and_levels_in_any_order(order):
    events = [
        event("m.room.create", {"room_version": "12", "predecessor": {"room_id": "!old:one.example"}}),
        event("m.room.power_levels", {"users": {MIRA: 50}, "events": {"m.room.power_levels": 100}}),
    ]
    made = room(*events[::order])
    assert (made.version, made.predecessor) == ("12", "!old:one.example")
    assert made.power.standing(ADA) is Standing.ADMIN
    assert made.power.standing(MIRA) is Standing.MODERATOR


def test_a_demotion_is_one():
    made = room(event("m.room.create", {"room_version": "11"}), event("m.room.power_levels", {"users": {MIRA: 100}}))
    made.apply(event("m.room.power_levels", {"users": {}}))
    assert made.power.standing(MIRA) is Standing.MEMBER


def test_names_come_and_go():
    made = room(
        event("m.room.name", {"name": "  The\u202e square\n "}),
        event("m.room.canonical_alias", {"alias": "#s:one.example"}),
    )
    assert made.conversation().name == "The square"
    made.apply(event("m.room.name", {"name": 7}))
    assert made.name == "The square"
    made.apply(event("m.room.name", {}))
    assert made.conversation().name == "#s:one.example"
    made.apply(event("m.room.canonical_alias", {"alias": None}))
    assert made.conversation().name == "!square:one.example"


@pytest.mark.parametrize("later", [{}, {"algorithm": None}, {"algorithm": ""}, {"algorithm": 7}])
def test_encryption_is_never_switched_off(later):
    made = room(event("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}), event("m.room.encryption", later))
    assert made.encrypted
    assert made.conversation().encrypted
    assert not room(event("m.room.encryption", {})).encrypted


def test_state_under_another_key_is_not_the_rooms():
    made = room(event("m.room.name", {"name": "x"}, "key"), event("m.room.encryption", {"algorithm": "x"}, "key"))
    assert (made.name, made.encrypted) == (None, False)


def test_a_tombstone_names_what_comes_next():
    made = room(event("m.room.tombstone", {"replacement_room": "!new:one.example"}))
    made.apply(event("m.room.tombstone", {"replacement_room": ["!other:one.example"]}))
    assert made.replaced_by == "!new:one.example"


@pytest.mark.parametrize("kind", POLICY_RULES)
def test_policy_rules_are_kept_until_taken_back(kind):
    rule = {"entity": "@*:evil.example", "recommendation": "m.ban", "reason": "spam"}
    made = room(event(kind, rule, "rule:1"), event(kind, {"entity": ["x"]}, "rule:2"))
    assert made.state == {(kind, "rule:1"): rule}
    made.apply(event(kind, {}, "rule:1"))
    assert made.state == {}


@pytest.mark.parametrize(
    "malformed",
    [
        {},
        event("m.room.member", {"membership": "joined"}, MIRA),
        event("m.room.member", {"membership": ["join"]}, MIRA),
        event("m.room.member", {}, MIRA),
        event("m.room.member", {"membership": "join"}, "mira"),
        event("m.room.member", {"membership": "join"}, f"@{'m' * 300}:one.example"),
        event("m.room.create", {"room_version": 11}),
        event("m.room.create", {"room_version": "11"}, sender=None),
        {"type": "m.room.name", "state_key": "", "content": "x"},
        {"type": "m.room.name", "content": {"name": "x"}},
        {"type": ["m.room.name"], "state_key": "", "content": {"name": "x"}},
        {"type": "m.room.name", "state_key": 1, "content": {"name": "x"}},
    ],
)
def test_malformed_events_change_nothing(malformed):
    made = room()
    made.apply(malformed)
    assert made == room()


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "type": st.sampled_from(KINDS) | anything,
                "state_key": st.sampled_from(["", ADA, BOT]) | anything,
                "sender": st.sampled_from([ADA]) | anything,
                "content": st.dictionaries(st.sampled_from(FIELDS), anything | st.sampled_from(["join", "leave"]))
                | anything,
                "unsigned": anything | st.fixed_dictionaries({"prev_content": anything}),
            },
        ),
        max_size=4,
    ),
    anything,
)
def test_nothing_that_a_stranger_writes_breaks_a_room(events, summary):
    made = room(*events)
    made.take_summary(summary)
    assert made.conversation().name
    assert made.conversation("$root").room == made.conversation().id
    assert made.member(ADA).name
    assert len(made.via()) <= 3
    assert made.power.standing(ADA) in Standing


# --- people ---------------------------------------------------------------------------------------------------------


def test_whoever_was_sent_away_keeps_their_name():
    made = room(member(MIRA, "Mira"), event("m.room.member", {"membership": "ban"}, MIRA))
    assert made.people[MIRA].membership == "ban"
    assert made.member(MIRA).name == "Mira"


def test_without_a_name_the_account_is_shown():
    assert room(member(MIRA)).member(MIRA).name == MIRA
    assert room(member(MIRA, " \u200b\u2066")).member(MIRA).name == MIRA
    assert room().member(MIRA).name == MIRA


LIKE_MIRA = ["mira", " Mira ", "Mira\u200d", "M\u202eira", "\uff2dira", "M\u0456r\u0430", "M1ra"]


@pytest.mark.parametrize("other", LIKE_MIRA)
def test_names_that_look_alike_are_told_apart(other):
    made = room(member(MIRA, "Mira"), member(NOOR, other))
    assert made.member(MIRA).name == f"Mira ({MIRA})"
    assert made.member(NOOR).name.endswith(f" ({NOOR})")
    made.apply(member(NOOR, "Noor"))
    assert made.member(MIRA).name == "Mira"
    made.apply(member(NOOR, other))
    made.apply(member(NOOR, other, "leave"))
    assert made.member(MIRA).name == "Mira"


def test_a_name_like_anothers_account_is_told_apart():
    made = room(member(MIRA, "Mira"), member(NOOR, MIRA))
    assert made.member(NOOR).name == f"{MIRA} ({NOOR})"
    assert room(member(MIRA, MIRA)).member(MIRA).name == MIRA


def test_a_name_like_that_of_somebody_without_one_is_told_apart():
    made = room(member("@noor:two.example"), member(MIRA, "@noor:two.example"))
    assert made.member(MIRA).name == f"@noor:two.example ({MIRA})"


def test_long_and_loud_names_are_cut():
    name = room(member(MIRA, "Z" + "\u0301" * 400 + "a\x1b[31mlgo" + "x" * 5000)).member(MIRA).name
    assert len(name) <= 100
    assert "\x1b" not in name
    assert name.count("\u0301") == 4


def test_emoji_and_joined_letters_stay():
    for name in ("👩\u200d🔬 Mira", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"):
        assert room(member(MIRA, name)).member(MIRA).name == name


@given(st.text(max_size=60))
def test_no_name_hides_or_turns_anything(name):
    shown = room(member(MIRA, name)).member(MIRA).name
    assert shown.strip() == shown != ""
    assert "\n" not in shown
    assert not {"\u202e", "\u2066", "\x1b", "\x00", "\ud83d"} & set(shown)


# --- conversations ----------------------------------------------------------------------------------------------------


def invited(user, by=BOT, **content):
    return event("m.room.member", {"membership": "invite", "is_direct": True, **content}, user, by)


@pytest.mark.parametrize(
    "events",
    [
        [member(BOT), invited(MIRA), member(MIRA, "Mira")],
        [invited(BOT, MIRA), member(MIRA, "Mira"), member(BOT)],
        [member(MIRA, "Mira"), member(BOT, unsigned={"prev_content": {"membership": "invite", "is_direct": True}})],
    ],
)
def test_a_private_room_is_named_after_the_other_person(events):
    made = room(*events)
    assert made.conversation().kind is ConversationKind.DIRECT
    assert made.conversation().name == "Mira"
    assert made.other() == MIRA


def test_nobody_else_can_call_a_room_private():
    called = event("m.room.member", {"membership": "join", "is_direct": True}, MIRA, MIRA)
    made = room(member(BOT), invited(ADA, MIRA), called)
    made.apply(member(ADA, None, "leave"))
    assert not made.direct
    assert made.conversation().kind is ConversationKind.ROOM


def test_a_third_person_ends_a_private_conversation():
    made = room(member(BOT), invited(MIRA), member(MIRA, "Mira"))
    made.apply(member(NOOR, "Noor"))
    assert made.conversation().kind is ConversationKind.ROOM
    made.apply(member(NOOR, "Noor", "leave"))
    assert made.conversation().kind is ConversationKind.DIRECT


def test_the_homeserver_counts_those_that_were_not_heard_of():
    made = room(member(BOT), invited(MIRA), member(MIRA))
    made.take_summary({"m.joined_member_count": 3, "m.invited_member_count": 0, "m.heroes": [MIRA, NOOR]})
    assert made.conversation().kind is ConversationKind.ROOM
    made.take_summary({"m.joined_member_count": 2, "m.heroes": "x"})
    assert made.conversation().kind is ConversationKind.DIRECT


def test_two_people_in_a_room_are_no_private_conversation():
    assert room(member(BOT), member(MIRA)).conversation().kind is ConversationKind.ROOM
    public = room(member(BOT), invited(MIRA), event("m.room.join_rules", {"join_rule": "public"}))
    assert public.conversation().kind is ConversationKind.ROOM


def test_a_room_without_a_name_is_called_after_its_people():
    made = room(member(BOT, "Folkmoot"), member(MIRA, "Mira"), member(NOOR, "Noor"), member(ADA, None, "leave"))
    assert made.conversation().name == "Mira, Noor"
    made.take_summary({"m.heroes": [NOOR, BOT, 7, "x"]})
    assert made.conversation().name == "Noor"


def test_a_thread_belongs_to_its_room():
    made = room(event("m.room.name", {"name": "Square"}))
    thread = made.conversation("$root")
    assert thread.id == "matrix:!square:one.example/$root"
    assert (thread.kind, thread.parent, thread.name) == (ConversationKind.THREAD, made.conversation().id, "Square")


# --- servers ----------------------------------------------------------------------------------------------------------


def test_a_room_is_reached_by_the_mightiest_members_server_and_the_fullest():
    crowd = [member(f"@m{number}:full.example") for number in range(3)]
    made = room(
        event("m.room.create", {"room_version": "11"}),
        event("m.room.power_levels", {"users": {NOOR: 100, "@gone:none.example": 200}}),
        *crowd,
        member(NOOR),
        member(MIRA),
        member("@x:other.example"),
        member("@y:bad server"),
        member("@z:a&via=b"),
    )
    assert made.via() == ["two.example", "full.example", "one.example"]
    for one in crowd:
        made.apply({**one, "content": {"membership": "leave"}})
    assert made.via() == ["two.example", "one.example", "other.example"]


@given(
    st.lists(
        st.tuples(st.sampled_from([ADA, MIRA, NOOR]), st.sampled_from(["join", "leave", "ban", "invite", "knock"]))
    )
)
def test_servers_are_those_of_whoever_is_joined(changes):
    made = room(*(member(user, None, membership) for user, membership in changes))
    joined = {user for user, person in made.people.items() if person.membership == "join"}
    assert set(made.via()) == {user.partition(":")[2] for user in joined}

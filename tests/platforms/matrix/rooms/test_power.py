import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.member import Standing
from bot.platforms.matrix.rooms.power import CREATOR, LEVELS, Power, power_of

ADA, MIRA, NOOR, OMAR = "@ada:one.example", "@mira:one.example", "@noor:two.example", "@omar:two.example"

VERSIONS = [str(number) for number in range(1, 13)]
ORDINARY, PRIVILEGED, TOLERANT = VERSIONS[:11], VERSIONS[11:], VERSIONS[:9]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
user = st.sampled_from([ADA, MIRA, NOOR, OMAR])
level = st.integers(-200, 200)
ours = st.fixed_dictionaries(
    {},
    optional={
        "users": st.dictionaries(user, level),
        "users_default": level,
        "events": st.dictionaries(st.sampled_from([LEVELS, "m.room.message", "m.room.redaction"]), level),
        "events_default": level,
        "state_default": level,
        "ban": level,
        "kick": level,
        "redact": level,
        "invite": level,
    },
)
action = st.sampled_from(["ban", "unban", "kick", "level", "redact", "invite"])


def power(version="11", levels=None, **create):
    content = {"room_version": version, **({"creator": ADA} if int(version) < 11 else {}), **create}
    return power_of(version, content, ADA, levels)


@pytest.mark.parametrize("version", ORDINARY)
def test_without_levels_the_creator_has_100_and_others_none(version):
    room = power(version)
    assert (room.of(ADA), room.of(MIRA)) == (100, 0)
    assert room.standing(ADA) is Standing.ADMIN
    assert room.standing(MIRA) is Standing.MEMBER


@pytest.mark.parametrize("version", ORDINARY)
def test_once_there_are_levels_the_creator_is_as_anybody_else(version):
    room = power(version, {"users": {MIRA: 100}})
    assert (room.of(ADA), room.of(MIRA)) == (0, 100)
    assert room.standing(ADA) is Standing.MEMBER
    assert not room.may_act_on(ADA, NOOR, "kick")


@pytest.mark.parametrize("version", ORDINARY)
def test_levels_with_nothing_in_them_are_levels(version):
    room = power(version, {})
    assert room.of(ADA) == 0
    assert room.needed_to_send(LEVELS, state=True) == 50
    assert power(version).needed_to_send(LEVELS, state=True) == 0


@pytest.mark.parametrize("version", PRIVILEGED)
@pytest.mark.parametrize(
    "levels", [None, {}, {"users": {ADA: -5, MIRA: 2**53 - 1}, "ban": 2**53 - 1, "users_default": 7}]
)
def test_creators_of_newer_rooms_are_above_every_level(version, levels):
    room = power(version, levels, additional_creators=[NOOR])
    assert room.of(ADA) == room.of(NOOR) == CREATOR
    assert room.standing(ADA) is room.standing(NOOR) is Standing.ADMIN
    assert all(room.may_act_on(ADA, MIRA, act) for act in ("ban", "kick", "unban", "level", "redact"))
    assert not room.may_act_on(MIRA, ADA, "kick")
    assert not room.may_act_on(ADA, NOOR, "ban"), "nobody is above another creator"


@pytest.mark.parametrize("version", ORDINARY)
def test_additional_creators_mean_nothing_in_older_rooms(version):
    assert power(version, additional_creators=[NOOR]).of(NOOR) == 0


@pytest.mark.parametrize("more", [None, "x", {}, [1, None, [], {}], [[NOOR]]])
def test_malformed_additional_creators_are_passed_over(more):
    assert power("12", additional_creators=more).creators == {ADA}


@pytest.mark.parametrize(("version", "creator"), [("10", MIRA), ("11", ADA), ("12", ADA)])
def test_who_made_the_room_is_named_in_the_content_up_to_version_10(version, creator):
    assert power_of(version, {"creator": MIRA}, ADA, None).creators == {creator}


@pytest.mark.parametrize("creator", [None, 1, "", [], {}])
def test_a_creator_that_is_no_name_is_who_sent_the_event(creator):
    assert power_of("6", {"creator": creator}, ADA, None).creators == {ADA}


def test_nobody_created_a_room_whose_beginning_is_not_known():
    room = power_of("1", {}, "", None)
    assert room.creators == frozenset()
    assert room.standing("") is Standing.MEMBER
    assert room == Power()


@pytest.mark.parametrize("version", ["org.example.fancy", "", "12a", "-3", "\u0663", "9999", "org.matrix.msc3757.10"])
def test_an_unlisted_version_makes_nobody_almighty(version):
    assert power_of(version, {}, ADA, {"users": {MIRA: 50}}).of(ADA) == 0


def test_versions_to_come_keep_what_version_12_brought():
    assert power_of("13", {}, ADA, {}).of(ADA) == CREATOR


WRITTEN = [("50", 50), (" +50\n", 50), ("-7", -7), ("007", 7), (50.9, 50), (-0.5, 0)]


@pytest.mark.parametrize("version", TOLERANT)
@pytest.mark.parametrize(("written", "read"), WRITTEN)
def test_older_rooms_know_numbers_in_texts_and_fractions(version, written, read):
    room = power(version, {"users": {MIRA: written}, "kick": written, "events": {LEVELS: written}, "redact": written})
    assert (room.of(MIRA), room.needed("kick"), room.needed_to_send(LEVELS, state=True)) == (read, read, read)


@pytest.mark.parametrize("version", ["10", "11", "12"])
@pytest.mark.parametrize("written", [written for written, _ in WRITTEN])
def test_newer_rooms_know_integers_only(version, written):
    room = power(version, {"users": {MIRA: written}, "kick": written})
    assert (room.of(MIRA), room.needed("kick")) == (0, 50)


@pytest.mark.parametrize("version", ["1", "9", "10", "11", "12"])
@pytest.mark.parametrize(
    "written",
    [
        None,
        True,
        False,
        "",
        "fifty",
        "0x32",
        "1_0",
        "\u0665\u0660",
        "5e1",
        "9" * 5000,
        [],
        [50],
        {},
        math.nan,
        math.inf,
    ],
)
def test_what_is_no_level_counts_for_nothing(version, written):
    room = power(
        version, {"users": {MIRA: written}, "users_default": written, "ban": written, "events": {"x": written}}
    )
    assert (room.of(MIRA), room.of(NOOR), room.needed("ban")) == (0, 0, 50)
    assert (room.needed_to_send("x"), room.needed_to_send("x", state=True)) == (0, 50)


@pytest.mark.parametrize("malformed", [None, 1, "x", [], [MIRA], True])
def test_malformed_tables_are_as_if_they_were_not_there(malformed):
    room = power("11", {"users": malformed, "events": malformed})
    assert room.of(MIRA) == 0
    assert room.needed_to_send(LEVELS, state=True) == 50


def test_levels_may_be_far_above_100_and_far_below_0():
    huge = 10**400
    room = power("5", {"users": {MIRA: huge, NOOR: huge - 1, OMAR: -huge}, "ban": huge})
    assert room.may_act_on(MIRA, NOOR, "ban")
    assert not room.may_act_on(NOOR, OMAR, "ban")
    assert room.standing(MIRA) is Standing.ADMIN
    assert room.standing(OMAR) is Standing.MEMBER
    assert power("12", {"users": {MIRA: huge}}).may_act_on(ADA, MIRA, "ban")


def test_a_demoted_user_keeps_nothing():
    assert power("11", {"users": {MIRA: 100}}).standing(MIRA) is Standing.ADMIN
    assert power("11", {"users": {}}).of(MIRA) == 0


@pytest.mark.parametrize(
    ("level", "standing"),
    [(100, Standing.ADMIN), (50, Standing.ADMIN), (49, Standing.TRUSTED), (1, Standing.TRUSTED), (0, Standing.MEMBER)],
)
def test_standing_by_the_defaults(level, standing):
    assert power("11", {"users": {MIRA: level}}).standing(MIRA) is standing


@pytest.mark.parametrize(
    ("levels", "standing"),
    [
        ({"events": {LEVELS: 100}, "users": {MIRA: 50}}, Standing.MODERATOR),
        ({"events": {LEVELS: 100}, "users": {MIRA: 99}}, Standing.MODERATOR),
        ({"events": {LEVELS: 100}, "ban": 60, "users": {MIRA: 50}}, Standing.TRUSTED),
        ({"events": {LEVELS: 100, "m.room.redaction": 60}, "users": {MIRA: 50}}, Standing.TRUSTED),
        ({"state_default": 100, "users": {MIRA: 50}}, Standing.MODERATOR),
        ({"users_default": 50, "events": {LEVELS: 50}}, Standing.MEMBER),
        ({"users_default": 20, "users": {MIRA: 10}}, Standing.MEMBER),
        ({"users_default": 20, "users": {MIRA: 21}}, Standing.TRUSTED),
        ({"events": {LEVELS: 0}, "users": {}}, Standing.MEMBER),
    ],
)
def test_standing_follows_what_the_room_asks_for(levels, standing):
    assert power("11", levels).standing(MIRA) is standing


def test_equals_cannot_act_on_each_other():
    room = power("11", {"users": {MIRA: 50, NOOR: 50}})
    assert not any(room.may_act_on(MIRA, NOOR, act) for act in ("kick", "ban", "unban", "level"))
    assert room.may_act_on(MIRA, NOOR, "redact")
    assert room.may_act_on(MIRA, OMAR, "level")


def test_lifting_a_ban_needs_the_level_of_both():
    assert power("11", {"users": {MIRA: 50}, "kick": 60}).may(MIRA, "ban")
    assert not power("11", {"users": {MIRA: 50}, "kick": 60}).may(MIRA, "unban")
    assert not power("11", {"users": {MIRA: 50}, "ban": 60}).may(MIRA, "unban")


@given(
    st.sampled_from([*VERSIONS, "x"]), anything, st.text(max_size=9), st.none() | st.dictionaries(st.text(), anything)
)
def test_whatever_stands_there_is_decided(version, create, sender, levels):
    room = power_of(version, create if isinstance(create, dict) else {}, sender, levels)
    for who in (ADA, sender):
        assert room.of(who) == room.of(who)
        assert room.standing(who) in Standing
        assert room.may_act_on(who, MIRA, "ban") in {True, False}


@given(st.sampled_from(VERSIONS), ours, user, user, action)
def test_who_may_act_on_somebody_is_above_them_and_is_never_acted_on_by_them(version, levels, actor, target, act):
    room = power(version, levels)
    if act in {"redact", "invite"}:
        return
    if room.may_act_on(actor, target, act):
        assert room.of(actor) > room.of(target)
        assert not room.may_act_on(target, actor, act)


@given(st.sampled_from(VERSIONS), ours, user, user)
def test_more_power_is_never_less_standing(version, levels, one, other):
    room = power(version, levels)
    lower, higher = sorted((one, other), key=room.of)
    assert room.standing(lower) <= room.standing(higher)


@given(ours, user)
def test_standing_says_what_somebody_may(levels, somebody):
    room = power("11", levels)
    standing = room.standing(somebody)
    if standing is Standing.ADMIN:
        assert room.may_send(somebody, LEVELS, state=True)
    if standing is Standing.MODERATOR:
        assert all(room.may(somebody, act) for act in ("kick", "ban", "redact"))
    if standing is not Standing.MEMBER:
        assert room.of(somebody) > room.of("@nobody:example.org")


@given(ours, ours, user)
def test_newer_levels_replace_older_ones_whole(older, newer, somebody):
    again = Power(power("11", older).creators, levels=newer or {"users": {}}, integers_only=True)
    assert again.of(somebody) == power("11", newer).of(somebody)

"""Levels of one user among everybody's."""

from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.outgoing.levels import below_all, level_of, with_level
from bot.platforms.matrix.rooms.power import Power

odd = st.one_of(
    st.integers(-1_000, 1_000), st.text(max_size=5), st.none(), st.booleans(), st.lists(st.integers(), max_size=2)
)
contents = st.fixed_dictionaries(
    {},
    optional={
        "users": st.one_of(odd, st.dictionaries(st.sampled_from(["@a:b", "@c:d", "@e:f"]), odd)),
        "events": st.one_of(
            odd, st.dictionaries(st.sampled_from(["m.room.message", "m.reaction", "m.room.name"]), odd)
        ),
        "events_default": odd,
        "state_default": odd,
        "users_default": odd,
        "ban": odd,
    },
)


@given(contents, st.integers(-5, 100))
def test_only_the_entry_of_the_one_user_changes(content, level):
    changed = with_level(content, "@a:b", level)
    assert level_of(changed, "@a:b") == level
    users = content.get("users") if isinstance(content.get("users"), dict) else {}
    assert changed["users"] == {**users, "@a:b": level}
    assert {**changed, "users": 0} == {**content, "users": 0}
    assert level_of(with_level(changed, "@a:b", None), "@a:b") is None


@given(contents)
def test_nothing_can_be_sent_with_a_level_below_all(content):
    muted = Power(levels=with_level(content, "@a:b", below_all(content)), integers_only=True)
    for kind in ("m.room.message", "m.room.encrypted", "m.reaction", "m.sticker"):
        assert not muted.may_send("@a:b", kind)

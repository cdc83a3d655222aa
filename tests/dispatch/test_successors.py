"""Which replacements of rooms are followed."""

from hypothesis import given
from hypothesis import strategies as st

from bot.dispatch.successors import Role, Successors

SQUARE, DESK, FAR = Role("here"), Role("here", review=True), Role("far")
ROLES = {"square": SQUARE, "market": SQUARE, "desk": DESK, "far": FAR}


def test_a_chain_is_followed_whatever_the_order_in_which_it_is_told():
    for links in ([("square", "b"), ("b", "c")], [("b", "c"), ("square", "b")]):
        rooms = Successors(ROLES)
        assert [rooms.add(*link) for link in links] == [None, None]
        assert rooms.path("square") == ["square", "b", "c"]
        assert rooms.newest("b") == rooms.newest("c") == "c"
        assert rooms.roles() == ROLES | {"b": SQUARE, "c": SQUARE}
        assert rooms.former == {"square", "b"}


def test_nothing_leads_in_a_circle():
    rooms = Successors(ROLES)
    assert rooms.add("square", "b") is None
    assert "circle" in rooms.add("b", "square")
    assert "circle" in rooms.add("b", "b")
    assert rooms.add("b", "c") is None
    assert "circle" in rooms.add("c", "square")
    assert rooms.newest("square") == "c"


def test_no_room_of_another_community_is_taken_nor_is_talk_of_moderators_opened():
    rooms = Successors(ROLES)
    for old, new in (("square", "far"), ("far", "square"), ("desk", "square"), ("square", "desk")):
        assert "another community" in rooms.add(old, new)
    assert rooms.roles() == ROLES
    assert rooms.add("square", "new") is None
    assert "another community" in rooms.add("far", "new")
    assert "another community" in rooms.add("new", "far")
    assert rooms.newest("far") == "far"
    assert rooms.newest("square") == "new"


def test_a_link_that_was_harmless_alone_is_no_way_around():
    rooms = Successors(ROLES)
    assert rooms.add("between", "far") is None
    assert "another community" in rooms.add("square", "between")
    assert rooms.newest("square") == "square"


def test_rooms_of_one_community_may_become_one():
    rooms = Successors(ROLES)
    assert rooms.add("square", "both") is None
    assert rooms.add("market", "both") is None
    assert rooms.roles() == ROLES | {"both": SQUARE}


def test_a_later_replacement_counts_and_a_refused_one_leaves_the_earlier():
    rooms = Successors(ROLES)
    rooms.add("square", "first")
    assert rooms.add("square", "second") is None
    assert rooms.newest("square") == "second"
    assert rooms.add("square", "far") is not None
    assert rooms.newest("square") == "second"
    assert rooms.roles() == ROLES | {"second": SQUARE}


_ROOMS = st.sampled_from(["square", "market", "desk", "far", "a", "b", "c"])


@given(st.lists(st.tuples(_ROOMS, _ROOMS), max_size=12))
def test_whatever_is_told_every_path_ends_and_no_room_has_two_roles(links):
    rooms = Successors(ROLES)
    for old, new in links:
        rooms.add(old, new)
    for room in (*ROLES, "a", "b", "c"):
        path = rooms.path(room)
        assert len(set(path)) == len(path)
        assert path[-1] not in rooms.former
        meeting = {role for first, role in ROLES.items() if room in rooms.path(first)}
        assert len(meeting) <= 1
    assert all(rooms.roles()[room] == role for room, role in ROLES.items())

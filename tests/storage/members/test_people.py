from bot.storage.members.people import Seen
from bot.testing import factories


def test_what_was_stored_in_this_form_is_not_new():
    seen = Seen()
    mira, room = factories.member("Mira"), factories.room()
    assert list(seen.new([mira, room, mira]).values()) == [mira, room]
    assert list(seen.new([mira]).values()) == [mira]
    seen.remember([mira], seen.erasures)
    assert seen.new([mira]) == {}
    renamed = factories.member("MIRA")
    assert list(seen.new([mira, renamed]).values()) == [renamed]
    assert seen.new([renamed, mira]) == {}


def test_only_so_many_are_remembered():
    seen = Seen(limit=2)
    people = [factories.member(name) for name in ("Mira", "Otto", "Dario")]
    seen.remember(people, seen.erasures)
    assert list(seen.new(people).values()) == people[:1]


def test_what_was_forgotten_meanwhile_is_not_remembered():
    seen = Seen()
    mira = factories.member("Mira")
    before = seen.erasures
    seen.forget()
    seen.remember([mira], before)
    assert list(seen.new([mira]).values()) == [mira]
    seen.remember([mira], seen.erasures)
    seen.forget()
    assert list(seen.new([mira]).values()) == [mira]


def test_somebody_may_be_called_as_their_room_is():
    seen = Seen()
    both = [factories.member("square"), factories.room("square")]
    assert both[0].id == both[1].id
    assert list(seen.new(both).values()) == both
    seen.remember(both, seen.erasures)
    assert seen.new(both) == {}

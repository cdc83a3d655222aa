from bot.domain.event import conversation_id, event_key
from bot.domain.ids import platform_of
from bot.testing import factories as make


def test_messages_built_in_a_row_differ_and_come_in_order():
    first, second = make.message("one"), make.message("two")
    assert first.id != second.id
    assert first.sent_at < second.sent_at
    assert first.author == second.author


def test_everything_about_a_message_lies_on_its_platform_and_in_its_room():
    original = make.message(conversation=make.room("library", platform="matrix"))
    events = [
        make.edited(original, "new words"),
        make.deleted(original),
        make.reacted(original),
        make.reported(original),
    ]
    assert platform_of(original.author.id) == "matrix"
    assert {conversation_id(event) for event in events} == {original.conversation.id}
    assert len({event_key(event) for event in events}) == 4
    assert all(event.at > original.sent_at for event in events)


def test_a_thread_belongs_to_its_room():
    home = make.room()
    assert make.thread(home).room == home.id


def test_a_community_knows_its_rooms_and_moderators():
    home = make.room()
    tarnwick = make.community(rooms=(home,), moderators=("Noor",))
    assert home.id in tarnwick.rooms
    assert tarnwick.review_room not in tarnwick.rooms
    assert tarnwick.steward(make.member("Noor").id) is not None
    assert tarnwick.steward(make.member("Mira").id) is None

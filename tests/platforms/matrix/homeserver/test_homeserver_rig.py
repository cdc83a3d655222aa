"""What the tests against a real homeserver stand on: people see what people do, in clear and encrypted, over a kill."""

import pytest
from aiohttp import ClientError

from tests.platforms.matrix.homeserver.people import People
from tests.platforms.matrix.homeserver.person import Refused
from tests.platforms.matrix.homeserver.proxy import FaultProxy
from tests.platforms.matrix.homeserver.synapse import started

VERSIONS = ["11", "12"]


@pytest.mark.parametrize("version", VERSIONS)
async def test_what_one_says_the_other_sees_as_it_stands(people, version):
    ada, ben = await people.plain("ada"), await people.plain("ben")
    room = await ada.create_room(ben.user, version=version)
    await ben.join(room)
    first = await ada.say(room, "first form")
    await ada.edit(room, first, "second form")
    answer = await ben.say(room, "an answer", reply_to=first, mentions=[ada.user])
    aside = await ben.say(room, "aside", thread=first)
    liked = await ben.react(room, first, "👍")
    await ben.react(room, first, "🎉")
    await ben.redact(room, liked)
    await ada.redact(room, aside)
    posts = await ben.posts(room)
    assert [(post.id, post.text, post.forms) for post in posts[:2]] == [
        (first, "second form", 1),
        (answer, "an answer", 0),
    ]
    assert (posts[1].reply_to, posts[1].pinged, posts[0].pinged) == (first, {ada.user}, set())
    assert (posts[2].redacted, posts[2].text) == (True, "")
    assert list(posts[0].reactions.items()) == [(("🎉", ben.user), 1)]
    assert {post.encrypted for post in posts} == {False}


@pytest.mark.parametrize("version", VERSIONS)
async def test_encrypted_words_are_read_by_those_in_the_room_and_carried_in_secret(people, version):
    ada, ben = await people.encrypted("ada"), await people.encrypted("ben")
    watcher = await people.plain("watcher")
    room = await ada.create_room(ben.user, watcher.user, version=version, encrypted=True)
    await ben.join(room)
    await watcher.join(room)
    said = await ada.say(room, "in confidence")
    await ben.sees(room, "in confidence", ada.user)
    await ben.say(room, "in answer", thread=said)
    post = await ada.sees(room, "in answer", ben.user)
    assert post.encrypted
    assert post.thread == said
    await ada.edit(room, said, "in more confidence")
    assert (await ben.sees(room, "in more confidence")).forms == 1
    assert [post.text for post in await watcher.posts(room)] == ["", ""]


async def test_who_comes_later_reads_what_is_said_from_then_on(people):
    ada, ben = await people.encrypted("ada"), await people.encrypted("ben")
    room = await ada.create_room(encrypted=True, public=True)
    await ada.say(room, "before")
    await ben.join(room)
    await ada.say(room, "after")
    assert [post.text for post in await ben.posts(room)] == ["", "after"]


async def test_moderating_and_levels(people):
    ada, ben, mallory = [await people.plain(name) for name in ("ada", "ben", "mallory")]
    room = await ada.create_room(ben.user, mallory.user)
    await ben.join(room)
    await mallory.join(room)
    with pytest.raises(Refused, match="M_FORBIDDEN"):
        await ben.kick(room, mallory.user)
    await ada.set_power(room, {ben.user: 50}, events_default=0)
    assert await ada.power_of(room, ben.user) == 50
    await ben.ban(room, mallory.user, "enough")
    assert await ben.membership(room, mallory.user) == "ban"
    await ben.unban(room, mallory.user)
    assert await ben.membership(room, mallory.user) == "leave"
    follow = await ada.upgrade(room, "12")
    assert (await ben.state(room, "m.room.tombstone"))["replacement_room"] == follow


def test_a_server_that_was_killed_comes_back_with_what_it_had():
    with started() as server:
        account = server.register("ada")
        server.kill()
        server.start()
        status, answer = server.request("GET", "/_matrix/client/v3/account/whoami", token=account.token)
    assert (status, answer["user_id"]) == (200, account.user)
    assert not server.folder.exists()


async def test_a_file_comes_whole(people):
    ada = await people.plain("ada")
    address = await ada.upload(b"content", "a file.txt")
    assert await ada.download(address) == b"content"


async def test_the_proxy_passes_on_all_but_what_a_fault_takes(synapse):
    async with FaultProxy(synapse.url) as proxy, People(synapse, proxy.url) as people:
        ada = await people.encrypted("ada")
        room = await ada.create_room(encrypted=True)
        limit = proxy.limit(r"PUT .*/send/", times=1)
        with pytest.raises(Refused, match="HTTP 429 M_LIMIT_EXCEEDED"):
            await ada.say(room, "too much", transaction="t")
        lost = proxy.lose_answer(r"PUT .*/send/", times=2)  # aiohttp itself tries once more
        with pytest.raises(ClientError):
            await ada.say(room, "too much", transaction="u")
        sent = await ada.say(room, "too much", transaction="u")
        assert [(post.id, post.text) for post in await ada.posts(room)] == [(sent, "too much")]
        assert (len(limit.met), len(lost.met), proxy.count(r"PUT .*/send/")) == (1, 2, 4)

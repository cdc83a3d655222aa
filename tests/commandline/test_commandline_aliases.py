"""Rooms named by their addresses: found where they stand, looked up once, kept, put in by their ids."""

import asyncio
import json

import pytest

from bot.commandline.aliases import aliases_in, found_all, matrix_folder, settled, with_ids
from bot.config import load_config
from bot.errors import ConfigError, Gone, RateLimited, Unavailable
from bot.platforms.matrix.connection.refusals import Refused

TEXT = """
[matrix]
homeserver = "http://127.0.0.1:9"
user = "@folkmoot:example.org"
policy_lists = ["#bans:example.org"]
[[matrix.bridge]]
puppets = "@_d_*:example.org"
paired = ["#garden:example.org", "!x:example.org"]
[[community]]
id = "one"
rooms = ["matrix:#square:example.org", "console:square"]
review_room = "matrix:#desk:example.org"
[[reading.weekly]]
community = "one"
room = "matrix:#square:example.org"
"""
IDS = {"#square:example.org": "!s:example.org", "#desk:example.org": "!d", "#garden:example.org": "!g:example.org"}


@pytest.fixture
def config(tmp_path):
    def made(text=TEXT):
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return load_config(path)

    return made


def test_addresses_are_found_wherever_a_room_is_named(config):
    assert set(aliases_in(config())) == set(IDS)  # a policy list's stays: it is joined by it


def test_ids_are_put_in_their_places(config):
    found = with_ids(config(), IDS)
    (community,) = found.communities
    assert community.rooms == ("matrix:!s:example.org", "console:square")
    assert community.review_room == "matrix:!d"
    assert found.matrix.bridge[0].paired == ("!g:example.org", "!x:example.org")
    assert found.matrix.policy_lists == ("#bans:example.org",)
    assert found.cog_tables["reading"]["weekly"][0]["room"] == "matrix:!s:example.org"
    assert aliases_in(found) == {}


def test_two_addresses_of_one_room_are_refused(config):
    with pytest.raises(ConfigError, match="is both a room and the review room"):
        with_ids(config(), {**IDS, "#desk:example.org": "!s:example.org"})


async def test_what_an_earlier_run_found_needs_no_homeserver(config):
    settings = config()
    folder = matrix_folder(settings)
    folder.mkdir()
    (folder / "aliases.json").write_text(json.dumps(IDS))
    assert (await settled(settings)).communities[0].review_room == "matrix:!d"


async def test_without_addresses_or_without_matrix_nothing_is_asked(config):
    plain = config(TEXT.replace("#square", "!square").replace("#desk", "!desk").replace("#garden", "!garden"))
    assert await settled(plain) is plain
    off = config('[[community]]\nid = "one"\nrooms = ["matrix:#square:example.org"]\n')
    assert await settled(off) is off


async def test_a_homeserver_that_is_down_is_asked_again(config):
    pauses, answers = [], [Unavailable("down"), Unavailable("down"), RateLimited(9.0), "!s:example.org"]

    async def find(_):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def pause(seconds):
        pauses.append(seconds)

    assert await found_all(config(), ["#square:example.org"], find, pause) == {"#square:example.org": "!s:example.org"}
    assert len(pauses) == 3
    assert pauses[0] < 1.5
    assert pauses[2] >= 9.0


async def test_every_room_that_is_not_there_is_named_with_its_line(config):
    async def find(alias):
        raise Gone("no") if "square" in alias else Refused("M_INVALID_PARAM", 400)

    with pytest.raises(ConfigError) as refused:
        await found_all(config(), ["#square:example.org", "#desk:example.org"], find)
    said = str(refused.value)
    assert "has 2 problems" in said
    assert "line 11: [community #1] rooms #1: there is no room '#square:example.org' on Matrix" in said
    assert "review_room: there is no room '#desk:example.org' on Matrix (the homeserver refused (M_INVALID" in said


@pytest.mark.parametrize("errcode", ["M_UNKNOWN", "M_UNRECOGNIZED"])
async def test_what_is_no_homeserver_is_not_blamed_on_the_room(config, errcode):
    async def find(_):
        raise Refused(errcode, 404)

    with pytest.raises(ConfigError, match="answers, but is no Matrix homeserver"):
        await found_all(config(), ["#square:example.org"], find)


async def test_waiting_for_a_homeserver_can_be_broken_off(config):
    asked = asyncio.Event()

    async def find(_):
        asked.set()
        raise Unavailable("down")

    waiting = asyncio.create_task(found_all(config(), ["#square:example.org"], find))
    await asked.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

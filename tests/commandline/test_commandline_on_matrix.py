"""`folkmoot` as a process of its own beside a real homeserver."""

import json

import pytest

from tests.platforms.matrix.homeserver.synapse import PASSWORD, free_port


@pytest.fixture
async def ada(people):
    return await people.plain("ada")


@pytest.fixture
def account(synapse):
    return synapse.register("folkmoot")


@pytest.fixture
async def rooms(ada, account):
    """A square and a moderators' room with addresses, the bot invited to both: name to id."""
    name = ada.user.partition(":")[0].removeprefix("@")
    powers = {account.user: 50}
    return {
        f"#square-{name}:test.local": await ada.create_room(
            account.user, alias=f"square-{name}", name="Square", powers=powers
        ),
        f"#desk-{name}:test.local": await ada.create_room(account.user, alias=f"desk-{name}", name="Desk"),
    }


@pytest.fixture
def on_matrix(process, synapse, ada, account, rooms, tmp_path):
    """Start `folkmoot COMMAND` with a configuration of these rooms."""
    square, desk = rooms
    path = tmp_path / "config.toml"

    def start(command, *, homeserver=synapse.url, room=square, **given):
        given = given if "FOLKMOOT_MATRIX_TOKEN" in given else {"FOLKMOOT_MATRIX_PASSWORD": PASSWORD, **given}
        path.write_text(
            f'[matrix]\nhomeserver = "{homeserver}"\nuser = "{account.user}"\n'
            f'[[community]]\nid = "one"\nrooms = ["matrix:{room}"]\nreview_room = "matrix:{desk}"\n'
            '[[community.rules]]\nid = "no-personal-attacks"\ntext = "Argue with the claim."\n'
            f'[[community.stewards]]\nname = "Ada"\naccounts = ["matrix:{ada.user}"]\n'
            "[models]\nenabled = false\n"
        )
        return process(command, "--config", path, **{"COLUMNS": "400", **given})

    return start


# --- doctor -------------------------------------------------------------------------------------------------------


async def test_doctor_before_the_first_start(on_matrix, rooms):
    doctor = on_matrix("doctor")
    assert doctor.wait() == 78, doctor.said
    lines = [" ".join(line.split()) for line in doctor.said.splitlines()]
    for room, named in zip(rooms, ["room", "review room"], strict=True):
        assert any(line.startswith(f"mend {named} {room} {rooms[room]}: the bot is not in it yet") for line in lines)
    assert any(line.startswith("ok login @folkmoot") for line in lines)
    assert PASSWORD not in doctor.said
    assert "Traceback" not in doctor.said


async def test_doctor_while_the_homeserver_is_down_says_so_in_one_line(on_matrix):
    doctor = on_matrix("doctor", homeserver=f"http://127.0.0.1:{free_port()}")
    assert doctor.wait() == 75, doctor.said
    assert [line.split()[1] for line in doctor.said.splitlines() if line.startswith("mend")] == ["homeserver"]


async def test_doctor_without_a_secret_says_what_to_set(on_matrix):
    doctor = on_matrix("doctor", FOLKMOOT_MATRIX_TOKEN="syt_abc", FOLKMOOT_MATRIX_PASSWORD=PASSWORD)
    assert doctor.wait() == 78, doctor.said
    assert "Both an access token and a password are set for Matrix" in doctor.said


# --- what keeps it from starting ----------------------------------------------------------------------------------


async def test_a_room_that_is_not_there_is_named_with_its_line(on_matrix):
    bot = on_matrix("run", room="#nowhere:test.local")
    assert bot.wait() == 78
    assert "line 6: [community #1] rooms #1: there is no room '#nowhere:test.local' on Matrix" in bot.said
    assert "Traceback" not in bot.said


async def test_a_homeserver_that_is_down_at_the_first_start_is_waited_for(on_matrix):
    bot = on_matrix("run", homeserver=f"http://127.0.0.1:{free_port()}")
    bot.until("cannot look up a room's address")
    bot.until("trying again")
    assert bot.terminate() == 0  # 75 where it takes longer than STOP_WITHIN
    assert "Traceback" not in bot.said


async def test_what_was_looked_up_is_kept(on_matrix, rooms, tmp_path):
    bot = on_matrix("run")
    bot.until("communities=1")
    bot.terminate()
    assert json.loads((tmp_path / "matrix" / "aliases.json").read_text()) == rooms


# --- running ------------------------------------------------------------------------------------------------------


async def test_it_answers_in_a_room_and_stops_when_told(on_matrix, ada, account, rooms):
    square, desk = rooms.values()
    bot = on_matrix("run")
    for room in (square, desk):
        await ada.in_room(room, account.user)
    await ada.say(square, "!help")
    await ada.sees(square, "!summarize", account.user)
    assert bot.terminate() == 0  # 75 where it takes longer than STOP_WITHIN
    assert "Traceback" not in bot.said
    assert PASSWORD not in bot.said


async def test_doctor_beside_the_running_bot(on_matrix, ada, account, rooms):
    square, desk = rooms.values()
    bot = on_matrix("run")
    for room in (square, desk):
        await ada.in_room(room, account.user)
    await ada.say(square, "!help")
    await ada.sees(square, "!summarize", account.user)
    doctor = on_matrix("doctor")
    assert doctor.wait() == 0, doctor.said
    lines = [" ".join(line.split()) for line in doctor.said.splitlines()]
    for room, named in zip(rooms, ["room", "review room"], strict=True):
        assert any(line.startswith(f"ok {named} {room} “") and rooms[room] in line for line in lines)
    assert any("its newest message is stored" in line for line in lines)
    assert any(line.startswith("ok cross-signing") for line in lines)
    assert any(line.startswith("ok encryption the keys of device") for line in lines)
    await ada.say(square, "!watch")  # the bot's own messages were left to the bot
    await ada.sees(square, "watched", account.user)
    assert bot.terminate() == 0  # 75 where it takes longer than STOP_WITHIN


async def test_a_password_that_is_wrong_ends_it_with_what_to_do(on_matrix):
    bot = on_matrix("run", FOLKMOOT_MATRIX_PASSWORD="wrong")
    assert bot.wait() == 78, bot.said
    assert "refuses the password" in bot.said
    assert bot.said.count("folkmoot: ") == 1
    assert "Traceback" not in bot.said


async def test_a_token_that_was_revoked_ends_it_with_what_to_do(on_matrix, synapse, account):
    synapse.request("POST", "/_matrix/client/v3/logout", {}, token=account.token)
    bot = on_matrix("run", FOLKMOOT_MATRIX_TOKEN=account.token)
    assert bot.wait() == 78, bot.said
    assert "make a new one and set FOLKMOOT_MATRIX_TOKEN" in bot.said
    assert account.token not in bot.said
    assert "Traceback" not in bot.said


async def test_a_homeserver_that_is_down_later_is_waited_for(on_matrix, ada, account, rooms):
    square, _ = rooms.values()
    first = on_matrix("run")
    await ada.in_room(square, account.user)
    assert first.terminate() == 0
    bot = on_matrix("run", homeserver=f"http://127.0.0.1:{free_port()}")
    bot.until("communities=1")  # the addresses of its rooms are known
    bot.until("cannot be reached yet")
    assert bot.terminate() == 0  # 75 where it takes longer than STOP_WITHIN

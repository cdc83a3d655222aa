"""The section [discord], and channels and accounts of Discord in a community."""

import pytest

from bot.config import load_config, secret
from bot.errors import ConfigError

ANOTHER = 'api_base = "http://127.0.0.1:8080/api/v10/"\ngateway = "ws://127.0.0.1:8080/"'


def loaded(tmp_path, text):
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def problem(tmp_path, text):
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)
    return str(refused.value)


def with_room(room):
    return f'[[community]]\nid = "a"\nrooms = ["{room}"]\n'


# --- the section --------------------------------------------------------------------------------------------------


def test_without_a_section_everything_has_a_default(tmp_path):
    section = loaded(tmp_path, "").discord
    assert (section.api_base, section.gateway, section.shard_count, section.shard_ids) == (None, None, None, None)
    assert section.automod
    assert section.command_servers == section.bridge == ()


def test_ids_are_read_as_numbers_and_in_quotation_marks(tmp_path):
    text = 'application = "1098765432109876543"\ncommand_servers = [1098765432109876544, "discord:12"]\n'
    bridge = '[[discord.bridge]]\nwebhook = 466378653216014359\npaired = ["discord:7", 8]\n'
    section = loaded(tmp_path, f"[discord]\n{text}{bridge}").discord
    assert section.application == 1098765432109876543
    assert section.command_servers == (1098765432109876544, 12)
    assert (section.bridge[0].webhook, section.bridge[0].paired) == (466378653216014359, (7, 8))


def test_another_server_is_named_by_both_addresses(tmp_path):
    section = loaded(tmp_path, f"[discord]\n{ANOTHER}\n").discord
    assert (section.api_base, section.gateway) == ("http://127.0.0.1:8080/api/v10", "ws://127.0.0.1:8080/")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('application = "folkmoot"', "[discord] application: 'folkmoot' must be an id such as 1098765432109876543"),
        ("application = -3", "-3 must be an id such as 1098765432109876543"),
        ("application = true", "[discord] application: true must be an id"),
        ('command_servers = ["https://discord.com/channels/1/2"]', "is a link: write 'discord:2'"),
        ("shard_ids = [0]", "shard_count is missing beside shard_ids"),
        ("shard_count = 2\nshard_ids = [2]", "must be different numbers from 0 to 1, since shard_count is 2"),
        ("shard_count = 2\nshard_ids = [0, 0]", "must be different numbers from 0 to 1"),
        ("shard_count = 2\nshard_ids = []", "must be different numbers from 0 to 1"),
        ("shard_count = 0", "must be at least 1"),
        ('api_base = "http://127.0.0.1:8080/api/v10"', "gateway is missing beside api_base"),
        ('gateway = "ws://127.0.0.1:8080/"', "api_base is missing beside gateway"),
        (ANOTHER.replace("http:", "ftp:"), "must be an address such as 'http://127.0.0.1:8080/api/v10'"),
        (ANOTHER.replace("ws:", "http:"), "must be an address such as 'ws://127.0.0.1:8080/'"),
        ("[[discord.bridge]]\npaired = [1]", "webhook: is missing"),
        ('token = "MTA5.abc.def"', "set FOLKMOOT_DISCORD_TOKEN, or FOLKMOOT_DISCORD_TOKEN_FILE"),
        ("tokn = 1", "there is no such setting"),
    ],
)
def test_what_is_wrong_with_it_is_said(tmp_path, text, words):
    said = problem(tmp_path, f"[discord]\n{text}\n")
    assert words in said
    assert "MTA5" not in said


# --- rooms and accounts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["7", "1098765432109876543", "18446744073709551615"])
def test_rooms_and_accounts_are_numbers(tmp_path, number):
    steward = f'[[community.stewards]]\nname = "Ada"\naccounts = ["discord:{number}"]\n'
    config = loaded(tmp_path, with_room(f"discord:{number}") + steward)
    assert config.communities[0].rooms == (f"discord:{number}",)
    assert config.has_rooms_on("discord")
    assert not config.has_rooms_on("disco")


def test_a_room_for_moderators_is_a_room_too(tmp_path):
    assert loaded(tmp_path, '[[community]]\nid = "a"\nreview_room = "discord:9"\n').has_rooms_on("discord")
    steward = '[[community.stewards]]\nname = "Ada"\naccounts = ["discord:1"]\n'
    assert not loaded(tmp_path, with_room("console:square") + steward).has_rooms_on("discord")


@pytest.mark.parametrize(
    ("room", "words"),
    [
        ("https://discord.com/channels/11/22", "'https://discord.com/channels/11/22' is a link: write 'discord:22'"),
        ("discord:https://discord.com/channels/11/22", "is a link: write 'discord:22'"),
        ("https://ptb.discord.com/channels/11/22/33", "is a link: write 'discord:22'"),
        ("discord.com/channels/11/22", "is a link: write 'discord:22'"),
        ("https://discordapp.com/channels/11/22?x=1", "is a link: write 'discord:22'"),
        ("https://discord.com/channels/11", "is a whole server: name its channels one by one"),
        ("https://discord.com/channels/@me/22", "is a private conversation"),
        ("https://discord.gg/abcdef", "is an invitation to a server, not a channel"),
        ("discord:https://discord.com/invite/abc", "is an invitation to a server, not a channel"),
        ("<#22>", "'<#22>' is a mention: write 'discord:22'"),
        ("discord:<#22>", "is a mention: write 'discord:22'"),
        ("discord:<@22>", "is a mention: write 'discord:22'"),
        ("discord:<@!22>", "is a mention: write 'discord:22'"),
        ("discord:<@&22>", "is a role, not a channel or a person"),
        ("discord:#general", "'discord:#general' must be a number, as in 'discord:1098765432109876543'"),
        ("discord:ada#1234", "must be a number"),
        ("discord:11/22", "must be a number"),
        ("discord:0", "must be a number"),
        ("discord:-7", "must be a number"),
        ("discord:\u0662\u0663", "must be a number"),
        ("discord:123456789012345678901234", "must be a number"),
        ("7", "must be written platform:id"),
    ],
)
def test_what_is_no_room_is_refused_with_what_to_write(tmp_path, room, words):
    said = problem(tmp_path, with_room(room))
    assert f"[community #1] rooms #1: {words}" in said or words in said
    assert "line 3" in said
    if "must be a number" in words or "whole server" in words:
        assert "Developer Mode" in said
        assert "Copy Channel ID" in said


def test_the_same_channel_twice_is_refused(tmp_path):
    text = '[[community]]\nid = "a"\nrooms = ["discord:7"]\nreview_room = "discord:7"\n'
    assert "both a room and the review room" in problem(tmp_path, text)


# --- the token ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pasted", ["abc.def", "Bot abc.def", "bot  abc.def\n", '"abc.def"', "'Bot abc.def'\r\n", " Bearer abc.def"]
)
def test_a_token_is_taken_as_it_is_pasted(pasted):
    assert secret("discord_token", {"FOLKMOOT_DISCORD_TOKEN": pasted}).get_secret_value() == "abc.def"


@pytest.mark.parametrize("pasted", ["", '""', "Bot ", "abc def", "abc\ndef", "abc.Bot def"])
def test_what_is_no_token_is_refused_without_quoting_it(pasted):
    with pytest.raises(ConfigError) as refused:
        secret("discord_token", {"FOLKMOOT_DISCORD_TOKEN": pasted})
    assert "FOLKMOOT_DISCORD_TOKEN" in str(refused.value)
    assert "def" not in str(refused.value)


def test_a_password_keeps_what_a_token_would_not():
    for password in ('"quoted"', "Bot battery"):
        found = secret("matrix_password", {"FOLKMOOT_MATRIX_PASSWORD": password})
        assert found.get_secret_value() == password

"""The section [matrix], and rooms of Matrix in a community."""

import pytest

from bot.config import load_config
from bot.errors import ConfigError

WHOLE = '[matrix]\nhomeserver = "https://matrix.example.org/"\nuser = "@folkmoot:example.org"\n'


def loaded(tmp_path, text):
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def problem(tmp_path, text):
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)
    return str(refused.value)


def test_without_a_section_the_bot_is_not_on_matrix(tmp_path):
    assert not loaded(tmp_path, "").matrix.is_on


def test_with_homeserver_and_user_it_is(tmp_path):
    section = loaded(tmp_path, WHOLE).matrix
    assert section.is_on
    assert section.homeserver == "https://matrix.example.org"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('homeserver = "https://matrix.example.org"', "line 1: [matrix]: user is missing beside homeserver"),
        ('user = "@folkmoot:example.org"', "line 1: [matrix]: homeserver is missing beside user"),
        ('homeserver = "matrix.example.org"', "must be an address such as 'https://matrix.example.org'"),
        ('user = "folkmoot"', "must be written @name:server"),
        ('inviters = ["@ada"]', "must be a user such as '@ada:example.org' or a server"),
        ('policy_lists = ["bans"]', "must be a room such as '#list:example.org'"),
        ('token = "syt_abc"', "set FOLKMOOT_MATRIX_TOKEN, or FOLKMOOT_MATRIX_TOKEN_FILE"),
        ('admin_token = "syt_abc"', "set FOLKMOOT_MATRIX_ADMIN_TOKEN, or"),
    ],
)
def test_what_is_wrong_with_it_is_said(tmp_path, text, words):
    said = problem(tmp_path, f"[matrix]\n{text}\n")
    assert words in said
    assert "syt_abc" not in said


@pytest.mark.parametrize("room", ["#square:example.org", "!abc:example.org", "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso"])
def test_rooms_by_id_of_any_version_and_by_alias(tmp_path, room):
    (community,) = loaded(tmp_path, f'[[community]]\nid = "a"\nrooms = ["matrix:{room}"]\n').communities
    assert community.rooms == (f"matrix:{room}",)


@pytest.mark.parametrize("room", ["square", "#square", "@ada", "!", "square:example.org"])
def test_what_is_no_room_is_refused(tmp_path, room):
    said = problem(tmp_path, f'[[community]]\nid = "a"\nrooms = ["matrix:{room}"]\n')
    assert f"'matrix:{room}' must be a room such as 'matrix:#square:example.org'" in said

import pytest

from bot.config import secret
from bot.errors import ConfigError


def test_from_the_environment_without_the_newline():
    found = secret("discord_token", {"FOLKMOOT_DISCORD_TOKEN": "abc.def\r\n"})
    assert found.get_secret_value() == "abc.def"
    assert "abc" not in repr(found) + str(found)


def test_from_a_file(tmp_path):
    (tmp_path / "token").write_text("abc\n")
    found = secret("discord_token", {"FOLKMOOT_DISCORD_TOKEN_FILE": str(tmp_path / "token")})
    assert found.get_secret_value() == "abc"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "Set FOLKMOOT_X"),
        ({"FOLKMOOT_X": "a", "FOLKMOOT_X_FILE": "b"}, "Both"),
        ({"FOLKMOOT_X": " \n"}, "empty"),
        ({"FOLKMOOT_X": "hush hush"}, "white space"),
        ({"FOLKMOOT_X_FILE": "does/not/exist"}, "cannot be read"),
    ],
)
def test_what_cannot_be_a_secret_is_refused_without_showing_it(environment, words):
    with pytest.raises(ConfigError, match=words) as caught:
        secret("x", environment)
    assert "hush" not in str(caught.value)


def test_a_file_that_is_no_text_is_not_quoted(tmp_path):
    (tmp_path / "token").write_bytes(b"hush\xff")
    with pytest.raises(ConfigError, match="UTF-8") as caught:
        secret("x", {"FOLKMOOT_X_FILE": str(tmp_path / "token")})
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None

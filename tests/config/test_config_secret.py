import io
import logging
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.config import Config, Section, load_config, secret
from bot.config.core import Core
from bot.config.secret import is_secret
from bot.config.section import section_in
from bot.errors import ConfigError, PlatformError
from bot.loading.settings import section_models
from bot.log import configure_logging, logger


def test_from_the_environment_without_the_newline():
    found = secret("discord_token", {"FOLKMOOT_DISCORD_TOKEN": "abc.def\r\n"})
    assert found.get_secret_value() == "abc.def"
    assert "abc" not in repr(found) + str(found)


def test_from_a_file(tmp_path):
    (tmp_path / "token").write_text("abc\n")
    found = secret("discord_token", {"FOLKMOOT_DISCORD_TOKEN_FILE": str(tmp_path / "token")})
    assert found.get_secret_value() == "abc"


def test_a_password_may_be_several_words_of_one_line(tmp_path):
    found = secret("matrix_password", {"FOLKMOOT_MATRIX_PASSWORD": " correct horse battery\n"})
    assert found.get_secret_value() == "correct horse battery"
    for text in ("correct\nhorse", "correct\thorse"):
        with pytest.raises(ConfigError, match="white space inside"):
            secret("matrix_password", {"FOLKMOOT_MATRIX_PASSWORD": text})
    with pytest.raises(ConfigError, match="white space inside"):
        secret("matrix_token", {"FOLKMOOT_MATRIX_TOKEN": "syt_a b"})


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


# --- what becomes of a secret that was read --------------------------------------------------------------------------

TOKEN = 'mfa."V\\kdX9-hush'


@pytest.fixture
def written(monkeypatch):
    """What the log holds; the secrets of other tests do not count."""
    monkeypatch.setattr("bot.log._secrets", set())
    stream = io.StringIO()

    def lines(form="console"):
        configure_logging("debug", form, stream)
        return stream.getvalue

    yield lines
    configure_logging("debug", "json", io.StringIO())


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_secret_is_masked_wherever_the_log_would_show_it(written, form):
    shown = written(form)
    secret("discord_token", {"FOLKMOOT_DISCORD_TOKEN": TOKEN})
    logger("x").info(f"connecting with {TOKEN}", url=f"wss://gateway?token={TOKEN}", header=[TOKEN])
    logging.getLogger("library").warning("refused: " + TOKEN)  # noqa: G003
    logging.getLogger("library").warning("refused: %s", TOKEN)
    try:
        raise_at_home(f"the server refused {TOKEN}")
    except PlatformError:
        logger("x").exception("failed")
    assert shown().count("********") >= 4
    assert "the server refused" in shown()
    assert "hush" not in shown()


def raise_at_home(words):
    """An error of the core's own, whose words are logged."""
    raise PlatformError(words)


def test_a_secret_is_in_no_repr_and_in_no_traceback(written):
    shown = written()
    found = secret("discord_token", {"FOLKMOOT_DISCORD_TOKEN": TOKEN})
    with pytest.raises(ValidationError) as caught:
        Adapter.model_validate({"token": found, "port": "none"})
    logger("x").error("failed", exc_info=caught.value, adapter=Adapter(token=found))
    told = "".join(traceback.format_exception(caught.value))
    assert "hush" not in shown() + told + repr(Adapter(token=found)) + str(vars(Adapter(token=found)))


class Adapter(Section):
    """As a platform's own section will be."""

    token: SecretStr
    port: int = 0


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_may_open_is_warned_of(written, tmp_path, mode, warned):
    shown = written()
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(mode)
    assert secret("discord_token", {"FOLKMOOT_DISCORD_TOKEN_FILE": str(file)}).get_secret_value() == TOKEN
    assert ("chmod 600" in shown()) is warned
    assert "hush" not in shown()


# --- secrets where they do not belong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ('[discord]\ntoken = "hush"\n', "FOLKMOOT_DISCORD_TOKEN"),
        ('[store]\napi-key = "hush"\n', "FOLKMOOT_STORE_API_KEY"),
        ('[civility]\nsmtpPassword = "hush"\n', "FOLKMOOT_CIVILITY_SMTPPASSWORD"),
        ('token = "hush"\n', "FOLKMOOT_TOKEN"),
        ('[[community]]\nid = "one"\nsecret = "hush"\n', "FOLKMOOT_COMMUNITY_SECRET"),
        ('[matrix]\nlogin = { password = "hush" }\n', "FOLKMOOT_MATRIX_LOGIN_PASSWORD"),
        ('[matrix]\ntokens = 3\ntoken = ["hush"]\n', "FOLKMOOT_MATRIX_TOKEN"),
    ],
)
def test_a_secret_in_the_configuration_is_refused_with_the_place_where_it_belongs(tmp_path, text, variable):
    path = tmp_path / "config.toml"
    path.write_text(text)
    for known in (None, lambda _: {"discord": Adapter, "civility": Section, "matrix": None}):
        with pytest.raises(ConfigError, match="secrets do not belong into this file") as caught:
            load_config(path, known)
        assert f"set {variable}, or {variable}_FILE" in str(caught.value)
        assert "hush" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("name", ["most_tokens", "pinned", "secretary", "keys", "access", "passwordless", "zone"])
def test_other_names_are_no_secrets(name):
    assert not is_secret(name)


def test_no_setting_of_ours_is_a_secret():
    config = Config(Path("config.toml"), Core())
    models = [Core, *filter(None, section_models(config).values())]
    names = [name for model in models for name in all_fields(model)]
    assert len(names) > 40
    assert [name for name in names if is_secret(name)] == []


def all_fields(model):
    for name, field in model.model_fields.items():
        yield name
        inner = section_in(field.annotation)
        if inner:
            yield from all_fields(inner)

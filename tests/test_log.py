import io
import json
import logging

import pytest
import structlog

from bot.errors import StorageError
from bot.log import configure_logging, logger, new_incident

CANARY = "the-words-of-a-member"


@pytest.fixture
def lines():
    """The log as JSON objects; the logging set-up is put back afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging("debug", "json", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_carries_its_facts(lines):
    logger("dispatch").info("stored", cog="civility", count=3)
    (line,) = lines()
    assert (line["event"], line["cog"], line["count"]) == ("stored", "civility", 3)
    assert (line["logger"], line["level"]) == ("dispatch", "info")


@pytest.mark.parametrize("key", ["text", "body", "content", "quote", "document"])
def test_keys_that_hold_words_are_dropped(lines, key):
    logger("x").info("said", **{key: CANARY})
    assert CANARY not in str(lines())


@pytest.mark.parametrize("name", ["nio.responses", "nio.crypto", "peewee"])
def test_libraries_that_write_words_into_their_lines_are_silent(lines, name):
    logging.getLogger(name).critical(f"invalid: {CANARY}")  # noqa: G004 - as they do
    assert lines() == []


def test_objects_and_collections_of_them_do_not_show_their_inside(lines):
    logger("x").info("said", message=[{"text": CANARY}], source={"a": CANARY}, error=ValueError(CANARY))
    assert CANARY not in str(lines())


def test_exceptions_of_others_keep_their_place_but_not_their_words(lines):
    try:
        try:
            int(CANARY)
        except ValueError as error:
            raise StorageError("the disk is full") from error
    except StorageError:
        logger("x").exception("failed")
    (line,) = lines()
    assert "test_log.py" in line["exception"]
    assert "builtins.ValueError" in line["exception"]
    assert "the disk is full" in line["exception"]
    assert "invalid literal" not in line["exception"]


def test_groups_show_what_is_in_them(lines):
    logger("x").error("failed", exc_info=ExceptionGroup(CANARY, [ValueError(CANARY)]))
    (line,) = lines()
    assert "builtins.ValueError" in line["exception"]
    assert CANARY not in line["exception"]


def test_what_would_act_on_a_terminal_is_made_harmless(lines):
    logger("x").info("joined", name="\x1b[31m\u202e\ud800" + "a" * 1000)
    (line,) = lines()
    assert line["name"].startswith("\\u001b[31m\\u202e\\ud800")
    assert len(line["name"]) < 400


def test_the_lines_of_libraries_come_in_the_same_form(lines):
    logging.getLogger("somebody").warning("retried %d times: %s\n%s", 3, CANARY, CANARY)
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("retried 3 times: <str>", "warning", "somebody")


def test_setting_it_up_again_does_not_double_lines(lines):
    stream = io.StringIO()
    configure_logging("info", "console", stream)
    logger("x").info("once")
    assert stream.getvalue().count("once") == 1


def test_incidents_can_be_read_out_and_differ():
    assert len({new_incident() for _ in range(100)}) == 100
    assert len(new_incident()) == 9

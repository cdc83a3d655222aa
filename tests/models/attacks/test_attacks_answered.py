"""What a message answers, as the model is shown it."""

from models.attacks.answered import answered


def test_quoted_lines_come_before_the_message_before() -> None:
    assert answered("> the rents\n> rose\nNo.", ("earlier", "the last")) == "the rents rose"
    assert answered("No.", ("earlier", "the last")) == "the last"
    assert answered("No.", ()) == ""


def test_a_message_that_is_nothing_but_a_quote_answers_the_one_before() -> None:
    assert answered("> forwarded", ("the last",)) == "the last"


def test_a_quote_in_what_is_answered_is_left_out() -> None:
    assert answered("No.", ("> the first\nthe second",)) == "the second"


def test_long_messages_keep_their_opening_and_their_close() -> None:
    found = answered("No.", ("It begins. " + "word " * 20_000 + "It ends.",))
    assert found.startswith("It begins.")
    assert found.endswith("It ends.")
    assert len(found) < 240


def test_it_is_one_line_without_disguises() -> None:
    assert answered("No.", ("you\n\nare an i\u200bdi\u043et",)) == "you are an idiot"

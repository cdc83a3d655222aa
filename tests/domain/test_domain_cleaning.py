"""Events are stored clean and bounded, whatever a platform gives."""

from dataclasses import replace

from bot.domain.cleaning import LONGEST_NAME, LONGEST_REASON, cleaned_event
from bot.testing import factories


def test_long_names_and_reasons_are_cut():
    post = factories.posted("hello")
    message = post.message
    long = replace(
        post,
        message=replace(
            message,
            author=replace(message.author, name="a" * 60_000),
            conversation=replace(message.conversation, name="b" * 60_000),
        ),
    )
    stored = cleaned_event(long).message
    assert stored.author.name == "a" * (LONGEST_NAME - 1) + "…"
    assert stored.conversation.name == "b" * (LONGEST_NAME - 1) + "…"
    assert stored.text == "hello"
    report = cleaned_event(replace(factories.reported(message), reason="c" * 60_000))
    assert report.reason == "c" * (LONGEST_REASON - 1) + "…"


def test_what_is_clean_and_short_is_left_as_it_is():
    post = factories.posted("hello")
    assert cleaned_event(post) is post
    report = factories.reported(post.message)
    assert cleaned_event(report) is report

"""Jumps to messages elsewhere become links, those on the platform itself stay jumps."""

from bot.dispatch.addresses import spelled_out
from bot.domain.document import Document, Heading, Jump, Link, Listing, Paragraph, Quote, Text
from bot.domain.effect import Ask, Choice, React, Say
from bot.domain.ids import ConversationId, MessageId

HERE, THERE = Jump(MessageId("here:1"), "open"), Jump(MessageId("there:2"), "open")


def address_of(message):
    return f"https://{message.replace(':', '.example/')}"


def body(jump):
    return Document(
        (Heading((jump,)), Paragraph((Text("see "), jump)), Listing(((jump,), (Text("x"),))), Quote("said", (jump,)))
    )


def test_a_jump_to_another_platform_is_a_link_wherever_it_stands():
    effect = spelled_out(Say(ConversationId("here:room"), body(THERE)), "here", address_of)
    assert effect.body == body(Link("open", "https://there.example/2"))


def test_a_jump_on_the_platform_itself_and_all_else_stays():
    choices = (Choice("a", "A", "✅"),)
    ask = Ask(ConversationId("here:room"), body(HERE), "label", choices)
    assert spelled_out(ask, "here", address_of) == ask
    react = React(ConversationId("here:room"), MessageId("there:2"), "✅")
    assert spelled_out(react, "here", address_of) is react


def test_a_message_that_nothing_opens_is_named():
    effect = spelled_out(Say(ConversationId("here:room"), body(THERE)), "here", lambda _: None)
    assert effect.body == body(Text("open"))

"""Jumps to messages of other platforms as plain links: no platform knows the addresses of the others. Pure."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.document import Block, Document, Heading, Inline, Inlines, Jump, Link, Listing, Paragraph, Quote, Text
from bot.domain.effect import Ask, Attach, Deliverable, DirectMessage, Edit, OpenThread, Say, Warn
from bot.domain.ids import MessageId, platform_of

AddressOf = Callable[[MessageId], str | None]


def spelled_out(effect: Deliverable, platform: str, address_of: AddressOf) -> Deliverable:
    """The effect as `platform` can show it; a message without an address is named and not linked."""
    if not isinstance(effect, Say | Ask | Edit | Attach | DirectMessage | OpenThread | Warn):
        return effect

    def spans(given: Inlines) -> Inlines:
        return tuple(map(span, given))

    def span(given: Inline) -> Inline:
        if not isinstance(given, Jump) or platform_of(given.message) == platform:
            return given
        address = address_of(given.message)
        return Link(given.text, address) if address else Text(given.text)

    def block(given: Block) -> Block:
        match given:
            case Heading() | Paragraph():
                return replace(given, spans=spans(given.spans))
            case Listing():
                return replace(given, items=tuple(map(spans, given.items)))
            case Quote():
                return replace(given, source=spans(given.source))
            case _:
                return given

    return replace(effect, body=Document(tuple(map(block, effect.body.blocks))))

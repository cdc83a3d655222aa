"""What a platform is tried with: hostile texts, a document with every kind of node, one effect of each kind."""

from datetime import UTC, datetime

from bot.domain.document import (
    Code,
    CodeBlock,
    Document,
    Faint,
    Jump,
    Link,
    Mention,
    Moment,
    Picture,
    Quote,
    Strong,
    heading,
    inlines,
    listing,
    paragraph,
)
from bot.domain.effect import (
    Ask,
    Attach,
    Audience,
    Ban,
    Choice,
    Deliverable,
    DirectMessage,
    Edit,
    Hide,
    Kick,
    LiftTimeout,
    OpenThread,
    React,
    Restore,
    Say,
    SlowMode,
    Timeout,
    Unban,
    Warn,
)
from bot.domain.ids import MessageId, platform_of
from bot.domain.moderation import Ground, Origin
from bot.testing.contracts.platform_driver import PlatformDriver

HOSTILE = (
    "@everyone @here @room <@123> <@&123> <@!123> <#123>",
    "**bold** __under__ `code` ```block``` ||spoiler|| [text](https://example.org) > quote",
    "<b>bold</b> <script>alert(1)</script> <a href='javascript:x'>x</a> &lt;i&gt;",
    "[bold red]markup[/] {0.__class__} {x!r} %s %(a)s ${HOME} $(id)",
    "\x1b[31mred\x1b]0;title\x07 \x9b2J \x00nul \x08back \r\n line",
    "\u202egnirts \u2066isolate\u2069 \u2028separated\u2029 zero\u200bwidth",
    "\ud83d lone \udc00 surrogates",
    "a" * 60_000,
    " ",
)


def every_node(driver: PlatformDriver, text: str) -> Document:
    """A document with every kind of node, each holding the text; no mention in it is meant to notify."""
    when = datetime(2026, 3, 2, 18, tzinfo=UTC)
    jump = Jump(MessageId(f"{platform_of(driver.room.id)}:12"), text)
    return Document(
        (
            heading(text),
            paragraph("plain words ", Strong(text), Faint(text), Code(text), Link(text, f"https://example.org/{text}")),
            paragraph(jump, " ", Mention(driver.member.id, text), " ", Moment(when, "Europe/Berlin")),
            listing(text, inlines("item ", Strong(text)), ordered=True),
            listing(text),
            Quote(text, inlines(text), ((0, 3),)),
            CodeBlock(text, text[:20]),
            Picture(b"\x89PNG", text),
        )
    )


def effects(driver: PlatformDriver, message: MessageId) -> list[Deliverable]:
    """One of each kind, aimed at the driver's room and member and at the given message."""
    room, member, body = driver.room.id, driver.member.id, Document.of("words")
    ground, human = Ground("respect", "a personal attack"), Origin.HUMAN
    return [
        Say(room, body, reply_to=message),
        Say(room, body, audience=Audience.ASKER, asker=member),
        Say(room, body, audience=Audience.ASIDE, asker=member, reply_to=message),
        Say(room, body, audience=Audience.MODERATORS),
        Ask(room, body, "label", (Choice("a", "A", "✅"),)),
        Ask(room, body, "own", (Choice("a", "A", "✅"),), audience=Audience.ASKER, asker=member),
        Edit(room, "label", body),
        React(room, message, "👀"),
        Attach(room, "data.json", b"{}", body),
        Attach(room, "own.json", b"{}", body, Audience.ASKER, member, message),
        DirectMessage(room, member, body),
        DirectMessage(room, member, body, "private", (Choice("a", "A", "✅"),)),
        OpenThread(room, "A thread", "thread", body),
        Warn(conversation=room, ground=ground, origin=human, member=member, body=body),
        Warn(
            conversation=room,
            ground=ground,
            origin=human,
            member=member,
            body=body,
            label="warning",
            choices=(Choice("a", "A", "✅"),),
        ),
        Timeout(conversation=room, ground=ground, origin=human, member=member, seconds=60),
        LiftTimeout(conversation=room, ground=ground, origin=human, member=member),
        SlowMode(conversation=room, ground=ground, origin=human, seconds=30),
        SlowMode(conversation=room, ground=ground, origin=human, seconds=0),
        Hide(conversation=room, ground=ground, origin=human, message=message),
        Restore(conversation=room, ground=ground, origin=human, message=message),
        Kick(conversation=room, ground=ground, origin=human, member=member),
        Ban(conversation=room, ground=ground, origin=human, member=member),
        Unban(conversation=room, ground=ground, origin=human, member=member),
    ]

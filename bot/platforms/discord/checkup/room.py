"""One configured channel: whether it is one, what the bot may do in it, who can read a review room."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.errors import Forbidden, Gone, PlatformError
from bot.platforms.discord.checkup.answers import named, number, text
from bot.platforms.discord.checkup.needed import IN_REVIEW_ROOM, NEEDED, Right
from bot.platforms.discord.checkup.rights import in_channel
from bot.platforms.discord.checkup.server import Place
from bot.platforms.discord.connection.asking import Asking
from bot.platforms.found import Found, mend, note, ok

KINDS = {
    0: "text channel",
    2: "voice channel",
    5: "announcement channel",
    10: "thread",
    11: "thread",
    12: "private thread",
    13: "stage channel",
    15: "forum",
    16: "media channel",
}
_CATEGORY, _DIRECTORY = 4, 14
_DIRECT = {1, 3}
_THREADS, _PRIVATE_THREAD = {10, 11, 12}, 12
_FORUMS = {15, 16}
_COPY = "right-click the channel, Copy Channel ID"


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel as the bot sees it; `overwrites` are its parent's for a thread."""

    id: int
    kind: int
    name: str
    server: int
    overwrites: Any

    @property
    def is_forum(self) -> bool:
        return self.kind in _FORUMS

    @property
    def is_private_thread(self) -> bool:
        return self.kind == _PRIVATE_THREAD


async def look_at_room(discord: Asking, channel: int) -> Seen:
    """Raises Gone, Forbidden, Unavailable, RateLimited, Revoked: as `Asking.ask`."""
    answer = await discord.ask("channels", channel)
    kind = number(answer, "type")
    outer = answer
    if kind in _THREADS:
        outer = await discord.ask("channels", number(answer, "parent_id"))
    overwrites = outer.get("permission_overwrites") if isinstance(outer, dict) else None
    return Seen(channel, kind, named(text(answer, "name")), number(answer, "guild_id"), overwrites)


async def missing_found(discord: Asking, subject: str, channel: int, error: Gone | Forbidden) -> Found:
    """What a number is that is no channel for the bot."""
    if isinstance(error, Forbidden):
        return mend(
            subject,
            "the bot cannot see this channel: Edit Channel, Permissions, add the bot's role there and allow View "
            "Channel. If the bot is not in that server at all, open the invite link, which stands below",
        )
    for kind, words in (
        ("guilds", f"this is the number of a server, “{{}}”: name its channels one by one; {_COPY}"),
        ("users", f"this is the number of a person, {{}}: {_COPY}"),
    ):
        try:
            answer = await discord.ask(kind, channel)
        except PlatformError:
            continue
        return mend(subject, words.format(named(text(answer, "name") or text(answer, "username"))))
    return mend(
        subject,
        "there is no such channel: it was deleted, or the number is of something else, such as a message or a role. "
        f"{_COPY}",
    )


def kind_found(subject: str, seen: Seen) -> Found | None:
    """None: messages stand in it."""
    if seen.kind in KINDS:
        return None
    if seen.kind == _CATEGORY:
        return mend(subject, f"“{seen.name}” is a category, not a channel: name the channels in it one by one; {_COPY}")
    if seen.kind in _DIRECT:
        return mend(subject, "this is a private conversation, not a channel of a server: take it out")
    return mend(subject, f"nobody can write there (kind {seen.kind}): name a text channel; {_COPY}")


def room_found(subject: str, seen: Seen, place: Place, *, review: bool) -> Iterator[Found]:
    """What the bot may do there."""
    where = f"“{seen.name}” in {place.server.name}, {KINDS[seen.kind]}"
    if review and seen.is_forum:
        yield mend(subject, f"{where}: cards need a channel to stand in, not a forum; name a private text channel")
        return
    rights = in_channel(place.server, seen.overwrites, place.account.user, place.roles)
    wanted = [one for one in NEEDED if not one.server and (not review or one.right & IN_REVIEW_ROOM)]
    if seen.kind in _THREADS:
        wanted = [one for one in wanted if one.right not in {Right.SEND_MESSAGES, Right.CREATE_PUBLIC_THREADS}]
    lacking = [one for one in wanted if not rights & one.right]
    vital = [one for one in lacking if one.vital and not (review and one.right & Right.SEND_MESSAGES_IN_THREADS)]
    if vital:
        yield mend(subject, f"{where}: the bot cannot {_listed(vital)}. {_ALLOW.format(_labels(vital))}")
    others = [one for one in lacking if one not in vital]
    if others and rights & Right.VIEW_CHANNEL:
        yield note(
            subject,
            f"{where}: the bot cannot {_listed(others)}. {_ALLOW.format(_labels(others))}. Without that the rest works",
        )
    if not lacking:
        does = "can read and write" if review else "can read, write, hide messages and set slow mode"
        yield ok(subject, f"{where}: the bot {does}")


_ALLOW = "Edit Channel (of a thread its channel), Permissions, the bot's role: allow {}"


def privacy_found(subject: str, seen: Seen, place: Place) -> Found:
    """Whether others than moderators could read the cards."""
    everyone = in_channel(place.server, seen.overwrites, 0, frozenset())
    if everyone & Right.VIEW_CHANNEL and not seen.is_private_thread:
        return mend(
            subject,
            "flags would be seen by others than moderators: everybody in the server can read it. Edit Channel, "
            "Permissions, Private Channel; then add the moderators' role and the bot's",
        )
    return ok(subject, "only whom it was opened to can read it")


def _listed(lacking: list[Any]) -> str:
    parts = [one.what for one in lacking]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _labels(lacking: list[Any]) -> str:
    return ", ".join(one.label for one in lacking)

"""What the Matrix platform is told when it is built; made from the configuration by the command line."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pydantic import SecretStr

from bot.domain.ids import ConversationId


@dataclass(frozen=True, slots=True)
class Bridge:
    """Accounts that carry people of another network into Matrix.

    Attributes:
        puppets: pattern of the accounts that stand for people ("@_discord_*:example.org").
        bot: the bridge's own account, which is no person.
        paired: rooms whose other side this bot reads itself: there puppets are not read, so that nobody is heard twice.
    """

    puppets: str
    bot: str | None = None
    paired: frozenset[ConversationId] = frozenset()


@dataclass(frozen=True, slots=True)
class Options:
    """One account and how it behaves.

    Attributes:
        homeserver: its address ("https://matrix.example.org").
        user: "@folkmoot:example.org".
        folder: where the login and the encryption keys are kept, readable by the owner only.
        token, password: one of the two; a token wins.
        admin_token: of a server admin, to read Synapse's reports; None: they are not read.
        inviters: user ids, or server names for everybody there, whose invitations are accepted.
        stewards: user ids of those whom the configuration makes moderators, whatever their power.
        bots: patterns of accounts that are no people.
        report_emoji: reacting with it reports a message; empty: it does not.
        policy_lists: rooms whose policy rules are shown to moderators.
        communities: the rooms of each community, review rooms left out: a ban in one is a ban in all of them.
        review_rooms: the rooms of moderators.
        retention_days: how long texts of a room are kept; an encrypted room is told so, once.
        off_record: what a message begins with that is to stay off the record; an encrypted room is told that, too.
    """

    homeserver: str
    user: str
    folder: Path
    token: SecretStr | None = None
    password: SecretStr | None = None
    admin_token: SecretStr | None = None
    device_name: str = "Folkmoot"
    encryption: bool = True
    inviters: tuple[str, ...] = ()
    stewards: frozenset[str] = frozenset()
    bots: tuple[str, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    report_emoji: str = "🚩"
    policy_lists: tuple[str, ...] = ()
    communities: tuple[frozenset[ConversationId], ...] = ()
    review_rooms: frozenset[ConversationId] = frozenset()
    retention_days: dict[ConversationId, int] = field(default_factory=dict)
    off_record: tuple[str, ...] = ()

    def is_bot(self, user: str) -> bool:
        """Bridges' own accounts and named bots; puppets of a bridge are people."""
        if user == self.user or any(user == bridge.bot for bridge in self.bridges):
            return True
        return any(_matches(pattern, user) for pattern in self.bots)

    def welcomes(self, user: str) -> bool:
        """Whether this inviter may ask the bot into any room."""
        return user in self.inviters or user.partition(":")[2] in self.inviters

    def is_puppet(self, user: str) -> bool:
        return any(_matches(bridge.puppets, user) for bridge in self.bridges)

    def heard_elsewhere(self, user: str, *rooms: ConversationId) -> bool:
        """Whether what this puppet says here reaches the bot on the network it comes from; `rooms`: this one's ids."""
        return any(not bridge.paired.isdisjoint(rooms) and _matches(bridge.puppets, user) for bridge in self.bridges)

    def together_with(self, room: ConversationId) -> frozenset[ConversationId]:
        """The rooms of the community that this one belongs to; itself where it belongs to none."""
        return next((rooms for rooms in self.communities if room in rooms), frozenset({room}))


def _matches(pattern: str, user: str) -> bool:
    return _compiled(pattern).fullmatch(user) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """`*` stands for any letters, every other sign for itself."""
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))

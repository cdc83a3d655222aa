"""What the Discord platform is told when it is built; made from the configuration by the command line."""

from dataclasses import dataclass, field

from pydantic import SecretStr

from bot.domain.ids import ConversationId


@dataclass(frozen=True, slots=True)
class Bridge:
    """Webhooks that carry people: a bridge from another network, a proxy such as PluralKit.

    Attributes:
        webhook: id of the webhook, or of the application that made it.
        paired: channels whose other side this bot reads itself: there they are not read, so that nobody is heard twice.
    """

    webhook: int
    paired: frozenset[ConversationId] = frozenset()


@dataclass(frozen=True, slots=True)
class Options:
    """One account and how it behaves.

    Attributes:
        token: the bot's token.
        api_base, gateway: where Discord is, for another server that speaks its language ("http://127.0.0.1:8080/api/v10",
            "ws://127.0.0.1:8080/"); None: Discord itself.
        shard_count, shard_ids: None: as many as Discord advises, all of them.
        communities: the rooms of each community, review rooms left out: threads in them are read too.
        review_rooms: the rooms of moderators.
        stewards: accounts whom the configuration makes moderators.
        bridges: webhooks that carry people; all others are bots.
        automod: whether alerts of Discord's own AutoMod are brought to the moderators.
        command_servers: servers that alone get the slash commands, at once; empty: everywhere, which may take an hour.
    """

    token: SecretStr
    api_base: str | None = None
    gateway: str | None = None
    shard_count: int | None = None
    shard_ids: tuple[int, ...] | None = None
    communities: tuple[frozenset[ConversationId], ...] = ()
    review_rooms: frozenset[ConversationId] = frozenset()
    stewards: frozenset[int] = field(default_factory=frozenset)
    bridges: tuple[Bridge, ...] = ()
    automod: bool = True
    command_servers: tuple[int, ...] = ()

    @property
    def rooms(self) -> frozenset[ConversationId]:
        """Every channel that a community names."""
        return frozenset().union(self.review_rooms, *self.communities)

    def beside(self, room: ConversationId) -> frozenset[ConversationId]:
        """The rooms of the community that a room belongs to; itself alone where it belongs to none."""
        return next((rooms for rooms in self.communities if room in rooms), frozenset({room}))

"""What routes need: channels, servers, posts and permissions of the bot, or the refusal that Discord gives."""

from datetime import timedelta

from tests.platforms.discord.standin.asked import Site
from tests.platforms.discord.standin.channels import Channel
from tests.platforms.discord.standin.permissions import NOTHING, Can, in_server
from tests.platforms.discord.standin.posts import Post
from tests.platforms.discord.standin.refusals import Refused
from tests.platforms.discord.standin.servers import Server

NONCE_LASTS = timedelta(minutes=5)


def channel_for(site: Site, identity: int, needed: Can = Can.VIEW) -> Channel:
    """A channel in which the bot may do this.

    Raises:
        Refused: 10003 there is none, 50001 the bot cannot see it, 50013 it lacks something else.
    """
    channel = site.world.channels.get(identity)
    if channel is None:
        raise Refused(10003)
    held = channel.can(site.world.bot.id)
    if not held & Can.VIEW or (channel.server is not None and not channel.server.available):
        raise Refused(50001)
    if needed & ~held:
        raise Refused(50013)
    return channel


def server_for(site: Site, identity: int, needed: Can = NOTHING) -> Server:
    """A server that the bot is in and may do this in: 10004, 50001, 50013 else."""
    server = site.world.servers.get(identity)
    if server is None:
        raise Refused(10004)
    if site.world.bot.id not in server.members:
        raise Refused(50001)
    if needed & ~in_server(server, site.world.bot.id):
        raise Refused(50013)
    return server


def post_in(channel: Channel, identity: int) -> Post:
    """Ephemeral posts are unknown here: 10008."""
    post = channel.posts.get(identity)
    if post is None or post.only_for is not None:
        raise Refused(10008)
    return post


def not_archived(channel: Channel) -> None:
    if channel.archived:
        raise Refused(50083)


def member_for(server: Server, user: int) -> dict:
    """10007, or 10013 for an account that is nobody's."""
    if user in server.members:
        return server.members[user]
    raise Refused(10007 if user in server.world.people else 10013)


def may_act_on(site: Site, server: Server, user: int) -> None:
    """By the hierarchy of roles; 50013 else."""
    if not server.may_act_on(site.world.bot.id, user):
        raise Refused(50013)

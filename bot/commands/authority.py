"""Who may give a command where: the one place that decides, by room, sender and standing; denied by default."""

from bot.cog import Place
from bot.commands.spec import CommandSpec
from bot.domain.community import Community
from bot.domain.conversation import Conversation
from bot.domain.member import Standing

_TITLES = {
    Standing.MEMBER: "members",
    Standing.TRUSTED: "trusted members",
    Standing.MODERATOR: "moderators",
    Standing.ADMIN: "admins",
}


def refusal(
    spec: CommandSpec,
    *,
    standing: Standing,
    conversation: Conversation,
    community: Community | None,
    prefix: str,
) -> str | None:
    """Why this command may not be given here by somebody of this standing; None if it may.

    `standing` is the higher of what the platform and the community grant; `prefix` is what commands begin with.
    """
    place, needed = spec.mark.place, spec.mark.standing
    if community is None:
        if place is Place.ANYWHERE and needed is Standing.MEMBER:
            return None
        return "This room belongs to no community that I look after. An admin can add it to the configuration."
    if standing < needed:
        return f"{prefix}{spec.name} is for {_TITLES[needed]}."
    if place is Place.REVIEW_ROOM and conversation.room != community.review_room:
        return f"{prefix}{spec.name} works in the moderators' room only."
    return None

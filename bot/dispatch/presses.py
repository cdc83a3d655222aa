"""Whether an answer to a prompt counts: decided here for every cog, by what the prompt allows."""

from bot.domain.community import Community
from bot.domain.effect import Audience
from bot.domain.event import PromptAnswered
from bot.ports.platform import Prompts


async def refusal(event: PromptAnswered, prompts: Prompts, community: Community | None) -> str | None:
    """Why this answer does not count; None if it does."""
    ask = await prompts.open_under(event.conversation.id, event.cog, event.label)
    if ask is None or all(choice.id != event.choice for choice in ask.choices):
        return "That is settled already."
    if ask.expires_at is not None and event.at >= ask.expires_at:
        return "That question has expired: give the command again."
    if ask.audience is Audience.ASKER and ask.asker != event.member.id:
        return "Somebody else was asked."
    standing = community.standing(event.member.id, event.standing) if community else event.standing
    if standing < ask.standing:
        return "That is not for you to decide, as far as I know: whoever runs this room can make you a moderator."
    return None

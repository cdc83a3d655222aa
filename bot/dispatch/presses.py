"""Whether an answer to a prompt counts: decided here for every cog, by what the prompt allows."""

from bot.domain.community import Community
from bot.domain.document import Document
from bot.domain.effect import Audience, Say
from bot.domain.event import PromptAnswered
from bot.ports.platform import Prompts


async def refusal(event: PromptAnswered, prompts: Prompts, community: Community | None) -> Say | None:
    """What to tell whoever gave an answer that does not count; None if it does.

    Of what one person was asked others hear nothing: not even that they, or somebody else, pressed.
    """
    why = await _why_not(event, prompts, community)
    if why is None:
        return None
    ask = await prompts.newest_under(event.conversation.id, event.cog, event.label)
    audience = Audience.ASKER if ask is not None and ask.audience is Audience.ASKER else Audience.ASIDE
    return Say(event.conversation.id, Document.of(why), audience=audience, asker=event.member.id)


async def _why_not(event: PromptAnswered, prompts: Prompts, community: Community | None) -> str | None:
    ask = await prompts.open_under(event.conversation.id, event.cog, event.label)
    if ask is None or all(choice.id != event.choice for choice in ask.choices):
        return "That is settled already."
    if ask.expires_at is not None and event.at >= ask.expires_at:
        return "That question has expired."
    if ask.audience is Audience.ASKER and ask.asker != event.member.id:
        return "Somebody else was asked."
    standing = community.standing(event.member.id, event.standing) if community else event.standing
    if standing < ask.standing:
        return "That is not for you to decide, as far as I know: whoever runs this room can make you a moderator."
    return None

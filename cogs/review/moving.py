"""When the moderators' room is replaced: what is to be decided comes along, as new cards in the new room."""

from typing import Final

from bot.api import Community, ConversationId, Effect, Priority, Say
from cogs.review import answers
from cogs.review.desk import Desk, card_label

_MOST_CARDS: Final = 20


async def cards_again(desk: Desk, community: Community, room: ConversationId) -> list[Effect]:
    """Cards of the oldest appeals and open cases; those in the former room still change with their messages."""
    waiting = [*await desk.appealed(community.id), *await desk.waiting(community.id)]
    if not waiting:
        return []
    shown = waiting[:_MOST_CARDS]
    body = answers.moved(len(waiting), len(shown), desk.prefix)
    effects: list[Effect] = [Say(room, body, f"moved:{room}", priority=Priority.CARD)]
    for case in shown:
        effects += await desk.again(case, community, card_label(case.number, room))
    return effects

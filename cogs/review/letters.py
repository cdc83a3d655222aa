"""What review writes to the member whom a decision concerns."""

from bot.api import Block, Community, Document, Jump, Quote, inlines, paragraph
from cogs.review import policy
from cogs.review.rows import Action, Case


def decision(case: Case, community: Community, room_name: str, timeout_minutes: int) -> Document:
    """What was decided on which message, by which rule, what follows and what the member can do."""
    how_long = policy.lasting(timeout_minutes)
    what = {
        Action.WARN: "This is a warning; nothing else follows from it.",
        Action.HIDE: "The message was hidden.",
        Action.TIMEOUT: f"You cannot write there for {how_long}; after that everything is as before.",
    }
    rule = community.rule(policy.main_ground(case).rule)
    blocks: list[Block] = [
        paragraph("The moderators looked at ", Jump(case.message, "a message of yours"), f" in {room_name}."),
        paragraph(what.get(case.action, "")),
    ]
    if rule is not None:
        blocks.append(paragraph(f"The rule: {rule.text}"))
    if case.reason:
        blocks.append(Quote(case.reason, inlines("the moderators")))
    blocks.append(
        paragraph(
            "A person decided this, not a machine. If you think it is a mistake, write to one of the moderators and "
            f"name case {case.number}: the decision can be taken back."
        )
    )
    return Document(tuple(blocks))


def withdrawal(case: Case, room_name: str, what: str) -> Document:
    return Document.of(
        paragraph(
            "The moderators took back what they decided on ",
            Jump(case.message, "a message of yours"),
            f" in {room_name} (case {case.number}). {what}",
        )
    )

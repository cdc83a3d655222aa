"""What a community may set about its moderators' desk."""

from bot.api import Section, setting


class ReviewSettings(Section):
    neighbours: int = setting(
        2,
        "Messages shown on a card before and after the one it is about. More context, longer cards.",
        unit="messages",
        ge=0,
        le=5,
    )
    timeout_minutes: int = setting(
        60,
        "How long a member cannot write after a decision with the action timeout.",
        unit="minutes",
        ge=1,
        le=40_320,
    )

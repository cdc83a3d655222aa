"""What a community may set about the weekly prompt."""

from bot.api import Section, setting


class WeeklySection(Section):
    """A weekly prompt that is set up when the bot first starts."""

    community: str = setting(..., "Id of the community.", examples=["assembly"])
    room: str = setting(..., "The room to post in, as platform:id.", examples=["console:square"])
    rule: str = setting("mon 18:00", "When: “mon 18:00”, “mon,thu 18:00”, “daily 09:00”, “monthly last fri 18:00”.")
    zone: str = setting("", "The IANA time zone of these times; empty takes the community's.")


class ReadingSettings(Section):
    deck: str = setting(
        "",
        "A TOML file with your own prompts, in place of the deck that comes with the bot; "
        "a relative path starts where the bot is started.",
        chat=False,
    )
    late_after: int = setting(
        10,
        "A prompt posted more than this after its time says that it is late. "
        "Raise it if short restarts should pass without a word.",
        unit="minutes",
        ge=1,
        le=1440,
    )
    weekly: tuple[WeeklySection, ...] = setting(
        (),
        "Weekly prompts that are set up once, when the bot first starts; afterwards `!weekly` in the moderators' room "
        "changes them.",
        chat=False,
    )

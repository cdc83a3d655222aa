"""What a community may set about the watch for personal attacks."""

from typing import Any, ClassVar, Literal

from bot.api import Section, setting


class CivilitySettings(Section):
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "strict": {"threshold": 0.35},
        "balanced": {"threshold": 0.0},
        "gentle": {"threshold": 0.8},
    }

    threshold: float = setting(
        0.0,
        "Score, between 0 and 1, from which a message is put before the moderators. Lower finds more and errs more "
        "often; 0 takes the threshold that the model's makers recommend, and `!watch` shows it.",
        ge=0.0,
        le=1.0,
    )
    rule: str = setting(
        "no-personal-attacks",
        "Which rule of the community a flag names, by its id: one of those under `rules`.",
        names="rule",
    )
    exempt_standing: Literal["nobody", "trusted", "moderator", "admin"] = setting(
        "nobody",
        "Messages by people of this standing and above are not judged. "
        "Change it if flags on those who keep order are in the way.",
    )
    notice: bool = setting(
        True,
        "Tell each room once that it is watched, by what, and how long messages are kept. "
        "Switch it off only if your rules say so already.",
    )

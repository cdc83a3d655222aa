"""What a community may set about summaries."""

from bot.api import Section, setting


class SummarySettings(Section):
    messages: int = setting(
        200,
        "How many of the newest messages a summary reads when the asker does not say. "
        "More reaches further back and takes longer.",
        unit="messages",
        ge=20,
        le=2000,
    )
    most_messages: int = setting(
        1000,
        "How many messages a summary reads at most, whatever is asked for. Lower it on a slow machine.",
        unit="messages",
        ge=20,
        le=5000,
    )
    issues: int = setting(
        5, "How many issues a summary names at most. Fewer make a shorter post.", unit="issues", ge=1, le=8
    )
    lines_per_issue: int = setting(
        2,
        "How many people are quoted on one issue at most; with one, no issue shows two sides.",
        unit="quotes",
        ge=1,
        le=4,
    )

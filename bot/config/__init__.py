"""The configuration file: its sections, how they are read, and what is said when one is wrong."""

from bot.config.core import (
    CogsSection,
    CommandsSection,
    CommunitySection,
    ConsoleSection,
    Core,
    LimitsSection,
    LogSection,
    ModelsSection,
    MonitoringSection,
    RuleSection,
    StewardSection,
    StoreSection,
)
from bot.config.reading import Config, SectionModels, load_config
from bot.config.secret import secret
from bot.config.section import Section, setting

__all__ = [
    "CogsSection",
    "CommandsSection",
    "CommunitySection",
    "Config",
    "ConsoleSection",
    "Core",
    "LimitsSection",
    "LogSection",
    "ModelsSection",
    "MonitoringSection",
    "RuleSection",
    "Section",
    "SectionModels",
    "StewardSection",
    "StoreSection",
    "load_config",
    "secret",
    "setting",
]

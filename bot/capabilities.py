"""What a cog's constructor may ask for, and what it is given."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.loading.inject import Provider
from bot.loading.settings import SettingsOverlay
from bot.ports.clock import Clock
from bot.ports.knowledge import (
    AuditTrail,
    CogControl,
    CommandCatalog,
    Directory,
    HealthReport,
    History,
    Jobs,
    MemberData,
    Settings,
    SettingsCatalog,
)
from bot.ports.models import Classifier, Models, Summarizer
from bot.ports.stores import Store
from bot.ports.tables import CogTables
from bot.scheduling import JobsView


def capabilities(
    store: Store,
    models: Models,
    clock: Clock,
    *,
    directory: Directory,
    settings: SettingsOverlay,
    members: MemberData,
    health: HealthReport,
    control: Callable[[], CogControl],
    commands: CommandCatalog,
) -> Mapping[Any, Provider]:
    """Annotation to what makes the thing for a cog."""
    return {
        History: lambda _: store.history,
        Directory: lambda _: directory,
        AuditTrail: lambda _: store.audit,
        Clock: lambda _: clock,
        Classifier: lambda _: models.classifier,
        Summarizer: lambda _: models.summarizer,
        HealthReport: lambda _: health,
        CogControl: lambda _: control(),
        CommandCatalog: lambda _: commands,
        SettingsCatalog: lambda _: settings,
        Settings: settings.settings_of,
        CogTables: lambda cog: store.tables(cog.name),
        MemberData: lambda _: members,
        Jobs: lambda cog: JobsView(cog.name, store.schedules, clock),
    }

"""Wall-clock schedules: rules, the moments they name, and the loop that turns due ones into events."""

from bot.scheduling.clock import SystemClock
from bot.scheduling.jobs import JobsView
from bot.scheduling.rules import next_occurrences, read_rule
from bot.scheduling.scheduler import Scheduler

__all__ = ["JobsView", "Scheduler", "SystemClock", "next_occurrences", "read_rule"]

"""Wall-clock schedules: rules, their moments, the loop that turns due ones into events; the watch over the clock."""

from bot.scheduling.clock import SystemClock
from bot.scheduling.jobs import JobsView
from bot.scheduling.rules import next_occurrences, read_rule
from bot.scheduling.scheduler import Scheduler
from bot.scheduling.watch import ClockWatch

__all__ = ["ClockWatch", "JobsView", "Scheduler", "SystemClock", "next_occurrences", "read_rule"]

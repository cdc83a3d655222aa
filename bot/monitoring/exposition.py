"""The measures in Prometheus' text format; labels name cogs, platforms, kinds and rooms: few, and none a member's."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.monitoring.loop import LoopWatch
from bot.ports.monitoring import HANDLER_SECONDS, Measures

_UNBOUND = CollectorRegistry()
_PROCESS = (ProcessCollector(registry=_UNBOUND), PlatformCollector(registry=_UNBOUND))


def exposition(measures: Measures | None, loop: LoopWatch, version: str, *, well: bool) -> bytes:
    """The text; where the store gave no measures it tells of the process alone."""
    registry = CollectorRegistry()
    registry.register(_Families(measures, loop, version, well))
    for collector in _PROCESS:
        registry.register(collector)
    return generate_latest(registry)


@dataclass(frozen=True, eq=False)
class _Families(Collector):
    measures: Measures | None
    loop: LoopWatch
    version: str
    well: bool

    def collect(self) -> Iterable[Metric]:
        yield InfoMetricFamily("folkmoot", "Which Folkmoot runs", {"version": self.version})
        yield GaugeMetricFamily("folkmoot_up", "1 where /health answers 200", int(self.well))
        yield GaugeMetricFamily("folkmoot_event_loop_lag_seconds", "How late the event loop is", self.loop.last)
        worst = "The most that the event loop was late within the last minute"
        yield GaugeMetricFamily("folkmoot_event_loop_lag_worst_seconds", worst, self.loop.worst)
        if self.measures is not None:
            yield from _counted(self.measures)
            yield from _now(self.measures)


def _counted(measures: Measures) -> Iterator[Metric]:
    yield _counter("messages_stored", "New messages stored", [((), measures.events.get("MessagePosted", 0))])
    yield _counter("events_stored", "New events stored, by kind", _single(measures.events), "kind")
    yield _counter("events_passed_over", "Events that were not new", _single(measures.passed_over), "why")
    yield _counter("commands", "Commands given, by what came of them", measures.commands.items(), "command", "result")
    yield _counter("posts", "Attempts to post, by what came of them", measures.posts.items(), "platform", "result")
    yield _counter("flags", "Messages flagged", _single(measures.flags), "cog")
    yield _counter("incidents", "Failures, each in the log under its id", _single(measures.incidents), "cog")
    yield _counter("abstentions", "Messages not judged, by why", _single(measures.health.abstained), "why")
    times = HistogramMetricFamily("folkmoot_handler_seconds", "How long handlers took", labels=["cog"])
    bounds = [*map(str, HANDLER_SECONDS), "+Inf"]
    for cog, durations in measures.handlers.items():
        so_far = [sum(durations.counts[: place + 1]) for place in range(len(bounds))]
        times.add_metric([cog], list(zip(bounds, so_far, strict=True)), durations.seconds)
    yield times


def _now(measures: Measures) -> Iterator[Metric]:
    health = measures.health
    yield _gauge("posts_waiting", "Posts that have not left yet", _single(measures.posts_waiting), "platform")
    waiting = {name: count for name, count in health.waiting.items() if name in health.lag}
    yield _gauge("waiting", "Stored and not dealt with: events, and by worker", _single(waiting), "for")
    yield _gauge("lag_seconds", "How long the oldest of these has waited", _single(health.lag), "for")
    behind = "How long after it was sent a room's newest message was stored; of the last hour"
    yield _gauge("room_lag_seconds", behind, _single({str(room): lag for room, lag in health.room_lag.items()}), "room")
    yield _gauge("cogs_not_loaded", "Enabled cogs that are not loaded", [((), len(health.not_loaded))])
    yield _gauge("store_bytes", "Size of the store's files", _single(measures.store_bytes), "file")
    yield _gauge("disk_free_bytes", "Free space where the store lies", [((), measures.free_bytes)])


_Values = Iterable[tuple[tuple[str, ...], float]]
"""Labels' values with the number."""


def _counter(name: str, words: str, values: _Values, *labels: str) -> Metric:
    family = CounterMetricFamily(f"folkmoot_{name}", words, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def _gauge(name: str, words: str, values: _Values, *labels: str) -> Metric:
    family = GaugeMetricFamily(f"folkmoot_{name}", words, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def _single(values: Mapping[str, float]) -> _Values:
    return [((key,), value) for key, value in values.items()]

"""Steps that the tests of decisions and of the desk's answers share."""

from bot.api import (
    EffectApplied,
    EffectFailed,
    Standing,
)
from bot.testing.factories import message, room


def of_kind(effects, kind):
    return [effect for effect in effects if isinstance(effect, kind)]


def only(effects, kind):
    (found,) = of_kind(effects, kind)
    return found


def uphold(bench, *arguments, **others):
    return bench.do(bench.cog.uphold(bench.ports.call("uphold", **others), *arguments))


def dismiss(bench, *arguments, **others):
    return bench.do(bench.cog.dismiss(bench.ports.call("dismiss", **others), *arguments))


def undo(bench, *arguments, **others):
    return bench.do(bench.cog.undo(bench.ports.call("undo", **others), *arguments))


def applied(bench, effect, *, case=1, where=None):
    """Word from the core that a measure has come about."""
    where = where or room()
    event = EffectApplied("review", effect, None, 7, where.id, bench.ports.clock.now(), None, case)
    return bench.do(bench.cog.applied(event))


def report(bench, said, words="", *, by="Dario", **others):
    target = said.id if said is not None else None
    call = bench.ports.call("report", by=by, conversation=room(), target=target, standing=Standing.MEMBER, **others)
    return bench.do(bench.cog.report(call, words))


def failure(effect, *, where=None, case=None, reason="may not hide in square: the bot needs 'Manage Messages' there"):
    where = where or room()
    return EffectFailed("review", effect, None, 7, where.id, message().sent_at, reason, case)

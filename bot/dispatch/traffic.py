"""The lanes that events run in: for rooms, for people who wait for an answer, for the core's own errands."""

from bot.dispatch.lanes import Handle, Lanes

_EXPRESS_RUNNERS = 32
"""Commands that may be under way at once: a few slow summaries must not hold up a quick answer."""


class Traffic:
    """Three sets of lanes, so that talk, commands and errands never wait behind each other.

    Args:
        handle: takes what people do; never raises.
        run_errand: takes what the core does by itself, one at a time; never raises.
        at_once: rooms whose events are handled at the same time.
        capacity: events that may wait in each set before more of them stay in the store.
    """

    def __init__(self, handle: Handle, run_errand: Handle, *, at_once: int, capacity: int) -> None:
        self.rooms = Lanes(handle, runners=at_once, capacity=capacity)
        self.express = Lanes(handle, runners=_EXPRESS_RUNNERS, capacity=capacity)
        self.errands = Lanes(run_errand, runners=1, capacity=capacity)

    def start(self) -> None:
        for lanes in (self.rooms, self.express, self.errands):
            lanes.start()

    async def room(self) -> None:
        """Wait until there is room for more of what people do."""
        await self.rooms.room()
        await self.express.room()

    async def idle(self) -> None:
        """Wait until nothing waits or runs."""
        for lanes in (self.rooms, self.express, self.errands):
            await lanes.idle()

    async def passed(self) -> None:
        """Wait until every handler that is at work now has ended."""
        await self.rooms.passed()
        await self.express.passed()

    async def aclose(self) -> None:
        for lanes in (self.errands, self.rooms, self.express):
            await lanes.aclose()

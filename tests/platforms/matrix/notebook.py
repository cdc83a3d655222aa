"""Notes in memory, as a store keeps them."""

import asyncio


class Notebook:
    """`failing`: errors that the next accesses raise, one each."""

    def __init__(self, *notes):
        self.kept = {(note.scope, note.id): note for note in notes}
        self.failing = []
        self.accesses = []
        self._changed = asyncio.Event()

    async def all(self, scope):
        self._access("all", scope)
        return [self.kept[name] for name in sorted(self.kept) if name[0] == scope]

    async def get(self, scope, identity):
        self._access("get", scope, identity)
        return self.kept.get((scope, identity))

    async def write(self, notes):
        self._access("write", *notes)
        self.take(notes)

    def take(self, notes):
        for note in notes:
            if note.text is None:
                self.kept.pop((note.scope, note.id), None)
            else:
                self.kept[note.scope, note.id] = note
        self._changed.set()

    async def until(self, true):
        """Wait until what is kept makes the condition true."""
        async with asyncio.timeout(20):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    def ids(self, scope):
        return sorted(identity for kind, identity in self.kept if kind == scope)

    def _access(self, *what):
        self.accesses.append(what)
        if self.failing:
            raise self.failing.pop(0)

"""A homeserver in memory that tells rooms' histories as Synapse was measured to, with little in each answer."""

import asyncio
from dataclasses import dataclass, field

from bot.errors import Gone
from bot.platforms.matrix.connection.refusals import Refused
from bot.scheduling import SystemClock

OWN = "@folkmoot:one.example"
ADA = "@ada:one.example"


class HastyClock(SystemClock):
    """Nobody waits: every sleep is over at once."""

    async def sleep(self, seconds):
        await asyncio.sleep(0)


@dataclass
class Told:
    """An event with its place in the order of arrival and in the order of the room."""

    stream: int
    depth: int
    event: dict


@dataclass
class Imitation:
    """`failures`: what the next requests meet, one each (None: nothing); `refused`: rooms whose pages are."""

    limit: int = 3
    page: int = 4
    user: str = OWN
    rooms: dict = field(default_factory=dict)
    invited: dict = field(default_factory=dict)
    out: dict = field(default_factory=dict)
    failures: list = field(default_factory=list)
    refused: dict = field(default_factory=dict)
    more: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    stream: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def room(self, room, member=OWN):
        self.rooms[room] = []
        self.tell(room, "m.room.member", {"membership": "join"}, key=ADA)
        self.tell(room, "m.room.member", {"membership": "join"}, key=member, sender=member)

    def tell(self, room, kind, content, *, sender=ADA, key=None, late=0, **more):
        """Something happens; `late`: it arrives after events that are that much deeper than it."""
        self.stream += 1
        history = self.rooms[room]
        depth = max((told.depth for told in history), default=0) + 1 - late
        event = {"event_id": f"$e{self.stream}", "sender": sender, "type": kind, "content": content, **more}
        event |= {"origin_server_ts": 1_700_000_000_000 + self.stream * 1000}
        event |= {"state_key": key} if key is not None else {}
        history.append(Told(self.stream, max(depth, 1), event))
        self.news.set()
        return event

    def say(self, room, text, **more):
        return self.tell(room, "m.room.message", {"msgtype": "m.text", "body": text}, **more)

    def send_out(self, room, membership="leave", reason="enough"):
        content = {"membership": membership, "reason": reason}
        before = {"unsigned": {"prev_content": {"membership": "join"}}}
        event = self.tell(room, "m.room.member", content, key=OWN, **before)
        self.out[room] = self.stream
        return event

    async def call(self, method, path, body=None, *, query=None, patience=0.0):
        await asyncio.sleep(0)
        self.asked.append((method, path, query))
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        if path.endswith("/sync"):
            return await self._sync(query)
        if path.endswith("/messages"):
            return self._messages(path.split("/")[-2].replace("%21", "!").replace("%3A", ":"), query)
        raise Gone("unknown")

    async def _sync(self, query):
        since = int(query.get("since", "s0")[1:])
        while since >= self.stream and query["timeout"] != "0" and not self.more:
            self.news.clear()
            await self.news.wait()
        fresh = "since" not in query
        answer = {"next_batch": f"s{self.stream}", "rooms": {"join": {}, "leave": {}, "invite": dict(self.invited)}}
        self.invited.clear()
        for room, history in self.rooms.items():
            ended = self.out.get(room)
            new = [told for told in history if since < told.stream <= (ended or self.stream)]
            if ended is not None and (fresh or not new):
                continue
            if not new and "full_state" not in query:
                continue
            shown, kind = new[-self.limit :], "leave" if ended is not None else "join"
            first = shown[0].stream if shown else self.stream + 1
            before = [told.event for told in history if told.stream < first and "state_key" in told.event]
            answer["rooms"][kind][room] = {
                "timeline": {"events": [told.event for told in shown], "limited": len(new) > len(shown)},
                "state": {"events": before},
            }
        for each in self.more:
            answer |= each
        self.more.clear()
        return answer

    def _messages(self, room, query):
        if room in self.refused:
            raise self.refused[room]
        history, most = self.rooms[room], min(int(query["limit"]), self.page)
        if query["dir"] == "b":
            end = int(query["from"][1:])
            found = sorted((told for told in history if told.stream <= end), key=lambda told: (told.depth, told.stream))
            return {"chunk": [told.event for told in reversed(found[-most:])], "start": query["from"]}
        if query["from"] == "s-forgotten":
            raise Refused("M_UNKNOWN", 400)
        found = [told for told in history if told.stream <= int(query["to"][1:])]
        if query["from"].startswith("s"):
            found = [told for told in found if told.stream > int(query["from"][1:])]
        else:
            depth, stream = map(int, query["from"][1:].split("-"))
            found = [told for told in found if (told.depth, told.stream) > (depth, stream)]
        found = sorted(found, key=lambda told: (told.depth, told.stream))[:most]
        answer = {"chunk": [told.event for told in found], "start": query["from"]}
        return answer | ({"end": f"t{found[-1].depth}-{found[-1].stream}"} if found else {})
